"""http PORT ROOT: serve the files under ROOT by HTTP/1.1, to many clients at once."""
import asyncio
import contextlib
import errno
import os
import re
import signal
import stat
import sys
import urllib.parse

HEADER_MAX = 16 * 1024
PIECE = 1024 * 1024
PATIENCE = 30  # seconds for a request to come, and for a client to take a piece of an answer
LINGER = 2  # seconds for what is still coming after a refusal
LEAVING = 0.9  # seconds for answers under way when SIGTERM comes
OUT_OF_SOMETHING = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)

#                             method   absolute form       path              version
REQUEST_LINE = re.compile(rb"([!-~]+) (?:http://[^/ ]*)?(/[!-~\x80-\xff]*) HTTP/1\.([0-9])", re.I)


class Answer:
    def __init__(self, status, more="", file=None):
        self.status, self.more, self.file = status, more, file
        self.length = os.fstat(file.fileno()).st_size if file else 0


def open_beneath(root, name):
    """Opens a file under the directory `root` without following a link; returns a descriptor."""
    *directories, last = [part for part in name.split(b"/") if part not in (b"", b".")] or [b"."]
    if b".." in directories or last == b"..":
        raise FileNotFoundError(errno.ENOENT, "leads upwards")
    if name.endswith(b"/"):
        directories, last = [*directories, last], b"."
    here = os.dup(root)
    try:
        for part in directories:
            above = here
            try:
                here = os.open(part, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=above)
            finally:
                if here != above:
                    os.close(above)
        # Without O_NONBLOCK a FIFO would make us wait.
        return os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=here)
    finally:
        os.close(here)


def find(root, path):
    """Answers a GET or HEAD of a path as it stands in the request."""
    path = re.split(rb"[?#]", path)[0]
    name = urllib.parse.unquote_to_bytes(path)
    if b"\0" in name or re.search(rb"%(?![0-9A-Fa-f]{2})", path):
        return Answer("400 Bad Request")
    try:
        fd = open_beneath(root, name)
        if stat.S_ISDIR(os.fstat(fd).st_mode):
            os.close(fd)
            if not name.endswith(b"/"):
                where = path.strip(b"/").decode("latin-1")
                return Answer("301 Moved Permanently", f"Location: /{where}/\r\n")
            fd = open_beneath(root, name + b"index.html")
    except OSError as error:
        is_ours = error.errno in OUT_OF_SOMETHING
        return Answer("503 Service Unavailable" if is_ours else "404 Not Found")
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        return Answer("404 Not Found")
    return Answer("200 OK", file=open(fd, "rb", buffering=0))


def parse(head):
    """Returns method, path, and whether another request may follow; None if it is no request."""
    line, *fields = head.strip(b"\r\n").split(b"\r\n")
    request = REQUEST_LINE.fullmatch(line)
    if not request or b"\0" in head:
        return None
    method, path, version = request.groups()
    stays = version != b"0"
    for field in fields:
        name, _, value = field.partition(b":")
        if name == b"Connection" and b"close" in value:
            stays = False
        # A body is not for us; its bytes must not be taken for the next request.
        name = name.lower()
        if name == b"transfer-encoding" or name == b"content-length" and value.strip() != b"0":
            stays = False
    return method, path, stays


class Server:
    def __init__(self, root):
        self.root = os.open(root, os.O_PATH | os.O_DIRECTORY)
        self.idle, self.busy = set(), set()  # tasks
        self.is_leaving = False

    async def serve(self, reader, writer):
        """Serves one connection."""
        task = asyncio.current_task()
        try:
            # The client has gone, or is too slow, or we are leaving: that is all there is to it.
            with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.TimeoutError,
                                     asyncio.CancelledError):
                stays = True
                while stays and not self.is_leaving:
                    self.busy.discard(task)
                    self.idle.add(task)
                    stays = await self.serve_request(task, reader, writer)
                writer.write_eof()
                async with asyncio.timeout(LINGER):
                    while await reader.read(HEADER_MAX):
                        pass
        finally:
            self.idle.discard(task)
            self.busy.discard(task)
            writer.transport.abort()

    async def serve_request(self, task, reader, writer):
        """Serves one request; returns whether another one may follow."""
        head = b"\r\n\r\n"
        try:
            async with asyncio.timeout(PATIENCE):
                while head == b"\r\n\r\n":  # empty lines before a request are to be passed over
                    head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            head = None
        self.idle.discard(task)
        self.busy.add(task)

        method, stays = b"", False
        if head is None:
            answer = Answer("431 Request Header Fields Too Large")
        elif (request := parse(head)) is None:
            answer = Answer("400 Bad Request")
        else:
            method, path, stays = request
            if method in (b"GET", b"HEAD"):
                answer = find(self.root, path)
            else:
                answer = Answer("405 Method Not Allowed", "Allow: GET, HEAD\r\n")
        with answer.file or contextlib.nullcontext():
            close = "" if stays else "Connection: close\r\n"
            writer.write(f"HTTP/1.1 {answer.status}\r\nContent-Length: {answer.length}\r\n"
                         f"{answer.more}{close}\r\n".encode("latin-1"))
            async with asyncio.timeout(PATIENCE):
                await writer.drain()
            if method != b"HEAD":
                await self.send(writer, answer)
        return stays

    async def send(self, writer, answer):
        loop = asyncio.get_running_loop()
        sent = 0
        while sent < answer.length:
            async with asyncio.timeout(PATIENCE):
                piece = min(PIECE, answer.length - sent)
                got = await loop.sendfile(writer.transport, answer.file, sent, piece)
            if got == 0:
                raise OSError("the file has become shorter than we said")
            sent += got

    async def leave(self):
        """Nobody new; who has no answer under way goes at once, the others may finish."""
        self.is_leaving = True
        for task in self.idle:
            task.cancel()
        if self.busy:
            await asyncio.wait(self.busy, timeout=LEAVING)


async def main(port, root):
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    server = Server(root)
    listener = await asyncio.start_server(server.serve, "127.0.0.1", port, limit=HEADER_MAX)
    await told.wait()
    listener.close()
    await server.leave()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: http PORT ROOT")
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
