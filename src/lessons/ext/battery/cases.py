"""A call as a probe makes it: written down as Python, made with fresh arguments each time.

The same text is evaluated twice: where the names are those of the module under test, and where they are
those of the reference, which is Python. What came of each is an outcome; comparing them is all that a
probe knows of right and wrong.
"""

import ast
import functools

from facts import shown

# What "refuses" means; technologies differ, and all of these are right.
REFUSALS = (TypeError, ValueError, OverflowError, BufferError)


class Call:
    """One expression. If it is a call `f(...)`, its parts are evaluated one by one."""

    def __init__(self, source: str):
        self.source = source
        tree = ast.parse(source, mode="eval").body
        is_plain = isinstance(tree, ast.Call) and not any(isinstance(a, ast.Starred) for a in tree.args)
        if is_plain and all(k.arg for k in tree.keywords):
            self.function = _compiled(tree.func)
            self.positional = [_compiled(argument) for argument in tree.args]
            self.keywords = {k.arg: _compiled(k.value) for k in tree.keywords}
        else:
            self.function, self.positional, self.keywords = _compiled(ast.Lambda(_NO_ARGUMENTS, tree)), [], {}

    def parts(self, names: dict):
        """The function, ready to be called with the tuple of fresh arguments."""
        function = eval(self.function, names)
        arguments = tuple(eval(code, names) for code in self.positional)
        if self.keywords:
            function = functools.partial(function, **{name: eval(code, names) for name, code in self.keywords.items()})
        return function, arguments

    def make(self, names: dict):
        """Makes the call such that a NULL without an exception, or an exception with a value, comes out.

        A call of the interpreter's own may be specialised and not look (faster-cpython/ideas#552); the
        iterator of map() always does: it returns to C, where the result is asked for its exception.
        """
        function, arguments = self.parts(names)
        if not arguments:
            return function()
        return next(map(function, *([argument] for argument in arguments)))


_NO_ARGUMENTS = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])


def _compiled(tree):
    return compile(ast.fix_missing_locations(ast.Expression(tree)), "<call>", "eval")


class Near:
    """What a reference returns where arithmetic may differ in the last places."""

    def __init__(self, value: float, tolerance: float):
        self.value, self.tolerance = value, tolerance

    def __repr__(self):
        return f"{self.value!r} (give or take {self.tolerance:.3g})"


class Outcome:
    """What a call came to: a value, or an exception."""

    def __init__(self, value=None, error: BaseException | None = None):
        self.value, self.error = value, error

    def facts(self) -> dict:
        if self.error is not None:
            return {"outcome": "raised", "type": type(self.error).__name__, "message": _message(self.error),
                    "bases": [base.__name__ for base in type(self.error).__mro__[:-1]],
                    "refuses": isinstance(self.error, REFUSALS)}
        return {"outcome": "returned", "type": type(self.value).__name__, "value": shown(self.value)}

    def agrees(self, want: "Outcome") -> bool:
        if self.error is not None or want.error is not None:
            return want.error is not None and isinstance(self.error, type(want.error))
        return same(self.value, want.value)


def same(got, want) -> bool:
    """Equal, and of the same type, all the way down."""
    if isinstance(want, Near):
        if type(got) is not float:
            return False
        return got == want.value or (got != got and want.value != want.value) or abs(got - want.value) <= want.tolerance
    if type(got) is not type(want):
        return False
    if isinstance(want, (list, tuple)):
        return len(got) == len(want) and all(map(same, got, want))
    if isinstance(want, dict):
        return len(got) == len(want) and all(key in got and same(got[key], value) for key, value in want.items())
    return got == want or (got != got and want != want)


def outcome(call: Call, names: dict) -> Outcome:
    try:
        return Outcome(value=call.make(names))
    except BaseException as error:  # noqa: BLE001 (PyO3's panics, SystemExit)
        # Frames would keep the arguments alive, and those of a generator would keep us.
        error.__traceback__ = None
        return Outcome(error=error)


def _message(error: BaseException) -> str:
    try:
        return str(error)[:500]
    except BaseException:  # noqa: BLE001
        return ""
