"""The naive service with poll in place of select. Usage: polite.py PORT"""

import select
import socket
import sys

listener = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=1000)
# ANCHOR: loop
poll = select.poll()
poll.register(listener, select.POLLIN)
clients = {}
while True:
    for number, _ in poll.poll():
        if number == listener.fileno():
            client, _ = listener.accept()
            clients[client.fileno()] = client
            poll.register(client, select.POLLIN)
            continue
        data = clients[number].recv(4096)
        if data:
            clients[number].sendall(data)
        else:
            poll.unregister(number)
            clients.pop(number).close()
# ANCHOR_END: loop
