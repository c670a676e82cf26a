from cffi import FFI

ffi = FFI()
ffi.cdef("double dot(const void *a, ptrdiff_t a_stride, const void *b, ptrdiff_t b_stride, size_t n);")
ffi.set_source(
    "_vec",
    """
    #include <stddef.h>
    #include <string.h>

    static double dot(const void *a, ptrdiff_t a_stride, const void *b, ptrdiff_t b_stride, size_t n)
    {
        double sum = 0, x, y;
        for (size_t i = 0; i < n; i++) {
            memcpy(&x, (const char *)a + (ptrdiff_t)i * a_stride, sizeof x);
            memcpy(&y, (const char *)b + (ptrdiff_t)i * b_stride, sizeof y);
            sum += x * y;
        }
        return sum;
    }
    """,
)

if __name__ == "__main__":
    ffi.compile(verbose=False)
