"""Says "now", and calls lseek(2) through ctypes.

Usage: widths.py TYPE OFFSET    TYPE: how the offset is declared, or "undeclared"
"""

import ctypes
import os
import sys

kind, offset = sys.argv[1], int(sys.argv[2])
c = ctypes.CDLL(None)
if kind != "undeclared":
    c.lseek.argtypes = [ctypes.c_int, getattr(ctypes, kind), ctypes.c_int]
file = os.open("/lab/file", os.O_RDWR | os.O_CREAT)
print("now", flush=True)
c.lseek(file, offset, os.SEEK_SET)
