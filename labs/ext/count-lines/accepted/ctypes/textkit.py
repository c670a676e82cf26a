"""textkit: lines by liblines.so, words by Python."""

import ctypes
import pathlib

_lines = ctypes.CDLL(str(pathlib.Path(__file__).with_name("liblines.so")))
_lines.count_lines.restype = ctypes.c_size_t
_lines.count_lines.argtypes = [ctypes.c_char_p, ctypes.c_size_t]
_lines.longest_line.restype = ctypes.c_size_t
_lines.longest_line.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(ctypes.c_size_t)]


def _utf8(text):
    if not isinstance(text, str):
        raise TypeError("a str is required")
    return text.encode()


def count_lines(text):
    data = _utf8(text)
    return _lines.count_lines(data, len(data))


def longest_line(text):
    data = _utf8(text)
    size = ctypes.c_size_t()
    start = _lines.longest_line(data, len(data), ctypes.byref(size))
    return data[start : start + size.value].decode()


def tally(words):
    counts = {}
    for word in words:
        if not isinstance(word, str):
            raise TypeError("words are str")
        counts[word] = counts.get(word, 0) + 1
    return counts
