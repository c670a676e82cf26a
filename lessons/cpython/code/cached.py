"""Reads the head of a .pyc file that it makes of a source file.

Usage: cached.py SOURCE
"""

import importlib.util
import os
import py_compile
import struct
import sys
import tempfile

source = sys.argv[1]
with tempfile.TemporaryDirectory() as directory:
    cached = py_compile.compile(
        source,
        os.path.join(directory, "made.pyc"),
        doraise=True,
        invalidation_mode=py_compile.PycInvalidationMode.TIMESTAMP,
    )
    # ANCHOR: head
    with open(cached, "rb") as file:
        magic, flags, when, size = struct.unpack("<4sIII", file.read(16))
    print(magic == importlib.util.MAGIC_NUMBER, flags)
    print(when == int(os.stat(source).st_mtime), size == os.stat(source).st_size)
    # ANCHOR_END: head
