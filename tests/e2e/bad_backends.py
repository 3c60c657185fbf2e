"""What a cluster stands on is full, down, slow or restarting: a clear error in bounded time, nothing left over, and
everything goes on once it is back. The instance beside it never notices."""
import contextlib
import secrets
import time

import images
import lab
from bad_judges import BadInput, named


def slow():
    """A site whose build takes four seconds, each time: its cached layers are of no other."""
    lasts = f'RUN ["/bin/busybox", "env", "OF={secrets.token_hex(4)}", "/bin/busybox", "sleep", "4"]\nEXPOSE'
    return images.site(dockerfile=images.DOCKERFILE.replace("EXPOSE", lasts))


class BackendCase(BadInput):
    def all_is_well(self):
        """A deploy works again, and delete leaves nothing."""
        done = lab.eventually(lambda: self.deploy_done(named("after")), 60, every=1, what="a deploy that works again")
        self.assertEqual(self.cluster.page(done), "after")
        self.assertEqual(self.cluster.delete(named("after"))["state"], "DONE")

    def deploy_done(self, name):
        done = self.cluster.deploy(name, images.site("after"))
        assert done["state"] == "DONE", done
        return done

    def begin(self, name, files, **query):
        """Uploads, and returns the operation that goes on."""
        query = "".join(f"&{key}={value}" for key, value in query.items())
        answer = self.rest.put(f"/v1/instances/{name}/source?create=true&until=RUNNING{query}", images.tarball(files))
        self.assertEqual(answer.status, 202, answer)
        return answer.json["id"]

    def await_step(self, operation, step, state="RUNNING"):
        def reached():
            steps = {one["name"]: one["state"] for one in self.rest.get(f"/v1/operations/{operation}").json["steps"]}
            return steps.get(step) == state
        lab.eventually(reached, 30, every=0.02, what=f"{step} of {operation}")

    def end_of(self, operation, seconds=60):
        answer = self.rest.get(f"/v1/operations/{operation}/wait?timeout={seconds}s", timeout=seconds + 10)
        self.assertEqual(answer.status, 200, answer)
        self.assertNotIn(answer.json["state"], ("PENDING", "RUNNING"), f"open after {seconds} s")
        return answer.json

    @contextlib.contextmanager
    def within(self, seconds):
        begun = time.monotonic()
        yield
        self.assertLess(time.monotonic() - begun, seconds)

    def status_of(self, name):
        return self.cluster.instance(name)["status"]
