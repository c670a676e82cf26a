"""Takes a stack that is empty for an IndexError of the program."""

import json
import operator
import sys

BINARY = dict(zip("+ - * // % ** << >> & | ^".split(), (
    operator.add, operator.sub, operator.mul, operator.floordiv, operator.mod, operator.pow,
    operator.lshift, operator.rshift, operator.and_, operator.or_, operator.xor)))
IN_PLACE = {"+=": operator.iadd, "*=": operator.imul}
COMPARE = {
    "<": operator.lt, "<=": operator.le, "==": operator.eq, "!=": operator.ne, ">": operator.gt,
    ">=": operator.ge, "is": operator.is_, "is not": operator.is_not,
    "in": lambda a, b: a in b, "not in": lambda a, b: a not in b,
}
UNARY = {"-": operator.neg, "~": operator.invert, "not": operator.not_}
BUILTINS = {thing.__name__: thing for thing in (
    print, len, range, str, repr, abs, min, max, sum, sorted, list, tuple, Exception,
    ArithmeticError, ZeroDivisionError, LookupError, IndexError, KeyError, NameError,
    UnboundLocalError, ValueError, TypeError, AttributeError, AssertionError, RuntimeError,
    RecursionError)}
METHODS = "append pop insert get keys values items join".split()


class Nonsense(BaseException):
    """No program; not to be caught as if the program had raised it."""


class Stack(list):
    def take(self, n=1):
        if n < 0 or n > len(self):
            raise IndexError(f"{n} values are wanted of {len(self)}")
        values = self[len(self) - n:]
        del self[len(self) - n:]
        return values

    def top(self, n=1):
        if not 0 < n <= len(self):
            raise Nonsense(f"there is no value {n} below the top")
        return self[-n]


class Function:
    def __init__(self, code, closure, defaults):
        self.code, self.closure, self.defaults = code, closure, defaults


class Frame:
    def __init__(self, code, closure=()):
        self.code = code
        self.at = 0
        self.stack = Stack()
        self.locals = {}
        self.cells = {name: [] for name in code["cells"]} | dict(zip(code["free"], closure))


class Machine:
    def __init__(self, codes):
        self.codes = codes
        self.variables = {}
        self.handled = None
        self.frames = [Frame(codes[0])]

    def run(self):
        while self.frames:
            frame = self.frames[-1]
            if not 0 <= frame.at < len(frame.code["instructions"]):
                raise Nonsense("no instruction there")
            instruction = frame.code["instructions"][frame.at]
            frame.at += 1
            try:
                self.step(frame, frame.stack, instruction)
            except Exception as error:
                self.unwind(error)

    def unwind(self, error):
        while self.frames:
            frame = self.frames[-1]
            for first, end, target, depth in frame.code["handlers"]:
                if first < frame.at <= end:
                    frame.stack[depth:] = [error]
                    frame.at = target
                    return
            self.frames.pop()
        raise error

    def step(self, frame, stack, instruction):
        match instruction:
            case ["LOAD_CONST", value]:
                stack.append(self.constant(value))
            case ["POP_TOP"]:
                stack.take()
            case ["COPY", int(n)]:
                stack.append(stack.top(n))
            case ["SWAP", int(n)]:
                low = stack.top(n)
                stack[-n], stack[-1] = stack[-1], low
            case ["LOAD_LOCAL", str(name)]:
                if name not in frame.locals:
                    raise UnboundLocalError(name)
                stack.append(frame.locals[name])
            case ["STORE_LOCAL", str(name)]:
                [frame.locals[name]] = stack.take()
            case ["DELETE_LOCAL", str(name)]:
                if name not in frame.locals:
                    raise UnboundLocalError(name)
                del frame.locals[name]
            case ["LOAD_GLOBAL", str(name)]:
                if name not in self.variables and name not in BUILTINS:
                    raise NameError(name)
                stack.append((BUILTINS | self.variables)[name])
            case ["STORE_GLOBAL", str(name)]:
                [self.variables[name]] = stack.take()
            case ["DELETE_GLOBAL", str(name)]:
                if name not in self.variables:
                    raise NameError(name)
                del self.variables[name]
            case ["LOAD_CELL", str(name)] if name in frame.cells:
                if not frame.cells[name]:
                    raise NameError(name) if name in frame.code["free"] else UnboundLocalError(name)
                stack.append(frame.cells[name][0])
            case ["STORE_CELL", str(name)] if name in frame.cells:
                frame.cells[name][:] = stack.take()
            case ["PUSH_CELL", str(name)] if name in frame.cells:
                stack.append(frame.cells[name])
            case ["UNARY_OP", str(how)] if how in UNARY:
                stack += map(UNARY[how], stack.take())
            case ["BINARY_OP", str(how)] if how.removesuffix("=") in BINARY:
                left, right = stack.take(2)
                stack.append((IN_PLACE.get(how) or BINARY[how.removesuffix("=")])(left, right))
            case ["COMPARE_OP", str(how)] if how in COMPARE:
                left, right = stack.take(2)
                stack.append(COMPARE[how](left, right))
            case ["JUMP", int(target)]:
                frame.at = target
            case ["POP_JUMP_IF_TRUE", int(target)]:
                [value] = stack.take()
                frame.at = target if value else frame.at
            case ["POP_JUMP_IF_FALSE", int(target)]:
                [value] = stack.take()
                frame.at = frame.at if value else target
            case ["GET_ITER"]:
                stack += map(iter, stack.take())
            case ["FOR_ITER", int(target)]:
                for value in stack.top():
                    stack.append(value)
                    break
                else:
                    stack.take()
                    frame.at = target
            case ["BUILD_LIST", int(n)]:
                stack.append(stack.take(n))
            case ["BUILD_TUPLE", int(n)]:
                stack.append(tuple(stack.take(n)))
            case ["BUILD_MAP", int(n)]:
                parts = iter(stack.take(2 * n))
                stack.append(dict(zip(parts, parts)))
            case ["BUILD_CONST_KEY_MAP", int(n)]:
                *values, keys = stack.take(n + 1)
                stack.append(dict(zip(keys, values)))
            case ["BUILD_SLICE", int(n)]:
                stack.append(slice(*stack.take(n)))
            case ["BUILD_STRING", int(n)]:
                stack.append("".join(stack.take(n)))
            case ["FORMAT", "str"]:
                stack += map(str, stack.take())
            case ["FORMAT", "repr"]:
                stack += map(repr, stack.take())
            case ["LIST_APPEND", int(n)]:
                [value] = stack.take()
                stack.top(n).append(value)
            case ["LIST_EXTEND", int(n)]:
                [values] = stack.take()
                stack.top(n).extend(values)
            case ["MAP_ADD", int(n)]:
                key, value = stack.take(2)
                stack.top(n)[key] = value
            case ["BINARY_SUBSCR"]:
                container, index = stack.take(2)
                stack.append(container[index])
            case ["STORE_SUBSCR"]:
                value, container, index = stack.take(3)
                container[index] = value
            case ["DELETE_SUBSCR"]:
                container, index = stack.take(2)
                del container[index]
            case ["UNPACK_SEQUENCE", int(n)]:
                values = [part for value in stack.take() for part in value]
                if len(values) != n:
                    raise ValueError(f"{n} values are wanted")
                stack += values[::-1]
            case ["UNPACK_EX", int(before), int(after)]:
                values = [part for value in stack.take() for part in value]
                if len(values) < before + after:
                    raise ValueError(f"at least {before + after} values are wanted")
                last = [values.pop() for _ in range(after)]
                stack += [*last, values[before:], *values[:before][::-1]]
            case ["LOAD_ATTR", str(name)]:
                [value] = stack.take()
                if name not in METHODS or not isinstance(value, (list, dict, str)):
                    raise AttributeError(name)
                stack.append(getattr(value, name))
            case ["MAKE_FUNCTION", list(words)]:
                [code] = stack.take()
                closure = stack.take()[0] if "closure" in words else ()
                defaults = stack.take()[0] if "defaults" in words else ()
                stack.append(Function(code, closure, defaults))
            case ["CALL", int(n)]:
                called, *args = stack.take(n + 1)
                self.call(stack, called, args, ())
            case ["CALL_KW", int(n)]:
                called, *args, names = stack.take(n + 2)
                self.call(stack, called, args, names)
            case ["RETURN_VALUE"]:
                result = stack.take()
                self.frames.pop()
                if self.frames:
                    self.frames[-1].stack += result
            case ["RAISE", 0]:
                raise self.handled or RuntimeError("nothing to raise again")
            case ["RAISE", 1] | ["RERAISE"]:
                [error] = stack.take()
                raise error
            case ["PUSH_EXC_INFO"]:
                [error] = stack.take()
                stack += [self.handled, error]
                self.handled = error
            case ["POP_EXCEPT"]:
                [self.handled] = stack.take()
            case ["CHECK_EXC_MATCH"]:
                [kind] = stack.take()
                stack.append(isinstance(stack.top(), kind))
            case _:
                raise Nonsense(f"{instruction!r:.80} is no instruction")

    def constant(self, value):
        match value:
            case None | bool() | str():
                return value
            case {"int": str(digits)} if digits.removeprefix("-").isdigit():
                return int(digits)
            case {"tuple": list(parts)}:
                return tuple(map(self.constant, parts))
            case {"code": int(index)} if 0 <= index < len(self.codes):
                return self.codes[index]
        raise Nonsense(f"{value!r:.80} is no constant")

    def call(self, stack, called, args, names):
        if not isinstance(called, Function):
            stack.append(called(*args))
            return
        code = called.code
        parameters = code["parameters"]
        first = len(args) - len(names)
        values = dict(zip(parameters, args[:first]))
        if first > len(parameters):
            raise TypeError("too many arguments")
        for name, value in zip(names, args[first:]):
            if name in values or name not in parameters:
                raise TypeError(name)
            values[name] = value
        skipped = len(parameters) - len(called.defaults)
        values = dict(zip(parameters[skipped:], called.defaults)) | values
        if len(values) < len(parameters):
            raise TypeError("an argument is missing")
        if len(self.frames) == 950:
            raise RecursionError("too deep")
        frame = Frame(code, called.closure)
        for name, value in values.items():
            if name in frame.cells:
                frame.cells[name].append(value)
            else:
                frame.locals[name] = value
        self.frames.append(frame)


def load(text):
    try:
        codes = json.loads(text)["codes"]
        for code in codes:
            for first, end, target, depth in code["handlers"]:
                if not 0 <= first <= end or depth < 0:
                    raise Nonsense("a handler of nothing")
                code["instructions"][range(len(code["instructions"]))[target]]
            if not isinstance(code["instructions"], list):
                raise Nonsense("instructions are a list")
        return Machine(codes)
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise Nonsense(f"no program: {error}")


try:
    load(sys.stdin.read()).run()
except Nonsense as error:
    print("pvm:", error, file=sys.stderr)
    sys.exit(2)
except Exception as error:
    print(type(error).__name__ + ": " * bool(str(error)) + str(error), file=sys.stderr)
    sys.exit(1)
