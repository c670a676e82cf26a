"""Calls the library of bridge.cu for an array of NumPy.

Usage: bridge.py LIBRARY
"""

import ctypes
import sys

import numpy as np


# ANCHOR: prototypes
def load(path):
    library = ctypes.CDLL(path)
    library.shift.argtypes = [ctypes.c_void_p, ctypes.c_float, ctypes.c_int]
    library.shift.restype = ctypes.c_int
    library.text_of.argtypes = [ctypes.c_int]
    library.text_of.restype = ctypes.c_char_p
    return library
# ANCHOR_END: prototypes


# ANCHOR: shift
def shift(library, x, by):
    """Adds to each element of a float32 array, in place."""
    if not isinstance(x, np.ndarray):
        raise TypeError(f"an array is needed, not {type(x).__name__}")
    if x.dtype != np.float32:
        raise TypeError(f"an array of float32 is needed, not of {x.dtype}")
    if not x.flags.c_contiguous:
        raise ValueError("the array is not contiguous")
    if not x.flags.writeable:
        raise ValueError("the array is read-only")
    if x.size > 2**31 - 1:
        raise ValueError(f"{x.size} elements are too many")
    error = library.shift(x.ctypes.data, by, x.size)
    if error != 0:
        raise RuntimeError(f"shift: {library.text_of(error).decode()}")
# ANCHOR_END: shift


def main():
    library = load(sys.argv[1])
    x = np.arange(1000, dtype=np.float32)
    shift(library, x, 0.5)
    print(x[:3], x[-1])
    for wrong in (np.arange(3), x[::2], x.view().reshape(10, 100).T, [1.0], x.astype(">f4")):
        try:
            shift(library, wrong, 1)
        except (TypeError, ValueError) as refused:
            print(f"{type(refused).__name__}: {refused}")


if __name__ == "__main__":
    main()
