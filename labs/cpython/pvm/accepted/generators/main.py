"""pvm in which every call is a generator: it yields what it wants to call, and is sent the result.

A trampoline keeps the generators in a list, so that none of them is inside another.
"""

import json
import operator as op
import sys

BINARY = {"+": op.add, "-": op.sub, "*": op.mul, "//": op.floordiv, "%": op.mod, "**": op.pow,
          "<<": op.lshift, ">>": op.rshift, "&": op.and_, "|": op.or_, "^": op.xor,
          "+=": op.iadd, "-=": op.isub, "*=": op.imul, "//=": op.ifloordiv, "%=": op.imod,
          "**=": op.ipow, "<<=": op.ilshift, ">>=": op.irshift, "&=": op.iand, "|=": op.ior,
          "^=": op.ixor}
COMPARE = {"<": op.lt, "<=": op.le, "==": op.eq, "!=": op.ne, ">": op.gt, ">=": op.ge,
           "is": op.is_, "is not": op.is_not, "in": lambda a, b: a in b,
           "not in": lambda a, b: a not in b}
UNARY = {"-": op.neg, "~": op.invert, "not": op.not_}
ATTRIBUTES = {list: {"append", "pop", "insert"}, dict: {"get", "keys", "values", "items"},
              str: {"join"}}
NAMES = """print len range str repr abs min max sum sorted list tuple Exception ArithmeticError
           ZeroDivisionError LookupError IndexError KeyError NameError UnboundLocalError ValueError
           TypeError AttributeError AssertionError RuntimeError RecursionError""".split()
DEEPEST = 5000
NOTHING = object()


class Nonsense(Exception):
    pass


class Cell:
    value = NOTHING


class Raised(Exception):
    """Carries what the program has raised, to tell it from what went wrong with us."""

    def __init__(self, error):
        self.error = error


def operate(function, *args, **names):
    """Something of Python's that may raise, on the program's behalf."""
    try:
        return function(*args, **names)
    except RecursionError:
        raise Raised(RecursionError("nested too deep")) from None
    except Exception as error:
        raise Raised(error) from None


class Program:
    def __init__(self, codes):
        self.codes = codes
        self.globals = {}
        self.handled = None
        self.depth = 0

    def frame(self, code, variables, cells):
        """A call, as a generator of the calls that it makes."""
        stack = []

        def pop():
            if not stack:
                raise Nonsense("the stack is empty")
            return stack.pop()

        def take(n):
            if not 0 <= n <= len(stack):
                raise Nonsense("the stack has not so many values")
            values = stack[len(stack) - n:]
            del stack[len(stack) - n:]
            return values

        def peek(n):
            if not 1 <= n <= len(stack):
                raise Nonsense("the stack is not so deep")
            return len(stack) - n

        def known(table, key):
            if key not in table:
                raise Nonsense(f"{key!r} is unknown")
            return table[key]

        at = 0
        while True:
            here = at
            instruction = code["instructions"][at] if 0 <= at < len(code["instructions"]) else None
            at += 1
            try:
                name, *args = instruction
                arg = args[0] if args else None
                if name.startswith(("LOAD_L", "STORE_", "DELETE_L", "DELETE_G", "LOAD_G", "LOAD_A",
                                    "PUSH_C")) and not name.endswith("SUBSCR"):
                    if not isinstance(arg, str):
                        raise Nonsense("a name is wanted")
                elif args and name != "LOAD_CONST" and "_OP" not in name:
                    if name not in ("MAKE_FUNCTION", "FORMAT", "LOAD_CELL"):
                        if type(arg) is not int or arg < 0:
                            raise Nonsense("a number is wanted")
                if name == "LOAD_CONST":
                    stack.append(self.constant(args[0]))
                elif name == "POP_TOP":
                    pop()
                elif name == "COPY":
                    stack.append(stack[peek(arg)])
                elif name == "SWAP":
                    low = peek(arg)
                    stack[low], stack[-1] = stack[-1], stack[low]
                elif name == "LOAD_LOCAL":
                    if arg not in variables:
                        raise Raised(UnboundLocalError(arg))
                    stack.append(variables[arg])
                elif name == "STORE_LOCAL":
                    variables[arg] = pop()
                elif name == "DELETE_LOCAL":
                    if variables.pop(arg, NOTHING) is NOTHING:
                        raise Raised(UnboundLocalError(arg))
                elif name == "LOAD_GLOBAL":
                    if arg not in self.globals:
                        raise Raised(NameError(arg))
                    stack.append(self.globals[arg])
                elif name == "STORE_GLOBAL":
                    self.globals[arg] = pop()
                elif name == "DELETE_GLOBAL":
                    if self.globals.pop(arg, NOTHING) is NOTHING:
                        raise Raised(NameError(arg))
                    if arg in NAMES:
                        self.globals[arg] = vars(__builtins__)[arg]
                elif name == "LOAD_CELL":
                    value = known(cells, arg).value
                    if value is NOTHING:
                        free = arg in code["free"]
                        raise Raised(NameError(arg) if free else UnboundLocalError(arg))
                    stack.append(value)
                elif name == "STORE_CELL":
                    known(cells, arg).value = pop()
                elif name == "PUSH_CELL":
                    stack.append(known(cells, arg))
                elif name == "UNARY_OP":
                    stack.append(operate(known(UNARY, arg), pop()))
                elif name == "BINARY_OP":
                    stack.append(operate(known(BINARY, arg), *take(2)))
                elif name == "COMPARE_OP":
                    stack.append(operate(known(COMPARE, arg), *take(2)))
                elif name == "JUMP":
                    at = arg
                elif name == "POP_JUMP_IF_TRUE":
                    at = arg if pop() else at
                elif name == "POP_JUMP_IF_FALSE":
                    at = at if pop() else arg
                elif name == "GET_ITER":
                    stack.append(operate(iter, pop()))
                elif name == "FOR_ITER":
                    value = next(stack[peek(1)], NOTHING)
                    if value is NOTHING:
                        stack.pop()
                        at = arg
                    else:
                        stack.append(value)
                elif name == "BUILD_LIST":
                    stack.append(take(arg))
                elif name == "BUILD_TUPLE":
                    stack.append(tuple(take(arg)))
                elif name == "BUILD_MAP":
                    parts = take(2 * arg)
                    stack.append(operate(dict, zip(parts[::2], parts[1::2])))
                elif name == "BUILD_CONST_KEY_MAP":
                    keys = pop()
                    stack.append(operate(dict, zip(keys, take(arg))))
                elif name == "BUILD_SLICE":
                    stack.append(slice(*take(arg)))
                elif name == "BUILD_STRING":
                    stack.append("".join(take(arg)))
                elif name == "FORMAT":
                    stack.append(operate({"str": str, "repr": repr}[arg], pop()))
                elif name == "LIST_APPEND":
                    value = pop()
                    stack[peek(arg)].append(value)
                elif name == "LIST_EXTEND":
                    value = pop()
                    operate(stack[peek(arg)].extend, value)
                elif name == "MAP_ADD":
                    key, value = take(2)
                    operate(op.setitem, stack[peek(arg)], key, value)
                elif name == "BINARY_SUBSCR":
                    stack.append(operate(op.getitem, *take(2)))
                elif name == "STORE_SUBSCR":
                    value, container, index = take(3)
                    operate(op.setitem, container, index, value)
                elif name == "DELETE_SUBSCR":
                    operate(op.delitem, *take(2))
                elif name == "UNPACK_SEQUENCE":
                    values = operate(list, pop())
                    if len(values) != arg:
                        raise Raised(ValueError(f"not {arg} values"))
                    stack += reversed(values)
                elif name == "UNPACK_EX":
                    values = operate(list, pop())
                    after = args[1]
                    if len(values) < arg + after:
                        raise Raised(ValueError(f"not {arg + after} values"))
                    end = len(values) - after
                    stack += reversed(values[:arg] + [values[arg:end]] + values[end:])
                elif name == "LOAD_ATTR":
                    value = pop()
                    if arg not in ATTRIBUTES.get(type(value), ()):
                        raise Raised(AttributeError(arg))
                    stack.append(getattr(value, arg))
                elif name == "MAKE_FUNCTION":
                    inner = pop()
                    closure = pop() if "closure" in arg else ()
                    defaults = pop() if "defaults" in arg else ()
                    stack.append((self, inner, closure, defaults))
                elif name in ("CALL", "CALL_KW"):
                    names = pop() if name == "CALL_KW" else ()
                    called, *given = take(arg + 1)
                    first = len(given) - len(names)
                    named = dict(zip(names, given[first:]))
                    if type(called) is tuple and called[:1] == (self,):
                        stack.append((yield self.bound(called, given[:first], named)))
                    else:
                        stack.append(operate(called, *given[:first], **named))
                elif name == "RETURN_VALUE":
                    return pop()
                elif name == "RAISE" and arg == 0:
                    raise Raised(self.handled or RuntimeError("nothing to raise"))
                elif name in ("RAISE", "RERAISE"):
                    error = pop()
                    error = error() if isinstance(error, type) else error
                    is_one = isinstance(error, Exception)
                    raise Raised(error if is_one else TypeError("no exception"))
                elif name == "PUSH_EXC_INFO":
                    error = pop()
                    stack += [self.handled, error]
                    self.handled = error
                elif name == "POP_EXCEPT":
                    self.handled = pop()
                elif name == "CHECK_EXC_MATCH":
                    kind = pop()
                    stack.append(operate(isinstance, stack[peek(1)], kind))
                else:
                    raise Nonsense(f"no instruction {name!r}")
            except Raised as raised:
                for first, end, target, depth in code["handlers"]:
                    if first <= here < end:
                        stack[depth:] = [raised.error]
                        at = target
                        break
                else:
                    raise
            except (TypeError, KeyError, ValueError, AttributeError) as error:
                raise Nonsense(f"{instruction!r:.60}: {error}") from error

    def constant(self, value):
        if isinstance(value, dict):
            (kind, inner), = value.items()
            if kind == "code" and (type(inner) is not int or not 0 <= inner < len(self.codes)):
                raise Nonsense("no such code")
            return {"int": int, "code": self.codes.__getitem__,
                    "tuple": lambda parts: tuple(map(self.constant, parts))}[kind](inner)
        return value

    def bound(self, function, given, named):
        _, code, closure, defaults = function
        parameters = code["parameters"]
        values = dict(zip(parameters, given))
        if len(given) > len(parameters) or set(named) & set(values) or set(named) - set(parameters):
            raise Raised(TypeError("arguments without a parameter"))
        values |= named
        for name, value in zip(parameters[::-1], defaults[::-1]):
            values.setdefault(name, value)
        if len(values) < len(parameters):
            raise Raised(TypeError("a parameter without an argument"))
        cells = {name: Cell() for name in code["cells"]} | dict(zip(code["free"], closure))
        for name in code["cells"]:
            if name in values:
                cells[name].value = values.pop(name)
        if self.depth > DEEPEST:
            raise Raised(RecursionError("too deep"))
        return self.frame(code, values, cells)

    def run(self):
        first = self.codes[0]
        frames = [self.frame(first, {}, {name: Cell() for name in first["cells"]})]
        result = None
        raised = None
        while frames:
            self.depth = len(frames)
            try:
                if raised is None:
                    frames.append(frames[-1].send(result))
                else:
                    frames.append(frames[-1].throw(raised))
                result = raised = None
            except StopIteration as end:
                frames.pop()
                result, raised = end.value, None
            except Raised as error:
                frames.pop()
                raised = error
        return raised and raised.error


def main():
    try:
        codes = json.loads(sys.stdin.read())["codes"]
        for code in codes:
            length = len(code["instructions"])
            if any(not 0 <= target < length for _, _, target, _ in code["handlers"]):
                raise Nonsense("a handler outside of the code")
        program = Program(codes)
        program.globals = {name: vars(__builtins__)[name] for name in NAMES}
        error = program.run()
    except (Nonsense, ValueError, KeyError, TypeError, IndexError, RecursionError) as why:
        sys.exit(refused(why))
    if error is not None:
        print(f"{type(error).__name__}: {error}".removesuffix(": "), file=sys.stderr)
        sys.exit(1)


def refused(why):
    print("pvm: no program:", why, file=sys.stderr)
    return 2


main()
