"""Opens FIFOs, and passes on what one of them has in whole lines. Parts of a program, with a test.

Usage: merge.py FIFO
"""

import os
import select
import stat
import sys


# ANCHOR: open
def opened(path):
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISFIFO(os.fstat(fd).st_mode):
        os.close(fd)
        sys.exit(f"{path}: not a FIFO")
    return fd
# ANCHOR_END: open


# ANCHOR: pieces
class Lines:
    def __init__(self):
        self.rest = []

    def whole(self, piece):
        """What is complete now that this piece has come."""
        end = piece.rfind(b"\n") + 1
        if end == 0:
            self.rest.append(piece)
            return b""
        complete = b"".join([*self.rest, piece[:end]])
        self.rest = [piece[end:]]
        return complete
# ANCHOR_END: pieces


def main():
    fifo = opened(sys.argv[1])
    lines = Lines()
    poll = select.poll()
    poll.register(fifo, select.POLLIN)
    while poll.poll() and (piece := os.read(fifo, 1 << 16)):
        sys.stdout.buffer.write(lines.whole(piece))
    print("and a rest of", sum(map(len, lines.rest)), "bytes")


main()
