"""tls with asyncio, in one thread. The server keeps the context that it was started with for
ever; a callback exchanges it in the middle of each handshake.
"""
import asyncio
import signal
import ssl
import sys

HANDSHAKE_S = 10
BACKLOG = 128


class Server:
    def __init__(self, certificate, key):
        self.files = certificate, key
        self.context = self.load()
        self.first = self.load()
        self.first.sni_callback = self.exchange

    def exchange(self, stream, _name, _context):
        stream.context = self.context

    def load(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(*self.files)
        return context

    def reload(self):
        try:
            self.context = self.load()
        except (OSError, ValueError) as error:  # SSLError is an OSError
            print(f"tls: the certificate stays as it is: {error}", file=sys.stderr)

    async def serve(self, reader, writer):
        try:
            while data := await reader.read(64 * 1024):
                writer.write(data)
                await writer.drain()
        except (OSError, ValueError):
            pass  # that client's doing
        writer.close()


async def main():
    if len(sys.argv) != 4:
        sys.exit("usage: tls PORT CERT KEY")
    server = Server(*sys.argv[2:])
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGHUP, server.reload)
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    await asyncio.start_server(
        server.serve, "127.0.0.1", int(sys.argv[1]), backlog=BACKLOG, ssl=server.first,
        ssl_handshake_timeout=HANDSHAKE_S)
    await stopped.wait()


if __name__ == "__main__":
    asyncio.run(main())
