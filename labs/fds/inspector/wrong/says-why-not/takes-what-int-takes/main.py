"""Takes for a number what int takes for one: signs, blanks, underscores."""
import ipaddress
import os
import re
import stat
import struct
import sys

ANONYMOUS = {
    b"anon_inode:[eventpoll]": "epoll",
    b"anon_inode:[eventfd]": "eventfd",
    b"anon_inode:[timerfd]": "timerfd",
    b"anon_inode:[signalfd]": "signalfd",
    b"anon_inode:[pidfd]": "pidfd",
    b"anon_inode:inotify": "inotify",
}
LISTEN = "0A"
GONE = (FileNotFoundError, ProcessLookupError)


def address(text):
    """`0100007F:0050` is 127.0.0.1:80: words in the machine's byte order, which hold bytes in that
    of the network."""
    host, port = text.split(":")
    words = [int(host[at:at + 8], 16) for at in range(0, len(host), 8)]
    host = ipaddress.ip_address(struct.pack(f"={len(words)}I", *words))
    if host.version == 4:
        return f"{host}:{int(port, 16)}"
    mapped = host.ipv4_mapped
    return f"[{f'::ffff:{mapped}' if mapped else host}]:{int(port, 16)}"


class Sockets:
    """The sockets of the target's network namespace, by inode."""

    def __init__(self, process):
        self.process = process
        self.known = None

    def find(self, inode):
        """Kind and target; None if it is in no table."""
        if self.known is None:
            self.known = {}
            for name in ("tcp", "tcp6", "udp", "udp6"):
                for line in self.table(name):
                    self.add_internet(name[:3], line.decode().split())
            for line in self.table("unix"):
                fields = line.split(None, 7)
                inode_of_it = int(fields[6])
                path = fields[7] if len(fields) > 7 else b"socket:[%d]" % inode_of_it
                self.known[inode_of_it] = ("unix", path)
        return self.known.get(inode)

    def table(self, name):
        try:
            fd = os.open(f"net/{name}", os.O_RDONLY, dir_fd=self.process)
            with open(fd, "rb") as file:
                return file.read().splitlines()[1:]
        except OSError:  # no IPv6; or no process any more
            return []

    def add_internet(self, kind, fields):
        local, remote, state, inode = fields[1], fields[2], fields[3], int(fields[9])
        target = address(local)
        if not remote.endswith(":0000"):
            target += "->" + address(remote)
        elif kind == "tcp" and state == LISTEN:
            target += " LISTEN"
        self.known[inode] = (kind, target.encode())


def unlisted(pid, number, link):
    """A socket that is in no table: the kernel says at least of which protocol it is."""
    name = os.getxattr(f"/proc/{pid}/fd/{number}", "system.sockprotoname")
    for prefix, kind in (b"TCP", "tcp"), (b"UDP", "udp"), (b"UNIX", "unix"):
        if name.startswith(prefix):
            return kind, link if kind == "unix" else b"-"
    return "other", link


def describe(pid, number, link, status, sockets):
    """Kind and target."""
    if link in ANONYMOUS:
        return ANONYMOUS[link], link
    if socket := re.fullmatch(rb"socket:\[(\d+)\]", link):
        return sockets.find(int(socket[1])) or unlisted(pid, number, link)
    if link.startswith(b"/memfd:") and status.st_nlink == 0:
        return "memfd", link
    if not link.startswith(b"/") and not stat.S_ISFIFO(status.st_mode):
        return "other", link
    for test, kind in (
        (stat.S_ISREG, "file"),
        (stat.S_ISDIR, "dir"),
        (stat.S_ISFIFO, "pipe"),
        (stat.S_ISCHR, "device"),
        (stat.S_ISBLK, "device"),
    ):
        if test(status.st_mode):
            return kind, link
    return "other", link


def escaped(name):
    return name.replace(b"\\", b"\\\\").replace(b"\t", b"\\t").replace(b"\n", b"\\n")


def inspect(pid, process, directory):
    """Yields the lines."""
    sockets = Sockets(process)
    for number in sorted(int(name) for name in os.listdir(directory)):
        entry = str(number)
        try:
            link = os.readlink(entry.encode(), dir_fd=directory)
            # The link's own permission bits are those with which the descriptor was opened.
            bits = os.stat(entry, dir_fd=directory, follow_symlinks=False).st_mode
            status = os.stat(entry, dir_fd=directory)
            kind, target = describe(pid, number, link, status, sockets)
        except GONE:
            continue
        mode = ("r" if bits & stat.S_IRUSR else "") + ("w" if bits & stat.S_IWUSR else "")
        yield b"%d\t%s\t%s\t%s\n" % (number, kind.encode(), (mode or "-").encode(), escaped(target))


def is_zombie(pid):
    """Its directory is root's then, and would be empty."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return False


def main():
    try:
        pid = int(sys.argv[1])
    except (IndexError, ValueError):
        pid = 0
    if pid < 1:
        print("usage: inspector PID", file=sys.stderr)
        return 2
    try:
        process = os.open(f"/proc/{pid}", os.O_RDONLY | os.O_DIRECTORY)
        directory = os.open("fd", os.O_RDONLY | os.O_DIRECTORY, dir_fd=process)
    except OSError as error:
        if is_zombie(pid):
            return 0
        print(f"inspector: process {pid}: {error.strerror}", file=sys.stderr)
        return 1
    try:
        for line in inspect(pid, process, directory):
            sys.stdout.buffer.write(line)
    except GONE:  # not even its directory can be read any more
        pass
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
