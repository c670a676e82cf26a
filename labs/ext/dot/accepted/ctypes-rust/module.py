"""vec: the dot product of two vectors of doubles, computed by core.rs, which is built as libcore.so."""

import ctypes
import pathlib

import numpy

_core = ctypes.CDLL(str(pathlib.Path(__file__).with_name("libcore.so")))
_core.dot.restype = ctypes.c_double
_core.dot.argtypes = [ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_void_p, ctypes.c_ssize_t, ctypes.c_size_t]


def dot(a, b):
    x, y = (numpy.asarray(memoryview(vector)) for vector in (a, b))
    if x.dtype != "f8" or y.dtype != "f8" or not x.dtype.isnative or not y.dtype.isnative:
        raise TypeError("float64 is required")
    if x.ndim != 1 or x.shape != y.shape:
        raise ValueError("two vectors of one length are required")
    total, (xs,), (ys,) = 0.0, x.strides, y.strides
    for start in range(0, len(x), 1 << 20):
        n = min(1 << 20, len(x) - start)
        total += _core.dot(x.ctypes.data + start * xs, xs, y.ctypes.data + start * ys, ys, n)
    return total
