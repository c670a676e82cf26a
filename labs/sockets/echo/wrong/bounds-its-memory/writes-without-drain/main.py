"""echo. The mistake: write without drain. A StreamWriter takes whatever it is given."""
import asyncio
import os
import resource
import signal
import socket
import sys


async def echo(reader, writer):
    try:
        while chunk := await reader.read(65536):
            writer.write(chunk)
    except OSError:
        pass
    finally:
        writer.close()


async def main(port):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, os._exit, 0)
    listener = socket.create_server(("127.0.0.1", port))
    server = await asyncio.start_server(echo, sock=listener, backlog=1)
    listener.listen(4096)
    await server.serve_forever()


asyncio.run(main(int(sys.argv[1])))
