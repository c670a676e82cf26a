"""Makes a server in one of several ways.

Usage: backlog.py WAY    WAY: listen=N, listen (without a number), create_server, socketserver,
                         http, or asyncio
"""

import socket
import sys

HERE = ("127.0.0.1", 0)

way, _, number = sys.argv[1].partition("=")
if way == "listen":
    server = socket.socket()
    server.bind(HERE)
    if number:
        server.listen(int(number))
    else:
        server.listen()
elif way == "create_server":
    server = socket.create_server(HERE)
elif way == "socketserver":
    import socketserver

    server = socketserver.TCPServer(HERE, socketserver.BaseRequestHandler)
elif way == "http":
    import http.server

    server = http.server.ThreadingHTTPServer(HERE, http.server.SimpleHTTPRequestHandler)
else:
    import asyncio

    async def main():
        return await asyncio.start_server(lambda reader, writer: None, *HERE)

    server = asyncio.run(main())
