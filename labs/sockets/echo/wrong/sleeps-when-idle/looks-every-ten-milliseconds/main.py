"""echo. The mistake: a hundred looks a second, for a flag that a signal sets."""
import errno
import resource
import select
import signal
import socket
import sys

CHUNK = 64 * 1024
BACKLOG = 4096
STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


is_stopped = False


def stop(signum, frame):
    global is_stopped
    is_stopped = True


class Server:
    def __init__(self, listener):
        self.listener = listener
        self.connections = {}  # by descriptor: the socket
        self.held = {}  # by descriptor: what was read and not yet sent
        self.is_resting = False  # out of descriptors: the listener is not watched
        self.epoll = select.epoll()
        self.epoll.register(listener, select.EPOLLIN)

    def run(self):
        while not is_stopped:
            ready = self.epoll.poll(0.01)
            if not ready:
                self.watch_listener()
            for fd, _ in ready:
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
            except OSError as error:
                if error.errno in NO_ROOM:
                    self.epoll.unregister(self.listener)
                    self.is_resting = True
                return  # else EAGAIN, and what accept(2) says to treat like it
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
    for signum in STOP_SIGNALS:
        signal.signal(signum, stop)
    try:
        Server(listen_on(int(sys.argv[1]))).run()
        return 0
    except OSError as error:
        print(f"echo: {error}", file=sys.stderr)
        return 1
    finally:
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)


if __name__ == "__main__":
    sys.exit(main())
