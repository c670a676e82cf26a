"""ring produce NAME CAPACITY: sends the lines of its standard input through shared memory.
ring consume NAME: writes them to its standard output.

Wrong: it takes NUL bytes out of the lines.
"""
import mmap
import os
import select
import socket
import sys
import time

# How long the other side is waited for at the start. The clock runs on while we have no processor:
# so it is a good deal more than what is promised.
PATIENCE = 30.0

CHUNK = 1 << 16
HEAD = 128  # Two lines of the cache: what the producer writes, and what the consumer writes.
WRITTEN, CLOSED, READ = 0, 1, 8  # Words of 64 bits.


class Failure(Exception):
    """What ends the program with a message."""


def meet(name, role):
    """Waits for the other side; the socket to it."""
    address = "\0ring " + name
    deadline = time.monotonic() + PATIENCE
    while True:
        peer = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            # One of the two gets the name.
            peer.bind(address)
        except OSError:
            try:
                peer.connect(address)
            except ConnectionRefusedError:
                # It does not listen yet, or has just gone.
                peer.close()
                if time.monotonic() > deadline:
                    raise Failure("the name is taken by somebody who does not answer")
                time.sleep(0.01)
                continue
        else:
            with peer as listener:
                listener.listen(1)
                listener.settimeout(PATIENCE)
                try:
                    peer, _ = listener.accept()
                except TimeoutError:
                    raise Failure("nobody has come")
        peer.sendall(role)
        if peer.recv(1) == role:
            raise Failure("there is another one who does the same")
        return peer


class Ring:
    """One side's view of the ring."""

    def __init__(self, fd, peer):
        size = os.fstat(fd).st_size
        if size <= HEAD:
            raise Failure("it is no ring")
        self.peer = peer
        self.capacity = size - HEAD
        memory = memoryview(mmap.mmap(fd, size))
        os.close(fd)
        self.words = memory[:HEAD].cast("Q")
        self.bytes = memory[HEAD:]
        self.has_peer = True

    def there(self):
        """Bytes in the ring."""
        there = self.words[WRITTEN] - self.words[READ]
        if not 0 <= there <= self.capacity:
            raise Failure("the other one has damaged the ring")
        return there

    def ring_bell(self):
        try:
            self.peer.send(b"\a", socket.MSG_DONTWAIT)
        except BlockingIOError:
            pass  # It has bells enough to hear.
        except OSError:
            self.has_peer = False

    def hear(self, *others):
        """Sleeps until the bell rings, the peer has gone, or one of the others is ready: which."""
        poll = select.poll()
        for fd in (self.peer, *others):
            poll.register(fd, select.POLLIN)
        ready = [fd for fd, _ in poll.poll()]
        if self.peer.fileno() in ready:
            try:
                self.has_peer = self.has_peer and self.peer.recv(CHUNK) != b""
            except ConnectionError:
                self.has_peer = False
        return ready

    def put(self, chunk):
        chunk = memoryview(chunk)
        while chunk:
            size = min(len(chunk), self.capacity - self.there())
            if size > 0:
                written = self.words[WRITTEN]
                start = written % self.capacity
                first = min(size, self.capacity - start)
                self.bytes[start : start + first] = chunk[:first]
                self.bytes[: size - first] = chunk[first:size]
                self.words[WRITTEN] = written + size  # Only now are they there.
                self.ring_bell()
                chunk = chunk[size:]
            elif self.has_peer:
                self.hear()
            else:
                raise Failure("the consumer has died")

    def get(self):
        """What is there; nothing if no more will come."""
        while True:
            # In this order: what came before the end is there when the end is seen.
            is_over = self.words[CLOSED] or not self.has_peer
            size = self.there()
            if size > 0:
                read = self.words[READ]
                start = read % self.capacity
                first = min(size, self.capacity - start)
                taken = bytes(self.bytes[start : start + first]) + bytes(self.bytes[: size - first])
                self.words[READ] = read + size  # Only now may they be overwritten.
                self.ring_bell()
                return taken
            if is_over:
                return b""
            self.hear()


def produce(peer, path, capacity):
    # The socket's name is ours: what has this one is left of a run that is over.
    remove(path)
    fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    # On a full /dev/shm now, and not by a signal later.
    os.posix_fallocate(fd, 0, HEAD + capacity)
    ring = Ring(fd, peer)
    ring.ring_bell()
    last = b"\n"
    while True:
        ready = ring.hear(0)
        if not ring.has_peer:
            raise Failure("the consumer has died")
        if 0 not in ready:
            continue
        chunk = os.read(0, CHUNK)
        if not chunk:
            break
        ring.put(chunk.replace(b"\0", b""))
        last = chunk[-1:]
    if last != b"\n":
        ring.put(b"\n")
    ring.words[CLOSED] = 1
    ring.ring_bell()
    while ring.there() > 0:
        if not ring.has_peer:
            raise Failure("the consumer has died")
        ring.hear()


def consume(peer, path):
    if peer.recv(1) == b"":
        raise Failure("the producer has died")
    ring = Ring(os.open(path, os.O_RDWR), peer)
    # Both have it: the name is not needed any more, and cannot be left behind.
    remove(path)
    kept = b""
    while taken := ring.get():
        lines, newline, rest = taken.rpartition(b"\n")
        if newline:
            write_all(kept + lines + newline)
            kept = rest
        else:
            kept += rest
    if not ring.words[CLOSED]:
        raise Failure("the producer has died")


def write_all(data):
    data = memoryview(data)
    while data:
        data = data[os.write(1, data) :]


def remove(path):
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass


def main():
    match sys.argv[1:]:
        case ["produce", name, capacity] if capacity.isdecimal() and int(capacity) > 0:
            role, act = b"p", lambda peer, path: produce(peer, path, int(capacity))
        case ["consume", name]:
            role, act = b"c", consume
        case _:
            sys.exit("usage: ring produce NAME CAPACITY | ring consume NAME")
    path = "/dev/shm/" + name.lstrip("/")
    try:
        peer = meet(name, role)
        try:
            act(peer, path)
        except (Failure, OSError):
            remove(path)
            raise
    except (Failure, OSError) as error:
        sys.exit(f"{name}: {error}")


if __name__ == "__main__":
    main()
