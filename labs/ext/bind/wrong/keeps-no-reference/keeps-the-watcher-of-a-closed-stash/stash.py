"""stash: named values, kept by libstash, which is bound with cffi.

The compiler has checked the declarations against stash.h (see build_stash.py); what is left is who owns what:

- Which pointers are open is written down in one place (`_Open`), which knows nothing of the Python objects:
  it can be closed by hand, by the garbage collector or at exit, whichever comes first, and once.
- The callbacks are C functions of `_stash`. What they are to call is found by a handle that travels as `data`,
  and that lives as long as its stash.
"""

import errno
import operator
import os
import weakref

from _stash import ffi, lib

__all__ = ["Cursor", "Stash"]

_MEANINGS = {errno.EINVAL: ValueError, errno.ERANGE: OverflowError, errno.ESTALE: RuntimeError}


def _error(name=None):
    """The exception for the call that has just failed."""
    code = ffi.errno
    meaning = _MEANINGS.get(code)
    return meaning(os.strerror(code)) if meaning else OSError(code, os.strerror(code), name)


def _text(text):
    """The bytes of a text for the library, in which a NUL would be the end."""
    if not isinstance(text, str):
        raise TypeError(f"a str is required, not {type(text).__name__}")
    encoded = text.encode()
    if b"\0" in encoded:
        raise ValueError("a NUL character in a text")
    return encoded


class _Open:
    """An open handle with its open cursors, and the only place where they are closed."""

    def __init__(self, pointer):
        self.pointer = pointer
        self.cursors = set()

    def close_cursor(self, pointer):
        if pointer in self.cursors:
            self.cursors.remove(pointer)
            lib.stash_cursor_close(pointer)

    def close(self):
        for pointer in list(self.cursors):
            self.close_cursor(pointer)
        if self.pointer is None:
            return
        failed = lib.stash_close(self.pointer) < 0
        if not (failed and ffi.errno == errno.EBUSY):
            self.pointer = None
        if failed:
            raise _error()


def _keep_error(kind, error, traceback):
    """Nothing is raised into C; the exception waits for the end of the call that is under way."""
    frame = traceback.tb_frame
    ffi.from_handle(frame.f_locals["data"])._raised = error


@ffi.def_extern(error=1, onerror=_keep_error)
def on_visit(key, value, size, data):
    ffi.from_handle(data)._visitors[-1](ffi.string(key).decode(), ffi.unpack(ffi.cast("char *", value), size))
    return 0


@ffi.def_extern(onerror=_keep_error)
def on_change(key, size, data):
    ffi.from_handle(data)._watcher(ffi.string(key).decode(), size)


@ffi.def_extern(onerror=_keep_error)
def on_line(level, line, data):
    ffi.from_handle(data)._logger(level, ffi.string(line).decode())


class Stash:
    """Named values, in memory or in a file. A context manager; collected and closed at exit, too."""

    def __init__(self, path=None, *, create=False, read_only=False):
        name = ffi.NULL if path is None else os.fsencode(path)
        if path is not None and b"\0" in name:
            raise ValueError("a NUL character in a path")
        pointer = lib.stash_open(name, (create and lib.STASH_CREATE) | (read_only and lib.STASH_READ_ONLY))
        if pointer == ffi.NULL:
            raise _error(path)
        self._open = _Open(pointer)
        # Runs when nothing refers to the stash any more, or at exit. It must not refer to the stash itself.
        weakref.finalize(self, self._open.close)
        self._raised = self._watcher = self._logger = None
        self._visitors = []
        self._data = ffi.new_handle(self)  # a cycle, which is collected

    @property
    def _handle(self):
        if self._open.pointer is None:
            raise ValueError("the stash is closed")
        return self._open.pointer

    def _check(self, said):
        """Raises what a callback has raised during the call, or else what the library says."""
        error, self._raised = self._raised, None
        if error is not None:
            raise error
        if said < 0:
            raise _error()

    def _find(self, key, said):
        if said < 0 and ffi.errno == errno.ENOENT:
            raise KeyError(key)
        self._check(said)

    def put(self, key, value):
        with memoryview(value) as view:
            if not view.c_contiguous:
                raise BufferError("a contiguous buffer is required")
            data = ffi.from_buffer(view)
            try:
                self._check(lib.stash_put(self._handle, _text(key), data, view.nbytes))
            finally:
                ffi.release(data)

    def get(self, key):
        value, size = ffi.new("void **"), ffi.new("size_t *")
        self._find(key, lib.stash_get(self._handle, _text(key), value, size))
        try:
            return ffi.unpack(ffi.cast("char *", value[0]), size[0])
        finally:
            lib.stash_free(value[0])

    def delete(self, key):
        self._find(key, lib.stash_delete(self._handle, _text(key)))

    def add(self, key, delta):
        total = ffi.new("int64_t *")
        self._check(lib.stash_add(self._handle, _text(key), operator.index(delta), total))
        return total[0]

    def __len__(self):
        return lib.stash_count(self._handle)

    def fingerprint(self):
        return lib.stash_fingerprint(self._handle)

    def mean_size(self):
        return lib.stash_mean_size(self._handle)

    def dump(self):
        text = lib.stash_dump(self._handle)
        if text == ffi.NULL:
            raise _error()
        try:
            return ffi.string(text).decode()
        finally:
            lib.stash_free(text)

    def each(self, visit):
        if not callable(visit):
            raise TypeError("the visitor cannot be called")
        self._visitors.append(visit)
        try:
            self._check(lib.stash_each(self._handle, lib.on_visit, self._data))
        finally:
            self._visitors.pop()

    def watch(self, callback):
        if callback is not None and not callable(callback):
            raise TypeError("the watcher cannot be called")
        self._check(lib.stash_watch(self._handle, ffi.NULL if callback is None else lib.on_change, self._data))
        self._watcher = callback

    def log_to(self, callback):
        if callback is not None and not callable(callback):
            raise TypeError("the sink cannot be called")
        self._check(lib.stash_log_to(self._handle, ffi.NULL if callback is None else lib.on_line, self._data))
        self._logger = callback

    def log(self, level, text):
        # The text is never the format: it may have a % in it.
        self._check(lib.stash_log(self._handle, operator.index(level), b"%s", ffi.new("char[]", _text(text))))

    def keys(self, prefix=""):
        return Cursor(self, prefix)

    def close(self):
        self._open.close()

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


class Cursor:
    """An iterator over keys. It keeps its stash alive."""

    def __init__(self, stash, prefix):
        pointer = lib.stash_cursor_open(stash._handle, _text(prefix))
        if pointer == ffi.NULL:
            raise _error()
        self._stash = stash
        self._pointer = pointer
        stash._open.cursors.add(pointer)
        self._close = weakref.finalize(self, stash._open.close_cursor, pointer)

    def __iter__(self):
        return self

    def __next__(self):
        if self._pointer is None or self._stash._open.pointer is None:
            raise ValueError("the cursor or its stash is closed")
        key = ffi.new("char **")
        said = lib.stash_cursor_next(self._pointer, key)
        if said < 0:
            raise _error()
        if said == 0:
            raise StopIteration
        return ffi.string(key[0]).decode()

    def close(self):
        self._close()
        self._pointer = None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()
