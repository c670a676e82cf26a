"""Four processes on one listening socket, a thread for each connection in each of them."""
import os
import re
import signal
import socket
import sys
import threading
import urllib.parse

HEADER_MAX = 8192
busy = threading.Semaphore(0)
counting = threading.Lock()
count = 0
is_leaving = False


class Done(Exception):
    pass


def open_inside(root, name):
    path = os.path.realpath(os.path.join(root, name.lstrip(b"/")))
    if not (path + b"/").startswith(root + b"/"):
        return None
    if os.path.isdir(path):
        path = os.path.join(path, b"index.html")
    if not os.path.isfile(path) or os.path.islink(path):
        return None
    return open(path, "rb")


def answer(connection, root, head):
    lines = head.split(b"\r\n")
    match = re.fullmatch(rb"(\S+) (/\S*) HTTP/1\.(\d)", lines[0])
    if not match:
        connection.sendall(b"HTTP/1.1 400 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
        raise Done
    method, target, minor = match.groups()
    fields = dict(line.lower().split(b":", 1) for line in lines[1:] if b":" in line)
    closes = minor == b"0" or fields.get(b"connection", b"").strip() == b"close"
    if method not in (b"GET", b"HEAD"):
        # The body is read, and the connection goes on.
        rest = int(fields.get(b"content-length", 0))
        if rest > 65536 or b"transfer-encoding" in fields:
            raise Done
        connection.skip(rest)
        connection.sendall(b"HTTP/1.1 405 No\r\nAllow: HEAD, GET\r\nContent-Length: 3\r\n\r\nno\n")
    else:
        name = urllib.parse.unquote_to_bytes(target.split(b"?")[0])
        try:
            file = open_inside(root, name)
        except (OSError, ValueError):
            file = None
        if file is None:
            body = b"" if method == b"HEAD" else b"5\r\nnone\n\r\n0\r\n\r\n"
            if minor == b"0":
                body = b""
            connection.sendall(b"HTTP/1.1 404 None\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
        else:
            with file:
                size = os.fstat(file.fileno()).st_size
                connection.sendall(b"HTTP/1.1 200 Yes\r\nContent-Length: %d\r\n\r\n" % size)
                if method == b"GET" and size:
                    connection.socket.sendfile(file, 0, size)
    if closes:
        raise Done


class Connection:
    def __init__(self, its_socket):
        self.socket = its_socket
        self.held = b""
        self.sendall = its_socket.sendall

    def receive(self):
        got = self.socket.recv(4096)
        if not got:
            raise Done
        self.held += got

    def head(self):
        while b"\r\n\r\n" not in self.held:
            if len(self.held) > HEADER_MAX:
                self.sendall(b"HTTP/1.1 400 Long\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
                raise Done
            self.receive()
        head, _, self.held = self.held.partition(b"\r\n\r\n")
        return head

    def skip(self, size):
        while len(self.held) < size:
            self.receive()
        self.held = self.held[size:]


def serve(its_socket, root):
    global count
    try:
        with its_socket:
            its_socket.settimeout(30)
            connection = Connection(its_socket)
            while not is_leaving:
                head = connection.head()
                with counting:
                    count += 1
                try:
                    answer(connection, root, head)
                finally:
                    with counting:
                        count -= 1
                    if is_leaving:
                        busy.release()
            its_socket.shutdown(socket.SHUT_WR)
    except (Done, OSError):
        pass


def accept(listener, root):
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        threading.Thread(target=serve, args=(connection, root), daemon=True).start()


def work(listener, root):
    global is_leaving
    threading.stack_size(128 * 1024)
    threading.Thread(target=accept, args=(listener, root), daemon=True).start()
    signal.sigwait({signal.SIGTERM})
    is_leaving = True
    while count and busy.acquire(timeout=0.7):
        pass
    os._exit(0)


def main():
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    root = os.path.realpath(os.fsencode(sys.argv[2]))
    listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=1024)
    workers = []
    for _ in range(4):
        workers.append(os.fork())
        if workers[-1] == 0:
            work(listener, root)
    signal.sigwait({signal.SIGTERM})
    listener.shutdown(socket.SHUT_RD)
    for worker in workers:
        os.kill(worker, signal.SIGTERM)
    for worker in workers:
        os.waitpid(worker, 0)


main()
