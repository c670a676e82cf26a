"""Counters that several demos use: instructions of the interpreter, and of the processor.

Stands before the program that uses them.
"""

import ctypes
import errno
import os
import platform
import struct
import sys
import time


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


def measured(runs, repeats):
    """The least nanoseconds and the least instructions of several executions of each.

    In turns, so that what else the machine does strikes all of them.
    """
    best = [None] * len(runs)
    least = [None] * len(runs)
    for _ in range(repeats):
        for nth, run in enumerate(runs):
            before = COUNTER.read() if COUNTER.descriptor is not None else 0
            start = time.thread_time_ns()
            run()
            spent = time.thread_time_ns() - start
            after = COUNTER.read() if COUNTER.descriptor is not None else 0
            best[nth] = spent if best[nth] is None else min(best[nth], spent)
            least[nth] = after - before if least[nth] is None else min(least[nth], after - before)
    return list(zip(best, least if COUNTER.descriptor is not None else [None] * len(runs)))
