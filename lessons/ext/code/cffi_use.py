"""Reads a file through the module that cffi_build.py makes."""

import os
import sys

from _stdio import ffi, lib


# ANCHOR: first
def first(path, count):
    """The first bytes of a file."""
    stream = lib.fopen(os.fsencode(path), b"r")
    if stream == ffi.NULL:
        raise OSError(ffi.errno, os.strerror(ffi.errno), path)
    stream = ffi.gc(stream, lib.fclose)
    piece = bytearray(count)
    # Its address, and the reference that keeps it alive.
    to = ffi.from_buffer("char[]", piece, require_writable=True)
    got = lib.fread(to, 1, count, stream)
    ffi.release(stream)
    return bytes(piece[:got])
# ANCHOR_END: first


print(first(sys.argv[1], 9))
try:
    first("/nowhere", 9)
except OSError as error:
    print(f"{type(error).__name__}: {error}")
