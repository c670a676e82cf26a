"""Adds NumPy arrays on the GPU: add(a, b, out=None)."""

import ctypes
from pathlib import Path

import numpy as np

__all__ = ["CudaError", "add"]

_MESSAGE_BYTES = 256

# A CDLL gives the interpreter's lock away for the time of each call; a PyDLL keeps it.
_library = ctypes.CDLL(str(Path(__file__).with_name("libbridge.so")))
_library.bridge_add.argtypes = [
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_void_p,
    ctypes.c_size_t,
    ctypes.c_char_p,
    ctypes.c_size_t,
]
_library.bridge_add.restype = ctypes.c_int


class CudaError(RuntimeError):
    """A call of CUDA's failed; `code` is its cudaError_t."""

    def __init__(self, code: int, text: str):
        super().__init__(text)
        self.code = code


def _checked(name: str, array, shape=None) -> np.ndarray:
    """The array itself, if C can take it as it is. It is never converted: that would be a copy."""
    if not isinstance(array, np.ndarray):
        raise TypeError(f"{name} is a {type(array).__name__}, and not a NumPy array")
    if array.dtype != np.dtype(np.float32):
        raise TypeError(f"{name} is an array of {array.dtype}, and not of float32")
    if shape is not None and array.shape != shape:
        raise ValueError(f"{name} has the shape {array.shape}, and a has {shape}")
    if not array.flags.c_contiguous or not array.flags.aligned:
        raise ValueError(f"{name} is not contiguous in memory")
    return array


def add(a: np.ndarray, b: np.ndarray, out: np.ndarray | None = None) -> np.ndarray:
    """a + b, in out or in a new array; float32, contiguous, of equal shape.

    Raises TypeError or ValueError for arrays that it cannot take, and CudaError if the device fails.
    """
    _checked("a", a)
    _checked("b", b, a.shape)
    if out is None:
        out = np.empty_like(a, order="C", subok=False)
    elif not _checked("out", out, a.shape).flags.writeable:
        raise ValueError("out is read-only")
    message = ctypes.create_string_buffer(_MESSAGE_BYTES)
    code = _library.bridge_add(
        a.ctypes.data, b.ctypes.data, out.ctypes.data, a.size, message, len(message)
    )
    if code != 0:
        raise CudaError(code, message.value.decode(errors="replace"))
    return out
