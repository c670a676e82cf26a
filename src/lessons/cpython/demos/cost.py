"""What some operations cost, as one line of JSON: instructions of the interpreter, time,
and instructions of the processor where they can be counted.

Usage: cost.py PRESSES ROUNDS READINGS
PRESSES: the program of the lesson's incident; ROUNDS: executions for a time; READINGS: how many
elements the loops go over.
"""

import json
import sys
from functools import partial

PRESSES = sys.argv[1]
ROUNDS, READINGS = map(int, sys.argv[2:])
# Times of which the least counts.
REPEATS = 7
# Rounds that are counted; the same in each, so few are enough.
COUNTED = 10

NAMES = """
class Point:
    def __init__(self):
        self.x = 1
    @property
    def seen(self):
        return self.x
    def method(self):
        pass
def function():
    pass
def with_keyword(a=1):
    pass
"""
LOCALS = """
    a = 1000; real = 1.5; text = 'abc'; point = Point(); row = [1, 2]; table = {'x': 1}
"""
STATEMENTS = [
    "a + a",
    "real + real",
    "text + text",
    "row[0]",
    "table['x']",
    "point.x",
    "point.seen",
    "len(row)",
    "function()",
    "with_keyword(a=1)",
    "point.method()",
    "Point()",
    "[]",
    "[one for one in row]",
]

SQUARES = [
    ("a loop, outside of functions", None, "total = 0\nfor n in row:\n    total += n * n\n"),
    (
        "the same loop in a function",
        "def run(row):\n    total = 0\n    for n in row:\n        total += n * n\n",
        None,
    ),
    ("sum(n * n for n in row)", "def run(row):\n    sum(n * n for n in row)\n", None),
    ("sum([n * n for n in row])", "def run(row):\n    sum([n * n for n in row])\n", None),
    (
        "sum(map(mul, row, row))",
        "from operator import mul\ndef run(row):\n    sum(map(mul, row, row))\n",
        None,
    ),
]


def loop(statement):
    """A function that executes a statement so many times."""
    space = {}
    exec(f"{NAMES}\ndef loop(rounds):{LOCALS}    for _ in range(rounds):\n        {statement}\n", space)
    return space["loop"]


def count(statement):
    """The instructions of so many rounds."""
    run = loop(statement)
    many = sum(executed(lambda: run(COUNTED + 1)).values())
    return many - sum(executed(lambda: run(1)).values())


def statements():
    """Each above an empty round."""
    empty_count = count("pass")
    all_ = ["pass", *STATEMENTS]
    figures = dict(zip(all_, measured([partial(loop(one), ROUNDS) for one in all_], REPEATS)))
    empty = figures["pass"]
    rows = []
    for one in STATEMENTS:
        ns, machine = figures[one]
        rows.append(
            {
                "what": one,
                "bytecode": (count(one) - empty_count) / COUNTED,
                "ns": max(ns - empty[0], 0) / ROUNDS,
                "machine": None if machine is None else (machine - empty[1]) / ROUNDS,
            }
        )
    return rows


def part(name):
    """A piece of the incident's program."""
    start, end = f"# ANCHOR: {name}\n", f"# ANCHOR_END: {name}\n"
    return PRESSES[PRESSES.index(start) + len(start) : PRESSES.index(end)]


def runner(function, module, given, elements):
    """A loop to be executed: in a function, or as code of a module."""
    if module is not None:
        code = compile(module, "module", "exec")

        return lambda: exec(code, {given: elements})
    space = {}
    exec(function, space)
    return partial(space.get("run") or space["presses"], elements)


def over(loops, given, elements):
    """What loops cost for each element."""
    runs = [runner(function, module, given, elements) for _, function, module in loops]
    figures = measured(runs, REPEATS)
    return [
        figured(what, executed(run), figure, len(elements))
        for (what, _, _), run, figure in zip(loops, runs, figures)
    ]


def figured(what, seen, figure, elements):
    """A loop's figures; `seen` counts the instructions."""
    # Those that stand before the loop and behind it are executed once.
    loop_only = {name: times for name, times in seen.items() if times >= elements // 20}

    def such(test):
        return sum(times for name, times in loop_only.items() if test(name)) / elements

    ns, machine = figure
    return {
        "what": what,
        "bytecode": such(lambda name: True),
        "by_name": such(lambda name: name.endswith(("_NAME", "_GLOBAL"))),
        "by_place": such(lambda name: "_FAST" in name),
        "ns": ns / elements,
        "machine": None if machine is None else machine / elements,
    }


INCIDENT = [
    ("in a function", part("function"), None),
    ("outside", None, part("module")),
]
readings = [at // 100 % 10 == 9 for at in range(READINGS)]
squares = list(range(1000, 1000 + READINGS))
print(
    json.dumps(
        {
            "why_not": COUNTER.why_not,
            "statements": statements(),
            "incident": over(INCIDENT, "readings", readings),
            "squares": over(SQUARES, "row", squares),
        }
    )
)
