"""Takes a plus sign in a name for a blank, as forms on the web have it."""
import asyncio
import contextlib
import os
import signal
import stat
import sys

REQUEST_MAX = 8 * 1024
PIECE = 1024 * 1024


def open_beneath(root, name):
    """Opens a file under the directory `root` without following a link."""
    if name.startswith(b"/") or b"\0" in name:
        raise OSError("no such name")
    *directories, last = name.split(b"/")
    if b".." in directories or last in (b"", b".", b".."):
        raise OSError("not a file")
    here = os.dup(root)
    try:
        for part in directories:
            above = here
            try:
                here = os.open(part or b".", os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW,
                               dir_fd=above)
            finally:
                if here != above:
                    os.close(above)
        # Without O_NONBLOCK a FIFO would make us wait.
        fd = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=here)
    finally:
        os.close(here)
    if not stat.S_ISREG(os.fstat(fd).st_mode):
        os.close(fd)
        raise OSError("not a file")
    return open(fd, "rb", buffering=0)


async def send(writer, file):
    loop = asyncio.get_running_loop()
    size = os.fstat(file.fileno()).st_size
    writer.write(b"OK %d\n" % size)
    await writer.drain()
    sent = 0
    while sent < size:
        piece = min(PIECE, size - sent)
        # The fallback would read and write.
        got = await loop.sendfile(writer.transport, file, sent, piece, fallback=False)
        if got < piece:
            raise OSError("the file has become shorter than we said")
        sent += got


async def serve(root, reader, writer):
    """Serves one connection."""
    # The client has gone, or asks for nonsense: that is all there is to it.
    with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        with contextlib.closing(writer.transport):
            while True:
                line = await reader.readuntil(b"\n")
                try:
                    if not line.startswith(b"GET "):
                        raise OSError("what is that?")
                    file = open_beneath(root, line[4:-1].replace(b"+", b" "))
                except OSError as error:
                    writer.write(b"ERR %s\n" % (error.strerror or str(error)).encode())
                    await writer.drain()
                    continue
                with file:
                    await send(writer, file)


async def main(port, root):
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    root = os.open(root, os.O_PATH | os.O_DIRECTORY)
    await asyncio.start_server(lambda reader, writer: serve(root, reader, writer),
                               "127.0.0.1", port, limit=REQUEST_MAX)
    await told.wait()
    os._exit(0)  # whoever gets less than was promised sees it


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: file-server PORT ROOT")
    asyncio.run(main(int(sys.argv[1]), sys.argv[2]))
