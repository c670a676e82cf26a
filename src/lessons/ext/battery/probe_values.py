"""Probes that compare: what the module makes of a call, and what Python makes of it."""

import sys

from context import Context


def computes(context: Context) -> None:
    """Ordinary, huge and random input. One outcome a case, with what Python gives."""
    context.load()
    for kind, calls in (("ordinary", context.lab.ordinary), ("random", context.lab.random(context.rng())), ("huge", context.lab.huge)):
        compare(context, kind, calls)


def refuses(context: Context) -> None:
    """What must be refused, and what may be refused or be right."""
    context.load()
    compare(context, "refused", context.lab.refused)
    compare(context, "either", context.lab.either)
    passing(context)


def stays_in_bounds(context: Context) -> None:
    """Input against a page that cannot be touched, and amid bytes that would show in the result."""
    context.load()
    compare(context, "bounds", context.lab.bounds)


def stays_in_bounds_asan(context: Context) -> None:
    """Everything again, in a build in which the compiler has put a check before each access."""
    context.load()
    for kind, calls in (("bounds", context.lab.bounds), ("ordinary", context.lab.ordinary), ("refused", context.lab.refused),
                        ("either", context.lab.either)):
        compare(context, kind, calls)
    for loop in context.lab.loops:
        if not context.skips_case():
            call = context.announce(loop.call, "loop", setup=loop.setup)
            report(context, call, loop.setup, want=False)


def compare(context: Context, kind: str, calls) -> None:
    for call in context.cases(calls, kind):
        report(context, call)


def report(context: Context, call, setup: str = "", want: bool = True) -> None:
    came = context.both(call, setup)
    if came is None:
        return
    got, wanted = came
    fields = {"case": context.case_number, "call": call.source, **got.facts()}
    if want and context.lab.reference:
        fields["want"] = wanted.facts()
        fields["agrees"] = got.agrees(wanted)
    context.facts("outcome", **fields)


def passing(context: Context) -> None:
    """Exceptions of the caller's own, which must come out as they went in."""
    for loop in context.lab.passing:
        if context.skips_case():
            continue
        call = context.announce(loop.call, "passing", setup=loop.setup)
        names = context.names()
        exec(loop.setup, names)
        from cases import outcome

        came = outcome(call, names)
        context.facts("outcome", case=context.case_number, call=call.source, is_the_same=came.error is names["error"],
                      want={"outcome": "raised", "type": type(names["error"]).__name__}, **came.facts())
        sys.exc_info()
