"""stash: named values, kept by libstash, which is bound with ctypes.

This starter opens, puts, counts and closes. Each TODO is a place where a promise is empty.
"""

import ctypes
import os

# TODO: errno: what does `use_errno` do?
_lib = ctypes.CDLL(os.environ.get("STASH_LIBRARY", "libstash.so"))

# TODO: what does ctypes take for the arguments and the result of a function that nobody has declared?
_lib.stash_open.restype = ctypes.c_void_p
_lib.stash_open.argtypes = [ctypes.c_char_p, ctypes.c_uint32]
_lib.stash_close.restype = ctypes.c_int
_lib.stash_close.argtypes = [ctypes.c_void_p]
_lib.stash_put.restype = ctypes.c_int
_lib.stash_put.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_size_t]
_lib.stash_count.restype = ctypes.c_size_t
_lib.stash_count.argtypes = [ctypes.c_void_p]


class Stash:
    """Named values, in memory or in a file."""

    def __init__(self, path=None, *, create=False, read_only=False):
        # TODO: paths, flags, and what a NULL means
        self._handle = _lib.stash_open(None, 0)

    def put(self, key, value):
        # TODO: which keys and values does the library not see as they are? And if it says -1?
        _lib.stash_put(self._handle, key.encode(), bytes(value), len(value))

    def get(self, key):
        raise NotImplementedError  # TODO: out-parameters, and memory that has to be freed

    def delete(self, key):
        raise NotImplementedError  # TODO

    def add(self, key, delta):
        raise NotImplementedError  # TODO: what does c_int64 make of 2**63?

    def __len__(self):
        return _lib.stash_count(self._handle)

    def fingerprint(self):
        raise NotImplementedError  # TODO: all of its 64 bits

    def mean_size(self):
        raise NotImplementedError  # TODO

    def dump(self):
        raise NotImplementedError  # TODO: who frees the text, if ctypes has made bytes of it?

    def keys(self, prefix=""):
        raise NotImplementedError  # TODO: a class Cursor. Which of the two has to be closed first?

    def each(self, visit):
        raise NotImplementedError  # TODO: what becomes of an exception that is raised in a callback?

    def watch(self, callback):
        raise NotImplementedError  # TODO: how long does a callback have to live, and who keeps it?

    def log_to(self, callback):
        raise NotImplementedError  # TODO

    def log(self, level, text):
        raise NotImplementedError  # TODO: which characters mean something in a format?

    def close(self):
        # TODO: and if it is called twice, or never? What do the other methods do afterwards?
        _lib.stash_close(self._handle)

    # TODO: a context manager
