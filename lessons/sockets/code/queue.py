"""A listener that never accepts, and clients that connect to it without waiting.

Usage: queue.py BACKLOG CLIENTS
"""

import socket
import sys
import time

backlog, count = int(sys.argv[1]), int(sys.argv[2])
# ANCHOR: queue
listener = socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(backlog)
clients = [socket.socket() for _ in range(count)]
for client in clients:
    client.setblocking(False)
    client.connect_ex(listener.getsockname())
# ANCHOR_END: queue
time.sleep(0.2)
port = listener.getsockname()[1]
STATES = {"01": "ESTABLISHED", "02": "SYN_SENT", "03": "SYN_RECV", "0A": "LISTEN"}
for line in open("/proc/net/tcp"):
    words = line.split()
    ends = [words[1][-4:], words[2][-4:]]
    if f"{port:04X}" in ends:
        side = "server" if ends[0] == f"{port:04X}" else "client"
        print(side, STATES.get(words[3], words[3]))
