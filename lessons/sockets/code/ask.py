"""Asks a name server one question. Usage: ask.py PORT NAME TYPE"""

import os
import socket
import struct
import sys

port, name, kind = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
# ANCHOR: ask
query_id = int.from_bytes(os.urandom(2))
query = struct.pack(">HHHHHH", query_id, 0, 1, 0, 0, 0)
for label in name.split("."):
    query += bytes([len(label)]) + label.encode()
query += b"\0" + struct.pack(">HH", kind, 1)

with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
    asking.settimeout(2)
    asking.connect(("127.0.0.1", port))
    asking.send(query)
    answer = asking.recv(4096)
if answer[:2] != query[:2]:
    sys.exit("an answer to another question")
# ANCHOR_END: ask
print(answer.hex(" "))
