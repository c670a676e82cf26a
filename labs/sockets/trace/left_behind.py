"""Waits with epoll for bursts that it sends itself, and reads.

Usage: left_behind.py WAY ROOM SIZE...

WAY: level, edge, drain (edge, and reads until EAGAIN) or oneshot (armed once, at the start);
ROOM: bytes that one recv may take; SIZE: bytes of a burst.
"""

import select
import socket
import sys

way, room, sizes = sys.argv[1], int(sys.argv[2]), [int(size) for size in sys.argv[3:]]
reader, writer = socket.socketpair()
reader.setblocking(False)
flags = {"level": 0, "oneshot": select.EPOLLONESHOT}.get(way, select.EPOLLET)
epoll = select.epoll()
epoll.register(reader, select.EPOLLIN | flags)

for size in sizes:
    writer.send(b"b" * size)
    while epoll.poll(0):
        try:
            reader.recv(room)
            while way == "drain":
                reader.recv(room)
        except BlockingIOError:
            pass
