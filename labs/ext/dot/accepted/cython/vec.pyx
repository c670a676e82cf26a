# cython: boundscheck=False, wraparound=False
"""Products of vectors, by Cython."""

from cpython.exc cimport PyErr_CheckSignals


cdef double piece(const double[:] a, const double[:] b, Py_ssize_t start, Py_ssize_t end) noexcept nogil:
    cdef double total = 0
    cdef Py_ssize_t i
    for i in range(start, end):
        total += a[i] * b[i]
    return total


def dot(const double[:] a not None, const double[:] b not None):
    """The dot product of two vectors of float64."""
    cdef Py_ssize_t n = a.shape[0], start = 0, end
    cdef double total = 0
    if n != b.shape[0]:
        raise ValueError(f"the vectors have {n} and {b.shape[0]} elements")
    while start < n:
        end = min(n, start + (1 << 22))
        with nogil:
            total += piece(a, b, start, end)
        PyErr_CheckSignals()
        start = end
    return total
