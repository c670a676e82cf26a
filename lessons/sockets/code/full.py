"""A loop that takes every error of accept for a passing one. Usage: full.py LIMIT CLIENTS"""

import resource
import selectors
import socket
import sys
import time

limit, count = int(sys.argv[1]), int(sys.argv[2])
listener = socket.create_server(("127.0.0.1", 0))
listener.setblocking(False)
waiting = [socket.create_connection(listener.getsockname()) for _ in range(count)]
resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
selector = selectors.DefaultSelector()
selector.register(listener, selectors.EVENT_READ)
turns, clients, end = 0, [], time.monotonic() + 1
# ANCHOR: loop
while time.monotonic() < end:
    selector.select(timeout=0.1)
    turns += 1
    try:
        client, _ = listener.accept()
        clients.append(client)
    except OSError:
        pass
# ANCHOR_END: loop
print(f"{len(clients)} accepted, {turns} turns in a second")
