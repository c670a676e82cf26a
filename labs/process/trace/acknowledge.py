"""Stores records, each with more or less care, then acknowledges them all.

Usage: acknowledge.py LOG SIZE=CARE...    CARE: written, flushed or synced
"""

import os
import sys

path, *orders = sys.argv[1:]
with open(path, "ab") as log:
    for order in orders:
        size, care = order.split("=")
        log.write(b"r" * (int(size) - 1) + b"\n")
        if care in ("flushed", "synced"):
            log.flush()
        if care == "synced":
            os.fsync(log.fileno())
    os.write(1, b"ok\n")
