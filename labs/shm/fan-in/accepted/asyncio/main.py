"""One event loop; a task for each FIFO, which reads lines of any length."""
import asyncio
import os
import signal
import stat
import sys


async def pass_on(fifo):
    reader = asyncio.StreamReader(limit=1 << 30)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), fifo
    )
    while line := await reader.readline():
        sys.stdout.buffer.write(line.removesuffix(b"\n") + b"\n")
        sys.stdout.buffer.flush()


async def main(fifos):
    await asyncio.gather(*map(pass_on, fifos))


if __name__ == "__main__":
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    fifos = []
    for name in sys.argv[1:]:
        try:
            fd = os.open(name, os.O_RDONLY | os.O_NONBLOCK)
        except OSError as error:
            sys.exit(str(error))
        if not stat.S_ISFIFO(os.fstat(fd).st_mode):
            sys.exit(f"{name}: not a FIFO")
        fifos.append(open(fd, "rb", buffering=0))
    asyncio.run(main(fifos))
