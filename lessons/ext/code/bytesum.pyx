# cython: language_level=3, boundscheck=False, wraparound=False
"""The sum of bytes, in Cython."""


# ANCHOR: byte_sum
def byte_sum(const unsigned char[::1] data not None):
    cdef unsigned long long total = 0
    cdef Py_ssize_t at
    with nogil:
        for at in range(data.shape[0]):
            total += data[at]
    return total
# ANCHOR_END: byte_sum
