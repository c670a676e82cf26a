"""A dns that takes a backslash for an escape, as in RFC 1035's zone files."""
import os
import re
import signal
import socket
import struct
import sys
import threading

A, CNAME, TXT, AAAA = 1, 5, 16, 28
TYPES = {"A": A, "CNAME": CNAME, "TXT": TXT, "AAAA": AAAA}
IN = 1
NOERROR, FORMERR, NXDOMAIN, NOTIMP, REFUSED = 0, 1, 3, 4, 5
QR, AA, TC, RD = 0x8000, 0x0400, 0x0200, 0x0100

BLANKS = re.compile(r"[ \t]+")
TTL_S = 60
LARGEST = 512  # bytes of an answer to somebody who has not asked for more: RFC 1035, 2.3.4


class Malformed(Exception):
    """A packet or a line that cannot be read."""


# The zone: a dictionary from labels in small letters to a dictionary from types to lists of data.


def labels_of(text):
    """The labels of a name as people write it: with or without the dot at its end."""
    labels = tuple(text.removesuffix(".").lower().encode().split(b"."))
    if not all(1 <= len(label) <= 63 for label in labels):
        raise Malformed(f"not a name: {text!r}")
    if sum(len(label) + 1 for label in labels) + 1 > 255:
        raise Malformed(f"a name of more than 255 bytes: {text!r}")
    return labels


def data_of(kind, value):
    """What a record of this type holds: bytes as they are sent, or the labels of a CNAME."""
    if kind == CNAME:
        return labels_of(value)
    if kind == TXT:
        string = re.sub(r"\\(.)", r"\1", value).encode("utf-8", "surrogateescape")
        if len(string) > 255:
            raise Malformed("a string of more than 255 bytes")
        return bytes([len(string)]) + string
    family = socket.AF_INET if kind == A else socket.AF_INET6
    try:
        return socket.inet_pton(family, value)
    except (OSError, ValueError):
        raise Malformed(f"not an address: {value!r}") from None


def read_zone(path):
    zone = {}
    with open(path, encoding="utf-8", errors="surrogateescape", newline="\n") as lines:
        for number, line in enumerate(lines, 1):
            line = line.strip(" \t\r\n")
            if not line or line.startswith("#"):
                continue
            try:
                # Not split() alone: the string of a TXT record may have blanks in it, and begin with
                # what looks like one.
                name, kind, value = BLANKS.split(line, maxsplit=2)
                if kind not in TYPES:
                    raise Malformed(f"not a type: {kind!r}")
                kind = TYPES[kind]
                records = zone.setdefault(labels_of(name), {})
                records.setdefault(kind, []).append(data_of(kind, value))
            except ValueError:
                sys.exit(f"dns: {path}: line {number}: not NAME TYPE VALUE")
            except Malformed as error:
                sys.exit(f"dns: {path}: line {number}: {error}")
    return zone


# The packets: RFC 1035, 4.


class Reader:
    """Takes a packet apart from its beginning; refuses what is not there."""

    def __init__(self, packet):
        self.packet, self.at = packet, 0

    def take(self, count):
        taken = self.packet[self.at:self.at + count]
        if len(taken) < count:
            raise Malformed("cut off")
        self.at += count
        return taken

    def number(self):
        return int.from_bytes(self.take(2), "big")

    def name(self):
        """The labels of a name, with pointers followed."""
        labels, size, start, after = [], 1, self.at, None
        while (length := self.take(1)[0]) != 0:
            if length >= 0xC0:
                target = (length & 0x3F) << 8 | self.take(1)[0]
                after = self.at if after is None else after
                if target >= start:
                    raise Malformed("a pointer that does not lead back")
                start = self.at = target
                continue
            if length > 63:
                raise Malformed("a label of an unknown kind")
            labels.append(self.take(length))
            size += length + 1
            if size > 255:
                raise Malformed("a name of more than 255 bytes")
        if after is not None:
            self.at = after
        return tuple(labels)


def written(labels):
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def record(owner, kind, data):
    data = written(data) if kind == CNAME else data
    return owner + struct.pack("!HHIH", kind, IN, TTL_S, len(data)) + data


def look_up(zone, name, kind):
    """The code and the records of an answer; CNAMEs are followed inside the zone."""
    records, owner, seen = [], b"\xc0\x0c", set()  # a pointer to the question's name
    while True:
        found = zone.get(name)
        if found is None:
            return NXDOMAIN, records
        if CNAME not in found or kind == CNAME:
            records += [record(owner, kind, data) for data in found.get(kind, [])]
            return NOERROR, records
        target = found[CNAME][0]
        records.append(record(owner, CNAME, target))
        seen.add(name)
        if target in seen:
            return NOERROR, records
        name, owner = target, written(target)


def answer(zone, packet):
    """The answer to a packet; None: silence."""
    if len(packet) < 12:
        return None  # not even an id to answer to
    ident, flags, questions, *_ = struct.unpack("!6H", packet[:12])
    if flags & QR:
        return None  # two servers that answer answers would never stop

    def header(code, more=0, asked=0, answers=0):
        flags_out = QR | (flags & (0x7800 | RD)) | more | code
        return struct.pack("!6H", ident, flags_out, asked, answers, 0, 0)

    if flags & 0x7800:
        return header(NOTIMP)
    reader = Reader(packet)
    reader.take(12)
    try:
        if questions != 1:
            raise Malformed("not one question")
        name, kind, group = reader.name(), reader.number(), reader.number()
    except Malformed:
        return header(FORMERR)
    # The records of a question's tail (EDNS0) are passed over: without it, 512 bytes are the limit.
    question = written(name) + struct.pack("!HH", kind, group)
    if group != IN:
        return header(REFUSED, 0, 1) + question
    code, records = look_up(zone, tuple(label.lower() for label in name), kind)
    whole = header(code, AA, 1, len(records)) + question + b"".join(records)
    if len(whole) > LARGEST:
        return header(code, AA | TC, 1) + question
    return whole


def serve(endpoint, zone):
    while True:
        try:
            packet, client = endpoint.recvfrom(65536)
            reply = answer(zone, packet)
            if reply is not None:
                endpoint.sendto(reply, client)
        except OSError as error:
            # What becomes of one answer (no memory, a client that has gone) is not our end.
            print(f"dns: {error}", file=sys.stderr)


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: dns PORT ZONE")
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    zone = read_zone(sys.argv[2])
    endpoint = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    endpoint.bind(("127.0.0.1", int(sys.argv[1])))
    threading.Thread(target=serve, args=(endpoint, zone), daemon=True).start()
    signal.sigwait({signal.SIGTERM})
    os._exit(0)


if __name__ == "__main__":
    main()
