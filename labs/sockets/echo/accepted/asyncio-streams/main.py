"""asyncio's streams: a coroutine for each connection. drain() is what bounds the memory."""
import asyncio
import resource
import signal
import socket
import sys

CHUNK = 64 * 1024


async def echo(reader, writer):
    try:
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def main(port):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    listener = socket.create_server(("127.0.0.1", port))
    # asyncio also takes the backlog for how often it tries to accept at a time; out of descriptors,
    # version 3.11 goes on trying, and comes back a second later as often as it failed.
    server = await asyncio.start_server(echo, sock=listener, limit=CHUNK, backlog=1)
    listener.listen(4096)
    await stop.wait()
    server.close()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})


asyncio.run(main(int(sys.argv[1])))
