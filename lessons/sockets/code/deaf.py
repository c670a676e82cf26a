"""A client that sends for ever and never reads. Usage: deaf.py PORT"""

import socket
import sys

server = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
while True:
    server.sendall(bytes(65536))
