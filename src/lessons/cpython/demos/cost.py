"""What some operations cost, as one line of JSON: instructions of the interpreter, time,
and instructions of the processor where they can be counted.

Usage: cost.py PRESSES ROUNDS READINGS
PRESSES: the program of the lesson's incident; ROUNDS: executions for a time; READINGS: how many
elements the loops go over.
"""

import ctypes
import errno
import json
import os
import platform
import struct
import sys
import time
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


def names_of(code, known={}):
    """The instructions of code, by offset."""
    if code not in known:
        import dis

        known[code] = {one.offset: one.opname for one in dis.get_instructions(code)}
    return known[code]


def executed(run):
    """How many instructions are executed in a call, and how often each, by name."""
    seen = {}

    def note(code, offset):
        name = names_of(code).get(offset, "?")
        seen[name] = seen.get(name, 0) + 1

    def trace(frame, event, arg):
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        if event == "opcode":
            note(frame.f_code, frame.f_lasti)
        return trace

    if sys.version_info < (3, 12):
        sys.settrace(trace)
        run()
        sys.settrace(None)
        return seen
    events = sys.monitoring.events.INSTRUCTION
    tool = sys.monitoring.DEBUGGER_ID
    sys.monitoring.use_tool_id(tool, "cost")
    sys.monitoring.register_callback(tool, events, note)
    sys.monitoring.set_events(tool, events)
    run()
    sys.monitoring.set_events(tool, 0)
    sys.monitoring.free_tool_id(tool)
    return seen


class Counter:
    """Instructions of the processor in this thread, not in the kernel; see perf_event_open(2)."""

    CALLS = {"x86_64": 298, "aarch64": 241}
    HARDWARE, INSTRUCTIONS = 0, 1
    EXCLUDE_KERNEL, EXCLUDE_HYPERVISOR = 1 << 5, 1 << 6
    CLOEXEC = 8

    def __init__(self):
        self.descriptor = None
        self.why_not = None
        number = self.CALLS.get(platform.machine())
        if number is None:
            self.why_not = "nobody has looked how this machine is asked"
            return
        flags = self.EXCLUDE_KERNEL | self.EXCLUDE_HYPERVISOR
        size = 112
        attr = struct.pack("<IIQQQQQ", self.HARDWARE, size, self.INSTRUCTIONS, 0, 0, 0, flags)
        call = ctypes.CDLL(None, use_errno=True).syscall
        got = call(
            ctypes.c_long(number),
            ctypes.create_string_buffer(attr.ljust(size, b"\0"), size),
            ctypes.c_int(0),
            ctypes.c_int(-1),
            ctypes.c_int(-1),
            ctypes.c_ulong(self.CLOEXEC),
        )
        if got < 0:
            name = errno.errorcode.get(ctypes.get_errno(), "?")
            self.why_not = f"perf_event_open says {name}"
            return
        self.descriptor = got

    def read(self):
        return int.from_bytes(os.read(self.descriptor, 8), sys.byteorder)


COUNTER = Counter()


def measured(runs):
    """The least nanoseconds and the least instructions of several executions of each.

    In turns, so that what else the machine does strikes all of them.
    """
    best = [None] * len(runs)
    least = [None] * len(runs)
    for _ in range(REPEATS):
        for nth, run in enumerate(runs):
            before = COUNTER.read() if COUNTER.descriptor is not None else 0
            start = time.thread_time_ns()
            run()
            spent = time.thread_time_ns() - start
            after = COUNTER.read() if COUNTER.descriptor is not None else 0
            best[nth] = spent if best[nth] is None else min(best[nth], spent)
            least[nth] = after - before if least[nth] is None else min(least[nth], after - before)
    return list(zip(best, least if COUNTER.descriptor is not None else [None] * len(runs)))


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
    figures = dict(zip(all_, measured([partial(loop(one), ROUNDS) for one in all_])))
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
    figures = measured(runs)
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
