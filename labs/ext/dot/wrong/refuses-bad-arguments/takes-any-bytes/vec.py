"""vec: the dot product of two vectors of doubles, by cffi. NumPy knows where a strided buffer lies."""

import numpy
from _vec import ffi, lib

_PIECE = 1 << 22


def _vector(object):
    """An array that is the buffer itself, and holds it."""
    view = memoryview(object)
    if view.contiguous:
        return numpy.frombuffer(view) if view.nbytes else numpy.empty(0)
    return numpy.asarray(view)


def dot(a, b):
    """The dot product of two vectors of float64."""
    x, y = _vector(a), _vector(b)
    if len(x) != len(y):
        raise ValueError(f"the vectors have {len(x)} and {len(y)} elements")
    total = 0.0
    # Between two calls of the library, Python looks for signals.
    for start in range(0, len(x), _PIECE):
        total += lib.dot(
            ffi.cast("void *", x.ctypes.data + start * x.strides[0]), x.strides[0],
            ffi.cast("void *", y.ctypes.data + start * y.strides[0]), y.strides[0],
            min(_PIECE, len(x) - start),
        )
    return total
