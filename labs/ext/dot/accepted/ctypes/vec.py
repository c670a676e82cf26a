"""vec: the dot product of two vectors of doubles, by ctypes, without NumPy: the interpreter's own C API says where a buffer lies."""

import ctypes
import pathlib
from ctypes import c_char_p, c_double, c_int, c_size_t, c_ssize_t, c_void_p

_dot = ctypes.CDLL(str(pathlib.Path(__file__).with_name("libstrided.so"))).dot
_dot.restype = c_double
_dot.argtypes = [c_void_p, c_ssize_t, c_void_p, c_ssize_t, c_size_t]

_PIECE = 1 << 22
_STRIDED_RO = 0x18  # PyBUF_STRIDES, which contains PyBUF_ND


class _View(ctypes.Structure):
    """Py_buffer, as PEP 688 and the stable ABI of 3.11 have it."""

    _fields_ = [
        ("buf", c_void_p), ("obj", c_void_p), ("len", c_ssize_t), ("itemsize", c_ssize_t), ("readonly", c_int),
        ("ndim", c_int), ("format", c_char_p), ("shape", ctypes.POINTER(c_ssize_t)),
        ("strides", ctypes.POINTER(c_ssize_t)), ("suboffsets", c_void_p), ("internal", c_void_p),
    ]


# Not ctypes.pythonapi: what is said about a function there is said for everybody else who uses it.
_python = ctypes.PyDLL(None)

_get = _python.PyObject_GetBuffer
_get.restype = c_int
_get.argtypes = [ctypes.py_object, ctypes.POINTER(_View), c_int]
_release = _python.PyBuffer_Release
_release.restype = None
_release.argtypes = [ctypes.POINTER(_View)]


class _Vector:
    def __init__(self, object):
        view = memoryview(object)
        if view.ndim != 1 or view.format.lstrip("@=<") != "d":
            raise TypeError("a one-dimensional buffer of float64 is required")
        self.view = _View()
        _get(view, self.view, _STRIDED_RO)  # raises, since PyDLL looks

    def __enter__(self):
        self.at, self.length, self.stride = self.view.buf, self.view.shape[0], self.view.strides[0]
        return self

    def __exit__(self, *exception):
        _release(self.view)


def dot(a, b):
    """The dot product of two vectors of float64."""
    with _Vector(a) as x, _Vector(b) as y:
        if x.length != y.length:
            raise ValueError(f"the vectors have {x.length} and {y.length} elements")
        total = 0.0
        for start in range(0, x.length, _PIECE):
            total += _dot(x.at + start * x.stride, x.stride, y.at + start * y.stride, y.stride, min(_PIECE, x.length - start))
        return total
