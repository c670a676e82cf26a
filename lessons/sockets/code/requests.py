"""Cuts a stream of bytes into HTTP requests, however they arrive. Reads stdin, a byte at a time."""

import sys

# ANCHOR: cut
BOUND = 16 * 1024


class Refused(Exception):
    pass


def cut(buffer):
    """Takes one whole header off the front; None if it is not complete yet."""
    end = buffer.find(b"\r\n\r\n")
    if end == -1 and len(buffer) <= BOUND:
        return None
    if end == -1 or end > BOUND:
        raise Refused("431 Request Header Fields Too Large")
    header = bytes(buffer[:end])
    del buffer[: end + 4]
    return header
# ANCHOR_END: cut


# ANCHOR: feed
buffer = bytearray()
while data := sys.stdin.buffer.read(1):
    buffer += data
    while header := cut(buffer):
        print(header.split(b"\r\n")[0].decode())
# ANCHOR_END: feed
