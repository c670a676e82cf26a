"""Two senders, and a receiver that reads until it gets "end", which sender a sends last.

Usage: datagrams.py WAY ROOM DATAGRAM...

WAY: open, or connected (the receiver is connected to sender a); ROOM: bytes that one recv may take;
DATAGRAM: SENDER=BYTES, as in a=100 or b=0.
"""

import socket
import sys

way, room, datagrams = sys.argv[1], int(sys.argv[2]), sys.argv[3:]


def udp():
    made = socket.socket(type=socket.SOCK_DGRAM)
    made.bind(("127.0.0.1", 0))
    return made


receiver, senders = udp(), {"a": udp(), "b": udp()}
if way == "connected":
    receiver.connect(senders["a"].getsockname())
for datagram in datagrams:
    name, size = datagram.split("=")
    senders[name].sendto(b"d" * int(size), receiver.getsockname())
senders["a"].sendto(b"end", receiver.getsockname())
while receiver.recv(room) != b"end":
    pass
