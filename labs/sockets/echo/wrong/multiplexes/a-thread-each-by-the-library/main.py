"""echo. The mistake: socketserver's ThreadingMixIn, which is a thread for each connection."""
import os
import resource
import signal
import socketserver
import sys
import threading


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            while chunk := self.request.recv(16384):
                self.request.sendall(chunk)
        except OSError:
            pass


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 4096


def leave_on_sigterm():
    """A handler would run between two bytecodes, and a wait that begins just then is not one."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})

    def wait():
        signal.sigwait({signal.SIGTERM})
        os._exit(0)

    threading.Thread(target=wait, daemon=True).start()


hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
threading.stack_size(128 * 1024)
leave_on_sigterm()
with Server(("127.0.0.1", int(sys.argv[1])), Echo) as server:
    server.serve_forever(poll_interval=None)
