"""Sends a burst of bytes to itself, and reads once for each event. Usage: edge.py level|edge"""

import select
import socket
import sys

reader, writer = socket.socketpair()
reader.setblocking(False)
# ANCHOR: edge
flags = select.EPOLLIN | (select.EPOLLET if sys.argv[1] == "edge" else 0)
epoll = select.epoll()
epoll.register(reader, flags)
writer.send(bytes(10_000))
for turn in range(1, 6):
    if not epoll.poll(timeout=1):
        print(f"turn {turn}: no event within a second")
        break
    print(f"turn {turn}: {len(reader.recv(4096))} bytes")
# ANCHOR_END: edge
