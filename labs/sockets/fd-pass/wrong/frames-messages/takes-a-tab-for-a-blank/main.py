"""An fd-pass that takes any blank behind the verb."""
import errno
import os
import selectors
import signal
import socket
import stat
import sys

LINE_MAX = 8 * 1024  # of a request; PATH_MAX is half of it
CLIENTS_MAX = 1000  # the others wait in the kernel's queue
READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


def open_file(root, name):
    """Opens a regular file under the directory `root` without following a link."""
    *directories, last = name.split(b"/")
    if name.startswith(b"/") or b".." in name.split(b"/") or b"\0" in name:
        raise PermissionError(errno.EACCES, "the name leads out")
    here = os.dup(root)
    try:
        for part in directories:
            above = here
            try:
                here = os.open(part or b".", os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW,
                               dir_fd=above)
            finally:
                if here != above:
                    os.close(above)
        fd = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY, dir_fd=here)
    finally:
        os.close(here)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise PermissionError(errno.EACCES, "not a file")
    return fd


class Client:
    def __init__(self, connection):
        connection.setblocking(False)
        self.connection = connection
        self.held = b""
        self.answer = b""  # what waits for room
        self.file = None  # goes with its first byte
        self.closes = False  # after it

    def take_request(self, root):
        """Answers the first whole request, if there is one."""
        line, newline, rest = self.held.partition(b"\n")
        if not newline:
            if len(self.held) > LINE_MAX:
                self.answer, self.closes = b"error the request is too long\n", True
            return bool(self.answer)
        self.held = rest
        if not line.startswith((b"open ", b"open\t")):
            self.answer = b"error no such request\n"
            return True
        try:
            self.file = open_file(root, line[len(b"open "):])
            self.answer = b"ok\n"
        except OSError as error:
            self.answer = f"error {error.strerror}\n".encode()
        return True

    def send_answer(self):
        """Returns whether the answer is sent, and not waiting for room."""
        while self.answer:
            try:
                files = [] if self.file is None else [self.file]
                sent = socket.send_fds(self.connection, [self.answer], files)
            except BlockingIOError:
                return False
            self.answer = self.answer[sent:]
            self.close_file()  # the message has a reference of its own
        return True

    def serve(self, root):
        """Does what can be done without waiting; returns what to wait for, 0 for nothing."""
        if not self.answer:
            try:
                got = self.connection.recv(LINE_MAX)
            except BlockingIOError:
                return READ
            if not got:
                return 0
            self.held += got
        while self.answer or self.take_request(root):
            if not self.send_answer():
                return WRITE
            if self.closes:
                return 0
        return READ

    def close_file(self):
        if self.file is not None:
            os.close(self.file)
        self.file = None

    def close(self):
        self.close_file()
        self.connection.close()


def listen(path):
    """Listens on a socket with this name; whoever is alive there keeps it."""
    try:
        is_socket = stat.S_ISSOCK(os.lstat(path).st_mode)
    except FileNotFoundError:
        pass
    else:
        if not is_socket:
            sys.exit(f"fd-pass: {path}: there is something that is not a socket")
        with socket.socket(socket.AF_UNIX) as probe:
            probe.setblocking(False)
            # EAGAIN: its queue is full, so it is alive as well.
            if probe.connect_ex(path) != errno.ECONNREFUSED:
                sys.exit(f"fd-pass: {path}: a server is alive there")
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX)
    before = os.umask(0o177)
    listener.bind(path)
    os.umask(before)
    listener.listen(socket.SOMAXCONN)
    listener.setblocking(False)
    return listener


def main(path, root):
    # The handler does nothing: it is there so that the number is written to the wakeup descriptor,
    # which select sees, also when the signal comes just before it.
    told, wakeup = socket.socketpair()
    wakeup.setblocking(False)
    signal.set_wakeup_fd(wakeup.fileno())
    signal.signal(signal.SIGTERM, lambda *_: None)

    root = os.open(root, os.O_PATH | os.O_DIRECTORY)
    listener = listen(path)
    selector = selectors.DefaultSelector()
    selector.register(told, READ)
    selector.register(listener, READ)
    count = 0
    while True:
        for key, _ in selector.select():
            if key.fileobj is told:
                os.unlink(path)
                return
            if key.fileobj is listener:
                try:
                    client = Client(listener.accept()[0])
                except OSError:
                    continue
                selector.register(client.connection, READ, client)
                count += 1
                if count == CLIENTS_MAX:
                    selector.unregister(listener)
                continue
            client = key.data
            try:
                events = client.serve(root)
            except OSError:
                events = 0  # it has gone
            if events == 0:
                selector.unregister(client.connection)
                client.close()
                if count == CLIENTS_MAX:
                    selector.register(listener, READ)
                count -= 1
            elif events != key.events:
                selector.modify(client.connection, events, client)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: fd-pass SOCKET ROOT")
    main(sys.argv[1], sys.argv[2])
