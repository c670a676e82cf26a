"""fan-in FIFO...: as the solution in Python, and says on standard error how many FIFOs it has."""
import os
import select
import signal
import stat
import sys

PIECE = 1 << 16


class Fifo:
    def __init__(self, name):
        self.fd = os.open(name, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        if not stat.S_ISFIFO(os.fstat(self.fd).st_mode):
            raise OSError(0, "not a FIFO", name)
        self.rest = []  # pieces since the last newline

    def take(self):
        """Passes on what is complete by now; whether there may be more."""
        piece = os.read(self.fd, PIECE)
        if not piece:
            if any(self.rest):
                put(b"".join([*self.rest, b"\n"]))
            return False
        end = piece.rfind(b"\n") + 1
        if end == 0:
            self.rest.append(piece)
        else:
            put(b"".join([*self.rest, piece[:end]]))
            self.rest = [piece[end:]]
        return True


def put(data):
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(1, rest) :]


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        fifos = {fifo.fd: fifo for fifo in map(Fifo, sys.argv[1:])}
    except OSError as error:
        sys.exit(f"fan-in: {error.filename}: {error.strerror}")
    print(f'fan-in: {len(fifos)} FIFOs', file=sys.stderr)
    poll = select.poll()
    for fd in fifos:
        poll.register(fd, select.POLLIN)
    while fifos:
        for fd, _ in poll.poll():
            if not fifos[fd].take():
                poll.unregister(fd)
                os.close(fd)
                del fifos[fd]


if __name__ == "__main__":
    main()
