"""Says what functions of Python take, on objects that ctypes.pythonapi has only once, for all who use it."""
import ctypes
from pathlib import Path


class Buffer(ctypes.Structure):
    """Py_buffer, which is part of the stable ABI since 3.11."""

    _fields_ = [
        ("buf", ctypes.c_void_p), ("obj", ctypes.c_void_p), ("len", ctypes.c_ssize_t), ("itemsize", ctypes.c_ssize_t),
        ("readonly", ctypes.c_int), ("ndim", ctypes.c_int), ("format", ctypes.c_char_p), ("shape", ctypes.c_void_p),
        ("strides", ctypes.c_void_p), ("suboffsets", ctypes.c_void_p), ("internal", ctypes.c_void_p),
    ]


SIMPLE = 0

get_buffer = ctypes.pythonapi.PyObject_GetBuffer
get_buffer.argtypes = [ctypes.py_object, ctypes.POINTER(Buffer), ctypes.c_int]
get_buffer.restype = ctypes.c_int  # pythonapi raises what the function has set

release_buffer = ctypes.pythonapi.PyBuffer_Release
release_buffer.argtypes = [ctypes.POINTER(Buffer)]
release_buffer.restype = None

core = ctypes.CDLL(str(Path(__file__).with_name("libcore.so")))
core.byte_sum.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
core.byte_sum.restype = ctypes.c_uint64


def byte_sum(data):
    """The sum of the bytes of a C-contiguous buffer."""
    view = Buffer()
    get_buffer(data, view, SIMPLE)
    try:
        return core.byte_sum(view.buf, view.len)
    finally:
        release_buffer(view)
