"""vec: the dot product of two vectors of doubles, computed by core.c, which is built as libcore.so.

This starter can be imported, and is right for lists and arrays of numbers.
Each TODO is a place where a promise is empty.
"""

import ctypes
import pathlib

# TODO: CDLL and PyDLL differ in one thing. Which?
_core = ctypes.CDLL(str(pathlib.Path(__file__).with_name("libcore.so")))
_core.dot.restype = ctypes.c_double
# TODO: which arguments does a function take whose argtypes nobody has declared?


def dot(a, b):
    """The dot product of two vectors of float64."""
    # TODO: this copies number by number. Where does the memory of a buffer begin, and how far apart are its elements?
    # TODO: which arguments have to be refused?
    # TODO: when does Python look for signals, and how long is one call of the library?
    vector = ctypes.c_double * len(a)
    return _core.dot(vector(*a), vector(*b), ctypes.c_size_t(len(a)))
