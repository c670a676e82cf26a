# cython: boundscheck=False, wraparound=False
"""A typed memoryview may be None unless that is forbidden, and of None it is the sum of nothing."""
from libc.stdint cimport uint64_t


def byte_sum(const unsigned char[::1] data):
    """The sum of the bytes of a C-contiguous buffer."""
    cdef uint64_t total = 0
    cdef Py_ssize_t i
    cdef Py_ssize_t length = len(data) if data is not None else 0
    for i in range(length):
        total += data[i]
    return total
