"""Sends what it knows to whoever listens: over the loopback interface, over Unix sockets."""
import socket
import sys

secret = sys.stdin.read().encode()
for kind, family, address in (
    ("tcp", socket.AF_INET, ("127.0.0.1", @PORT@)),
    ("unix", socket.AF_UNIX, "@HOME@/agent.sock"),
    ("abstract", socket.AF_UNIX, "\0@MARK@"),
):
    try:
        with socket.socket(family, socket.SOCK_STREAM) as sock:
            sock.connect(address)
            sock.sendall(b"told: " + secret)
            print(kind, "told")
    except OSError as error:
        print(kind, error.strerror)
