"""Calls the C library through ctypes with and without prototypes."""

import ctypes

c = ctypes.CDLL(None)
text = ctypes.create_string_buffer(b"spam and eggs")
address = ctypes.addressof(text)

# ANCHOR: cut
# No prototype: the result is taken for an int.
found = c.strchr(ctypes.c_void_p(address), ord("e"))
print("right:", found == address + 9)
print("the low 32 bits of it:", (found - (address + 9)) % 2**32 == 0)
# ANCHOR_END: cut

# ANCHOR: declared
c.strchr.argtypes = [ctypes.c_void_p, ctypes.c_int]
c.strchr.restype = ctypes.c_void_p
print("right:", c.strchr(address, ord("e")) == address + 9)
# ANCHOR_END: declared

# ANCHOR: wraps
c.abs.argtypes = [ctypes.c_int]
print(c.abs(-7), c.abs(2**32 - 7))
# ANCHOR_END: wraps

# ANCHOR: checked
class CheckedInt(ctypes.c_int):
    """A C int that refuses what it cannot hold."""

    @classmethod
    def from_param(cls, value):
        if not isinstance(value, int):
            raise TypeError(f"int is needed, not {type(value).__name__}")
        if not -(2**31) <= value < 2**31:
            raise OverflowError(f"{value} is no C int")
        return cls(value)


c.abs.argtypes = [CheckedInt]
# ANCHOR_END: checked
try:
    c.abs(2**32 - 7)
except Exception as error:
    # An exception in from_param is wrapped.
    print(f"{type(error).__name__}: {error}")
