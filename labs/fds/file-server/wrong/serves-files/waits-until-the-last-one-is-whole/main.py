"""Answers when what it has read ends with a request."""
import os
import selectors
import signal
import socket
import stat
import sys

READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE
selector = selectors.DefaultSelector()


def open_inside(root, name):
    path = os.path.realpath(root + b"/" + name)
    if not path.startswith(root + b"/"):
        raise OSError(0, "outside")
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError(0, "no file")
    return fd


def converse(connection, root):
    held = b""
    while True:
        while not held.endswith(b"\n"):
            yield READ
            got = connection.recv(4096)
            if not got or len(held) > 8192:
                return
            held += got
        line, _, held = held.partition(b"\n")
        try:
            fd = open_inside(root, line.removeprefix(b"GET "))
        except (OSError, ValueError) as error:
            yield WRITE
            connection.send(b"ERR %s\n" % str(error).encode("ascii", "replace"))
            continue
        try:
            left = os.fstat(fd).st_size
            yield WRITE
            connection.send(b"OK %d\n" % left)
            while left:
                yield WRITE
                try:
                    sent = os.sendfile(connection.fileno(), fd, None, min(left, 1 << 19))
                except BlockingIOError:
                    continue
                if sent == 0:
                    return
                left -= sent
        finally:
            os.close(fd)


def step(connection, talk):
    try:
        selector.modify(connection, next(talk), talk)
    except (StopIteration, OSError):
        talk.close()
        selector.unregister(connection)
        connection.close()


def main():
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=1024)
    root = os.path.realpath(os.fsencode(sys.argv[2]))
    selector.register(listener, READ)
    while True:
        for key, _ in selector.select():
            if key.data:
                step(key.fileobj, key.data)
                continue
            connection, _ = listener.accept()
            connection.setblocking(False)
            selector.register(connection, READ, converse(connection, root))
            step(connection, selector.get_key(connection).data)


main()
