"""Clients that leave in the middle, dawdle or send what is no request: over bare sockets."""
import json
import re
import socket
import threading
import time

import grpc

import bad_archives
from bad_codes import INVALID, LATE, LIMIT
from bad_judges import NEIGHBOUR, named


class Dribble(threading.Thread):
    """An upload that sends a byte now and then; what came back is kept."""

    def __init__(self, connection):
        super().__init__(daemon=True)
        self.connection, self.answer, self.seconds = connection, b"", None

    def run(self):
        begun = time.monotonic()
        self.connection.settimeout(0.5)
        try:
            while time.monotonic() - begun < 60 and b"}" not in self.answer:
                self.connection.sendall(b"x")
                try:
                    self.answer += self.connection.recv(65536)
                except TimeoutError:
                    pass
        except OSError:
            pass
        self.seconds = time.monotonic() - begun
        self.connection.close()


class BadClients:
    """Tests that BadInputTest takes over."""

    def dial(self):
        return socket.create_connection((self.cluster.address, self.cluster.http), timeout=60)

    def head(self, method, path, *lines):
        told = (f"{method} {path} HTTP/1.1", "Host: edm", f"Authorization: Bearer {self.rest.token}", *lines)
        return ("\r\n".join(told) + "\r\n\r\n").encode()

    def exchange(self, data, close=True):
        """The whole answer to bytes that are no proper request."""
        with self.dial() as connection:
            connection.sendall(data)
            if close:
                connection.shutdown(socket.SHUT_WR)
            answer = b""
            while piece := connection.recv(65536):
                answer += piece
            return answer

    def judge_bytes(self, answer, status, code, part=""):
        """An answer as it came over the socket: a problem document, with the status that is wanted."""
        type(self).answers += 1
        head, _, body = answer.partition(b"\r\n\r\n")
        self.assertRegex(head.splitlines()[0] if head else b"", rb"^HTTP/1\.[01] %d " % status, answer[:300])
        self.assertIn(b"application/problem+json", head, answer[:500])
        return self.judge(json.loads(body), code, part)

    def test_uploads_broken_off(self):
        """A client that leaves in the middle leaves nothing: no staged file, no instance, no commit."""
        whole = bad_archives.GOOD
        path = f"/v1/instances/{named('broken')}/source?create=true&until=RUNNING"
        for part in (0, 1, len(whole) // 2, len(whole) - 1):
            with self.case(sent=part):
                with self.dial() as connection:
                    connection.sendall(self.head("PUT", path, f"Content-Length: {len(whole)}") + whole[:part])
                    time.sleep(0.1)
            with self.case(chunked=part):
                with self.dial() as connection:
                    connection.sendall(self.head("PUT", path, "Transfer-Encoding: chunked"))
                    if part:
                        connection.sendall(f"{part:x}\r\n".encode() + whole[:part] + b"\r\n")
                    time.sleep(0.1)
            with self.case(half_closed=part):
                answer = self.exchange(self.head("PUT", path, f"Content-Length: {len(whole)}") + whole[:part])
                self.judge_bytes(answer, 400, INVALID, "upload")
            with self.case(template=part):
                with self.dial() as connection:
                    connection.sendall(self.head("PUT", "/v1/templates/broken/source", f"Content-Length: {len(whole)}") + whole[:part])
                    time.sleep(0.1)
        with self.case(door="gRPC"):
            with self.assertRaises(grpc.RpcError):
                self.grpc.stub.UploadSource(self.cut(whole), metadata=self.grpc.metadata(), timeout=60)
        with self.case(door="gRPC, deadline"):
            code, problem = self.grpc_upload_slowly(whole)
            self.assertEqual(code, LATE, problem)
        with self.case(door="git push"):
            with self.dial() as connection:
                connection.sendall(self.head("POST", f"/git/default/{NEIGHBOUR}.git/git-receive-pack", "Content-Length: 100000",
                                             "Content-Type: application/x-git-receive-pack-request") + b"00a50000")
                time.sleep(0.2)

    def cut(self, whole):
        yield self.grpc.messages.UploadSourceRequest(id=named("broken"), create=True)
        yield self.grpc.messages.UploadSourceRequest(data=whole[:100])
        raise RuntimeError("the client leaves")

    def grpc_upload_slowly(self, whole):
        def requests():
            yield self.grpc.messages.UploadSourceRequest(id=named("broken"), create=True)
            yield self.grpc.messages.UploadSourceRequest(data=whole[:100])
            time.sleep(3)
        try:
            return "OK", self.grpc.stub.UploadSource(requests(), metadata=self.grpc.metadata(), timeout=1)
        except grpc.RpcError as problem:
            return problem.code().name, problem

    def test_slow_requests(self):
        """Two hundred that dawdle, each in its way, take nobody's turn, and are shown the door."""
        path = f"/v1/instances/{named('slow')}/source?create=true"
        upload = self.head("PUT", path, "Content-Length: 1000000")
        slow = [self.dial() for _ in range(200)]
        for number, connection in enumerate(slow):
            connection.sendall((b"G", upload, upload + b"x")[number % 3])
        dribbles = [Dribble(connection) for connection in slow[2:30:3]]
        for dribble in dribbles:
            dribble.start()
        begun = time.monotonic()
        with self.counted(slow="others go on"):
            self.assertEqual(self.rest.get("/v1/version").status, 200)
            self.assertLess(time.monotonic() - begun, 2)
            self.assertEqual(self.cluster.deploy(named("meanwhile"))["state"], "DONE")
            self.assertEqual(self.cluster.delete(named("meanwhile"))["state"], "DONE")
        for number, what, status, code in ((0, "head", 408, LATE), (1, "body that never comes", 408, LATE)):
            with self.counted(slow=what):
                slow[number].settimeout(45)
                answer = b""
                while piece := slow[number].recv(65536):
                    answer += piece
                self.judge_bytes(answer, status, code)
        with self.counted(slow="a byte now and then"):
            for dribble in dribbles:
                dribble.join()
                self.assertLess(dribble.seconds, 50)
                self.judge_bytes(dribble.answer, 408, LATE, "upload")
        for connection in slow:
            connection.close()
        self.unchanged()

    def test_what_is_no_request(self):
        long = "x" * 100_000
        chunked = "Transfer-Encoding: chunked"
        json_type = "Content-Type: application/json"
        for name, data, status, code in (
                ("garbage", b"\x16\x03\x01\x02\x00garbage\r\n\r\n", 400, INVALID),
                ("no version", b"GET /v1/instances\r\n\r\n", 400, INVALID),
                ("another version", b"GET / HTTP/9.9\r\nHost: x\r\n\r\n", 400, INVALID),
                ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, INVALID),
                ("no host", b"GET /v1/instances HTTP/1.1\r\n\r\n", 400, INVALID),
                ("long path", f"GET /v1/{long} HTTP/1.1\r\nHost: edm\r\n\r\n".encode(), 431, LIMIT),
                ("long header", self.head("GET", "/v1/instances", f"X: {long}"), 431, LIMIT),
                ("many headers", self.head("GET", "/v1/instances", *(f"X{number}: y" for number in range(5000))), 431, LIMIT),
                ("header without a name", self.head("GET", "/v1/instances", ": x"), 400, INVALID),
                ("folded header", self.head("GET", "/v1/instances", "X: a\r\n\tb", "Transfer-Encoding : chunked"), 400, INVALID),
                ("two lengths", self.head("POST", "/v1/instances", "Content-Length: 2", "Content-Length: 3") + b"{}", 400, INVALID),
                ("length and chunks", self.head("POST", "/v1/instances", "Content-Length: 2", chunked) + b"{}", 400, INVALID),
                ("negative length", self.head("POST", "/v1/instances", "Content-Length: -1"), 400, INVALID),
                ("length that wraps", self.head("POST", "/v1/instances", "Content-Length: 18446744073709551618"), 400, INVALID),
                ("length in words", self.head("POST", "/v1/instances", "Content-Length: two"), 400, INVALID),
                ("another encoding", self.head("POST", "/v1/instances", "Transfer-Encoding: gzip") + b"{}", 501, INVALID),
                ("bad chunk", self.head("POST", "/v1/instances", json_type, chunked) + b"zz\r\n{}\r\n", 400, INVALID),
                ("negative chunk", self.head("POST", "/v1/instances", json_type, chunked) + b"-2\r\n{}\r\n0\r\n\r\n", 400, INVALID),
                ("chunk that wraps", self.head("POST", "/v1/instances", json_type, chunked) + b"fffffffffffffffff\r\n{}\r\n", 400, INVALID),
                ("chunk without its end", self.head("POST", "/v1/instances", json_type, chunked) + b"2\r\n{}xx0\r\n\r\n", 400, INVALID),
                ("cut chunk", self.head("POST", "/v1/instances", json_type, chunked) + b"ff\r\n{}", 400, INVALID),
                ("cut body", self.head("POST", "/v1/instances", json_type, "Content-Length: 100") + b"{}", 400, INVALID),
                ("NUL in a header", self.head("GET", "/v1/instances", "X: a\0b"), 400, INVALID),
                ("bad escape", self.head("GET", "/v1/instances/%zz"), 400, INVALID),
                ("half an escape", self.head("GET", "/v1/instances/%"), 400, INVALID),
                ("not UTF-8", self.head("GET", "/v1/instances/%ff"), 400, INVALID),
                ("NUL in the path", self.head("GET", "/v1/instances/a%00b"), 400, INVALID),
                ("traversal", self.head("GET", "/v1/../../etc/passwd"), 404, "NOT_FOUND"),
                ("encoded traversal", self.head("GET", "/v1/instances/%2e%2e%2fetc"), 400, INVALID),
                ("absolute target", self.head("GET", "http://elsewhere/v1/instances"), 404, "NOT_FOUND"),
                ("a tunnel", self.head("CONNECT", "elsewhere:443"), 404, "NOT_FOUND"),
                ("an oversized upload, half-closed",
                 self.head("PUT", f"/v1/instances/{named('long')}/source?create=true", "Content-Length: 999999999999"), 413, LIMIT),
                ("an oversized template",
                 self.head("PUT", "/v1/templates/long/source", "Content-Length: 999999999999"), 413, LIMIT),
                ("an oversized request", self.head("POST", "/v1/instances", json_type, "Content-Length: 999999999"), 413, LIMIT)):
            with self.case(request=name):
                self.judge_bytes(self.exchange(data), status, code)
        with self.case(request="too long an upload, left open"):
            head = self.head("PUT", f"/v1/instances/{named('long')}/source?create=true", "Content-Length: 999999999999", "Connection: close")
            self.judge_bytes(self.exchange(head, close=False), 413, LIMIT, "upload")
        with self.case(request="too long an upload, in chunks"):
            piece = b"10000\r\n" + bytes(65536) + b"\r\n"
            with self.dial() as connection:
                connection.sendall(self.head("PUT", f"/v1/instances/{named('long')}/source?create=true", chunked, "Connection: close"))
                try:
                    for _ in range(400):
                        connection.sendall(piece)
                except OSError:
                    pass  # the answer came before the end
                answer = b""
                while got := connection.recv(65536):
                    answer += got
            self.judge_bytes(answer, 413, LIMIT, "upload")
        with self.case(grpc="too long an upload"):
            self.judge_grpc(self.grpc.upload(bytes(17 << 20), id=named("long"), create=True), LIMIT, "upload")
        with self.case(request="a form"):
            answer = self.rest.put(f"/v1/instances/{named('form')}/source?create=true", b"--x\r\n",
                                   headers={"Content-Type": "multipart/form-data; boundary=x"})
            self.judge_problem(answer, INVALID, "Content-Type", status=415)
        with self.case(grpc="too long a message"):
            answer = self.grpc.call("CreateInstance", "CreateInstanceRequest", {"description": "x" * (64 << 20)})
            self.assertEqual(answer[0], LIMIT, answer)  # by the gRPC library itself: there is no failure in it

    @staticmethod
    def statuses(answers):
        return re.findall(rb"HTTP/1\.1 (\d+) ", answers)

    def test_pipelined_requests(self):
        """Answered in their order; a bad one ends the line, and what came before it still holds."""
        good, bad = self.head("GET", "/v1/version"), self.head("GET", "/v1/instances?page_size=-1")
        with self.case(pipelined="good, bad, good"):
            answer = self.exchange(good + bad + self.head("GET", "/v1/version", "Connection: close"))
            self.assertEqual(self.statuses(answer), [b"200", b"400", b"200"])
        with self.case(pipelined="good, garbage, good"):
            answer = self.exchange(good + b"\x00\x01garbage\r\n\r\n" + good)
            self.assertEqual(self.statuses(answer), [b"200", b"400"])
        with self.case(pipelined="a body that hides a request"):
            hidden = self.head("DELETE", f"/v1/instances/{NEIGHBOUR}")
            answer = self.exchange(self.head("POST", "/v1/instances", "Content-Type: application/json",
                                             f"Content-Length: {len(hidden)}") + hidden)
            self.assertEqual(self.statuses(answer), [b"400"])
        with self.case(pipelined="a thousand"):
            answer = self.exchange(good * 1000)
            self.assertEqual(answer.count(b"HTTP/1.1 200"), 1000)
