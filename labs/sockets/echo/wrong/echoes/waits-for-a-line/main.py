"""echo. The mistake: reads lines. TCP knows of no lines, and this client sends none."""
import asyncio
import os
import signal
import socket
import sys


async def echo(reader, writer):
    try:
        while line := await reader.readline():
            writer.write(line)
            await writer.drain()
    except (OSError, ValueError):  # a line may be too long, too
        pass
    finally:
        writer.close()


async def main(port):
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, os._exit, 0)
    listener = socket.create_server(("127.0.0.1", port))
    server = await asyncio.start_server(echo, sock=listener, backlog=1)
    listener.listen(4096)
    await server.serve_forever()


asyncio.run(main(int(sys.argv[1])))
