"""Base images and sample sources. Nothing is pulled: an image is a busybox and what it needs."""
import gzip
import io
import pathlib
import secrets
import subprocess
import tarfile

BUSYBOX = pathlib.Path("/bin/busybox")
BASE = f"edm-test/busybox-{secrets.token_hex(4)}:1"  # this run's own: others may share the engine

COMPOSE = """services:
  web:
    build: .
    ports: ["8000"]
    stop_signal: SIGKILL  # busybox as a container's first process hears no other
    healthcheck:
      test: ["CMD", "/bin/busybox", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8000/"]
      interval: 1s
"""
DOCKERFILE = f"""FROM {BASE}
COPY www /www
EXPOSE 8000
CMD ["/bin/busybox", "httpd", "-f", "-p", "8000", "-h", "/www"]
"""


def ensure_base(docker):
    """Imports the base image into the engine of `docker` (an argv prefix); true when it was not there before."""
    if subprocess.run([*docker, "image", "inspect", BASE], capture_output=True).returncode == 0:
        return False
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        tar.add(BUSYBOX, "bin/busybox")
        for name in ("sh", "sleep", "cat", "ls", "echo", "env", "httpd", "wget", "nc", "stat", "id", "true", "false"):
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
        for name in ("tmp", "www", "etc", "proc", "sys", "dev"):
            folder = tarfile.TarInfo(name)
            folder.type, folder.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(folder)
    subprocess.run([*docker, "import", "-", BASE], input=archive.getvalue(), check=True, capture_output=True)
    return True


def site(text="hello", compose=COMPOSE, dockerfile=DOCKERFILE, **more):
    """Files of a small web site, as {path: text}."""
    files = {"compose.yaml": compose, "Dockerfile": dockerfile, "www/index.html": text}
    files.update(more)
    return {path: content for path, content in files.items() if content is not None}


def tarball(files, mode="w:gz"):
    """Of the same files the same bytes: gzip's header would hold the time."""
    if mode == "w:gz":
        return gzip.compress(tarball(files, "w"), mtime=0)
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode=mode) as tar:
        for path, content in sorted(files.items()):
            info = tarfile.TarInfo(path)
            data = content if isinstance(content, bytes) else content.encode()
            info.size, info.mode = len(data), 0o644
            tar.addfile(info, io.BytesIO(data))
    return archive.getvalue()


def write(folder, files):
    for path, content in files.items():
        target = pathlib.Path(folder) / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder
