"""Connects N clients to an echo service; each sends a line and waits for it.

Usage: crowd.py PORT N
"""

import resource
import socket
import sys

port, count = int(sys.argv[1]), int(sys.argv[2])
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
clients = []
try:
    for _ in range(count):
        client = socket.create_connection(("127.0.0.1", port), timeout=5)
        clients.append(client)
        client.sendall(b"hello\n")
        if client.recv(6) != b"hello\n":
            break
    else:
        print(f"{len(clients)} clients were answered")
        sys.exit()
    print(f"client {len(clients)}: end of file", file=sys.stderr)
except OSError as error:
    print(f"client {len(clients)}: {error}", file=sys.stderr)
