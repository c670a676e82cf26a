"""What calls are made of: objects in awkward places, that the table of a lab names in its calls.

All of them are made afresh at each evaluation. `names()` is the dictionary in which calls are evaluated,
before the module's own names come in.
"""

import array
import collections
import ctypes
import functools
import gc
import mmap
import random
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
LIBC.mmap.restype = ctypes.c_void_p
LIBC.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
LIBC.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
PAGE = mmap.PAGESIZE

FROM_MEMORY = ctypes.pythonapi.PyMemoryView_FromMemory
FROM_MEMORY.restype = ctypes.py_object
FROM_MEMORY.argtypes = [ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_int]


def _walled(size: int) -> tuple[int, int]:
    """Addresses where a readable area of at least `size` bytes begins and ends; no page around it can be touched."""
    pages = (size + PAGE - 1) // PAGE + 2
    start = LIBC.mmap(None, pages * PAGE, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
    if start in (None, ctypes.c_void_p(-1).value):
        raise MemoryError("mmap")
    LIBC.mprotect(start, PAGE, 0)
    LIBC.mprotect(start + (pages - 1) * PAGE, PAGE, 0)
    return start + PAGE, start + (pages - 1) * PAGE


@functools.lru_cache(maxsize=64)
def _placed(data: bytes, at_end: bool) -> memoryview:
    begin, end = _walled(max(len(data), 1))
    address = end - len(data) if at_end else begin
    ctypes.memset(begin, 0xFF, end - begin)  # on the side without a wall: what would show in a result
    ctypes.memmove(address, data, len(data))
    return FROM_MEMORY(address, len(data), 0x100)  # PyBUF_READ


def before_wall(data: bytes, form: str = "B") -> memoryview:
    """A buffer of these bytes that ends where memory ends: one more, and the kernel sends SIGSEGV."""
    return _placed(bytes(data), True).cast(form)


def after_wall(data: bytes, form: str = "B") -> memoryview:
    """A buffer of these bytes that begins where memory begins."""
    return _placed(bytes(data), False).cast(form)


def amid(data: bytes, poison: int, form: str = "B") -> memoryview:
    """A buffer of these bytes in the midst of others that are all `poison`."""
    lead = 61 if form == "B" else 64  # as badly aligned as the type allows
    return memoryview(bytes([poison]) * lead + bytes(data) + bytes([poison]) * 64)[lead : lead + len(data)].cast(form)


@functools.lru_cache(maxsize=4)
def _sparse(size: int) -> mmap.mmap:
    memory = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    try:
        memory.madvise(mmap.MADV_HUGEPAGE)  # one page of zeros for each 2 MiB, instead of 512
    except (AttributeError, OSError):
        pass
    return memory


def sparse(size: int, *places: int) -> memoryview:
    """A buffer of zeros that takes no memory, however large, with a 1 at some places."""
    memory = _sparse(size)
    for place in places:
        memory[place] = 1
    return memoryview(memory)


@functools.lru_cache(maxsize=64)
def noise(seed: int, size: int) -> bytes:
    """Bytes that are the same for the same seed."""
    return random.Random(seed).randbytes(size)


def fresh(text: str) -> str:
    """The same text, in an object that nobody else has."""
    return "".join([text[:1], text[1:]]) if len(text) > 1 else text


def big(number: int) -> int:
    """The same number, in an object that nobody else has."""
    return int(str(number))


def released(data: bytes) -> memoryview:
    """A memoryview that has been given back."""
    view = memoryview(data)
    view.release()
    return view


def raising(error: BaseException, *values):
    """An iterator that gives these values and raises the exception."""
    yield from values
    raise error


def raised_by(function, *arguments) -> Exception | None:
    """The exception that a call raises; None if there is none."""
    try:
        function(*arguments)
    except SystemError:  # the interpreter's own, about a call that raises and returns
        raise
    except Exception as error:  # noqa: BLE001
        error.__traceback__ = None
        return error
    return None


def keep_what_is_there() -> None:
    """What is there by now stays: a collection need not look at it."""
    gc.collect()
    gc.freeze()


class NumPy:
    """NumPy, imported when something of it is asked for: that takes longer than many a probe, and few need it."""

    def __getattr__(self, name: str):
        is_new = "numpy" not in sys.modules
        try:
            import numpy
        except ImportError:
            raise NameError("NumPy is not installed") from None
        if is_new:
            keep_what_is_there()
        return getattr(numpy, name)


def names() -> dict:
    own = {f.__name__: f for f in (before_wall, after_wall, amid, sparse, noise, fresh, big, released, raising, raised_by)}
    given = {"array": array.array, "Counter": collections.Counter, "ctypes": ctypes, "mmap": mmap.mmap, "gc": gc, "np": NumPy()}
    return {**own, **given}
