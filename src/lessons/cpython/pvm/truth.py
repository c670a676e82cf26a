"""What is right: a program is run by this Python, and cut up by the machine that knows the places."""

import contextlib
import io
import json

from machine import Foreign, Machine
from normalise import Cannot, normalise

# Lines of source, and instructions around the place, that are shown with a difference.
SOURCE_LINES = 30
AROUND = 6


class Unfit(Exception):
    """The program is none for this lab."""


def by_python(source):
    """What this Python prints, and the exception that nobody caught."""
    out = io.StringIO()
    error = None
    with contextlib.redirect_stdout(out):
        try:
            exec(compile(source, "program.py", "exec"), {"__name__": "__main__"})
        except Exception as raised:
            error = raised
    return out.getvalue(), error


def foretold(kind, source):
    """The run of a program, as syslab wants it; with the exceptions that its instructions raise.

    Raises Unfit if the program is none for this lab.
    """
    try:
        document = normalise(source)
        machine = Machine(document).run()
    except (Cannot, Foreign, SyntaxError) as error:
        raise Unfit(str(error)) from error
    printed, error = by_python(source)
    if printed != "".join(text for text, _ in machine.printed):
        raise Unfit(f"the machine disagrees:\n{source}\n{printed}\n{machine.printed}")
    if type(error) is not type(machine.ended_by):
        raise Unfit(f"the machine disagrees: {error!r}, {machine.ended_by!r}\n{source}")
    run = {
        "input": json.dumps(document) + "\n",
        "outputs": [[place(source, document, label), text] for text, label in machine.printed],
        "status": 0 if error is None else 1,
        "origin": {"kind": kind, "source": source, "raises": sorted(machine.raised)},
    }
    if error is not None:
        name, message = type(error).__name__, str(error)
        is_own = getattr(machine.ended_by, "is_own", False) and name != "KeyError"
        words = f"{name}: {message}" if is_own and message else name
        label = place(source, document, machine.ended_at, "the exception that nobody catches")
        run["last_words"] = {"line": label, "text": words, "is_whole": is_own}
    return run


def place(source, document, label, what=None):
    """The source, the instructions around a place in it, and the stack there."""
    code, at, stack = label
    found = document["codes"][code]
    lines = source.splitlines()
    number = found["lines"][at]
    shown = [what] if what else []
    for index, line in enumerate(lines, 1):
        if len(lines) <= SOURCE_LINES or abs(index - number) <= AROUND:
            shown.append(f"{'>' if index == number else ' '} {index:3}  {line}")
    shown.append(f"  {found['name']}, code {code}:")
    for index in range(max(0, at - AROUND), min(len(found["lines"]), at + AROUND)):
        name, *args = found["instructions"][index]
        words = " ".join(json.dumps(arg) for arg in args)
        shown.append(f"{'>' if index == at else ' '} {index:3}  {name:20} {words}".rstrip())
    return "\n".join([*shown, f"  stack: [{stack}]"])
