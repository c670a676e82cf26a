"""Tries every way out of the machine. The addresses are for documentation: nobody has them."""
import socket

for kind, family, style, address in (
    ("tcp", socket.AF_INET, socket.SOCK_STREAM, ("192.0.2.1", 80)),
    ("tcp6", socket.AF_INET6, socket.SOCK_STREAM, ("2001:db8::1", 80)),
    ("udp", socket.AF_INET, socket.SOCK_DGRAM, ("192.0.2.1", 53)),
):
    try:
        with socket.socket(family, style) as sock:
            sock.connect(address)
            sock.send(b"x")
            print(kind, "left")
    except OSError as error:
        print(kind, error.strerror)
try:
    print("name", socket.getaddrinfo("example.com", 80))
except OSError as error:
    print("name", error.strerror)
for family, name in ((socket.AF_VSOCK, "vsock"), (socket.AF_PACKET, "packet"), (socket.AF_NETLINK, "netlink")):
    try:
        socket.socket(family, socket.SOCK_RAW if name != "vsock" else socket.SOCK_STREAM).close()
        print(name, "made")
    except OSError as error:
        print(name, error.strerror)
