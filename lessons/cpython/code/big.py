"""What an integer is made of: digits to the base 2**30."""

import sys


# ANCHOR: digits
def digits(number):
    found = []
    while number:
        found.append(number & (2**30 - 1))
        number >>= 30
    return found


print(digits(10**20), sys.getsizeof(10**20) - sys.getsizeof(2**30 - 1))
# ANCHOR_END: digits

# ANCHOR: signs
print(7 // 2, -7 // 2, 7 % 3, -7 % 3, 7 % -3, -1 >> 10, ~5, -6 & 3)
# ANCHOR_END: signs
