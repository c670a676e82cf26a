"""Calls a variadic function: the fixed arguments are declared, the others say their type."""

import ctypes

c = ctypes.CDLL(None)
# ANCHOR: snprintf
c.snprintf.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p]
c.snprintf.restype = ctypes.c_int
piece = ctypes.create_string_buffer(64)
rest = b"spam", ctypes.c_long(2**40), ctypes.c_double(0.5)
length = c.snprintf(piece, len(piece), b"%s %ld %.2f", *rest)
print(length, piece.value)
# ANCHOR_END: snprintf
