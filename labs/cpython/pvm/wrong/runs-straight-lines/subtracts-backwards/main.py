"""Takes the operands in the order in which they come off the stack."""

import json
import operator
import sys

BINARY = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "//": operator.floordiv,
    "%": operator.mod, "**": operator.pow, "<<": operator.lshift, ">>": operator.rshift,
    "&": operator.and_, "|": operator.or_, "^": operator.xor,
}
COMPARE = {
    "<": operator.lt, "<=": operator.le, "==": operator.eq, "!=": operator.ne,
    ">": operator.gt, ">=": operator.ge, "is": operator.is_, "is not": operator.is_not,
    # TODO: in, not in
}
UNARY = {"-": operator.neg, "~": operator.invert, "not": operator.not_}

# TODO: the README lists some more, and the types of exceptions.
BUILTINS = {"print": print, "len": len, "str": str, "repr": repr, "abs": abs, "min": min,
            "max": max}


def constant(value):
    """A constant of the document as a value."""
    match value:
        case {"int": digits}:
            return int(digits)
        case {"tuple": parts}:
            return tuple(constant(part) for part in parts)
        # TODO: {"code": index}
    return value


def run(code, variables):
    """Runs a code object; what it returns."""
    # TODO: a function has its own variables and its own stack. Who remembers where its caller was?
    stack = []
    at = 0
    while True:
        name, *args = code["instructions"][at]
        at += 1
        match name:
            case "LOAD_CONST":
                stack.append(constant(args[0]))
            case "POP_TOP":
                stack.pop()
            case "COPY":
                stack.append(stack[-args[0]])
            case "SWAP":
                stack[-1], stack[-args[0]] = stack[-args[0]], stack[-1]
            case "LOAD_GLOBAL":
                # TODO: what if there is no such name?
                variable = args[0]
                stack.append(variables[variable] if variable in variables else BUILTINS[variable])
            case "STORE_GLOBAL":
                variables[args[0]] = stack.pop()
            case "UNARY_OP":
                stack.append(UNARY[args[0]](stack.pop()))
            case "BINARY_OP":
                left, right = stack.pop(), stack.pop()
                # TODO: is a += b the same as a = a + b, for everything that can be added?
                stack.append(BINARY[args[0].removesuffix("=")](left, right))
            case "COMPARE_OP":
                right, left = stack.pop(), stack.pop()
                stack.append(COMPARE[args[0]](left, right))
            case "BUILD_TUPLE":
                first = len(stack) - args[0]
                stack[first:] = [tuple(stack[first:])]
            case "BINARY_SUBSCR":
                index, container = stack.pop(), stack.pop()
                stack.append(container[index])
            case "FORMAT":
                stack.append(repr(stack.pop()) if args[0] == "repr" else str(stack.pop()))
            case "BUILD_STRING":
                first = len(stack) - args[0]
                stack[first:] = ["".join(stack[first:])]
            case "CALL":
                # TODO: functions of the program's own.
                first = len(stack) - args[0]
                arguments = stack[first:]
                del stack[first:]
                stack.append(stack.pop()(*arguments))
            case "RETURN_VALUE":
                return stack.pop()
            case _:
                # TODO: the other instructions. And what if there is none of that name?
                raise NotImplementedError(name)
        # TODO: what if an instruction raises an exception?


def main():
    # TODO: what if this is no program?
    document = json.load(sys.stdin)
    run(document["codes"][0], {})


main()
