"""echo. The mistake: select, whose sets end at descriptor 1,023."""
import os
import resource
import select
import signal
import socket
import sys
import threading

CHUNK = 65536


class Server:
    def __init__(self, port):
        self.listener = socket.create_server(("127.0.0.1", port), backlog=4096)
        self.listener.setblocking(False)
        self.reading = {self.listener}
        self.writing = {}  # what has to be written first

    def run(self):
        while True:
            readable, writable, _ = select.select(self.reading, self.writing, [])
            for one in readable + writable:
                if one is self.listener:
                    self.accept()
                else:
                    self.serve(one)

    def accept(self):
        try:
            connection, _ = self.listener.accept()
        except BlockingIOError:
            return
        connection.setblocking(False)
        self.reading.add(connection)

    def serve(self, connection):
        try:
            rest = self.writing.pop(connection, None) or connection.recv(CHUNK)
            if not rest:
                raise EOFError
            try:
                rest = rest[connection.send(rest):]
            except BlockingIOError:
                pass
        except BlockingIOError:
            return
        except (EOFError, OSError):
            self.reading.discard(connection)
            connection.close()
            return
        if rest:
            self.reading.discard(connection)
            self.writing[connection] = rest
        else:
            self.reading.add(connection)


def leave_on_sigterm():
    """A handler would run between two bytecodes, and a wait that begins just then is not one."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    def wait():
        signal.sigwait({signal.SIGTERM})
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
leave_on_sigterm()
Server(int(sys.argv[1])).run()
