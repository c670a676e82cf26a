"""Probes that look at single calls of Python's functions, through the shim.

survives_failing_calls lets each fail in turn; the other two only watch.
"""

import sys

from cases import Call, Outcome
from context import Context
from probe_bind import stories
from probe_references import KEPT, settle
from shim import CHECK

# Calls with the same failure: for what one leaves behind to be more than a cache.
WARM_UP, ROUNDS, CALLS = 12, 5, 6
# More than any call of a lab makes.
MOST = 400
SPARE = 1000
# Technologies in which a failure of Python's functions is an exception. The others panic or abort.
PASSES_FAILURES = ("c-api", "cython", "own", None)


def survives_failing_calls(context: Context) -> None:
    """Each call that can fail, of Python's functions and for memory, fails once; and again, to count.

    The call's own outcome without failures is the `want`. A case is one loop and one k.
    """
    if (technology := context.build.get("technology")) not in PASSES_FAILURES:
        context.facts("not-asked", why=f"{technology} ends the process by design when memory is short")
        return
    context.load()
    shim = context.shim()
    lines = context.lines()
    for loop in context.lab.loops:
        if not loop.may_fail:
            continue
        names = context.names()
        try:
            exec(loop.setup, names)
            function, arguments = Call(loop.call).parts(names)
        except NameError as error:
            context.facts("cannot", call=loop.call, why=str(error))
            continue
        shim.mode(0)
        for _ in range(WARM_UP):
            want = tried(shim, function, arguments)
        shim.fail(1 << 30)
        tried(shim, function, arguments)
        calls = (1 << 30) - shim.left()
        shim.fail(0)
        watched = {what: eval(what, names) for what in loop.canaries}
        KEPT.extend([thing] * SPARE for thing in watched.values())
        for k in range(1, min(calls, MOST) + 1):
            if context.skips_case():
                continue
            context.announce(loop.call, "failure", setup=loop.setup, k=k, calls=calls)
            one_failure(context, shim, lines, loop, names, k, want, watched)


def one_failure(context, shim, lines, loop, names, k, want, watched) -> None:
    def attempt():
        # Fresh arguments: what an earlier failure did to them is not this one's affair.
        function, arguments = Call(loop.call).parts(names)
        shim.fail(k)
        came = tried(shim, function, arguments)
        return came, shim.struck()

    came, struck = attempt()
    if struck is None:
        context.facts("outcome", case=context.case_number, call=loop.call, k=k, failed=None, **came.facts())
        return
    facts = came.facts()
    agrees = came.error is None and want.error is None and came.agrees(want)
    del came
    for _ in range(WARM_UP):
        attempt()
    settle()
    before = {what: sys.getrefcount(thing) for what, thing in watched.items()}
    growth, blocks = [0] * ROUNDS, sys.getallocatedblocks()
    for number in range(ROUNDS):
        for _ in range(CALLS):
            attempt()
        settle()
        now = sys.getallocatedblocks()
        growth[number], blocks = now - blocks, now
    after = {what: sys.getrefcount(thing) for what, thing in watched.items()}
    shim.fail(0)
    resized = None
    if loop.resize:
        try:
            exec(loop.resize, names)
            resized = {"outcome": "returned"}
        except BufferError as error:
            resized = {"outcome": "raised", "type": "BufferError", "message": str(error)}
    context.facts(
        "outcome", case=context.case_number, call=loop.call, setup=loop.setup, k=k, failed={"function": struck[0], **lines.of(struck[1])},
        want=want.facts(), agrees=agrees, calls=ROUNDS * CALLS, blocks=growth,
        canaries=[{"what": what, "change": after[what] - before[what]} for what in watched], resized=resized, **facts,
    )


def tried(shim, function, arguments) -> Outcome:
    try:
        return Outcome(value=shim.call(function, arguments))
    except BaseException as error:  # noqa: BLE001
        error.__traceback__ = None
        return Outcome(error=error)


def raises_or_returns(context: Context) -> None:
    """Calls that can fail, made while an exception is pending; and what comes out of each call."""
    watched(context, lambda event: event.is_pending)
    if context.lab.raising:
        stories(context, context.lab.raising)


def needs_no_gil(context: Context) -> None:
    """Calls of Python's functions by a thread that does not have the GIL."""
    watched(context, lambda event: not event.has_gil)


def watched(context: Context, is_wanted) -> None:
    context.load()
    shim = context.shim(needs_patch=False)
    lab = context.lab
    calls = [*((source, "", "refused") for source in lab.refused), *((source, "", "either") for source in lab.either),
             *((source, "", "ordinary") for source in lab.ordinary), *((loop.call, loop.setup, "loop") for loop in lab.loops),
             *((loop.call, loop.setup, "passing") for loop in lab.passing), *((loop.call, loop.setup, "long") for loop in lab.long)]
    for source, setup, kind in calls:
        if context.skips_case():
            continue
        call = context.announce(source, kind, setup=setup)
        names = context.names()
        shim.clear()
        try:
            exec(setup, names)
            call.parts(names)
        except NameError as error:
            context.facts("cannot", case=context.case_number, why=str(error))
            continue
        shim.mode(CHECK)
        try:
            came = Outcome(value=call.make(names))
        except BaseException as error:  # noqa: BLE001
            error.__traceback__ = None
            came = Outcome(error=error)
        shim.mode(0)
        events = [event for event in shim.events() if is_wanted(event)]
        lines = context.lines() if events else None
        for event in events[:5]:
            context.facts("api", case=context.case_number, call=source, function=shim.name(event.function), has_gil=bool(event.has_gil),
                          is_pending=bool(event.is_pending), **place(lines.of(event.site)))
        same = {"is_the_same": came.error is names["error"]} if kind == "passing" else {}
        context.facts("outcome", case=context.case_number, call=source, events=len(events), **same, **came.facts())


def place(where: dict) -> dict:
    """A place as a field of its own, since `function` is the API's."""
    return {"at": where}
