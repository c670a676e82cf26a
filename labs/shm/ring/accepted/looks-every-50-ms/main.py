"""ring produce NAME CAPACITY, ring consume NAME.

Another right way: nobody wakes anybody. Whoever waits looks again every 50 ms, which is 40 calls in
two seconds, and every tenth time whether the other one lives: each holds flock on the object, through
a descriptor of its own, under a second name that both know. The lines lie in the ring with their
lengths, and the capacity is rounded up.
"""
import fcntl
import mmap
import os
import select
import struct
import sys
import time

NAP = 0.05
PATIENCE = 30
HEAD = struct.Struct("<QQQQ")  # written, read, closed, come
LENGTH = struct.Struct("<I")
WRITTEN, READ, CLOSED, COME = 0, 1, 2, 3


class Dead(Exception):
    pass


def life(path, side):
    """The file whose lock a side holds as long as it lives."""
    return os.open(f"{path}.{side}", os.O_RDWR | os.O_CREAT, 0o600)


def take(fd):
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False


class Ring:
    def __init__(self, path, side, fd):
        self.path, self.looks = path, 0
        self.memory = mmap.mmap(fd, os.fstat(fd).st_size)
        self.words = memoryview(self.memory)[: HEAD.size].cast("Q")
        self.bytes = memoryview(self.memory)[HEAD.size :]
        self.side = side
        # Who has not come by then does not come.
        self.until = time.monotonic() + PATIENCE
        self.own = life(path, side)
        take(self.own)
        self.other = None
        self.other_side = "consumer" if side == "producer" else "producer"
        if side == "consumer":
            self.words[COME] = 1

    def other_lives(self):
        if self.other is None:
            # The producer made the object; the consumer says that it has come.
            if self.side == "producer" and not self.words[COME]:
                return time.monotonic() < self.until
            try:
                self.other = os.open(f"{self.path}.{self.other_side}", os.O_RDWR)
            except FileNotFoundError:
                return False
        return not take(self.other)

    def is_over(self):
        """Whether the other one may go: there is nothing left for it to do."""
        drained = self.words[READ] == self.words[WRITTEN]
        return self.words[CLOSED] and (drained or self.side == "consumer")

    def nap(self):
        time.sleep(NAP)
        self.looks += 1
        if self.looks % 10 == 0 and not self.other_lives() and not self.is_over():
            raise Dead(f"the {self.other_side} is dead")

    def copy_in(self, at, data):
        at %= len(self.bytes)
        first = min(len(data), len(self.bytes) - at)
        self.bytes[at : at + first] = data[:first]
        self.bytes[: len(data) - first] = data[first:]

    def copy_out(self, at, size):
        at %= len(self.bytes)
        first = min(size, len(self.bytes) - at)
        return bytes(self.bytes[at : at + first]) + bytes(self.bytes[: size - first])

    def put(self, lines):
        """Puts in as many lines at once as there is room for."""
        at = 0
        while at < len(lines):
            room = len(self.bytes) - (self.words[WRITTEN] - self.words[READ])
            batch, size = [], 0
            while at < len(lines) and size + LENGTH.size + len(lines[at]) <= room:
                batch += [LENGTH.pack(len(lines[at])), lines[at]]
                size += LENGTH.size + len(lines[at])
                at += 1
            if batch:
                self.copy_in(self.words[WRITTEN], b"".join(batch))
                self.words[WRITTEN] += size
            else:
                self.nap()

    def get(self):
        """All lines that are there; None at the end."""
        while True:
            is_closed = self.words[CLOSED]
            there = self.words[WRITTEN] - self.words[READ]
            if there:
                data = self.copy_out(self.words[READ], there)
                self.words[READ] += there
                lines, at = [], 0
                while at < there:
                    (size,) = LENGTH.unpack_from(data, at)
                    at += LENGTH.size + size
                    lines.append(data[at - size : at])
                return lines
            if is_closed:
                return None
            self.nap()


def remove(path):
    for name in (path, path + ".producer", path + ".consumer"):
        try:
            os.unlink(name)
        except FileNotFoundError:
            pass


def produce(path, capacity):
    # As long as a line is in it with its length, and then as much as was asked for.
    size = HEAD.size + 2 * capacity + 64
    fd = os.open(path + ".new", os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    os.truncate(fd, size)
    ring = Ring(path, "producer", fd)
    # With the name the object is complete.
    os.rename(path + ".new", path)
    rest = b""
    while True:
        while not select.select([0], [], [], 0.5)[0]:
            if not ring.other_lives():
                raise Dead("the consumer is dead")
        data = os.read(0, 1 << 16)
        *lines, rest = (rest + data).split(b"\n")
        ring.put(lines)
        if not data:
            break
    if rest:
        ring.put([rest])
    ring.words[CLOSED] = 1
    while ring.words[READ] != ring.words[WRITTEN]:
        ring.nap()


def consume(path):
    until = time.monotonic() + PATIENCE
    while True:
        try:
            fd = os.open(path, os.O_RDWR)
            break
        except FileNotFoundError:
            if time.monotonic() > until:
                raise Dead("nobody has come")
            time.sleep(NAP)
    ring = Ring(path, "consumer", fd)
    while (lines := ring.get()) is not None:
        data = memoryview(b"".join(line + b"\n" for line in lines))
        while data:
            data = data[os.write(1, data) :]
    remove(path)


def main():
    path = "/dev/shm/" + sys.argv[2].lstrip("/")
    try:
        if sys.argv[1] == "produce":
            produce(path, int(sys.argv[3]))
        else:
            consume(path)
    except (Dead, OSError) as error:
        remove(path)
        sys.exit(str(error))


if __name__ == "__main__":
    main()
