"""fastsum: the sum of the bytes of a buffer, with ctypes.

This starter is right for short bytes objects. Each TODO is a promise that is still empty.
"""
import ctypes
from pathlib import Path

core = ctypes.CDLL(str(Path(__file__).with_name("libcore.so")))
# TODO: what does ctypes take a function for that it was told nothing about?


def byte_sum(data):
    """The sum of the bytes of a C-contiguous buffer."""
    # TODO: what else has a buffer, and what makes bytes() of a number?
    data = bytes(data)
    return core.byte_sum(data, len(data))
