"""Runs a normalised program and remembers what made each line of its output.

It is slower and more careful than it needs to be: it stops after a number of steps, and names every
exception that the program did not raise by itself. What is right is decided by Python; this machine
only knows where in the program something happened, and what was on the stack.
"""

import builtins
import operator

STEPS = 60_000
DEPTH = 900

BINARY = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow, "<<": operator.lshift, ">>": operator.rshift,
    "&": operator.and_, "|": operator.or_, "^": operator.xor,
    "+=": operator.iadd, "-=": operator.isub, "*=": operator.imul, "//=": operator.ifloordiv,
    "%=": operator.imod, "**=": operator.ipow, "<<=": operator.ilshift, ">>=": operator.irshift,
    "&=": operator.iand, "|=": operator.ior, "^=": operator.ixor,
}
COMPARE = {
    "<": operator.lt, "<=": operator.le, "==": operator.eq, "!=": operator.ne,
    ">": operator.gt, ">=": operator.ge, "is": operator.is_, "is not": operator.is_not,
    "in": lambda a, b: a in b, "not in": lambda a, b: a not in b,
}
UNARY = {"-": operator.neg, "~": operator.invert, "not": operator.not_}

BUILTINS = {name: getattr(builtins, name) for name in (
    "print len range str repr abs min max sum sorted list tuple "
    "Exception ArithmeticError ZeroDivisionError LookupError IndexError KeyError NameError "
    "UnboundLocalError ValueError TypeError AttributeError AssertionError RuntimeError "
    "RecursionError"
).split()}

METHODS = {
    list: {"append", "pop", "insert"},
    dict: {"get", "keys", "values", "items"},
    str: {"join"},
}


class Foreign(Exception):
    """The program does something that the handout does not promise."""


class Cell:
    """A variable that functions share."""


class Function:
    """Code with defaults and cells."""

    def __init__(self, code, defaults, closure):
        self.code, self.defaults, self.closure = code, defaults, closure


class Frame:
    """A function while it runs."""

    def __init__(self, code, closure):
        self.code = code
        self.stack, self.locals, self.at = [], {}, 0
        self.cells = {name: Cell() for name in code["cells"]}
        self.cells.update(zip(code["free"], closure))


class Machine:
    """Runs one program."""

    def __init__(self, document):
        self.codes = document["codes"]
        self.globals = {}
        self.frames = []
        self.handled = None
        self.steps = 0
        self.printed = []  # (text, label) for each call of print
        self.raised = set()  # names of the exceptions that instructions raised
        self.ended_by = None  # the exception that nobody caught
        self.ended_at = None  # where it was raised

    def run(self):
        """Runs to the end; Foreign if it does not end, or leaves what is promised."""
        self.frames = [Frame(self.codes[0], ())]
        while self.frames:
            frame = self.frames[-1]
            name, *args = frame.code["instructions"][frame.at]
            frame.at += 1
            self.steps += 1
            if self.steps > STEPS:
                raise Foreign("too many steps")
            try:
                getattr(self, "do_" + name.lower())(frame, *args)
            except Foreign:
                raise
            except Exception as error:  # whatever the program's operation raised
                self.unwind(error)
        return self

    def label(self):
        """Where it is: code, instruction, and the stack before it, for people."""
        frame = self.frames[-1]
        stack = ", ".join(shown(value) for value in frame.stack)
        return self.codes.index(frame.code), frame.at - 1, stack

    def unwind(self, error):
        self.ended_at = self.label()
        name = type(error).__name__
        if not getattr(error, "is_own", False):
            self.raised.add(name)
        if name not in BUILTINS:
            raise Foreign(f"raises {name}")
        while self.frames:
            frame = self.frames[-1]
            for first, end, target, depth in frame.code["handlers"]:
                if first <= frame.at - 1 < end:
                    del frame.stack[depth:]
                    frame.stack.append(error)
                    frame.at = target
                    return
            self.frames.pop()
        self.ended_by = error

    # The instructions.

    def do_load_const(self, frame, value):
        frame.stack.append(self.constant(value))

    def constant(self, value):
        if not isinstance(value, dict):
            return value
        (kind, inner), = value.items()
        if kind == "int":
            return int(inner)
        if kind == "tuple":
            return tuple(self.constant(part) for part in inner)
        return self.codes[inner]

    def do_pop_top(self, frame):
        frame.stack.pop()

    def do_copy(self, frame, n):
        frame.stack.append(frame.stack[-n])

    def do_swap(self, frame, n):
        stack = frame.stack
        stack[-1], stack[-n] = stack[-n], stack[-1]

    def do_load_local(self, frame, name):
        if name not in frame.locals:
            raise UnboundLocalError(name)
        frame.stack.append(frame.locals[name])

    def do_store_local(self, frame, name):
        frame.locals[name] = frame.stack.pop()

    def do_delete_local(self, frame, name):
        if frame.locals.pop(name, Cell) is Cell:
            raise UnboundLocalError(name)

    def do_load_global(self, frame, name):
        if name in self.globals:
            frame.stack.append(self.globals[name])
        elif name in BUILTINS:
            frame.stack.append(BUILTINS[name])
        elif hasattr(builtins, name):
            raise Foreign(f"uses {name}")
        else:
            raise NameError(name)

    def do_store_global(self, frame, name):
        self.globals[name] = frame.stack.pop()

    def do_delete_global(self, frame, name):
        if self.globals.pop(name, Cell) is Cell:
            raise NameError(name)

    def do_push_cell(self, frame, name):
        frame.stack.append(frame.cells[name])

    def do_load_cell(self, frame, name):
        if not hasattr(frame.cells[name], "value"):
            raise (UnboundLocalError if name in frame.code["cells"] else NameError)(name)
        frame.stack.append(frame.cells[name].value)

    def do_store_cell(self, frame, name):
        frame.cells[name].value = frame.stack.pop()

    def do_unary_op(self, frame, how):
        frame.stack.append(UNARY[how](frame.stack.pop()))

    def do_binary_op(self, frame, how):
        right, left = frame.stack.pop(), frame.stack.pop()
        frame.stack.append(checked(BINARY[how](left, right)))

    def do_compare_op(self, frame, how):
        right, left = frame.stack.pop(), frame.stack.pop()
        frame.stack.append(COMPARE[how](left, right))

    def do_jump(self, frame, target):
        frame.at = target

    def do_pop_jump_if_true(self, frame, target):
        if frame.stack.pop():
            frame.at = target

    def do_pop_jump_if_false(self, frame, target):
        if not frame.stack.pop():
            frame.at = target

    def do_get_iter(self, frame):
        frame.stack.append(iter(frame.stack.pop()))

    def do_for_iter(self, frame, target):
        try:
            frame.stack.append(next(frame.stack[-1]))
        except StopIteration:
            frame.stack.pop()
            frame.at = target

    def do_build_list(self, frame, n):
        frame.stack.append(popped(frame.stack, n))

    def do_build_tuple(self, frame, n):
        frame.stack.append(tuple(popped(frame.stack, n)))

    def do_build_map(self, frame, n):
        parts = popped(frame.stack, 2 * n)
        frame.stack.append(dict(zip(parts[::2], parts[1::2])))

    def do_build_const_key_map(self, frame, n):
        keys = frame.stack.pop()
        frame.stack.append(dict(zip(keys, popped(frame.stack, n))))

    def do_build_slice(self, frame, n):
        frame.stack.append(slice(*popped(frame.stack, n)))

    def do_build_string(self, frame, n):
        frame.stack.append("".join(popped(frame.stack, n)))

    def do_format(self, frame, how):
        value = frame.stack.pop()
        frame.stack.append(text_of(value, repr if how == "repr" else str))

    def do_list_append(self, frame, n):
        value = frame.stack.pop()
        frame.stack[-n].append(value)

    def do_list_extend(self, frame, n):
        value = frame.stack.pop()
        frame.stack[-n].extend(value)

    def do_map_add(self, frame, n):
        value, key = frame.stack.pop(), frame.stack.pop()
        frame.stack[-n][key] = value

    def do_binary_subscr(self, frame):
        index, of = frame.stack.pop(), frame.stack.pop()
        frame.stack.append(of[index])

    def do_store_subscr(self, frame):
        index, of, value = (frame.stack.pop() for _ in range(3))
        of[index] = value

    def do_delete_subscr(self, frame):
        index, of = frame.stack.pop(), frame.stack.pop()
        del of[index]

    def do_unpack_sequence(self, frame, n):
        values = list(frame.stack.pop())
        if len(values) != n:
            raise ValueError(f"{len(values)} values to unpack, and not {n}")
        frame.stack.extend(reversed(values))

    def do_unpack_ex(self, frame, before, after):
        values = list(frame.stack.pop())
        if len(values) < before + after:
            raise ValueError(f"{len(values)} values to unpack")
        end = len(values) - after
        parts = [*values[:before], values[before:end], *values[end:]]
        frame.stack.extend(reversed(parts))

    def do_load_attr(self, frame, name):
        value = frame.stack.pop()
        if name not in METHODS.get(type(value), ()):
            if hasattr(value, name):
                raise Foreign(f"uses .{name}")
            raise AttributeError(name)
        frame.stack.append(getattr(value, name))

    def do_make_function(self, frame, words):
        code = frame.stack.pop()
        closure = frame.stack.pop() if "closure" in words else ()
        defaults = frame.stack.pop() if "defaults" in words else ()
        frame.stack.append(Function(code, defaults, closure))

    def do_call(self, frame, n):
        label = self.label()
        args = popped(frame.stack, n)
        self.call(frame, frame.stack.pop(), args, {}, label)

    def do_call_kw(self, frame, n):
        label = self.label()
        names = frame.stack.pop()
        args = popped(frame.stack, n)
        given = dict(zip(names, args[n - len(names):]))
        self.call(frame, frame.stack.pop(), args[:n - len(names)], given, label)

    def call(self, frame, called, args, given, label):
        if isinstance(called, Function):
            new = Frame(called.code, called.closure)
            for name, value in bound(called, args, given).items():
                if name in new.cells:
                    new.cells[name].value = value
                else:
                    new.locals[name] = value
            if len(self.frames) >= DEPTH:
                raise RecursionError
            self.frames.append(new)
            return
        if called is print and not given:
            line = " ".join(text_of(arg, str) for arg in args)
            self.printed.append((line + "\n", label))
            frame.stack.append(None)
            return
        if given and callable(called):
            raise Foreign("keywords for a builtin")
        if called in (str, repr) and len(args) == 1:
            frame.stack.append(text_of(args[0], called))
            return
        result = called(*args)
        if isinstance(result, Exception):
            result.is_own = True
        frame.stack.append(checked(result))

    def do_return_value(self, frame):
        value = frame.stack.pop()
        self.frames.pop()
        if self.frames:
            self.frames[-1].stack.append(value)

    def do_raise(self, frame, n):
        if n == 0:
            if self.handled is None:
                raise RuntimeError("no exception to raise again")
            raise self.handled
        error = frame.stack.pop()
        if isinstance(error, type) and issubclass(error, Exception):
            error = error()
            error.is_own = True
        if not isinstance(error, Exception):
            raise TypeError("what is raised is no exception")
        raise error

    def do_reraise(self, frame):
        raise frame.stack.pop()

    def do_push_exc_info(self, frame):
        error = frame.stack.pop()
        frame.stack += [self.handled, error]
        self.handled = error

    def do_pop_except(self, frame):
        self.handled = frame.stack.pop()

    def do_check_exc_match(self, frame):
        kind = frame.stack.pop()
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if not all(isinstance(one, type) and issubclass(one, Exception) for one in kinds):
            raise Foreign("catches what is no exception")
        frame.stack.append(isinstance(frame.stack[-1], kinds))


def popped(stack, n):
    """The last n values of a stack, which are taken away."""
    if n == 0:
        return []
    values = stack[-n:]
    del stack[-n:]
    return values


def bound(function, args, given):
    """The variables that a call begins with, by name."""
    names = function.code["parameters"]
    if len(args) > len(names) or any(name not in names[len(args):] for name in given):
        raise TypeError("arguments that no parameter takes")
    first = len(names) - len(function.defaults)
    values = dict(zip(names[first:], function.defaults))
    values.update(zip(names, args))
    values.update(given)
    if len(values) < len(names):
        raise TypeError("a parameter without an argument")
    return {name: values[name] for name in names}


def text_of(value, how):
    """str or repr of a value; Foreign if the handout does not promise how it looks."""
    def look(part):
        if isinstance(part, (list, tuple)):
            return all(map(look, part))
        if isinstance(part, dict):
            return all(map(look, part.keys())) and all(map(look, part.values()))
        if isinstance(part, str):
            return part.isascii() and part.isprintable() and not set(part) & set("'\\")
        return part is None or isinstance(part, int)
    is_own = getattr(value, "is_own", False) and not isinstance(value, KeyError)
    is_plain = how is str and (is_own or isinstance(value, str) and value.isascii())
    try:
        if not is_plain and not look(value):
            raise Foreign("prints what it should not")
    except RecursionError:
        raise Foreign("prints a list that contains itself") from None
    return checked(how(value))


def checked(value):
    """The value, unless the handout knows none like it."""
    if isinstance(value, float):
        raise Foreign("a float")
    if isinstance(value, int) and value.bit_length() > 6000:
        raise Foreign("a huge integer")
    if isinstance(value, (str, list, tuple)) and len(value) > 5000:
        raise Foreign("a long value")
    return value


def shown(value):
    """A value of the stack, for people."""
    if isinstance(value, Function):
        return f"function {value.code['name']}"
    if isinstance(value, Cell):
        return f"cell({shown(value.value)})" if hasattr(value, "value") else "cell()"
    if isinstance(value, dict) and "instructions" in value:
        return f"code {value['name']}"
    if isinstance(value, type) or callable(value):
        return getattr(value, "__name__", "callable")
    if isinstance(value, Exception):
        return type(value).__name__
    if hasattr(value, "__next__"):
        return "iterator"
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "..."
