import ctypes
from pathlib import Path

core = ctypes.CDLL(str(Path(__file__).with_name("libcore.so")))
core.byte_sum.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
core.byte_sum.restype = ctypes.c_uint64
successor = core.successor
successor.argtypes = [ctypes.c_int64]
successor.restype = ctypes.c_int64


def byte_sum(data):
    # As c_char_p bytes only are taken; other buffers need more words.
    return core.byte_sum(data, len(data))
