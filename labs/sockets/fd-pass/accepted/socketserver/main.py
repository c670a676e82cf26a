"""The standard library's socketserver, a thread for each client, and makefile for the lines."""
import os
import signal
import socket
import socketserver
import stat
import sys
import threading

LINE_MAX = 5000
root = os.path.realpath(os.fsencode(sys.argv[2]))


def open_file(name):
    path = os.path.realpath(os.path.join(root, name))
    if not path.startswith(root + b"/"):
        raise PermissionError(1, "outside")
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    # What was opened says itself where it is.
    is_inside = os.readlink(f"/proc/self/fd/{fd}").encode().startswith(root + b"/")
    if not is_inside or not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise PermissionError(1, "no file of ours")
    return fd


class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        while (line := self.rfile.readline(LINE_MAX)).endswith(b"\n"):
            verb, _, name = line[:-1].partition(b" ")
            if verb != b"open":
                self.wfile.write(b"error what?\n")
                continue
            try:
                fd = open_file(name)
            except (OSError, ValueError) as error:
                self.wfile.write(f"error {error}".replace("\n", " ").encode() + b"\n")
                continue
            try:
                socket.send_fds(self.connection, [b"ok\n"], [fd])
            finally:
                os.close(fd)
        if line:
            self.wfile.write(b"error too long\n")


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def handle_error(self, *_):
        pass  # the client has gone


signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
path = sys.argv[1]
if os.path.exists(path):
    if not stat.S_ISSOCK(os.stat(path).st_mode):
        sys.exit("something else is there")
    probe = socket.socket(socket.AF_UNIX)
    try:
        probe.connect(path)
        sys.exit("somebody is there")
    except ConnectionRefusedError:
        os.unlink(path)
os.umask(0o077)  # the mode is 0700
server = Server(path, Handler)
threading.stack_size(128 * 1024)
threading.Thread(target=server.serve_forever, args=(3600,), daemon=True).start()
signal.sigwait({signal.SIGTERM})
os._exit(0)
