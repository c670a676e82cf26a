"""An echo service with asyncio's streams. Usage: streams.py PORT"""

import asyncio
import sys


# ANCHOR: serve
async def serve(reader, writer):
    while data := await reader.read(4096):
        writer.write(data)
        await writer.drain()
    writer.close()
# ANCHOR_END: serve


async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]))
    await server.serve_forever()


asyncio.run(main())
