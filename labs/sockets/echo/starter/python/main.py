"""echo PORT: send back what each connection sends.

This starter serves a handful of polite clients. It promises what it cannot keep: follow the TODOs.
"""
import selectors
import socket
import sys

CHUNK = 64 * 1024


def listen_on(port):
    listener = socket.socket()
    # TODO: an earlier run may have left connections behind. Will bind have the port all the same?
    listener.bind(("127.0.0.1", port))
    listener.listen()  # TODO: how many clients may wait in the queue?
    return listener


def accept_one(selector, listener):
    # TODO: how many descriptors may this process have, and who decides?
    # TODO: what if there is none left? Is the listener less ready then?
    connection, _ = listener.accept()
    selector.register(connection, selectors.EVENT_READ, serve)


def serve(selector, connection):
    # TODO: what if the client has reset the connection? Who should end then?
    chunk = connection.recv(CHUNK)
    if not chunk:
        selector.unregister(connection)
        connection.close()
        return
    # TODO: the client may not be reading. Who waits for it here?
    # TODO: if nobody waits for it, where is the rest kept? And how much of it?
    connection.sendall(chunk)


def main():
    # TODO: SIGTERM ends this program, and not with status 0.
    listener = listen_on(int(sys.argv[1]))
    with selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ, accept_one)
        while True:
            for key, _ in selector.select():
                key.data(selector, key.fileobj)


if __name__ == "__main__":
    main()
