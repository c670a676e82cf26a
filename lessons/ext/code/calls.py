"""What a call of a function with one argument costs, by the way in which it is bound.

Usage: calls.py [ROUNDS]
Whatever has not been built is left out.
"""

import ctypes
import importlib
import sys
import timeit

ROUNDS = int(sys.argv[1]) if sys.argv[1:] else 100_000


def nanoseconds(statement, **names):
    """The best of some, above an empty loop."""
    best = [
        min(timeit.repeat(code, globals=names, number=ROUNDS, repeat=15))
        for code in (statement, "pass")
    ]
    return (best[0] - best[1]) / ROUNDS * 1e9


def empty(x):
    pass


libc = ctypes.CDLL(None)
libc.abs.argtypes = [ctypes.c_int]
libc.abs.restype = ctypes.c_int

print(f"{nanoseconds('f(7)', f=empty):6.0f} ns  an empty function in Python")
print(f"{nanoseconds('f(7)', f=abs):6.0f} ns  abs, built in")
print(f"{nanoseconds('f(7)', f=libc.abs):6.0f} ns  abs of the C library, by ctypes")
for name, what in [("smallest", "bits"), ("bytesum", "byte_sum"), ("with_nanobind", "byte_sum"),
                   ("with_pybind11", "byte_sum"), ("with_pyo3", "byte_sum")]:
    try:
        function = getattr(importlib.import_module(name), what)
    except ImportError:
        continue
    argument = b"0123456789abcdef" if what == "byte_sum" else 7
    cost = nanoseconds("f(x)", f=function, x=argument)
    print(f"{cost:6.0f} ns  {name}.{what}({argument!r})")
