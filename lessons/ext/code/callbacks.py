"""Has C's qsort call Python, and brings an exception back."""

import ctypes

c = ctypes.CDLL(None)
Compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))
c.qsort.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t, Compare]
c.qsort.restype = None


# ANCHOR: sort
def sort(numbers, key):
    """Sorts in place by key(number), with C's qsort."""
    caught = []

    def compare(left, right):
        if caught:
            return 0
        try:
            left, right = key(left[0]), key(right[0])
            return (left > right) - (left < right)
        except BaseException as error:
            caught.append(error)
            return 0

    callback = Compare(compare)  # must live as long as the library may call it
    c.qsort(numbers, len(numbers), ctypes.sizeof(ctypes.c_int), callback)
    if caught:
        raise caught[0]
# ANCHOR_END: sort


numbers = (ctypes.c_int * 5)(3, -1, -4, 1, 5)
sort(numbers, abs)
print([abs(number) for number in numbers])
try:
    sort(numbers, lambda number: 1 / (number - 5))
except ZeroDivisionError as error:
    print("ZeroDivisionError:", error)
