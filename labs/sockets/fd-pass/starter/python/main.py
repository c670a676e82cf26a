"""fd-pass SOCKET ROOT: hand out descriptors of the files under ROOT, over a Unix socket.

This starter hands out descriptors, to one client at a time, of whatever a client names: follow the
TODOs.
"""
import os
import socket
import sys


def answer(connection, root, request):
    """Answers a request, which has no newline any more."""
    # TODO: requests that are none; names that lead out of ROOT; what is no regular file
    name = request.removeprefix(b"open ")
    try:
        fd = os.open(os.path.join(os.fsencode(root), name), os.O_RDONLY)
    except OSError as error:
        connection.sendall(f"error {error.strerror}\n".encode())
        return
    socket.send_fds(connection, [b"ok\n"], [fd])
    # TODO: who holds this file open now, and for how long?


def main():
    path, root = sys.argv[1:]
    listener = socket.socket(socket.AF_UNIX)
    # TODO: the file of an earlier server may be there, or that of one that is alive
    # TODO: who may connect?
    listener.bind(path)
    listener.listen(socket.SOMAXCONN)
    # TODO: SIGTERM: exit with status 0 within a second
    while True:
        connection, _ = listener.accept()
        # TODO: who waits while this client is silent?
        with connection:
            # TODO: is this one request? Half of one, or three?
            while request := connection.recv(65536):
                answer(connection, root, request.rstrip(b"\n"))


if __name__ == "__main__":
    main()
