"""C's streams, bound with ctypes: a handle, errno, text that may be missing."""

import ctypes
import os
import sys
import weakref

# ANCHOR: prototypes
c = ctypes.CDLL(None, use_errno=True)
c.fopen.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
c.fopen.restype = ctypes.c_void_p
c.fgets.argtypes = [ctypes.c_char_p, ctypes.c_int, ctypes.c_void_p]
c.fgets.restype = ctypes.c_char_p
c.ferror.argtypes = [ctypes.c_void_p]
c.ferror.restype = ctypes.c_int
c.fclose.argtypes = [ctypes.c_void_p]
c.fclose.restype = ctypes.c_int
# ANCHOR_END: prototypes


# ANCHOR: failed
def failed(path):
    """The exception for the error that the library has just left in errno."""
    number = ctypes.get_errno()
    return OSError(number, os.strerror(number), path)
# ANCHOR_END: failed


# ANCHOR: stream
class Stream:
    """Lines of a file, read by C's stdio."""

    def __init__(self, path):
        self.path = path
        name = os.fsencode(path)
        if b"\0" in name:  # C would take it for the end
            raise ValueError("a path has no null byte")
        handle = c.fopen(name, b"r")
        if handle is None:
            raise failed(path)
        self._handle = handle
        # Once: at close, when the object goes, or at the end of the interpreter.
        self._close = weakref.finalize(self, c.fclose, handle)

    def close(self):
        self._close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __iter__(self):
        piece = ctypes.create_string_buffer(4096)
        while self._is_open() and c.fgets(piece, len(piece), self._handle) is not None:
            yield piece.value
        if c.ferror(self._handle):
            raise failed(self.path)

    def _is_open(self):
        if not self._close.alive:
            raise ValueError("the stream is closed")
        return True
# ANCHOR_END: stream


if __name__ == "__main__":
    with Stream(sys.argv[1]) as stream:
        print(sum(1 for _ in stream), "lines")
    for use in [
        lambda: next(iter(stream)),
        lambda: Stream("/nowhere"),
        lambda: Stream("/etc\0"),
        lambda: next(iter(Stream("/"))),
    ]:
        try:
            use()
        except (ValueError, OSError) as error:
            print(f"{type(error).__name__}: {error}")
