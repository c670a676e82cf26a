"""What the labs' modules are, as data: which calls, what Python gives for them, what must be refused.

One file a lab (lab_*.py) holds a `LAB`. A call is Python source, see cases.py; the names in it are those
of material.py and those of the module. Everything that a handout does not promise is not in here, and
whatever a handout leaves open is in `either`. Every field but `module` may be left empty: then a probe
that needs it says "cannot". An unknown module (`syslab ext audit`) is a lab that has only calls.
"""

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from random import Random


@dataclass(frozen=True)
class Loop:
    """A call that is made again and again: nothing may be left over of it, whatever comes of it."""

    call: str
    setup: str = ""
    # Expressions for the objects whose reference counts must be afterwards what they were before.
    canaries: tuple[str, ...] = ()
    # Statements that raise BufferError if a buffer is still exported, such as "data.append(0)".
    resize: str = ""
    # Whether API calls may be made to fail in it: not if Python is called back, which has bugs of its own then.
    may_fail: bool = True


@dataclass(frozen=True)
class Meeting:
    """A call that two threads make at once, and what a third one does to its argument meanwhile."""

    call: str
    setup: str = ""
    # A statement that another thread executes while the call has given the GIL away.
    meanwhile: str = ""
    # As in Loop, once both threads are out of the call.
    resize: str = ""
    # Whether the handout says that this call gives the GIL away.
    must_release: bool = False


@dataclass(frozen=True)
class Lab:
    module: str
    # The same names in Python: {"byte_sum": function, ...}. Classes, too.
    reference: dict = field(default_factory=dict)
    ordinary: tuple[str, ...] = ()
    huge: tuple[str, ...] = ()
    random: Callable[[Random], Iterable[str]] = lambda rng: ()
    refused: tuple[str, ...] = ()
    either: tuple[str, ...] = ()
    # Calls whose exception must come out as the very same object: the setup defines `error`.
    passing: tuple[Loop, ...] = ()
    # Calls with arguments against a wall, or amid poison.
    bounds: tuple[str, ...] = ()
    loops: tuple[Loop, ...] = ()
    # Calls that take long, of each of which most is expected to be done without the GIL.
    long: tuple[Loop, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    # A call that never ends by itself.
    endless: Loop | None = None
    # Stories in which something raises: what comes out, and nothing else, is known; see probe_bind.py.
    raising: dict = field(default_factory=dict)
    letting_go: dict = field(default_factory=dict)
    # Objects that must not be the same in two interpreters or after a second import.
    own_objects: tuple[str, ...] = ()
    # Calls that raise one of those: (call, class). It must be the class of the module that was called.
    own_errors: tuple[tuple[str, str], ...] = ()


def find(name: str) -> Lab:
    """The lab `ext/NAME`."""
    return importlib.import_module(f"lab_{name.removeprefix('ext/').replace('-', '_')}").LAB


def unknown(module: str, calls: list[str]) -> Lab:
    """A module of which nothing is known but some calls. Nothing is right or wrong of what they return."""
    loops = tuple(map(Loop, calls))
    return Lab(module, loops=loops, long=loops[:1], meetings=tuple(Meeting(call) for call in calls))
