"""file-server PORT ROOT: send files without touching them, to many clients at once.

This starter sends files, one connection at a time, all of it through its own memory, and it
believes whatever a client tells it: follow the TODOs.
"""
import socket
import sys


def answer(connection, root, name):
    # TODO: where does this name lead? Who else can read what is there? Is it a file?
    path = root + b"/" + name
    try:
        # TODO: how many bytes is that, and who needs to see them?
        with open(path, "rb") as file:
            content = file.read()
    except OSError as error:
        connection.sendall(b"ERR %s\n" % error.strerror.encode())
        return
    connection.sendall(b"OK %d\n" % len(content))
    # TODO: send returns something. What does it mean?
    connection.send(content)


def serve(connection, root):
    # TODO: the client may be gone at any moment. What happens then?
    for line in connection.makefile("rb"):
        if line.startswith(b"GET ") and line.endswith(b"\n"):
            answer(connection, root, line[4:-1])
        else:
            connection.sendall(b"ERR what is that?\n")


def main():
    port, root = int(sys.argv[1]), sys.argv[2].encode()
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(socket.SOMAXCONN)
    # TODO: SIGTERM: exit with status 0 within a second
    while True:
        connection, _ = listener.accept()
        # TODO: who waits while this client is slow?
        with connection:
            serve(connection, root)


if __name__ == "__main__":
    main()
