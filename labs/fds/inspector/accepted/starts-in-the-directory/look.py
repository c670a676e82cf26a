"""Looks at the entries of its working directory, which is /proc/PID/fd, by relative names."""
import os
import socket
import stat
import struct
import sys

known = {}


def tables():
    def rows(name):
        try:
            with open(f"../net/{name}", "rb") as file:
                return file.read().split(b"\n")[1:-1]
        except OSError:
            return []

    def spell(text, family):
        host, port = text.split(b":")
        words = [int(host[at:at + 8], 16) for at in range(0, len(host), 8)]
        host = socket.inet_ntop(family, struct.pack(f"={len(words)}I", *words))
        return (f"{host}:%d" if family == socket.AF_INET else f"[{host}]:%d") % int(port, 16)

    for name, family in ("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6), ("udp", socket.AF_INET), \
            ("udp6", socket.AF_INET6):
        for row in rows(name):
            words = row.split()
            text = spell(words[1], family)
            if words[3] == b"0A":
                text += " LISTEN"
            elif not words[2].endswith(b":0000"):
                text += "->" + spell(words[2], family)
            known[int(words[9])] = name[:3], text.encode()
    for row in rows("unix"):
        words = row.split(None, 7)
        known[int(words[6])] = "unix", words[7] if len(words) > 7 else b"socket:[%s]" % words[6]


def look(name):
    link = os.readlink(name)
    bits = os.lstat(name).st_mode
    found = os.stat(name)
    access = {0o000: "-", 0o400: "r", 0o200: "w", 0o600: "rw"}[bits & 0o600]
    if link.startswith(b"socket:["):
        if not known:
            tables()
        kind, target = known.get(found.st_ino, (None, b"-"))
        if kind is None:
            protocol = os.getxattr(name, "system.sockprotoname")
            kind = "tcp" if protocol.startswith(b"TCP") else "udp" if protocol.startswith(b"UDP") else "other"
    elif link.startswith(b"anon_inode:"):
        kind = link[len("anon_inode:"):].strip(b"[]").decode().replace("eventpoll", "epoll")
        target = link
    else:
        kinds = {stat.S_IFREG: "file", stat.S_IFDIR: "dir", stat.S_IFIFO: "pipe",
                 stat.S_IFCHR: "device", stat.S_IFBLK: "device"}
        kind, target = kinds.get(stat.S_IFMT(found.st_mode), "other"), link
        if kind == "file" and found.st_nlink == 0 and link.startswith(b"/memfd:"):
            kind = "memfd"
    out = bytearray()
    for byte in target:
        out += {9: b"\\t", 10: b"\\n", 92: b"\\\\"}.get(byte, bytes([byte]))
    return b"\t".join([name, kind.encode(), access.encode(), bytes(out)]) + b"\n"


try:
    names = sorted(os.listdir(b"."), key=int)
except OSError:
    names = []
for name in names:
    try:
        sys.stdout.buffer.write(look(name))
    except (FileNotFoundError, ProcessLookupError):
        pass
