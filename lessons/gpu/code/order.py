"""The sum of a million floats of 32 bits, in several orders.

Usage: order.py [N]
"""

import math
import random
import struct
import sys

single = struct.Struct("f")


def rounded(number):
    return single.unpack(single.pack(number))[0]


# ANCHOR: orders
def in_order(numbers):
    total = 0.0
    for number in numbers:
        total = rounded(total + number)
    return total


def by_threads(numbers, threads):
    """Each thread adds up what is its own; then halves are added."""
    sums = [in_order(numbers[thread::threads]) for thread in range(threads)]
    while len(sums) > 1:
        half = len(sums) // 2
        sums = [rounded(sums[i] + sums[i + half]) for i in range(half)]
    return sums[0]
# ANCHOR_END: orders


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    dice = random.Random(1)
    numbers = [rounded(dice.random()) for _ in range(n)]
    print(f"exact              {math.fsum(numbers):.4f}")
    print(f"one after another  {in_order(numbers):.4f}")
    print(f"backwards          {in_order(numbers[::-1]):.4f}")
    for threads in (256, 1024, 8192):
        print(f"{threads:4} threads       {by_threads(numbers, threads):.4f}")


main()
