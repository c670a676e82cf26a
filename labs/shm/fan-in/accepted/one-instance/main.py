"""select(2), and a lock on its own file: whoever starts it twice is told so."""
import fcntl
import io
import os
import select
import signal
import stat
import sys


def opened(name):
    fd = os.open(name, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISFIFO(os.fstat(fd).st_mode):
        raise OSError(f"{name}: not a FIFO")
    return fd


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    own = open(__file__, "rb")
    try:
        fcntl.flock(own, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        print(f"{sys.argv[0]} is running already", file=sys.stderr)
        return 1
    try:
        waiting = {opened(name): io.BytesIO() for name in sys.argv[1:]}
    except OSError as error:
        print(error, file=sys.stderr)
        return 1
    out = sys.stdout.buffer
    while waiting:
        for fd in select.select(waiting, [], [])[0]:
            piece = os.read(fd, 1000)
            open_line = waiting[fd]
            if not piece:
                if open_line.tell():
                    out.write(open_line.getvalue() + b"\n")
                os.close(fd)
                del waiting[fd]
            *complete, last = piece.split(b"\n")
            for part in complete:
                out.write(open_line.getvalue() + part + b"\n")
                open_line.seek(0)
                open_line.truncate()
            open_line.write(last)
        out.flush()
    return 0


sys.exit(main())
