"""Sends a file by sendfile, in parts; the file is cut off after some of them.

Usage: sent.py SIZE PART AFTER CUT
"""

import os
import sys

size, part, after, cut = map(int, sys.argv[1:])
fd = os.open("/lab/file", os.O_RDWR | os.O_CREAT, 0o644)
os.write(fd, bytes(size))
out = os.open("/dev/null", os.O_WRONLY)
offset = calls = 0
while True:
    sent = os.sendfile(out, fd, offset, part)
    if sent == 0:
        break
    offset += sent
    calls += 1
    if calls == after:
        os.ftruncate(fd, cut)
