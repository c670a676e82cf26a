"""stash: named values, kept by libstash, which is bound with cffi.

This starter opens, puts, counts and closes. Each TODO is a place where a promise is empty.
"""

from _stash import ffi, lib


class Stash:
    """Named values, in memory or in a file."""

    def __init__(self, path=None, *, create=False, read_only=False):
        # TODO: paths, flags, and what a NULL means
        self._handle = lib.stash_open(ffi.NULL, 0)

    def put(self, key, value):
        # TODO: which keys and values does the library not see as they are? And if it says -1?
        lib.stash_put(self._handle, key.encode(), bytes(value), len(value))

    def get(self, key):
        raise NotImplementedError  # TODO: out-parameters, and memory that has to be freed

    def delete(self, key):
        raise NotImplementedError  # TODO

    def add(self, key, delta):
        raise NotImplementedError  # TODO: what does cffi make of 2**63, and of 1.5?

    def __len__(self):
        return lib.stash_count(self._handle)

    def fingerprint(self):
        raise NotImplementedError  # TODO: all of its 64 bits

    def mean_size(self):
        raise NotImplementedError  # TODO

    def dump(self):
        raise NotImplementedError  # TODO: who frees the text, and when?

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
        lib.stash_close(self._handle)

    # TODO: a context manager
