"""Builds _fastsum, which fastsum.py wraps."""
from cffi import FFI

ffi = FFI()
ffi.cdef("uint64_t byte_sum(const unsigned char *bytes, size_t length);")
ffi.set_source(
    "_fastsum",
    """
    #include <stdint.h>
    #include <stddef.h>

    static uint64_t byte_sum(const unsigned char *bytes, size_t length)
    {
        uint64_t total = 0;
        for (size_t i = 0; i < length; i++)
            total += bytes[i];
        return total;
    }
    """,
)

if __name__ == "__main__":
    ffi.compile()
