"""Sends a file through a socket pair, by copying or not. Usage: send.py copy|sendfile FILE"""

import os
import resource
import socket
import sys
import threading
import time

here, there = socket.socketpair()
fd = os.open(sys.argv[2], os.O_RDONLY)
size = os.fstat(fd).st_size


def drain():
    room = bytearray(1 << 20)
    while there.recv_into(room):
        pass


reader = threading.Thread(target=drain)
reader.start()
start = time.thread_time()
# ANCHOR: ways
offset = 0
while offset < size:
    if sys.argv[1] == "sendfile":
        offset += os.sendfile(here.fileno(), fd, offset, size - offset)
    else:
        offset += here.send(os.pread(fd, 65536, offset))
# ANCHOR_END: ways
here.close()
print(f"{time.thread_time() - start:.3f} s")
reader.join()
