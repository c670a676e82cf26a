"""Calls functions that break a rule each, and prints what comes of it."""

import sys
import traceback

import mistakes as broken


# ANCHOR: count
thing = object()
spare = [thing] * 100
before = sys.getrefcount(thing)
for _ in range(10):
    broken.same(thing)
print("references:", sys.getrefcount(thing) - before)
# ANCHOR_END: count


# ANCHOR: late
def late(numbers):
    for number in numbers:
        number = broken.both(number)
        if number == -1:
            squares = list(map(abs, [number]))


try:
    late([7] * 100 + [2**70])
except Exception as error:
    where = traceback.extract_tb(error.__traceback__)[-1]
    print(f"{type(error).__name__} in: {where.line}")
# ANCHOR_END: late

for call in [lambda: next(map(broken.both, [2**70])), lambda: broken.neither(0)]:
    try:
        call()
    except SystemError as error:
        print(f"SystemError: {error}")
