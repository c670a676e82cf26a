import ctypes, pathlib, threading
import numpy

_lib = ctypes.CDLL(pathlib.Path(__file__).parent / "libbridge.so")
_floats = ctypes.POINTER(ctypes.c_float)
_lib.gpu_add.argtypes = [_floats, _floats, _floats, ctypes.c_int, ctypes.POINTER(ctypes.c_char_p)]
_lock = threading.Lock()


def _pointer(array):
    return array.ctypes.data_as(_floats)


def add(a, b, out=None):
    shape = getattr(a, "shape", None)
    if out is None and isinstance(a, numpy.ndarray):
        out = numpy.empty(shape, dtype="f4")
    for array in (a, b, out):
        if type(array) is not numpy.ndarray or array.dtype.str != "<f4":
            raise TypeError("float32 arrays only")
        if array.shape != shape:
            raise ValueError("all shapes must be equal")
        if not array.flags["C"]:
            raise ValueError("only contiguous arrays")
    if not out.flags["W"]:
        raise BufferError("the output cannot be written to")
    if a.size:
        name = ctypes.c_char_p()
        # There is one stream.
        with _lock:
            if _lib.gpu_add(_pointer(a), _pointer(b), _pointer(out), a.size, ctypes.byref(name)):
                raise OSError(name.value.decode())
    return out
