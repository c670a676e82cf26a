"""Takes the bytes for a C string."""
import ctypes
from pathlib import Path

core = ctypes.CDLL(str(Path(__file__).with_name("libcore.so")))
core.byte_sum.argtypes = [ctypes.c_char_p]
core.byte_sum.restype = ctypes.c_uint64


def byte_sum(data):
    """The sum of the bytes of a C-contiguous buffer."""
    return core.byte_sum(bytes(memoryview(data)))
