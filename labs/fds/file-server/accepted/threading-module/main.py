"""socket.sendfile, in a thread for each connection."""
import os
import signal
import socketserver
import stat
import sys


class Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        try:
            for line in self.rfile:
                if not line.endswith(b"\n") or not self.answer(line[4:-1]):
                    return
        except OSError:
            pass

    def answer(self, name):
        root = self.server.root
        try:
            path = os.path.realpath(os.path.join(root, name))
            if os.path.commonpath([path, root]) != root:
                raise ValueError
            fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        except (OSError, ValueError):
            self.wfile.write(b"ERR no\n")
            return True
        about = os.fstat(fd)
        if not stat.S_ISREG(about.st_mode):
            os.close(fd)  # open would not have closed it
            self.wfile.write(b"ERR no file\n")
            return True
        with open(fd, "rb") as file:
            self.wfile.write(b"OK %d\n" % about.st_size)
            if about.st_size == 0:
                return True
            return self.request.sendfile(file, 0, about.st_size) == about.st_size


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, request, client_address):
        pass


signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
with Server(("127.0.0.1", int(sys.argv[1])), Conversation) as server:
    server.root = os.path.realpath(os.fsencode(sys.argv[2]))
    server.serve_forever()
