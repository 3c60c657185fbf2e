"""One question to a name server, as any resolver would ask it: over UDP, with the standard library alone."""
import random
import socket
import struct

A, SRV = 1, 33
NO_SUCH_NAME = 3


class Refused(AssertionError):
    """The server's answer was an error; `code` is the RFC 1035 one."""

    def __init__(self, name, code):
        super().__init__(f"{name}: the name server answered with code {code}")
        self.code = code


def read_name(packet, at):
    """The name that begins at `at`, and what comes after it; names may go on elsewhere in the packet."""
    labels, after = [], None
    while True:
        length = packet[at]
        if length >= 0xC0:
            after = after or at + 2
            at = struct.unpack_from("!H", packet, at)[0] & 0x3FFF
        elif length == 0:
            return ".".join(labels), after or at + 1
        else:
            labels.append(packet[at + 1:at + 1 + length].decode())
            at += 1 + length


def read_record(packet, at):
    _, at = read_name(packet, at)
    kind, _, _, length = struct.unpack_from("!HHIH", packet, at)
    at += 10
    value = None
    if kind == A:
        value = socket.inet_ntoa(packet[at:at + 4])
    elif kind == SRV:
        value = (struct.unpack_from("!H", packet, at + 4)[0], read_name(packet, at + 6)[0])
    return kind, value, at + length


def lookup(server, name, kind=A, port=8600, timeout=3, tries=3):
    """The records of one kind: addresses for A, (port, host) for SRV. Refused when the name is not known."""
    number = random.randrange(1 << 16)
    question = b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
    query = struct.pack("!HHHHHH", number, 0x0100, 1, 0, 0, 0) + question + struct.pack("!HH", kind, 1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.settimeout(timeout)
        for left in reversed(range(tries)):  # a datagram may be lost
            asked.sendto(query, (server, port))
            try:
                packet = asked.recv(4096)
                break
            except TimeoutError:
                if left == 0:
                    raise
    answered, flags, questions, answers, _, _ = struct.unpack_from("!HHHHHH", packet)
    assert answered == number and flags & 0x8000, f"{name}: no answer to this question"
    if flags & 0xF:
        raise Refused(name, flags & 0xF)
    at = 12
    for _ in range(questions):
        at = read_name(packet, at)[1] + 4
    found = []
    for _ in range(answers):
        got, value, at = read_record(packet, at)
        if got == kind:
            found.append(value)
    return found
