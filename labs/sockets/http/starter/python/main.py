"""http PORT ROOT: serve the files under ROOT by HTTP/1.1, to many clients at once.

This starter serves files, one request a connection, one connection at a time, and it believes
whatever a client tells it: follow the TODOs.
"""
import os
import socket
import sys
import urllib.parse


def read_request(connection):
    """Returns the head of a request."""
    # TODO: where does a request begin and end in a stream? What if this is half of one, or two?
    # TODO: how much may a client make you hold?
    return connection.recv(65536)


def answer(connection, root, head):
    method, target, _ = head.split(b"\r\n")[0].split(b" ")
    # TODO: HEAD; methods that you do not have; what is no request at all
    name = urllib.parse.unquote(target.decode("ascii").partition("?")[0])
    # TODO: where does this name lead? Who else can read what is there?
    path = root + name
    if os.path.isdir(path):
        path += "/index.html"
    # TODO: there may be no such file
    with open(path, "rb") as file:
        # TODO: how large is it, and how much of it is in memory now?
        content = file.read()
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
                       % len(content) + content)


def main():
    port, root = int(sys.argv[1]), sys.argv[2]
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(socket.SOMAXCONN)
    # TODO: SIGTERM: nobody new, finish what is under way, exit with status 0 within a second
    while True:
        connection, _ = listener.accept()
        # TODO: who waits while this client is slow?
        with connection:
            # TODO: a client may want more than one file
            answer(connection, root, read_request(connection))


if __name__ == "__main__":
    main()
