"""In a dict display with equal keys, the first value stays."""

import json
import operator
import sys

LIMIT = 1000  # frames, as CPython has it

BINARY = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow, "<<": operator.lshift, ">>": operator.rshift,
    "&": operator.and_, "|": operator.or_, "^": operator.xor,
}
# The object itself is asked to change, and says what the result is: for a list the same one.
BINARY |= {
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

BUILTINS = {function.__name__: function for function in (
    print, len, range, str, repr, abs, min, max, sum, sorted, list, tuple,
    Exception, ArithmeticError, ZeroDivisionError, LookupError, IndexError, KeyError, NameError,
    UnboundLocalError, ValueError, TypeError, AttributeError, AssertionError, RuntimeError,
    RecursionError,
)}
METHODS = {list: ("append", "pop", "insert"), dict: ("get", "keys", "values", "items"),
           str: ("join",)}


class Nonsense(Exception):
    """The input is no program."""


class Cell:
    """A variable that several functions have."""

    __slots__ = ("value",)


class Function:
    def __init__(self, code, closure, defaults):
        self.code, self.closure, self.defaults = code, closure, defaults


class Code:
    """A code object, checked."""

    def __init__(self, parts):
        self.name = expect(parts.get("name"), str)
        self.parameters, self.locals, self.cells, self.free = (
            [expect(name, str) for name in expect(parts.get(key), list)]
            for key in ("parameters", "locals", "cells", "free"))
        self.instructions = [expect(one, list) for one in expect(parts.get("instructions"), list)]
        self.handlers = [expect(one, list) for one in expect(parts.get("handlers"), list)]


class Frame:
    def __init__(self, code, closure):
        self.code, self.at = code, 0
        self.stack, self.locals = [], {}
        self.cells = {name: Cell() for name in code.cells}
        self.cells.update(zip(code.free, closure))


def expect(value, kind):
    if type(value) is not kind:
        raise Nonsense(f"{value!r:.60} is no {kind.__name__}")
    return value


def load(text):
    """The code objects of a document."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Nonsense(f"no JSON: {error}") from None
    codes = [Code(expect(code, dict)) for code in expect(expect(document, dict).get("codes"), list)]
    if not codes:
        raise Nonsense("no code")
    for code in codes:
        code.instructions = [checked(one, code, codes) for one in code.instructions]
        verify(code)
    return codes


def constant(value, codes):
    match value:
        case None | bool() | str():
            return value
        case {"int": str() as digits}:
            try:
                return int(digits)
            except ValueError:
                pass
        case {"tuple": list() as parts}:
            return tuple(constant(part, codes) for part in parts)
        case {"code": int() as index} if 0 <= index < len(codes):
            return codes[index]
    raise Nonsense(f"{value!r:.60} is no constant")


def count(least=0):
    def check(value, _code):
        if type(value) is not int or value < least:
            raise Nonsense(f"{value!r:.60} is no number")
        return value
    return check


def word(table):
    def check(value, _code):
        if not isinstance(value, str) or value not in table:
            raise Nonsense(f"{value!r:.60} is unknown")
        return table[value]
    return check


def name(value, _code):
    return expect(value, str)


def cell(value, code):
    if value not in code.cells and value not in code.free:
        raise Nonsense(f"{value!r:.60} is no cell")
    return value


def target(value, code):
    if type(value) is not int or not 0 <= value < len(code.instructions):
        raise Nonsense(f"there is no instruction {value!r:.60}")
    return value


def flags(value, _code):
    known = ["defaults", "closure"]
    if value not in ([], known[:1], known[1:], known):
        raise Nonsense(f"{value!r:.60} is no way to make a function")
    return value


# By instruction: its arguments, how many values it needs, and what it leaves of them (as a number,
# or made from the arguments).
N, ANY = count(), count(1)
INSTRUCTIONS = {
    "LOAD_CONST": ([None], 0, 1), "POP_TOP": ([], 1, 0),
    "COPY": ([ANY], lambda n: n, lambda n: n + 1), "SWAP": ([ANY], lambda n: n, lambda n: n),
    "LOAD_LOCAL": ([name], 0, 1), "STORE_LOCAL": ([name], 1, 0), "DELETE_LOCAL": ([name], 0, 0),
    "LOAD_GLOBAL": ([name], 0, 1), "STORE_GLOBAL": ([name], 1, 0), "DELETE_GLOBAL": ([name], 0, 0),
    "LOAD_CELL": ([cell], 0, 1), "STORE_CELL": ([cell], 1, 0), "PUSH_CELL": ([cell], 0, 1),
    "UNARY_OP": ([word(UNARY)], 1, 1), "BINARY_OP": ([word(BINARY)], 2, 1),
    "COMPARE_OP": ([word(COMPARE)], 2, 1),
    "JUMP": ([target], 0, 0), "POP_JUMP_IF_TRUE": ([target], 1, 0),
    "POP_JUMP_IF_FALSE": ([target], 1, 0), "GET_ITER": ([], 1, 1), "FOR_ITER": ([target], 1, 2),
    "BUILD_LIST": ([N], lambda n: n, 1), "BUILD_TUPLE": ([N], lambda n: n, 1),
    "BUILD_MAP": ([N], lambda n: 2 * n, 1), "BUILD_CONST_KEY_MAP": ([N], lambda n: n + 1, 1),
    "BUILD_SLICE": ([count(2)], lambda n: n, 1),
    "BUILD_STRING": ([N], lambda n: n, 1),
    "FORMAT": ([word({"str": str, "repr": repr})], 1, 1),
    "LIST_APPEND": ([ANY], lambda n: n + 1, lambda n: n),
    "LIST_EXTEND": ([ANY], lambda n: n + 1, lambda n: n),
    "MAP_ADD": ([ANY], lambda n: n + 2, lambda n: n),
    "BINARY_SUBSCR": ([], 2, 1), "STORE_SUBSCR": ([], 3, 0), "DELETE_SUBSCR": ([], 2, 0),
    "UNPACK_SEQUENCE": ([N], 1, lambda n: n), "UNPACK_EX": ([N, N], 1, lambda n, m: n + 1 + m),
    "LOAD_ATTR": ([name], 1, 1),
    "MAKE_FUNCTION": ([flags], lambda words: 1 + len(words), 1),
    "CALL": ([N], lambda n: n + 1, 1), "CALL_KW": ([N], lambda n: n + 2, 1),
    "RETURN_VALUE": ([], 1, 0), "RAISE": ([N], lambda n: n, 0), "RERAISE": ([], 1, 0),
    "PUSH_EXC_INFO": ([], 1, 2), "POP_EXCEPT": ([], 1, 0), "CHECK_EXC_MATCH": ([], 2, 2),
}
ENDS = ("RETURN_VALUE", "RAISE", "RERAISE", "JUMP")


def checked(one, code, codes):
    """An instruction: its name, its arguments, what it needs and what it leaves."""
    if not one or not isinstance(one[0], str) or one[0] not in INSTRUCTIONS:
        raise Nonsense(f"there is no instruction {one!r:.60}")
    kinds, needs, leaves = INSTRUCTIONS[one[0]]
    if len(one) != 1 + len(kinds):
        raise Nonsense(f"{one!r:.60} has not the arguments that it takes")
    args = [kind(arg, code) if kind else constant(arg, codes) for kind, arg in zip(kinds, one[1:])]
    return (one[0], args, needs if isinstance(needs, int) else needs(*args),
            leaves if isinstance(leaves, int) else leaves(*args))


def verify(code):
    """Follows the code along all ways, with the depth of the stack."""
    for handler in code.handlers:
        if len(handler) != 4 or any(type(part) is not int or part < 0 for part in handler):
            raise Nonsense(f"{code.name}: {handler!r:.60} is no handler")
        target(handler[2], code)
    depths = {}
    todo = [(0, 0)]
    while todo:
        at, depth = todo.pop()
        if not 0 <= at < len(code.instructions):
            raise Nonsense(f"{code.name}: it goes on behind its last instruction")
        if at in depths:
            if depths[at] != depth:
                raise Nonsense(f"{code.name}: {at} is reached with {depth} values, or with another"
                               f" number")
            continue
        depths[at] = depth
        called, args, needs, leaves = code.instructions[at]
        if depth < needs:
            raise Nonsense(f"{code.name}: {called} at {at} needs {needs} values, there are {depth}")
        for first, end, handler, kept in code.handlers:
            if first <= at < end:
                if kept > depth:
                    raise Nonsense(f"{code.name}: a handler keeps {kept} values of {depth}")
                todo.append((handler, kept + 1))
                break
        after = depth - needs + leaves
        if called == "FOR_ITER":
            todo.append((args[0], depth - 1))
        elif "JUMP" in called:
            todo.append((args[0], after))
        if called not in ENDS:
            todo.append((at + 1, after))


class Machine:
    """Runs a program; `run` is the loop, and every `do_` method an instruction."""

    def __init__(self, codes):
        self.globals = {}
        self.handled = None
        self.frames = [Frame(codes[0], ())]
        self.how = {word: getattr(self, "do_" + word.lower()) for word in INSTRUCTIONS}

    def run(self):
        """Returns the exception that nobody caught, or None."""
        frames, how = self.frames, self.how
        while frames:
            frame = frames[-1]
            called, args, _, _ = frame.code.instructions[frame.at]
            frame.at += 1
            try:
                how[called](frame, frame.stack, *args)
            except Exception as error:  # of the program's: it decides what becomes of it
                if not self.catch(error):
                    return error
        return None

    def catch(self, error):
        """Goes on at the handler; False if there is none in any frame."""
        while self.frames:
            frame = self.frames[-1]
            for first, end, handler, depth in frame.code.handlers:
                if first <= frame.at - 1 < end:
                    del frame.stack[depth:]
                    frame.stack.append(error)
                    frame.at = handler
                    return True
            self.frames.pop()
        return False

    # Values and variables.

    def do_load_const(self, frame, stack, value):
        stack.append(value)

    def do_pop_top(self, frame, stack):
        stack.pop()

    def do_copy(self, frame, stack, n):
        stack.append(stack[-n])

    def do_swap(self, frame, stack, n):
        stack[-1], stack[-n] = stack[-n], stack[-1]

    def do_load_local(self, frame, stack, name):
        try:
            stack.append(frame.locals[name])
        except KeyError:
            raise UnboundLocalError(f"{name} has no value") from None

    def do_store_local(self, frame, stack, name):
        frame.locals[name] = stack.pop()

    def do_delete_local(self, frame, stack, name):
        if name not in frame.locals:
            raise UnboundLocalError(f"{name} has no value")
        del frame.locals[name]

    def do_load_global(self, frame, stack, name):
        if name in self.globals:
            stack.append(self.globals[name])
        elif name in BUILTINS:
            stack.append(BUILTINS[name])
        else:
            raise NameError(f"{name} is not defined")

    def do_store_global(self, frame, stack, name):
        self.globals[name] = stack.pop()

    def do_delete_global(self, frame, stack, name):
        if name not in self.globals:
            raise NameError(f"{name} is not defined")
        del self.globals[name]

    def do_push_cell(self, frame, stack, name):
        stack.append(frame.cells[name])

    def do_load_cell(self, frame, stack, name):
        try:
            stack.append(frame.cells[name].value)
        except AttributeError:
            kind = UnboundLocalError if name in frame.code.cells else NameError
            raise kind(f"{name} has no value") from None

    def do_store_cell(self, frame, stack, name):
        frame.cells[name].value = stack.pop()

    # Operators.

    def do_unary_op(self, frame, stack, how):
        stack.append(how(stack.pop()))

    def do_binary_op(self, frame, stack, how):
        right = stack.pop()
        stack.append(how(stack.pop(), right))

    do_compare_op = do_binary_op

    # Jumps and loops.

    def do_jump(self, frame, stack, target):
        frame.at = target

    def do_pop_jump_if_true(self, frame, stack, target):
        if stack.pop():
            frame.at = target

    def do_pop_jump_if_false(self, frame, stack, target):
        if not stack.pop():
            frame.at = target

    def do_get_iter(self, frame, stack):
        stack.append(iter(stack.pop()))

    def do_for_iter(self, frame, stack, target):
        try:
            stack.append(next(stack[-1]))
        except StopIteration:
            stack.pop()
            frame.at = target

    # Containers.

    def do_build_list(self, frame, stack, n):
        stack.append(taken(stack, n))

    def do_build_tuple(self, frame, stack, n):
        stack.append(tuple(taken(stack, n)))

    def do_build_map(self, frame, stack, n):
        parts = taken(stack, 2 * n)
        result = {}
        for key, value in zip(parts[::2], parts[1::2]):
            result.setdefault(key, value)
        stack.append(result)

    def do_build_const_key_map(self, frame, stack, n):
        keys = stack.pop()
        stack.append(dict(zip(keys, taken(stack, n))))

    def do_build_slice(self, frame, stack, n):
        stack.append(slice(*taken(stack, n)))

    def do_build_string(self, frame, stack, n):
        stack.append("".join(taken(stack, n)))

    def do_format(self, frame, stack, how):
        stack.append(how(stack.pop()))

    def do_list_append(self, frame, stack, n):
        value = stack.pop()
        stack[-n].append(value)

    def do_list_extend(self, frame, stack, n):
        value = stack.pop()
        stack[-n].extend(value)

    def do_map_add(self, frame, stack, n):
        value, key = stack.pop(), stack.pop()
        stack[-n][key] = value

    def do_binary_subscr(self, frame, stack):
        index = stack.pop()
        stack.append(stack.pop()[index])

    def do_store_subscr(self, frame, stack):
        index, container, value = stack.pop(), stack.pop(), stack.pop()
        container[index] = value

    def do_delete_subscr(self, frame, stack):
        index = stack.pop()
        del stack.pop()[index]

    def do_unpack_sequence(self, frame, stack, n):
        values = list(stack.pop())
        if len(values) != n:
            raise ValueError(f"{n} values are to be unpacked, and there are {len(values)}")
        stack.extend(reversed(values))

    def do_unpack_ex(self, frame, stack, before, after):
        values = list(stack.pop())
        end = len(values) - after
        if end < before:
            raise ValueError(f"too few values to unpack: {len(values)}")
        stack.extend(reversed([*values[:before], values[before:end], *values[end:]]))

    def do_load_attr(self, frame, stack, name):
        value = stack.pop()
        if name not in METHODS.get(type(value), ()):
            raise AttributeError(f"{type(value).__name__} has no {name}")
        stack.append(getattr(value, name))

    # Functions.

    def do_make_function(self, frame, stack, flags):
        code = stack.pop()
        closure = stack.pop() if "closure" in flags else ()
        defaults = stack.pop() if "defaults" in flags else ()
        stack.append(Function(code, closure, defaults))

    def do_call(self, frame, stack, n):
        args = taken(stack, n)
        self.call(stack, stack.pop(), args, {})

    def do_call_kw(self, frame, stack, n):
        names = stack.pop()
        args = taken(stack, n)
        positional = n - len(names)
        self.call(stack, stack.pop(), args[:positional], dict(zip(names, args[positional:])))

    def call(self, stack, called, args, keywords):
        if not isinstance(called, Function):
            stack.append(called(*args, **keywords))
            return
        frame = Frame(called.code, called.closure)
        for name, value in bound(called, args, keywords).items():
            if name in called.code.cells:
                frame.cells[name].value = value
            else:
                frame.locals[name] = value
        if len(self.frames) >= LIMIT:
            raise RecursionError("maximum recursion depth exceeded")
        self.frames.append(frame)

    def do_return_value(self, frame, stack):
        self.frames.pop()
        if self.frames:
            self.frames[-1].stack.append(stack.pop())

    # Exceptions.

    def do_raise(self, frame, stack, n):
        if n == 0:
            if self.handled is None:
                raise RuntimeError("there is nothing to raise again")
            raise self.handled
        error = stack.pop()
        if isinstance(error, type):
            error = error()
        if not isinstance(error, Exception):
            raise TypeError("what is raised is no exception")
        raise error

    def do_reraise(self, frame, stack):
        raise stack.pop()

    def do_push_exc_info(self, frame, stack):
        error = stack.pop()
        stack += [self.handled, error]
        self.handled = error

    def do_pop_except(self, frame, stack):
        self.handled = stack.pop()

    def do_check_exc_match(self, frame, stack):
        kind = stack.pop()
        stack.append(isinstance(stack[-1], kind))


def taken(stack, n):
    """The n values on top, which are taken away."""
    first = len(stack) - n
    values = stack[first:]
    del stack[first:]
    return values


def bound(function, args, keywords):
    """The value of each parameter."""
    names = function.code.parameters
    if len(args) > len(names):
        raise TypeError(f"{function.code.name} takes {len(names)} arguments, not {len(args)}")
    values = dict(zip(names, args))
    for key, value in keywords.items():
        if key not in names or key in values:
            raise TypeError(f"{function.code.name} has no place for {key}")
        values[key] = value
    # Defaults are those of the last parameters.
    for key, value in zip(reversed(names), reversed(function.defaults)):
        values.setdefault(key, value)
    missing = [key for key in names if key not in values]
    if missing:
        raise TypeError(f"{function.code.name} lacks {', '.join(missing)}")
    return values


def main():
    try:
        codes = load(sys.stdin.buffer.read())
    except Nonsense as error:
        print(f"pvm: {error}", file=sys.stderr)
        return 2
    error = Machine(codes).run()
    sys.stdout.flush()
    if error is None:
        return 0
    message = str(error)
    kind = type(error).__name__
    print(f"{kind}: {message}" if message else kind, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
