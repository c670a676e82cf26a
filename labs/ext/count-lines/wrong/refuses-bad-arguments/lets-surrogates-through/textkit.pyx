"""Lines and words of a text, by Cython."""

from cpython.unicode cimport PyUnicode_Substring


def count_lines(str text not None, /):
    """The number of newlines in a text."""
    cdef Py_ssize_t lines = 0
    cdef Py_UCS4 character
    for character in text:
        lines += character == u"\n"
    return lines


def longest_line(str text not None, /):
    """The first of the lines with the most characters."""
    cdef Py_ssize_t length = len(text), i, start = 0, best = 0, best_length = -1
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
