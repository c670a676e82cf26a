"""Probes that compare: what the module makes of a call, and what Python makes of it."""

from context import Cannot, Context


def computes(context: Context) -> None:
    """Ordinary, huge and random input. One outcome a case, with what Python gives."""
    context.load()
    if not context.lab.reference:
        raise Cannot("nobody says what is right")
    for kind, calls in (("ordinary", context.lab.ordinary), ("random", context.lab.random(context.rng())), ("huge", context.lab.huge)):
        compare(context, kind, calls)


def refuses(context: Context) -> None:
    """What must be refused, and what may be refused or be right."""
    context.load()
    compare(context, "refused", context.lab.refused)
    compare(context, "either", context.lab.either)


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
