"""Probes about the GIL, other threads and signals."""

import ctypes
import signal
import sys
import threading
import time

from cases import Call, Outcome
from context import Cannot, Context
from probe_references import settle

# Seconds after which a thread no longer waits for one that does not come. Nothing is judged by it.
PATIENCE = 20.0

# The best of so many counts, since a busy machine adds to what is done with the GIL; and what is good enough.
ROUNDS, ENOUGH = 8, 0.95


def releases_the_gil(context: Context) -> None:
    """Processor time of long calls, and how much of it was spent between giving the GIL away and taking it."""
    if not context.lab.long:
        raise Cannot("there is no long call")
    context.load()
    shim = context.shim(needs_patch=False)
    case = 0
    for loop in context.lab.long:
        names = context.names()
        try:
            exec(loop.setup, names)
        except NameError as error:
            context.facts("cannot", case=case, why=str(error))
            continue
        for _ in range(ROUNDS):
            function, arguments = Call(loop.call).parts(names)
            context.facts("case", case=case, kind="long", call=loop.call, setup=loop.setup)
            shim.clear()
            came = called(shim, function, arguments)
            clocks = shim.clocks()
            context.facts("share", case=case, call=loop.call, process_ns=clocks.process, process_released_ns=clocks.process_released,
                          thread_ns=clocks.thread, thread_released_ns=clocks.thread_released, releases=clocks.releases, outcome=came.facts())
            case += 1
            if clocks.process_released > ENOUGH * clocks.process:
                break


def called(shim, function, arguments) -> Outcome:
    try:
        return Outcome(value=shim.call(function, arguments))
    except BaseException as error:  # noqa: BLE001
        error.__traceback__ = None
        return Outcome(error=error)


def shares_safely(context: Context) -> None:
    """Two threads in the call at once; and one in the call while another does something to its argument.

    Both hold their threads where they have just given the GIL away, so that nothing depends on who is
    faster. Who never gives it away is alone by that, and is only asked for its result.
    """
    if not context.lab.meetings:
        raise Cannot("there is no call to meet in")
    context.load()
    shim = context.shim(needs_patch=False)
    for meeting in context.lab.meetings:
        if context.skips_case():
            continue
        call = context.announce(meeting.call, "meeting", setup=meeting.setup, meanwhile=meeting.meanwhile)
        names, reference = context.names(), context.names(of_module=False)
        try:
            exec(meeting.setup, names)
            exec(meeting.setup, reference)
        except NameError as error:
            context.facts("cannot", case=context.case_number, why=str(error))
            continue
        (change if meeting.meanwhile else meet)(context, shim, meeting, call, names, reference)


def meet(context, shim, meeting, call, names, reference) -> None:
    """The first calls of this process, if it is the first case: what is set up lazily is set up here."""
    outcomes = [None, None]
    prepared = [call.parts(names) for _ in outcomes]
    shim.clear()
    shim.meet(2, PATIENCE)

    def enter(which):
        outcomes[which] = called(shim, *prepared[which])
        if not shim.clocks().releases:
            shim.meet(0, 0)  # this one never comes to the meeting

    together(lambda: enter(0), lambda: enter(1))
    releases = shim.clocks().releases  # so far: the reference may give it away, too
    present, timed_out = shim.met()
    shim.meet(0, 0)
    resized = None
    if meeting.resize:
        settle()
        try:
            exec(meeting.resize, names)
            resized = {"outcome": "returned"}
        except BufferError as error:
            resized = Outcome(error=error).facts()
    wants = [called(shim, *call.parts(reference)) if context.lab.reference else None for _ in outcomes]
    for came, want in zip(outcomes, wants):
        context.facts("outcome", case=context.case_number, call=call.source, met=present >= 2 and not timed_out,
                      releases=releases, must_release=meeting.must_release, resized=resized, **compared(came, want))


def change(context, shim, meeting, call, names, reference) -> None:
    before = called(shim, *call.parts(reference)) if context.lab.reference else None
    done: dict = {}
    function, arguments = call.parts(names)
    shim.clear()
    shim.close_gate(PATIENCE)
    over = threading.Event()

    def enter():
        done["came"] = called(shim, function, arguments)
        shim.open_gate()
        over.set()

    def disturb():
        # In short waits, so that a call that never gives the GIL away is seen to be over.
        while not shim.await_inside(0.05) and not over.is_set():
            pass
        done["inside"] = not over.is_set()
        if done["inside"]:
            try:
                exec(meeting.meanwhile, names)
                done["meanwhile"] = {"outcome": "returned"}
            except BaseException as error:  # noqa: BLE001
                done["meanwhile"] = Outcome(error=error).facts()
        shim.open_gate()

    together(enter, disturb)
    releases = shim.clocks().releases
    after = None
    if context.lab.reference:
        exec(meeting.meanwhile, reference)
        after = called(shim, *call.parts(reference))
    facts = compared(done["came"], before)
    context.facts("outcome", case=context.case_number, call=call.source, meanwhile=meeting.meanwhile, inside=done["inside"],
                  change=done.get("meanwhile"), releases=releases, must_release=meeting.must_release,
                  agrees_after=done["came"].agrees(after) if after else None, **facts)


def compared(came: Outcome, want: Outcome | None) -> dict:
    facts = came.facts()
    if want is not None:
        facts |= {"want": want.facts(), "agrees": came.agrees(want)}
    return facts


def together(*functions) -> None:
    threads = [threading.Thread(target=function) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


class Itimerspec(ctypes.Structure):
    """struct itimerspec; see timer_settime(2)."""

    _fields_ = [(name, ctypes.c_long) for name in ("interval_s", "interval_ns", "value_s", "value_ns")]


CLOCK_PROCESS_CPUTIME_ID = 2
# The signal comes when the call has used so much processor time: it is surely in it then.
BEFORE_SIGNAL_NS = 100_000_000
# The kernel looks at such a timer at its ticks, and a machine that is starved of processors misses some: who
# looks for signals too seldom is late each time.
TRIES = 3


def answers_signals(context: Context) -> None:
    """A real SIGINT in the midst of a call without end, and the processor time until what its handler raises comes out."""
    loop = context.lab.endless
    if loop is None:
        raise Cannot("there is no call without end")
    context.load()
    names = context.names()
    exec(loop.setup, names)
    call = context.announce(loop.call, "endless", setup=loop.setup)
    function, arguments = call.parts(names)
    before = {what: sys.getrefcount(eval(what, names)) for what in loop.canaries}
    from_handler = KeyboardInterrupt()

    def interrupt(number, frame):
        raise from_handler

    signal.signal(signal.SIGINT, interrupt)
    tries = []
    while len(tries) < TRIES:
        arm(BEFORE_SIGNAL_NS)
        started, wall = time.process_time_ns(), time.monotonic_ns()
        try:
            came = Outcome(value=function(*arguments))
        except BaseException as error:  # noqa: BLE001
            error.__traceback__ = None
            came = Outcome(error=error)
        tries.append((time.process_time_ns() - started, time.monotonic_ns() - wall))
        if came.error is not from_handler or tries[-1][0] < 2 * BEFORE_SIGNAL_NS:
            break
    used, passed = min(tries)
    after = {what: sys.getrefcount(eval(what, names)) for what in loop.canaries}
    resized = None
    if loop.resize:
        try:
            exec(loop.resize, names)
            resized = {"outcome": "returned"}
        except BaseException as error:  # noqa: BLE001
            resized = Outcome(error=error).facts()
    context.facts("interrupted", case=0, call=loop.call, before_signal_ns=BEFORE_SIGNAL_NS, processor_ns=used - BEFORE_SIGNAL_NS,
                  wall_ns=passed - BEFORE_SIGNAL_NS, resized=resized, is_the_same=came.error is from_handler,
                  canaries=[{"what": what, "change": after[what] - before[what]} for what in before], **came.facts())


def arm(after_ns: int) -> None:
    """SIGINT for this process once it has used so much more processor time; timer_create(2)."""
    libc = ctypes.CDLL(None, use_errno=True)
    event = (ctypes.c_char * 64)()
    ctypes.c_int.from_buffer(event, 8).value = signal.SIGINT  # sigev_signo; sigev_notify 0: SIGEV_SIGNAL
    timer = ctypes.c_void_p()
    if libc.timer_create(CLOCK_PROCESS_CPUTIME_ID, ctypes.byref(event), ctypes.byref(timer)) != 0:
        raise Cannot("there is no timer on processor time")
    setting = Itimerspec(0, 0, after_ns // 1_000_000_000, after_ns % 1_000_000_000)
    libc.timer_settime.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p]
    if libc.timer_settime(timer, 0, ctypes.byref(setting), None) != 0:
        raise Cannot("the timer on processor time cannot be set")
