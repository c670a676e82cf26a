"""inspector PID: four threads look at the descriptors in any order, and the lines are sorted in the
end. Paths from the root each time; flags from fdinfo; Unix sockets and memfds by their inodes."""
import os
import re
import stat
import sys
from concurrent.futures import ThreadPoolExecutor

KINDS = {"eventpoll": "epoll", "eventfd": "eventfd", "timerfd": "timerfd", "signalfd": "signalfd",
         "pidfd": "pidfd", "inotify": "inotify"}


def spell(text):
    host, port = text.split(":")
    port = int(port, 16)
    raw = b"".join(int(host[at:at + 8], 16).to_bytes(4, sys.byteorder) for at in range(0, len(host), 8))
    if len(raw) == 4:
        return "%d.%d.%d.%d:%d" % (*raw, port)
    if raw[:12] == b"\0" * 10 + b"\xff\xff":
        return "%d.%d.%d.%d:%d" % (*raw[12:], port)
    return f"[{':'.join(raw[at:at + 2].hex() for at in range(0, 16, 2))}]:{port}"


def tables(pid):
    known = {}
    for name in "tcp", "tcp6", "udp", "udp6":
        try:
            with open(f"/proc/{pid}/net/{name}") as lines:
                next(lines, None)
                for line in lines:
                    _, local, remote, state, *_rest = fields = line.split()
                    target = spell(local)
                    if int(remote.split(":")[1], 16):
                        target += "->" + spell(remote)
                    elif state == "0A":
                        target += " LISTEN"
                    known[fields[9]] = (name[:3], target)
        except OSError:
            pass
    try:
        with open(f"/proc/{pid}/net/unix", "rb") as lines:
            for line in lines:
                fields = line.split()
                known[fields[6].decode()] = ("unix", fields[6].decode())
    except OSError:
        pass
    return known


def mode(pid, number):
    with open(f"/proc/{pid}/fdinfo/{number}") as info:
        flags = next(int(line.split()[1], 8) for line in info if line.startswith("flags"))
    if flags & os.O_PATH:
        return "-"
    return {os.O_RDONLY: "r", os.O_WRONLY: "w", os.O_RDWR: "rw"}[flags & os.O_ACCMODE]


def describe(pid, number, known):
    path = f"/proc/{pid}/fd/{number}"
    try:
        link = os.readlink(os.fsencode(path))
        found = os.stat(path)
        access = mode(pid, number)
        if stat.S_ISSOCK(found.st_mode) and link.startswith(b"socket:"):
            kind, target = known.get(str(found.st_ino), (None, None))
            if kind is None:
                protocol = os.getxattr(path, "system.sockprotoname").rstrip(b"\0").decode()
                kind = {"TCP": "tcp", "TCPv6": "tcp", "UDP": "udp", "UDPv6": "udp"}.get(protocol, "other")
                target = "-" if kind != "other" else protocol
            target = target.encode()
        elif link.startswith(b"anon_inode:"):
            name = re.sub(r"[\[\]]", "", link.decode().removeprefix("anon_inode:"))
            kind, target = KINDS.get(name, "other"), name.encode()
        elif stat.S_ISREG(found.st_mode) and link.startswith(b"/memfd:"):
            kind, target = "memfd", str(found.st_ino).encode()
        elif stat.S_ISFIFO(found.st_mode):
            kind, target = "pipe", str(found.st_ino).encode()
        else:
            kind = {stat.S_IFREG: "file", stat.S_IFDIR: "dir", stat.S_IFCHR: "device",
                    stat.S_IFBLK: "device"}.get(stat.S_IFMT(found.st_mode), "other")
            target = link
    # Gone; EACCES is what a process says that is ending as we look.
    except (OSError, StopIteration):
        return None
    safe = target.replace(b"\\", rb"\\").replace(b"\t", rb"\t").replace(b"\n", rb"\n")
    return b"%d\t%s\t%s\t%s\n" % (number, kind.encode(), access.encode(), safe)


def main():
    if len(sys.argv) != 2 or not sys.argv[1] or set(sys.argv[1]) - set("0123456789"):
        sys.exit("one number, please")
    pid = sys.argv[1]
    try:
        numbers = [int(name) for name in os.listdir(f"/proc/{pid}/fd")]
    except OSError as error:
        if os.path.exists(f"/proc/{pid}") and "(zombie)" in open(f"/proc/{pid}/status").read():
            return
        sys.exit(f"{pid}: {error}")
    known = tables(pid)
    with ThreadPoolExecutor(4) as pool:
        lines = pool.map(lambda number: describe(pid, number, known), sorted(numbers, reverse=True))
    ordered = sorted(filter(None, lines), key=lambda line: int(line.split(b"\t")[0]))
    sys.stdout.buffer.write(b"".join(ordered))


if __name__ == "__main__":
    main()
