# cython: boundscheck=False, wraparound=False
from libc.stdint cimport int64_t, uint64_t


def successor(int64_t number):
    return number + 1


def byte_sum(const unsigned char[::1] data not None):
    cdef uint64_t total = 0
    cdef Py_ssize_t i
    for i in range(data.shape[0]):
        total += data[i]
    return total
