"""asyncio's protocols: the transport says when to pause and when to go on."""
import asyncio
import os
import resource
import signal
import socket
import sys


class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)

    def pause_writing(self):
        self.transport.pause_reading()

    def resume_writing(self):
        self.transport.resume_reading()

    # At end of file the transport is closed, and that sends what is still in its buffer.


async def main(port):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    loop = asyncio.get_running_loop()
    # Nothing is owed and nothing has to be tidied up.
    loop.add_signal_handler(signal.SIGTERM, os._exit, 0)
    listener = socket.create_server(("127.0.0.1", port))
    server = await loop.create_server(Echo, sock=listener, backlog=1)
    listener.listen(4096)  # not by `backlog`: see asyncio-streams
    await server.serve_forever()


asyncio.run(main(int(sys.argv[1])))
