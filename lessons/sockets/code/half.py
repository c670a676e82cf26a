"""Sends a megabyte, ends its sending side, and reads until the end. Usage: half.py PORT"""

import socket
import sys
import threading

server = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
received = 0


def read():
    global received
    while data := server.recv(65536):
        received += len(data)


reader = threading.Thread(target=read)
reader.start()
# ANCHOR: half
server.sendall(bytes(1 << 20))
server.shutdown(socket.SHUT_WR)
# ANCHOR_END: half
reader.join()
print(f"{received} bytes came back, then end of file")
