"""Raw file objects, select, and a socket pair that signals wake the program through."""
import errno
import io
import os
import select
import signal
import socket
import sys


class Told(Exception):
    """It is time to stop."""


class Journal:
    def __init__(self, path):
        self.file = open(path, "a+b", buffering=0)
        self.size = self.file.seek(0, io.SEEK_END)
        self.cut(self.last_newline())
        folder = os.open(os.path.dirname(path), os.O_DIRECTORY)
        os.fsync(folder)

    def last_newline(self):
        """The offset behind the last newline, found from the front."""
        self.file.seek(0)
        found = at = 0
        while block := self.file.read(1 << 20):
            if b"\n" in block:
                found = at + block.rindex(b"\n") + 1
            at += len(block)
        return found

    def cut(self, size):
        if size != self.size:
            os.ftruncate(self.file.fileno(), size)
            self.size = size
            os.fsync(self.file)

    def add(self, record):
        written = 0
        try:
            while written < len(record):
                written += self.file.write(record[written:])
        except OSError:
            os.ftruncate(self.file.fileno(), self.size)
            raise
        os.fdatasync(self.file.fileno())
        self.size += len(record)


class Streams:
    def __init__(self):
        self.bell, rope = socket.socketpair()
        rope.setblocking(False)
        signal.set_wakeup_fd(rope.detach())
        for name in "SIGTERM", "SIGINT":
            signal.signal(getattr(signal, name), self.heard)

    def heard(self, *_):
        pass

    def records(self):
        rest = b""
        while True:
            rung, _, _ = select.select([self.bell, 0], [], [])
            if self.bell in rung:
                raise Told
            block = os.read(0, 8192)
            if not block:
                return
            *whole, rest = (rest + block).split(b"\n")
            for record in whole:
                yield record + b"\n"

    def answer(self, text):
        while text:
            _, writable, _ = select.select([self.bell], [1], [])
            if not writable:
                raise Told
            text = text[os.write(1, text):]


def main(path):
    streams = Streams()
    try:
        journal = Journal(path)
        for number, record in enumerate(streams.records(), start=1):
            journal.add(record)
            streams.answer(f"ok {number}\n".encode())
    except Told:
        return 0
    except OSError as error:
        name = errno.errorcode.get(error.errno, error.errno)
        print(f"journal: {name}: {error}", file=sys.stderr, flush=True)
        return 1
    return 0


# os._exit: the interpreter's own way out gives the signals back before it is through.
os._exit(main(sys.argv[1]))
