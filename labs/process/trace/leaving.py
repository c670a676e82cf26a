"""Writes records into a buffer of 4096 bytes, then ends in one of several ways.

Usage: leaving.py LOG WAY SIZE COUNT    WAY: return, exit, raise, _exit or sigterm
"""

import os
import signal
import sys

path, way, size, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
log = open(path, "wb", buffering=4096)
for _ in range(count):
    log.write(b"r" * (size - 1) + b"\n")

if way == "exit":
    sys.exit(3)
if way == "raise":
    raise RuntimeError("something went wrong")
if way == "_exit":
    os._exit(0)
if way == "sigterm":
    os.kill(os.getpid(), signal.SIGTERM)
