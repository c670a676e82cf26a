"""stash: named values, kept by libstash, which is bound with ctypes.

Each stash makes C callbacks of its own, and keeps them until no call can need them.
`__del__` closes what nobody has closed, and a function at exit what was still referred to then.
"""

import atexit
import ctypes
import errno
import operator
import os
import weakref
from ctypes import POINTER, byref, c_char_p, c_double, c_int, c_int64, c_size_t, c_uint32, c_uint64, c_void_p

__all__ = ["Cursor", "Stash"]

_VISITOR = ctypes.CFUNCTYPE(c_int, c_char_p, c_void_p, c_size_t, c_void_p)
_WATCHER = ctypes.CFUNCTYPE(None, c_char_p, c_int64, c_void_p)
_SINK = ctypes.CFUNCTYPE(None, c_int, c_char_p, c_void_p)

# `use_errno` keeps a copy of errno from the moment the call returned; anything else may have changed the real one.
_lib = ctypes.CDLL(os.environ.get("STASH_LIBRARY", "libstash.so"), use_errno=True)

# Memory that has to be freed comes as c_void_p: c_char_p would make bytes of it, and forget the address.
for _name, _result, *_arguments in [
    ("stash_open", c_void_p, c_char_p, c_uint32),
    ("stash_close", c_int, c_void_p),
    ("stash_put", c_int, c_void_p, c_char_p, c_void_p, c_size_t),
    ("stash_get", c_int, c_void_p, c_char_p, POINTER(c_void_p), POINTER(c_size_t)),
    ("stash_delete", c_int, c_void_p, c_char_p),
    ("stash_add", c_int, c_void_p, c_char_p, c_int64, POINTER(c_int64)),
    ("stash_count", c_size_t, c_void_p),
    ("stash_fingerprint", c_uint64, c_void_p),
    ("stash_mean_size", c_double, c_void_p),
    ("stash_dump", c_void_p, c_void_p),
    ("stash_free", None, c_void_p),
    ("stash_each", c_int, c_void_p, _VISITOR, c_void_p),
    ("stash_watch", c_int, c_void_p, _WATCHER, c_void_p),
    ("stash_log_to", c_int, c_void_p, _SINK, c_void_p),
    ("stash_log", c_int, c_void_p, c_int, c_char_p),  # and what the format asks for
    ("stash_cursor_open", c_void_p, c_void_p, c_char_p),
    ("stash_cursor_next", c_int, c_void_p, POINTER(c_char_p)),
    ("stash_cursor_close", None, c_void_p),
]:
    _function = getattr(_lib, _name)
    _function.restype = _result
    _function.argtypes = _arguments

_CREATE, _READ_ONLY = 1, 2
_MEANINGS = {errno.EINVAL: ValueError, errno.ERANGE: OverflowError, errno.ESTALE: RuntimeError}


def _error(name=None):
    """The exception for the call that has just failed."""
    code = ctypes.get_errno()
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


def _integer(number, bits):
    """A number that fits: ctypes would cut it without a word."""
    number = operator.index(number)
    if not -(1 << bits - 1) <= number < 1 << bits - 1:
        raise OverflowError(f"an integer of {bits} bits is required")
    return number


def _bytes(value):
    """The bytes of a buffer; a copy, unless they are bytes already."""
    if isinstance(value, bytes):
        return value
    with memoryview(value) as view:
        if not view.c_contiguous:
            raise BufferError("a contiguous buffer is required")
        return view.tobytes()


class _Open:
    """An open handle with its open cursors, and the only place where they are closed."""

    def __init__(self, pointer):
        self.pointer = pointer
        self.cursors = set()

    def close_cursor(self, pointer):
        if pointer in self.cursors:
            self.cursors.remove(pointer)
            _lib.stash_cursor_close(pointer)

    def close(self):
        for pointer in list(self.cursors):
            self.close_cursor(pointer)
        if self.pointer is None:
            return
        failed = _lib.stash_close(self.pointer) < 0
        if not (failed and ctypes.get_errno() == errno.EBUSY):
            self.pointer = None
        if failed:
            raise _error()


_alive = weakref.WeakSet()


@atexit.register
def _close_all():
    for stash in list(_alive):
        stash.close()


class Stash:
    """Named values, in memory or in a file. A context manager; collected and closed at exit, too."""

    def __init__(self, path=None, *, create=False, read_only=False):
        name = None if path is None else os.fsencode(path)
        if name is not None and b"\0" in name:
            raise ValueError("a NUL character in a path")
        pointer = _lib.stash_open(name, (_CREATE if create else 0) | (_READ_ONLY if read_only else 0))
        if not pointer:
            raise _error(path)
        self._open = _Open(pointer)
        _alive.add(self)
        self._raised = self._watcher = None
        self._calls = 0
        self._old = []

    def __del__(self):
        if hasattr(self, "_old"):
            self.close()

    def _guard(self, function, failure):
        """A function for C: what is raised in it waits for the end of the call."""
        reference = weakref.ref(self)

        def guarded(*arguments):
            try:
                function(*arguments[:-1])
                return 0
            except BaseException as error:
                reference()._raised = error
                return failure

        return guarded

    def _call(self, name, *arguments):
        """Calls the library. Callbacks that are replaced meanwhile are kept until nothing of it is running."""
        handle = self._handle
        self._calls += 1
        try:
            return getattr(_lib, name)(handle, *arguments)
        finally:
            self._calls -= 1
            if self._calls == 0:
                self._old.clear()

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
        if said < 0 and ctypes.get_errno() == errno.ENOENT:
            raise KeyError(key)
        self._check(said)

    def put(self, key, value):
        value = _bytes(value)
        self._check(self._call("stash_put", _text(key), value, len(value)))

    def get(self, key):
        value, size = c_void_p(), c_size_t()
        self._find(key, _lib.stash_get(self._handle, _text(key), byref(value), byref(size)))
        try:
            return ctypes.string_at(value, size.value)
        finally:
            _lib.stash_free(value)

    def delete(self, key):
        self._find(key, self._call("stash_delete", _text(key)))

    def add(self, key, delta):
        total = c_int64()
        self._check(self._call("stash_add", _text(key), _integer(delta, 64), byref(total)))
        return total.value

    def __len__(self):
        return _lib.stash_count(self._handle)

    def fingerprint(self):
        return _lib.stash_fingerprint(self._handle)

    def mean_size(self):
        return _lib.stash_mean_size(self._handle)

    def dump(self):
        text = _lib.stash_dump(self._handle)
        if not text:
            raise _error()
        try:
            return ctypes.string_at(text).decode()
        finally:
            _lib.stash_free(text)

    def each(self, visit):
        if not callable(visit):
            raise TypeError("the visitor cannot be called")
        thunk = _VISITOR(self._guard(lambda key, value, size: visit(key.decode(), ctypes.string_at(value, size)), 1))
        self._check(self._call("stash_each", thunk, None))

    def watch(self, callback):
        if callback is not None and not callable(callback):
            raise TypeError("the watcher cannot be called")
        if callback is None:
            thunk = _WATCHER()
        else:
            thunk = _WATCHER(self._guard(lambda key, size: callback(key.decode(), size), None))
        self._check(self._call("stash_watch", thunk, None))
        self._replace("_watcher", thunk)

    def log_to(self, callback):
        if callback is not None and not callable(callback):
            raise TypeError("the sink cannot be called")
        if callback is None:
            thunk = _SINK()
        else:
            thunk = _SINK(self._guard(lambda level, line: callback(level, line.decode()), None))
        self._check(self._call("stash_log_to", thunk, None))
        self._replace("_watcher", thunk)

    def _replace(self, which, thunk):
        if self._calls:
            self._old.append(getattr(self, which))
        setattr(self, which, thunk)

    def log(self, level, text):
        # The text is never the format: it may have a % in it.
        self._check(self._call("stash_log", _integer(level, 32), b"%s", c_char_p(_text(text))))

    def keys(self, prefix=""):
        return Cursor(self, prefix)

    def close(self):
        try:
            self._open.close()
        finally:
            if self._open.pointer is None:
                self._replace("_watcher", None)

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()


class Cursor:
    """An iterator over keys. It keeps its stash alive."""

    def __init__(self, stash, prefix):
        pointer = _lib.stash_cursor_open(stash._handle, _text(prefix))
        if not pointer:
            raise _error()
        self._stash = stash
        self._pointer = pointer
        stash._open.cursors.add(pointer)

    def __iter__(self):
        return self

    def __next__(self):
        if self._pointer is None or self._stash._open.pointer is None:
            raise ValueError("the cursor or its stash is closed")
        key = c_char_p()
        said = _lib.stash_cursor_next(self._pointer, byref(key))
        if said < 0:
            raise _error()
        if said == 0:
            raise StopIteration
        return key.value.decode()

    def __del__(self):
        if getattr(self, "_pointer", None) is not None:
            self.close()

    def close(self):
        if self._pointer is not None:
            self._stash._open.close_cursor(self._pointer)
        self._pointer = None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()
