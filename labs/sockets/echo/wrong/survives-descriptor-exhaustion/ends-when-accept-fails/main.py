"""echo. The mistake: accept has failed, and so the server ends."""
import errno
import resource
import select
import signal
import socket
import sys

CHUNK = 64 * 1024
BACKLOG = 4096
RETRY_S = 1.0
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Server:
    def __init__(self, listener, wake):
        self.listener, self.wake = listener, wake
        self.connections = {}  # by descriptor: the socket
        self.held = {}  # by descriptor: what was read and not yet sent
        self.is_resting = False  # out of descriptors: the listener is not watched
        self.epoll = select.epoll()
        self.epoll.register(listener, select.EPOLLIN)
        self.epoll.register(wake, select.EPOLLIN)

    def run(self):
        while True:
            ready = self.epoll.poll(RETRY_S if self.is_resting else None)
            if not ready:
                self.watch_listener()
            for fd, _ in ready:
                if fd == self.wake.fileno():
                    return
                if fd == self.listener.fileno():
                    self.accept()
                else:
                    self.serve(fd)

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except ConnectionAbortedError:  # the client has left the queue again
                continue
            except BlockingIOError:
                return
            connection.setblocking(False)
            self.connections[connection.fileno()] = connection
            self.epoll.register(connection, select.EPOLLIN)

    def watch_listener(self):
        if self.is_resting:
            self.epoll.register(self.listener, select.EPOLLIN)
            self.is_resting = False

    def serve(self, fd):
        try:
            if fd in self.held:
                self.write_to(fd)
            else:
                self.read_from(fd)
        except OSError:  # reset, most likely; Python ignores SIGPIPE
            self.close(fd)

    def read_from(self, fd):
        try:
            chunk = self.connections[fd].recv(CHUNK)
        except BlockingIOError:
            return
        if not chunk:
            self.close(fd)  # end of input, with nothing held
        elif rest := self.send(fd, memoryview(chunk)):
            self.held[fd] = rest
            self.epoll.modify(fd, select.EPOLLOUT)

    def write_to(self, fd):
        if rest := self.send(fd, self.held[fd]):
            self.held[fd] = rest
        else:
            del self.held[fd]
            self.epoll.modify(fd, select.EPOLLIN)

    def send(self, fd, rest):
        """Sends what it can; returns what is left."""
        try:
            return rest[self.connections[fd].send(rest):]
        except BlockingIOError:
            return rest

    def close(self, fd):
        self.held.pop(fd, None)
        self.connections.pop(fd).close()  # leaves the epoll set, too
        self.watch_listener()


def raise_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def catch_signals():
    """Returns a socket that is readable once we have been told to stop."""
    wake, poke = socket.socketpair()
    poke.setblocking(False)
    signal.set_wakeup_fd(poke.detach(), warn_on_full_buffer=False)
    for signum in STOP_SIGNALS:
        signal.signal(signum, lambda *_: None)
    return wake


def listen_on(port):
    listener = socket.socket()
    # Connections of an earlier run may be in TIME_WAIT on this port.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Inherited by what is accepted: small answers go out at once.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.bind(("127.0.0.1", port))
    listener.setblocking(False)
    listener.listen(BACKLOG)
    return listener


def main():
    if len(sys.argv) != 2:
        print("usage: echo PORT", file=sys.stderr)
        return 2
    raise_limit()
    wake = catch_signals()
    try:
        Server(listen_on(int(sys.argv[1])), wake).run()
        return 0
    except OSError as error:
        print(f"echo: {error}", file=sys.stderr)
        return 1
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)


if __name__ == "__main__":
    sys.exit(main())
