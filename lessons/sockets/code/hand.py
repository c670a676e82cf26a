"""Hands an open file to another process, over a Unix socket.

Usage: hand.py give SOCKET FILE    hand.py take SOCKET
"""

import os
import socket
import sys

role, path = sys.argv[1], sys.argv[2]
if role == "give":
    # ANCHOR: give
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen()
    peer, _ = listener.accept()
    file = os.open(sys.argv[3], os.O_RDONLY)
    socket.send_fds(peer, [b"ok\n"], [file])
    os.close(file)
    # ANCHOR_END: give
else:
    # ANCHOR: take
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.connect(path)
    text, files, _, _ = socket.recv_fds(server, 4096, maxfds=4)
    print(text, os.read(files[0], 100))
    # ANCHOR_END: take
