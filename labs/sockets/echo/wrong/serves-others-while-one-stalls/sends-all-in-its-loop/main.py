"""echo. The mistake: sendall in the loop.

The sockets block, and the wait says when they can be read without blocking; nobody says so of
writing.
"""
import errno
import os
import resource
import select
import signal
import socket
import sys
import threading

CHUNK = 64 * 1024
BACKLOG = 4096
RETRY_S = 1.0
NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Server:
    def __init__(self, listener):
        self.listener = listener
        self.connections = {}  # by descriptor: the socket
        self.is_resting = False  # out of descriptors: the listener is not watched
        self.epoll = select.epoll()
        self.epoll.register(listener, select.EPOLLIN)

    def run(self):
        while True:
            ready = self.epoll.poll(RETRY_S if self.is_resting else None)
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
            self.connections[connection.fileno()] = connection
            self.epoll.register(connection, select.EPOLLIN)

    def watch_listener(self):
        if self.is_resting:
            self.epoll.register(self.listener, select.EPOLLIN)
            self.is_resting = False

    def serve(self, fd):
        try:
            self.read_from(fd)
        except OSError:  # reset, most likely; Python ignores SIGPIPE
            self.close(fd)

    def read_from(self, fd):
        try:
            chunk = self.connections[fd].recv(CHUNK)
        except BlockingIOError:
            return
        if chunk:
            self.connections[fd].sendall(chunk)
        else:
            self.close(fd)

    def close(self, fd):
        self.connections.pop(fd).close()  # leaves the epoll set, too
        self.watch_listener()


def raise_limit():
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def leave_on_sigterm():
    """A handler would run between two bytecodes, and a wait that begins just then is not one."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    def wait():
        signal.sigwait({signal.SIGTERM})
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


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
    leave_on_sigterm()
    try:
        Server(listen_on(int(sys.argv[1]))).run()
        return 0
    except OSError as error:
        print(f"echo: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
