"""stash: named values, kept by libstash, which is bound with ctypes.

Three decisions carry the rest:

- Every function is declared, so that ctypes neither guesses that a pointer is an int nor lets a float pass.
- Who owns which pointer is written down in one place (`_Open`), which knows nothing of the Python objects:
  it can be closed by hand, by the garbage collector or at exit, whichever comes first, and once.
- There is one C callback of each kind, and it lives as long as this module.
  What it is to call is found by a number that travels through the library as `data`.
"""

import ctypes
import errno
import itertools
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


_stashes = weakref.WeakValueDictionary()
_numbers = itertools.count(1)


def _guarded(failure):
    """Makes a callback of the library of a method: nothing is raised into C, but kept for the caller."""

    def decorate(method):
        def callback(*arguments):
            stash = _stashes[arguments[-1]]
            try:
                method(stash, *arguments[:-1])
                return 0
            except BaseException as error:
                stash._raised = error
                return failure

        return callback

    return decorate


@_VISITOR
@_guarded(1)
def _visit(stash, key, value, size):
    stash._visitors[-1](key.decode(), ctypes.string_at(value, size))


@_WATCHER
@_guarded(None)
def _watch(stash, key, size):
    stash._watcher(key.decode(), size)


@_SINK
@_guarded(None)
def _sink(stash, level, line):
    stash._logger(level, line.decode())


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
        # Runs when nothing refers to the stash any more, or at exit. It must not refer to the stash itself.
        weakref.finalize(self, self._open.close)
        self._raised = self._watcher = self._logger = None
        self._visitors = []
        self._number = next(_numbers)
        _stashes[self._number] = self

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
        self._check(_lib.stash_put(self._handle, _text(key), value, len(value)))

    def get(self, key):
        value, size = c_void_p(), c_size_t()
        self._find(key, _lib.stash_get(self._handle, _text(key), byref(value), byref(size)))
        try:
            return ctypes.string_at(value, size.value)
        finally:
            _lib.stash_free(value)

    def delete(self, key):
        self._find(key, _lib.stash_delete(self._handle, _text(key)))

    def add(self, key, delta):
        total = c_int64()
        self._check(_lib.stash_add(self._handle, _text(key), _integer(delta, 64), byref(total)))
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
        self._visitors.append(visit)
        try:
            self._check(_lib.stash_each(self._handle, _visit, self._number))
        finally:
            self._visitors.pop()

    def watch(self, callback):
        if callback is not None and not callable(callback):
            raise TypeError("the watcher cannot be called")
        self._check(_lib.stash_watch(self._handle, _WATCHER() if callback is None else _watch, self._number))
        self._watcher = callback

    def log_to(self, callback):
        if callback is not None and not callable(callback):
            raise TypeError("the sink cannot be called")
        self._check(_lib.stash_log_to(self._handle, _SINK() if callback is None else _sink, self._number))
        self._logger = callback

    def log(self, level, text):
        # The text is never the format: it may have a % in it.
        self._check(_lib.stash_log(self._handle, _integer(level, 32), b"%s", c_char_p(_text(text))))

    def keys(self, prefix=""):
        return Cursor(self, prefix)

    def close(self):
        try:
            self._open.close()
        finally:
            if self._open.pointer is None:
                self._watcher = self._logger = None

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
        self._close = weakref.finalize(self, stash._open.close_cursor, pointer)

    def __iter__(self):
        return self

    def __next__(self):
        if self._pointer is None or self._stash._open.pointer is None:
            if self._stash._open.pointer is not None:
                raise StopIteration
            raise ValueError("the cursor or its stash is closed")
        key = c_char_p()
        said = _lib.stash_cursor_next(self._pointer, byref(key))
        if said < 0:
            raise _error()
        if said == 0:
            raise StopIteration
        return key.value.decode()

    def close(self):
        self._close()
        self._pointer = None

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        self.close()
