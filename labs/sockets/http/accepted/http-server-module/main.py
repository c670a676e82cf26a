"""The standard library's own server, a thread for each connection, with what it lacks."""
import functools
import http.server
import os
import signal
import socketserver
import sys
import threading


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30

    def translate_path(self, path):
        found = os.path.realpath(super().translate_path(path))
        inside = os.path.realpath(self.directory)
        # It follows links wherever they lead.
        return found if found == inside or found.startswith(inside + "/") else "/nowhere/at/all"

    def list_directory(self, path):
        self.send_error(403)

    def do_GET(self):
        with self.server.under_way():
            super().do_GET()

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024

    def __init__(self, *arguments):
        self.answers = threading.Condition()
        self.count = 0
        super().__init__(*arguments)

    def under_way(self):
        return UnderWay(self)

    def handle_error(self, *_):
        pass


class UnderWay:
    def __init__(self, server):
        self.server = server

    def __enter__(self):
        with self.server.answers:
            self.server.count += 1

    def __exit__(self, *_):
        with self.server.answers:
            self.server.count -= 1
            self.server.answers.notify_all()


signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
server = Server(("127.0.0.1", int(sys.argv[1])), functools.partial(Handler, directory=sys.argv[2]))
threading.Thread(target=server.serve_forever, args=(3600,), daemon=True).start()
signal.sigwait({signal.SIGTERM})
server.socket.close()
with server.answers:
    server.answers.wait_for(lambda: server.count == 0, 0.8)
os._exit(0)
