"""Lines and words of a text, by Cython."""

from cpython.unicode cimport PyUnicode_AsUTF8AndSize, PyUnicode_Substring
from libc.stdlib cimport free, malloc
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
    cdef Py_ssize_t size, length = len(text), i, start = 0, lines = 0, best = 0
    PyUnicode_AsUTF8AndSize(text, &size)  # refuses lone surrogates
    cdef Py_ssize_t *starts = <Py_ssize_t *>malloc((text.count(u"\n") + 2) * sizeof(Py_ssize_t))
    try:
        starts[0] = 0
        for i in range(length + 1):
            if i == length or text[i] == u"\n":
                lines += 1
                starts[lines] = i + 1
        for i in range(lines):
            if starts[i + 1] - starts[i] > starts[best + 1] - starts[best]:
                best = i
        return PyUnicode_Substring(text, starts[best], starts[best + 1] - 1)
    finally:
        free(starts)


def tally(words, /):
    """How often each word comes."""
    cdef dict counts = {}
    for word in words:
        if not isinstance(word, str):
            raise TypeError("words are str")
        counts[word] = counts.get(word, 0) + 1
    return counts
