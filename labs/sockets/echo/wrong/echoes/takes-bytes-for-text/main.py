"""echo. The mistake: what comes is decoded and encoded again. Not every byte is a character, and
a character may come in two pieces."""
import asyncio
import os
import signal
import socket
import sys


async def echo(reader, writer):
    try:
        while chunk := await reader.read(65536):
            message = chunk.decode(errors="replace")
            writer.write(message.encode())
            await writer.drain()
    except OSError:
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
