"""fan-in FIFO...: passes on the lines of all FIFOs as they come, each whole.

This starter reads one FIFO after the other, and believes that each is one: follow the TODOs.
"""
import sys


def main():
    for name in sys.argv[1:]:
        # TODO: what does open do if nobody writes to this one yet? And if it is no FIFO at all?
        with open(name, "rb") as fifo:
            # TODO: the others have lines, too.
            for line in fifo:
                if not line.endswith(b"\n"):
                    line += b"\n"
                # TODO: when does this come out, and what happens if nobody reads it?
                sys.stdout.buffer.write(line)


if __name__ == "__main__":
    main()
