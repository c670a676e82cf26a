"""tls with socketserver: get_request wraps the connection and puts the handshake off until the
thread reads. SIGHUP changes the context that get_request takes.
"""
import os
import signal
import socketserver
import ssl
import sys
import threading

HANDSHAKE_S = 10
BACKLOG = 128


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            self.request.settimeout(HANDSHAKE_S)
            self.request.do_handshake()
            self.request.settimeout(None)
            while data := self.request.recv(1000):
                self.request.sendall(data)
            self.request.unwrap().close()
        except (OSError, ValueError):
            pass  # that client's doing


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = BACKLOG

    def __init__(self, port, certificate, key):
        self.files = certificate, key
        self.context = self.load()
        super().__init__(("127.0.0.1", port), Handler)

    def get_request(self):
        connection, client = self.socket.accept()
        stream = self.context.wrap_socket(
            connection, server_side=True, do_handshake_on_connect=False)
        return stream, client

    def load(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(*self.files)
        return context

    def reload(self):
        try:
            self.context = self.load()
        except (OSError, ValueError) as error:  # SSLError is an OSError
            print(f"tls: the certificate stays as it is: {error}", file=sys.stderr)


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
    threading.Thread(target=server.serve_forever, daemon=True).start()
    while signal.sigwait(signals) == signal.SIGHUP:
        server.reload()
    os._exit(0)


if __name__ == "__main__":
    main()
