"""echo. The mistake: whoever connects waits until the client before it has left."""
import os
import signal
import socket
import sys

signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
with socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=4096) as listener:
    while True:
        connection, _ = listener.accept()
        with connection:
            try:
                while chunk := connection.recv(65536):
                    connection.sendall(chunk)
            except OSError:
                pass
