"""What some operations take, in nanoseconds, above an empty loop.

Usage: cost.py ROUNDS
"""

import sys
import time
import timeit


# ANCHOR: things
class Point:
    def __init__(self):
        self.x = 1

    @property
    def seen(self):
        return self.x

    def method(self):
        pass


class Slotted:
    __slots__ = ("x",)

    def __init__(self):
        self.x = 1


def function():
    pass


def with_keyword(a=1):
    pass
# ANCHOR_END: things


ROUNDS = int(sys.argv[1])
SETUP = (
    "from __main__ import Point, Slotted, function, with_keyword; "
    "a = 1000; big = 10**30; real = 1.5; text = 'abc'; point = Point(); slotted = Slotted(); "
    "row = [1, 2]; table = {'x': 1}"
)


def took(statement):
    """The least of five, above `pass`."""
    timer = timeit.Timer(statement, SETUP, time.process_time)
    return min(timer.repeat(5, ROUNDS)) / ROUNDS * 1e9


empty = took("pass")
for statement in [
    "a + a",
    "big + big",
    "real + real",
    "text + text",
    "row[0]",
    "table['x']",
    "point.x",
    "slotted.x",
    "point.seen",
    "len(row)",
    "function()",
    "with_keyword(a=1)",
    "point.method()",
    "Point()",
    "[]",
    "[one for one in row]",
]:
    print(f"{took(statement) - empty:6.0f}  {statement}")
