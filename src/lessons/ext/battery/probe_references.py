"""Probes that count: what is left over of a call that is made again and again.

The numbers are those of regrtest -R, scaled: after a warm-up in which caches fill, rounds of calls are
made, and what there is more after each round is noted. Whoever judges asks for growth in nearly all
rounds; a single larger number is somebody's cache.
"""

import ctypes
import gc
import sys
import warnings

from cases import Call, give_back, outcome
from context import Context
from probe_bind import stories
from shim import CALLED, LOG_ALL, PIN, RESULTS, RETURNED

WARM_UP, ROUNDS, CALLS = 120, 5, 20
# More references than can be taken away, so that an object that is robbed of some does not die of it.
SPARE = 4 * (WARM_UP + ROUNDS * CALLS)
# They are kept to the end: an object of which some were taken dies when the others are given back.
KEPT: list = []

IMMORTAL = 1 << 30


def keeps_no_reference(context: Context) -> None:
    context.load()
    for loop in loops(context):
        measure(context, loop, mends=True)
    lines_of_leaks(context)
    # One reference that is kept for ever does not grow.
    if context.lab.letting_go:
        stories(context, context.lab.letting_go)


def gives_no_reference_away(context: Context) -> None:
    """The same, with an allocator that fills what is freed, so that what comes after sees it."""
    context.load()
    for loop in loops(context):
        measure(context, loop, mends=False)


def loops(context: Context):
    for loop in context.lab.loops:
        if context.skips_case():
            continue
        context.announce(loop.call, "loop", setup=loop.setup)
        yield loop


def measure(context: Context, loop, mends: bool) -> None:
    names = context.names()
    try:
        exec(loop.setup, names)
    except NameError as error:
        context.facts("cannot", case=context.case_number, why=str(error))
        return
    call = Call(loop.call)
    watched = {what: eval(what, names) for what in loop.canaries}
    watched |= {"None": None, "True": True, "False": False, "NotImplemented": NotImplemented, "()": (), "''": "", "0": 0, "1": 1}
    KEPT.extend([thing] * SPARE for thing in watched.values())
    at_first = counts(watched)
    last = outcome(call, names, mends)
    for thing in (last.value, last.error):
        if thing is not None:
            watched[f"type {type(thing).__name__}"] = type(thing)
            KEPT.append([type(thing)] * SPARE)
    came = last.facts()
    del last

    resized = None
    growth = [0] * ROUNDS
    for _ in range(WARM_UP):
        outcome(call, names, mends)
    settle()
    before = counts(watched)
    blocks = sys.getallocatedblocks()
    for round_number in range(ROUNDS):
        for _ in range(CALLS):
            outcome(call, names, mends)
        settle()
        now = sys.getallocatedblocks()
        growth[round_number] = now - blocks
        blocks = now
    after = counts(watched)
    for what, count in at_first.items():
        if not count >= IMMORTAL:
            give_back(watched[what], count - after[what])
    if loop.resize:
        try:
            exec(loop.resize, names)
            resized = {"outcome": "returned"}
        except BufferError as error:
            resized = {"outcome": "raised", "type": "BufferError", "message": str(error)}
    context.facts(
        "loop", case=context.case_number, call=loop.call, setup=loop.setup, calls=ROUNDS * CALLS, blocks=growth, outcome=came,
        canaries=[
            {"what": what, "change": after[what] - before[what], "is_immortal": before[what] >= IMMORTAL}
            for what in watched if what in loop.canaries or after[what] != before[what]
        ],
        resized=resized,
    )


def settle() -> None:
    """Lets go what nobody holds, and what the interpreter remembers of attribute names that were looked up."""
    gc.collect()
    if hasattr(sys, "_clear_internal_caches"):  # since 3.13
        sys._clear_internal_caches()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        sys._clear_type_cache()


def counts(watched: dict) -> dict:
    return {what: sys.getrefcount(thing) for what, thing in watched.items()}


def lines_of_leaks(context: Context) -> None:
    """Where references come from that outlive their call: new ones are pinned, and counted afterwards.

    Only said, never judged by: a pinned object is not quite what it was (some functions want to be the
    only holder), and an object that somebody else takes a reference of meanwhile looks left over.
    """
    try:
        shim = context.shim()
    except Exception as reason:  # noqa: BLE001
        context.facts("cannot", why=f"no lines: {reason}")
        return
    lines = context.lines()
    for loop in context.lab.loops:
        names = context.names()
        try:
            exec(loop.setup, names)
            function, arguments = Call(loop.call).parts(names)
        except NameError:
            continue
        KEPT.extend([argument] * SPARE for argument in arguments)
        for _ in range(5):
            call_and_drop(shim, function, arguments)
        shim.clear()
        shim.mode(PIN)
        call_and_drop(shim, function, arguments)
        shim.mode(0)
        settle()
        for left in left_over(shim, lines):
            context.facts("left-over", call=loop.call, setup=loop.setup, **left)
        shim.clear()
        shim.mode(LOG_ALL | RESULTS)
        call_and_drop(shim, function, arguments)
        shim.mode(0)
        for left in unreleased(shim, lines):
            context.facts("left-over", call=loop.call, setup=loop.setup, **left)


def call_and_drop(shim, function, arguments) -> None:
    try:
        shim.call(function, arguments)
    except BaseException:  # noqa: BLE001
        pass


def left_over(shim, lines) -> list[dict]:
    """New references that are above those that were there before them and the shim's own."""
    pins: dict[int, list] = {}
    for event in shim.events():
        if event.phase == RETURNED and event.references:
            pins.setdefault(event.result, []).append(event)
    left = []
    for address, events in pins.items():
        now = ctypes.c_int64.from_address(address).value & (0xFFFFFFFF if sys.version_info >= (3, 12) else -1)
        first = events[0].references & (0xFFFFFFFF if sys.version_info >= (3, 12) else -1)
        if first >= IMMORTAL:
            continue
        thing = ctypes.cast(address, ctypes.py_object).value
        if now - len(events) > first - 1 and not (isinstance(thing, int) and -6 < thing < 257):
            left.append({"function": shim.name(events[-1].function), "type": type(thing).__name__, "references": now - len(events) - first + 1,
                         **lines.of(events[-1].site)})
        del thing
    decref = ctypes.pythonapi.Py_DecRef
    decref.argtypes = [ctypes.c_void_p]
    decref.restype = None
    for address, events in pins.items():
        for _ in events:
            decref(address)
    return left


def unreleased(shim, lines) -> list[dict]:
    """Buffers that were got and not released, and memory that was got and not freed, by address."""
    buffers, memory = {}, {}
    gets = {"malloc", "calloc", "strdup", "strndup", "PyMem_Malloc", "PyMem_Calloc", "PyMem_RawMalloc", "PyMem_RawCalloc"}
    frees = {"free", "PyMem_Free", "PyMem_RawFree"}
    for event in shim.events():
        name = shim.name(event.function)
        if name == "PyObject_GetBuffer" and event.phase == RETURNED and event.result == 0:
            buffers[event.second] = event
        elif name == "PyBuffer_Release" and event.phase == CALLED:
            buffers.pop(event.first, None)
        elif name in gets and event.phase == RETURNED and event.result:
            memory[event.result] = event
        elif name in frees and event.phase == CALLED:
            memory.pop(event.first, None)
        elif name in ("realloc", "PyMem_Realloc", "PyMem_RawRealloc") and event.phase == RETURNED and event.result:
            memory.pop(event.first, None)
            memory[event.result] = event
    return [{"function": shim.name(event.function), **lines.of(event.site)} for event in (*buffers.values(), *memory.values())]


class Mallinfo2(ctypes.Structure):
    """struct mallinfo2; see mallinfo(3)."""

    _fields_ = [(name, ctypes.c_size_t) for name in ("arena", "ordblks", "smblks", "hblks", "hblkhd", "usmblks", "fsmblks", "uordblks", "fordblks", "keepcost")]


def leaks_no_memory(context: Context) -> None:
    """Bytes that the C library has given out, before and after rounds of calls."""
    context.load()
    try:
        mallinfo2 = ctypes.CDLL(None).mallinfo2
    except AttributeError:
        context.facts("cannot", why="the C library has no mallinfo2")
        return
    mallinfo2.restype = Mallinfo2

    def used() -> int:
        settle()
        info = mallinfo2()
        return info.uordblks + info.hblkhd

    for loop in loops(context):
        names = context.names()
        try:
            exec(loop.setup, names)
        except NameError as error:
            context.facts("cannot", case=context.case_number, why=str(error))
            continue
        call = Call(loop.call)
        came = outcome(call, names).facts()
        growth = [0] * ROUNDS
        for _ in range(2 * WARM_UP):
            outcome(call, names)
        used()
        before = used()
        for round_number in range(ROUNDS):
            for _ in range(5 * CALLS):
                outcome(call, names)
            now = used()
            growth[round_number] = now - before
            before = now
        context.facts("memory", case=context.case_number, call=loop.call, setup=loop.setup, calls=5 * CALLS, bytes=growth, outcome=came)
    lines_of_leaks(context)
