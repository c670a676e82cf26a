"""Starts a server, ends it with a connection open, and starts it again. Usage: again.py 0|1"""

import socket
import sys


# ANCHOR: serve
def serve(port):
    server = socket.socket()
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, int(sys.argv[1]))
    server.bind(("127.0.0.1", port))
    server.listen()
    return server
# ANCHOR_END: serve


server = serve(0)
port = server.getsockname()[1]
client = socket.create_connection(("127.0.0.1", port))
connection, _ = server.accept()
connection.close()
server.close()
serve(port)
print("it listens again")
