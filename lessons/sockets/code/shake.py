"""Echo under TLS, one thread for all: how far each client has come is kept with the client.

Usage: shake.py PORT CERT KEY
"""

import selectors
import socket
import ssl
import sys

port, cert, key = int(sys.argv[1]), sys.argv[2], sys.argv[3]
# ANCHOR: context
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.minimum_version = ssl.TLSVersion.TLSv1_2
context.load_cert_chain(cert, key)
# ANCHOR_END: context
listener = socket.create_server(("127.0.0.1", port))
listener.setblocking(False)
selector = selectors.DefaultSelector()
selector.register(listener, selectors.EVENT_READ)


# ANCHOR: turn
def turn(client, step):
    """Makes one step; says which events to wait for before it is worth trying again."""
    try:
        return step(client)
    except ssl.SSLWantReadError:
        return selectors.EVENT_READ
    except ssl.SSLWantWriteError:
        return selectors.EVENT_WRITE
# ANCHOR_END: turn


# ANCHOR: handshake
def handshake(client):
    client.do_handshake()
    steps[client] = echo
    return selectors.EVENT_READ
# ANCHOR_END: handshake


def echo(client):
    while True:
        # What a call that wanted to wait was given, the next one is given again.
        while owed[client]:
            owed[client] = owed[client][client.send(owed[client]) :]
        owed[client] = client.recv(16384)
        if not owed[client]:
            client.unwrap()
            raise ConnectionError("the client has said goodbye")


steps, owed = {}, {}
while True:
    for ready, _ in selector.select():
        if ready.fileobj is listener:
            plain, _ = listener.accept()
            plain.setblocking(False)
            client = context.wrap_socket(plain, server_side=True, do_handshake_on_connect=False)
            steps[client], owed[client] = handshake, b""
            selector.register(client, selectors.EVENT_READ)
            continue
        client = ready.fileobj
        try:
            selector.modify(client, turn(client, steps[client]))
        except OSError as error:
            print(error, file=sys.stderr)
            selector.unregister(client)
            del steps[client], owed[client]
            client.close()
