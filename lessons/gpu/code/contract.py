"""a * b + c of floats of 32 bits: rounded twice, and rounded once (fma).

The second goes through a float of 64 bits, which is exact for the numbers at the end.
"""

import struct
from fractions import Fraction

single = struct.Struct("f")


def rounded(number):
    return single.unpack(single.pack(number))[0]


# ANCHOR: contract
def twice(a, b, c):
    return rounded(rounded(a * b) + c)


def once(a, b, c):
    return rounded(float(Fraction(a) * Fraction(b) + Fraction(c)))
# ANCHOR_END: contract


a = rounded(1 + 2**-12)
print("a * a - a * a, rounded twice:", twice(a, a, -rounded(a * a)))
print("the same with one fma:       ", once(a, a, -rounded(a * a)))
