"""How instructions replace themselves while a function is called, as one line of JSON.

Usage: specialise.py CALLS ROUNDS
CALLS: how often a function is called at most in a phase; ROUNDS: how often for a time.
"""

import dis
import json
import sys
import time

CALLS, ROUNDS = map(int, sys.argv[1:])


def add(a, b):
    """The one that is watched."""
    return a + b


def instructions(function):
    """The names of its instructions, as they are now."""
    return [one.opname for one in dis.get_instructions(function, adaptive=True)]


def addition():
    """What the addition is now."""
    return next(name for name in instructions(add) if name.startswith("BINARY"))


def watched():
    """The phases, each with the calls after which the addition was another instruction."""
    rows = []
    for kind, pairs in [
        ("int + int", [(1, 2)]),
        ("float + float", [(1.5, 2.5)]),
        ("str + str", [("a", "b")]),
        ("int, then str, in turns", [(1, 2), ("a", "b")]),
        ("list + list", [([1], [2])]),
        ("int + int again", [(1, 2)]),
    ]:
        at_first = last = addition()
        changes = []
        for call in range(1, CALLS + 1):
            add(*pairs[call % len(pairs)])
            now = addition()
            if now != last:
                changes.append({"call": call, "name": now})
                last = now
        rows.append({"kind": kind, "at_first": at_first, "changes": changes})
    return rows


class Point:
    """Something with an attribute and a method."""

    def __init__(self):
        self.x = 1

    def method(self):
        """Does nothing."""


point = Point()
row = [1, 2, 3]
table = {"x": 1}


def attribute():
    return point.x


def method():
    return point.method()


def item():
    return row[0]


def entry():
    return table["x"]


def call():
    return len(row)


def name():
    return CALLS


def compare():
    if CALLS > 0:
        return 1


def loop():
    for one in row:
        pass


def is_special(before, after):
    """Whether an instruction has become a version for what it has seen.

    Not those that only count (3.11), check less (RESUME), or do the work of two (3.11).
    """
    is_version = after != before and after.startswith(before) and "__" not in after
    return is_version and before != "RESUME" and not after.endswith(("_ADAPTIVE", "_QUICK"))


def others():
    """Of other functions: which instructions have become others."""
    rows = []
    texts = [
        (name, "limit, a global"),
        (attribute, "point.x"),
        (method, "point.method()"),
        (item, "row[0]"),
        (entry, "table['x']"),
        (call, "len(row)"),
        (compare, "if limit > 0"),
        (loop, "for one in row"),
    ]
    for function, text in texts:
        general = instructions(function)
        for _ in range(CALLS):
            function()
        pairs = [
            [before, after]
            for before, after in zip(general, instructions(function))
            if is_special(before, after) and (before != "LOAD_GLOBAL" or function is name)
        ]
        rows.append({"text": text, "pairs": pairs})
    return rows


# How many additions there are in a round, so that the loop itself matters little.
ADDITIONS = 20
SOURCE = "def loop(pairs):\n    for a, b in pairs:\n" + "        a + b\n" * ADDITIONS


class Timed:
    """A function of its own, whose additions see certain operands."""

    def __init__(self, kind, pairs):
        space = {}
        exec(SOURCE, space)
        self.kind = kind
        self.loop = space["loop"]
        self.rounds = (pairs * (ROUNDS // len(pairs) + 1))[:ROUNDS]
        self.best = None

    def measure(self):
        start = time.thread_time_ns()
        self.loop(self.rounds)
        spent = time.thread_time_ns() - start
        self.best = spent if self.best is None else min(self.best, spent)

    def said(self):
        names = instructions(self.loop)
        name = next(name for name in names if name.startswith("BINARY"))
        return {"kind": self.kind, "ns": self.best / len(self.rounds) / ADDITIONS, "name": name}


def timed():
    """Nanoseconds for an addition: one kind of operands, and several kinds in turns."""
    ints, floats, lists = (1000, 2000), (1.5, 2.5), ([], [])
    all_ = [
        Timed("int", [ints]),
        Timed("float", [floats]),
        Timed("int and float in turns", [ints, floats]),
        Timed("int + float", [(1000, 2.5)]),
        Timed("list", [lists]),
    ]
    # In turns, so that what else the machine does strikes all of them; the least counts.
    for _ in range(9):
        for one in all_:
            one.measure()
    return [one.said() for one in all_]


print(json.dumps({"watched": watched(), "others": others(), "timed": timed()}))
