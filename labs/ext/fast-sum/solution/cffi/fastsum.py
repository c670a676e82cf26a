"""fastsum with cffi, in API mode. cffi gives the GIL away around every call of C."""
from _fastsum import ffi, lib


def byte_sum(data):
    """The sum of the bytes of a C-contiguous buffer."""
    # from_buffer() keeps the buffer until the `with` is left: nobody can resize it meanwhile.
    with ffi.from_buffer("unsigned char[]", data) as view:
        return lib.byte_sum(view, len(view))
