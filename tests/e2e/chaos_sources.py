"""What is deployed under chaos: a page behind a build of 5 s or more, on every second instance with a volume."""
import os

import images

# The web server is process 1 and ignores SIGTERM: stopping it takes the whole grace.
COMPOSE = """services:
  web:
    build: .
    ports: ["8000"]
    stop_grace_period: 2s
    healthcheck:
      test: ["CMD", "/bin/busybox", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8000/"]
      interval: 1s
"""
MOUNT = COMPOSE.replace("    healthcheck:", '    volumes: ["data:/data"]\n    healthcheck:') + "volumes:\n  data: {}\n"
SERVED = 'CMD ["/bin/busybox", "httpd", "-f", "-p", "8000", "-h", "/www"]'
DEAF = 'CMD ["/bin/busybox", "sleep", "3600"]'
IMPATIENT = "health:\n  time: 4s\n"


def has_volume(name):
    """Such an instance is replaced in place; the others have their new releases tried beside the old one."""
    return int(name[1:]) % 2 == 0


def slow(name, serial, serves=True):
    """Files of a site whose image nobody has built yet: its build takes 5 s."""
    compose = MOUNT if has_volume(name) else COMPOSE
    dockerfile = images.DOCKERFILE.replace("EXPOSE", f'LABEL serial={serial}\nRUN ["/bin/busybox", "sleep", '
                                                     f'"5.{serial % 1000:03}"]\nEXPOSE')
    if serves:
        return images.site(page(serial), compose, dockerfile)
    return images.site(page(serial), compose, dockerfile.replace(SERVED, DEAF), **{"edm.yaml": IMPATIENT})


def page(serial):
    return f"page {serial}"


def heavy(files):
    """The same with so much in it that taking it in takes a moment."""
    many = {f"more/{number}.bin": os.urandom(1 << 20) for number in range(4)}
    many.update({f"small/{number}.txt": f"{number} {os.urandom(8).hex()}" for number in range(800)})
    return {**files, **many}
