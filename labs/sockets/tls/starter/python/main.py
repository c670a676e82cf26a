"""tls PORT CERT KEY: echo under TLS, with a certificate that can be changed while it runs.

This starter serves one client after the other, as long as they are well-behaved. Follow the TODOs.
"""
import socket
import ssl
import sys


def main():
    port, certificate, key = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listener = socket.create_server(("127.0.0.1", port), backlog=128)

    # TODO: SIGTERM ends it with status 0.
    # TODO: at SIGHUP, new connections get the certificate that is in the files then. What if one of
    # them is broken, or if they do not belong together?
    while True:
        connection, _ = listener.accept()
        # TODO: who waits while this client takes its time?
        # TODO: what if it does not speak TLS, or leaves in the middle of the handshake?
        with context.wrap_socket(connection, server_side=True) as stream:
            while data := stream.recv(64 * 1024):
                stream.sendall(data)
            # TODO: the client has said that it has nothing more to say. What does it wait for?


if __name__ == "__main__":
    main()
