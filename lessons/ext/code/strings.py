"""Takes strings from the C library that are the caller's to free."""

import ctypes

c = ctypes.CDLL(None)
c.free.argtypes = [ctypes.c_void_p]
c.free.restype = None
c.strdup.argtypes = [ctypes.c_char_p]
c.strdup.restype = ctypes.c_void_p


# ANCHOR: copied
def copied(text):
    """What strdup(3) makes, as bytes."""
    address = c.strdup(text)
    if address is None:
        raise MemoryError
    try:
        return ctypes.string_at(address)
    finally:
        c.free(address)
# ANCHOR_END: copied


print(copied(b"spam"))
c.strdup.restype = ctypes.c_char_p
print(type(c.strdup(b"spam")).__name__)
