"""Sends back what each client sends, one thread for all. Usage: naive.py PORT"""

import select
import socket
import sys

listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=1000)
# ANCHOR: loop
clients = []
while True:
    readable, _, _ = select.select([listener, *clients], [], [])
    for ready in readable:
        if ready is listener:
            client, _ = listener.accept()
            clients.append(client)
            continue
        data = ready.recv(4096)
        if data:
            ready.sendall(data)
        else:
            clients.remove(ready)
            ready.close()
# ANCHOR_END: loop
