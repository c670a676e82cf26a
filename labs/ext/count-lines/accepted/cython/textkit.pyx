"""Lines and words of a text, by Cython."""

from cpython.unicode cimport PyUnicode_AsUTF8AndSize, PyUnicode_Substring
from libc.string cimport memchr


def count_lines(str text not None, /):
    """The number of newlines in a text."""
    cdef Py_ssize_t size = 0, lines = 0
    cdef const char *at = PyUnicode_AsUTF8AndSize(text, &size)
    cdef const char *end = at + size
    while True:
        at = <const char *>memchr(at, b"\n", end - at)
        if at is NULL:
            return lines
        lines += 1
        at += 1


def longest_line(str text not None, /):
    """The first of the lines with the most characters."""
    cdef Py_ssize_t size, length = len(text), i, start = 0, best = 0, best_length = -1
    PyUnicode_AsUTF8AndSize(text, &size)  # refuses lone surrogates
    for i in range(length + 1):
        if i == length or text[i] == u"\n":
            if i - start > best_length:
                best, best_length = start, i - start
            start = i + 1
    return PyUnicode_Substring(text, best, best + best_length)


def tally(words, /):
    """How often each word comes."""
    cdef dict counts = {}
    for word in words:
        if not isinstance(word, str):
            raise TypeError("words are str")
        counts[word] = counts.get(word, 0) + 1
    return counts
