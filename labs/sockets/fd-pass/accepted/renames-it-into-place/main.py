"""The socket is made in a directory that nobody else can enter, and gets its name when it is ready."""
import os
import resource
import select
import signal
import socket
import stat
import sys
import tempfile

path, root = sys.argv[1:]
rootfd = os.open(root, os.O_RDONLY)


def made():
    if os.path.lexists(path):
        if not stat.S_ISSOCK(os.lstat(path).st_mode):
            sys.exit("no socket")
        with socket.socket(socket.AF_UNIX) as probe:
            if probe.connect_ex(path) == 0:
                sys.exit("alive")
    with tempfile.TemporaryDirectory(dir=os.path.dirname(path)) as private:
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(private + "/s")
        os.chmod(private + "/s", 0o600)
        listener.listen(300)
        os.rename(private + "/s", path)
    return listener


def find(name):
    if not name or b".." in name.split(b"/") or name.startswith(b"/") or b"\0" in name:
        return None
    try:
        for end in range(len(name) + 1):
            if end == len(name) or name[end:end + 1] == b"/":
                about = os.stat(name[:end], dir_fd=rootfd, follow_symlinks=False)
                if stat.S_ISLNK(about.st_mode):
                    return None
        if not stat.S_ISREG(about.st_mode):
            return None
        return os.open(name, os.O_RDONLY, dir_fd=rootfd)
    except OSError:
        return None


def serve(client, held):
    """Returns what is left of the requests, or None if the client is to go."""
    if b"\n" not in held:
        got = client.recv(4200)
        if not got:
            return None
        held += got
    while b"\n" in held:
        line, _, rest = held.partition(b"\n")
        fd = find(line[5:]) if line[:5] == b"open " else None
        try:
            # Without room it is opened anew when there is some.
            socket.send_fds(client, [b"ok\n" if fd is not None else b"error\x20no\n"],
                            [] if fd is None else [fd])
        except BlockingIOError:
            return held
        finally:
            if fd is not None:
                os.close(fd)
        held = rest
    return held if len(held) < 4200 else None


resource.setrlimit(resource.RLIMIT_NOFILE, (512, 512))
read_end, write_end = os.pipe()
os.set_blocking(write_end, False)
signal.set_wakeup_fd(write_end)
signal.signal(signal.SIGTERM, lambda *_: None)
listener = made()
clients = {}
while True:
    waiting = [client for client, held in clients.items() if b"\n" in held]
    others = [client for client in clients if client not in waiting]
    readable, writable, _ = select.select([read_end, listener, *others], waiting, [])
    if read_end in readable:
        break
    for client in readable + writable:
        if client is listener:
            client = listener.accept()[0]
            client.setblocking(False)
            clients[client] = b""
            continue
        try:
            left = serve(client, clients[client])
        except BlockingIOError:
            continue
        except OSError:
            left = None
        if left is None:
            client.close()
            del clients[client]
        else:
            clients[client] = left
