from cffi import FFI

ffi = FFI()
ffi.cdef("""
    int64_t successor(int64_t number);
    uint64_t byte_sum(const unsigned char *bytes, size_t length);
""")
ffi.set_source("_bound", """
    #include <stddef.h>
    #include <stdint.h>

    static int64_t successor(int64_t number)
    {
        return number + 1;
    }

    static uint64_t byte_sum(const unsigned char *bytes, size_t length)
    {
        uint64_t total = 0;
        for (size_t i = 0; i < length; i++)
            total += bytes[i];
        return total;
    }
""")

if __name__ == "__main__":
    ffi.compile()
