"""bytes(5) is five zeros, and bytes([1, 2]) is what nobody asked for."""
import ctypes
from pathlib import Path

PIECE = 1 << 20

core = ctypes.CDLL(str(Path(__file__).with_name("libcore.so")))
core.byte_sum.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
core.byte_sum.restype = ctypes.c_uint64


def byte_sum(data):
    """The sum of the bytes of a C-contiguous buffer."""
    if isinstance(data, memoryview) and data.nbytes > PIECE:
        return sum(byte_sum(data[at : at + PIECE]) for at in range(0, data.nbytes, PIECE))
    data = bytes(data)
    return core.byte_sum(data, len(data))
