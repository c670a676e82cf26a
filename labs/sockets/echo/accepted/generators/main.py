"""A generator for each connection: it yields what it waits for, and a loop of twenty lines waits.

This is how asyncio began. The listener is one of the generators; out of descriptors it waits for
"somebody has left".
"""
import errno
import os
import resource
import select
import signal
import socket
import sys
import threading

CHUNK = 16 * 1024
READ, WRITE = select.EPOLLIN, select.EPOLLOUT
LEFT = None


class Loop:
    def __init__(self):
        self.epoll = select.epoll()
        self.tasks = {}  # by descriptor: the generator, and what the epoll knows of it
        self.waiting_for_room = []

    def start(self, fd, task):
        self.tasks[fd] = task, 0
        self.go_on(fd)

    def go_on(self, fd):
        task, known = self.tasks[fd]
        try:
            wanted = next(task)
        except StopIteration:
            del self.tasks[fd]
            waiting, self.waiting_for_room = self.waiting_for_room, []
            for waiter in waiting:
                self.go_on(waiter)
            return
        if wanted is LEFT:
            self.waiting_for_room.append(fd)
            self.epoll.unregister(fd)
            wanted = 0
        elif known == 0:
            self.epoll.register(fd, wanted)
        elif wanted != known:
            self.epoll.modify(fd, wanted)
        self.tasks[fd] = task, wanted

    def run(self):
        while True:
            for fd, _ in self.epoll.poll():
                self.go_on(fd)


def echo(connection):
    with connection:
        while True:
            yield READ
            try:
                chunk = connection.recv(CHUNK)
                while chunk:
                    try:
                        chunk = chunk[connection.send(chunk):]
                    except BlockingIOError:
                        yield WRITE
                        continue
                    if not chunk:
                        break
                else:
                    return
            except BlockingIOError:
                continue
            except OSError:
                return


def listen(loop, listener):
    while True:
        yield READ
        while True:
            try:
                connection, _ = listener.accept()
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE):
                    yield LEFT
                break
            connection.setblocking(False)
            loop.start(connection.fileno(), echo(connection))


def leave_on_sigterm():
    """A handler would run between two bytecodes, and a wait that begins just then is not one."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    def wait():
        signal.sigwait({signal.SIGTERM})
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


def main():
    leave_on_sigterm()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=4096)
    listener.setblocking(False)
    loop = Loop()
    loop.start(listener.fileno(), listen(loop, listener))
    loop.run()


main()
