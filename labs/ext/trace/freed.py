"""Makes large blocks, each a mapping of its own, and says "end" before they all go.

Usage: freed.py WHAT...    what becomes of each block
"""

import ctypes
import gc
import sys

# Larger than what malloc keeps for later use.
SIZE = 40 << 20

gc.disable()
increase = ctypes.pythonapi.Py_IncRef
increase.argtypes = [ctypes.py_object]
increase.restype = None
kept = []


def dropped():
    bytes(SIZE)


def held():
    kept.append(bytes(SIZE))


def viewed():
    block = bytes(SIZE)
    kept.append(memoryview(block)[:1])


def copied():
    block = bytes(SIZE)
    kept.append(block[:100])


def numbered():
    block = bytes(SIZE)
    kept.append(id(block))


def counted():
    block = bytes(SIZE)
    increase(block)


def cycle():
    block = [bytes(SIZE)]
    block.append(block)


def raised():
    try:
        block = bytes(SIZE)
        raise ValueError
    except ValueError as error:
        kept.append(error)


def caught():
    try:
        block = bytes(SIZE)
        raise ValueError
    except ValueError as error:
        kept.append(str(error))


for name in sys.argv[1:]:
    if name == "collect":
        gc.collect()
    else:
        globals()[name]()
print("end", flush=True)
