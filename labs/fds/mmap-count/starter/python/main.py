"""count FILE...: prints how many newlines each file has, as wc -l does.

This starter maps each file as a whole and believes that nothing goes wrong: follow the TODOs.
"""
import mmap
import os
import sys

PIECE = 1 << 20
views = []


def count_lines(name):
    # TODO: what does open do if this is a FIFO? And if it is not a file at all, who says so?
    fd = os.open(name, os.O_RDONLY)
    # TODO: how long may a mapping be, and how short?
    view = mmap.mmap(fd, 0, prot=mmap.PROT_READ)
    # TODO: there may be two thousand of them.
    views.append(view)
    # TODO: somebody may make the file shorter while we look at it. Python cannot handle the signal
    # that comes then; who could?
    return sum(view[at : at + PIECE].count(b"\n") for at in range(0, len(view), PIECE))


def main():
    total = 0
    for name in sys.argv[1:]:
        # TODO: when one file fails, there are others.
        count = count_lines(name)
        print(count, name)
        total += count
    if len(sys.argv) > 2:
        print(total, "total")


if __name__ == "__main__":
    main()
