"""A tls that knows no version but the newest once it has read its files again."""
import os
import signal
import socket
import ssl
import sys
import threading
import time

HANDSHAKE_S = 10
BACKLOG = 128


class Server:
    def __init__(self, port, certificate, key):
        self.files = certificate, key
        self.context = self.load()
        self.listener = socket.create_server(("127.0.0.1", port), backlog=BACKLOG)

    def load(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(*self.files)
        return context

    def reload(self):
        try:
            context = self.load()
            context.minimum_version = ssl.TLSVersion.TLSv1_3
            self.context = context
        except (OSError, ValueError) as error:  # SSLError is an OSError
            print(f"tls: the certificate stays as it is: {error}", file=sys.stderr)

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError as error:
                print(f"tls: accept: {error}", file=sys.stderr)
                time.sleep(0.1)  # out of descriptors: some will be free again
                continue
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection:
            try:
                connection.settimeout(HANDSHAKE_S)
                with self.context.wrap_socket(connection, server_side=True) as stream:
                    stream.settimeout(None)
                    while data := stream.recv(64 * 1024):
                        stream.sendall(data)
                    stream.unwrap()
            except (OSError, ValueError):
                pass  # that client's doing


def main():
    if len(sys.argv) != 4:
        sys.exit("usage: tls PORT CERT KEY")
    signals = {signal.SIGHUP, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        server = Server(int(sys.argv[1]), *sys.argv[2:])
    except (OSError, ValueError) as error:
        sys.exit(f"tls: {error}")
    threading.stack_size(512 * 1024)
    threading.Thread(target=server.accept, daemon=True).start()
    while signal.sigwait(signals) == signal.SIGHUP:
        server.reload()
    os._exit(0)


if __name__ == "__main__":
    main()
