"""Archives that must be refused: name -> (bytes or what makes them, the code, part of the object)."""
import gzip
import io
import struct
import subprocess
import tarfile
import zipfile

import images
from bad_codes import INVALID, LIMIT

GOOD = images.tarball(images.site())


def entry(name, kind=tarfile.REGTYPE, link="", mode=0o644, data=b"x", size=None, layout=tarfile.GNU_FORMAT):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=layout) as tar:
        info = tarfile.TarInfo(name)
        info.type, info.linkname, info.mode = kind, link, mode
        info.size = (len(data) if size is None else size) if kind == tarfile.REGTYPE else 0
        tar.addfile(info, io.BytesIO(data) if kind == tarfile.REGTYPE and size is None else None)
    return archive.getvalue()


def several(*names):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = 1
            tar.addfile(info, io.BytesIO(b"x"))
    return archive.getvalue()


def through_link():
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        link = tarfile.TarInfo("dir")
        link.type, link.linkname = tarfile.SYMTYPE, "/tmp"
        tar.addfile(link)
        info = tarfile.TarInfo("dir/evil")
        info.size = 1
        tar.addfile(info, io.BytesIO(b"x"))
    return archive.getvalue()


def with_header(offset, value):
    """A tar of one entry with some bytes of its header replaced, and the checksum made right again."""
    data = bytearray(entry("a"))
    data[offset:offset + len(value)] = value
    data[148:156] = b" " * 8
    data[148:156] = b"%06o\0 " % sum(data[:512])
    return bytes(data)


def zeros():
    return gzip.compress(images.tarball({"zeros": bytes(128 << 20)}, mode="w"), 9)


def many_entries():
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        for number in range(3_000):
            tar.addfile(tarfile.TarInfo(f"f{number}"))
    return archive.getvalue()


def zip_with(*names, attributes=0o100644 << 16, data=b"x", kind=zipfile.ZIP_STORED):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", kind) as packed:
        for name in names:
            info = zipfile.ZipInfo(name)
            info.external_attr, info.compress_type = attributes, kind
            packed.writestr(info, data)
    return archive.getvalue()


def encrypted_zip():
    """Says that its entry is encrypted, in both of its headers."""
    data = bytearray(zip_with("a"))
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = data.index(signature) + offset
        struct.pack_into("<H", data, at, struct.unpack_from("<H", data, at)[0] | 1)
    return bytes(data)


def zstd(data):
    return subprocess.run(["zstd", "-q", "-c"], input=data, capture_output=True, check=True).stdout


ARCHIVES = {
    "absolute": (entry("/etc/cron.d/x"), INVALID, "etc/cron.d/x"),
    "dotdot": (entry("a/../../x"), INVALID, "a/../../x"),
    "dotdot-pax": (entry("../" + "x" * 200, layout=tarfile.PAX_FORMAT), INVALID, "../x"),
    "dotdot-zip": (zip_with("../x"), INVALID, "../x"),
    "absolute-zip": (zip_with("/etc/x"), INVALID, "/etc/x"),
    "symlink-absolute": (entry("l", tarfile.SYMTYPE, "/etc/passwd"), INVALID, "l"),
    "symlink-out": (entry("a/l", tarfile.SYMTYPE, "../../x"), INVALID, "a/l"),
    "symlink-zip": (zip_with("l", attributes=0o120777 << 16, data=b"/etc/passwd"), INVALID, "l"),
    "symlink-empty": (entry("l", tarfile.SYMTYPE, ""), INVALID, "l"),
    "through-symlink": (through_link(), INVALID, "dir"),
    "hardlink-out": (entry("h", tarfile.LNKTYPE, "/etc/passwd"), INVALID, "/etc/passwd"),
    "hardlink-to-nothing": (entry("h", tarfile.LNKTYPE, "none"), INVALID, "h"),
    "char-device": (entry("d", tarfile.CHRTYPE), INVALID, "d"),
    "block-device": (entry("d", tarfile.BLKTYPE), INVALID, "d"),
    "fifo": (entry("p", tarfile.FIFOTYPE), INVALID, "p"),
    "setuid": (entry("s", mode=0o4755), INVALID, "s"),
    "setuid-zip": (zip_with("s", attributes=0o104755 << 16), INVALID, "s"),
    "setgid": (entry("s", mode=0o2755), INVALID, "s"),
    "newline-name": (entry("a\nb"), INVALID, "a"),
    "dot": (entry("."), INVALID, ""),
    "long-path": (entry("d/" * 3000 + "x"), LIMIT, "d/d/"),
    "long-name": (entry("x" * 300), INVALID, "xxx"),
    "long-name-4k": (entry("x" * 4096), LIMIT, "xxx"),
    "deep": (entry("d/" * 100 + "x"), LIMIT, "d/d/"),
    "git-folder": (entry(".git/hooks/post-checkout"), INVALID, ".git"),
    "git-folder-case": (entry(".GiT/config"), INVALID, ".GiT"),
    "duplicate": (several("a", "a"), INVALID, "a"),
    "duplicate-zip": (zip_with("a", "a"), INVALID, "a"),
    "file-then-folder": (several("a", "a/b"), INVALID, "a"),
    "not-utf8": (several("a").replace(b"a\0", b"\xff\0", 1), INVALID, ""),
    "not-utf8-and-right": (with_header(0, b"\xff"), INVALID, ""),
    "negative-size": (with_header(124, b"\xff" * 12), INVALID, ""),
    "truncated": (GOOD[:len(GOOD) // 2], INVALID, ""),
    "truncated-zip": (zip_with("a", "b")[:60], INVALID, ""),
    "truncated-zstd": (lambda: zstd(images.tarball(images.site(), mode="w"))[:-20], INVALID, ""),
    "garbage-zstd": (b"\x28\xb5\x2f\xfd" + bytes(range(200)), INVALID, ""),
    "trailing": (GOOD + b"garbage after the end", INVALID, ""),
    "trailing-zip": (zip_with("a") + bytes(70_000), INVALID, ""),
    "encrypted-zip": (encrypted_zip(), INVALID, ""),
    "gzip-of-gzip": (gzip.compress(GOOD), INVALID, ""),
    "no-archive": (b"this is just text", INVALID, ""),
    "empty": (b"", INVALID, ""),
    "empty-tar": (bytes(10240), INVALID, ""),
    "rar": (b"Rar!\x1a\x07\x00" + bytes(64), INVALID, ""),
    "bomb-ratio": (zeros, LIMIT, "zeros"),
    "bomb-zip": (lambda: zip_with("zeros", data=bytes(128 << 20), kind=zipfile.ZIP_DEFLATED), LIMIT, "zeros"),
    "bomb-zstd": (lambda: zstd(images.tarball({"zeros": bytes(128 << 20)}, mode="w")), LIMIT, "zeros"),
    "bomb-entries": (many_entries, LIMIT, "f2000"),
    "huge-size-header": (entry("big", size=1 << 40), LIMIT, "big"),
}
