"""echo. The mistake: the parent exits, and its workers go on serving as orphans."""
import errno
import os
import resource
import select
import signal
import socket
import sys

WORKERS = 4
CHUNK = 32 * 1024


def step(connection, held):
    """Writes what is held, or else reads and writes; returns what is held then, None at the end."""
    try:
        if not held:
            held = connection.recv(CHUNK)
            if not held:
                return None
        return held[connection.send(held):]
    except BlockingIOError:
        return held
    except OSError:
        return None


def work(listener):
    epoll = select.epoll()
    epoll.register(listener, select.EPOLLIN)
    connections = {}
    is_full = False
    while True:
        events = epoll.poll(1 if is_full else None)
        if is_full and (not events or len(connections) < were):
            epoll.register(listener, select.EPOLLIN)
            is_full = False
        for fd, _ in events:
            if fd == listener.fileno():
                try:
                    connection, _ = listener.accept()
                except OSError as error:
                    if error.errno in (errno.EMFILE, errno.ENFILE):
                        epoll.unregister(listener)
                        is_full, were = True, len(connections)
                    continue
                connection.setblocking(False)
                connections[connection.fileno()] = connection, b""
                epoll.register(connection, select.EPOLLIN)
                continue
            connection, before = connections[fd]
            held = step(connection, before)
            if held is None:
                del connections[fd]
                connection.close()
                continue
            connections[fd] = connection, held
            if bool(held) != bool(before):
                epoll.modify(fd, select.EPOLLOUT if held else select.EPOLLIN)


def main():
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=4096)
    listener.setblocking(False)
    for _ in range(WORKERS):
        if os.fork() == 0:
            work(listener)
    listener.close()
    signal.sigwait({signal.SIGTERM})


main()
