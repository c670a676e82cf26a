#!/usr/bin/env python3
"""Turns a Python program into the instructions of the lab `pvm`.

    python3 normalise.py FILE.py            the JSON document, as your program reads it
    python3 normalise.py --list FILE.py     the same, for people

It compiles FILE with the Python that runs it (3.11, 3.12 or 3.13) and brings the code objects into
one form. What the versions do differently disappears: caches, RESUME, PRECALL, TO_BOOL, NULLs on the
stack, instructions that do the work of two. To know where a NULL was on the stack, it follows the
code with a stack of symbols, as a verifier does. The README describes the result.
"""

import dis
import json
import sys

VERSIONS = ((3, 11), (3, 12), (3, 13))

# What can stand on the stack of symbols, beside ("saved", NAME, NUMBER): a variable that a
# comprehension has put aside (3.12 and later).
VALUE, NULL, LASTI, NAMES = "value", "null", "lasti", "names"

IGNORED = {"NOP", "RESUME", "PRECALL", "TO_BOOL", "COPY_FREE_VARS"}

# Instructions that keep their name and have no argument: how many values they take and leave.
PLAIN = {
    "POP_TOP": (1, 0),
    "GET_ITER": (1, 1),
    "BINARY_SUBSCR": (2, 1),
    "STORE_SUBSCR": (3, 0),
    "DELETE_SUBSCR": (2, 0),
    "CHECK_EXC_MATCH": (2, 2),
    "PUSH_EXC_INFO": (1, 2),
    "POP_EXCEPT": (1, 0),
}

UNARY = {"UNARY_NEGATIVE": "-", "UNARY_INVERT": "~", "UNARY_NOT": "not"}

# Instructions that make one thing of as many values as they say.
BUILDS = {"BUILD_LIST", "BUILD_TUPLE", "BUILD_STRING", "BUILD_SLICE"}


class Cannot(Exception):
    """The program uses something that the lab's instructions do not have."""


def normalise(source, filename="program.py"):
    """The document for a program's text.

    Raises Cannot if it uses what the lab leaves out, SyntaxError if it is no program.
    """
    if sys.version_info[:2] not in VERSIONS:
        raise Cannot(f"the bytecode of Python {sys.version.split()[0]} is not known here")
    codes = []
    add_code(compile(source, filename, "exec"), codes)
    return {"codes": codes}


def add_code(code, codes):
    """Appends a code object and those in it; the index of the first."""
    forbidden = 0x04 | 0x08 | 0x20 | 0x80 | 0x200  # *args, **kwargs, generators, coroutines
    if code.co_flags & forbidden or code.co_kwonlyargcount or code.co_posonlyargcount:
        raise Cannot(f"{code.co_name}: only plain functions with plain parameters")
    index = len(codes)
    codes.append(None)
    codes[index] = Normaliser(code, codes).document()
    return index


def instructions(code):
    """The instructions of a code object, with what belongs together put together."""
    found = []
    for one in dis.get_instructions(code):
        if one.opname in ("EXTENDED_ARG", "CACHE"):
            continue
        if one.opname == "SET_FUNCTION_ATTRIBUTE":  # 3.13
            made = found[-1]
            found[-1] = made._replace(arg=(made.arg or 0) | one.arg)
            continue
        found.append(one)
    return found


class Normaliser:
    """Follows one code object from its start, along all ways."""

    def __init__(self, code, codes):
        self.code = code
        self.codes = codes
        self.is_module = code.co_name == "<module>"
        self.raw = instructions(code)
        self.index_of = {}
        for index in reversed(range(len(self.raw))):
            first = self.raw[index - 1].offset + 1 if index else 0
            for offset in range(first, self.raw[index].offset + 1):
                self.index_of[offset] = index
        self.entries = dis.Bytecode(code).exception_entries
        self.saved = []  # the names of variables that comprehensions put aside
        self.stacks = {}  # by index: the stack of symbols before the instruction
        self.emitted = {}  # by index: what the instruction becomes

    def document(self):
        """The normalised code object."""
        self.follow()
        places, place = {}, 0
        for index in range(len(self.raw) + 1):
            places[index] = place
            place += len(self.emitted.get(index, ()))
        listing, lines = [], []
        for index in sorted(self.emitted):
            for name, *args in self.emitted[index]:
                if "JUMP" in name or name == "FOR_ITER":
                    args = [places[args[0]]]
                listing.append([name, *args])
                lines.append(self.raw[index].positions.lineno or self.code.co_firstlineno)
        code = self.code
        parameters = list(code.co_varnames[: code.co_argcount])
        used = {args[0] for name, *args in listing if name.endswith("_LOCAL")}
        return {
            "name": code.co_name,
            "parameters": parameters,
            "locals": sorted(used - set(parameters)),
            "cells": list(code.co_cellvars),
            "free": list(code.co_freevars),
            "instructions": listing,
            "lines": lines,
            "handlers": self.handlers(places),
        }

    def handlers(self, places):
        """The exception table: [from, to, target, depth], the first that fits is the one."""
        table = []
        for entry in self.entries:
            first, end = self.index_of[entry.start], self.index_of.get(entry.end, len(self.raw))
            inside = [i for i in range(first, end) if i in self.stacks]
            if inside and places[first] < places[end]:
                depth = count(self.stacks[inside[0]][: entry.depth])
                target = places[self.index_of[entry.target]]
                table.append([places[first], places[end], target, depth])
        return table

    def follow(self):
        """Finds the stack of symbols before every instruction that can be reached."""
        todo = [(0, ())]
        while todo:
            index, stack = todo.pop()
            known = self.stacks.get(index)
            if known is not None:
                if known != stack:
                    raise Cannot(f"instruction {index} is reached with two stacks")
                continue
            self.stacks[index] = stack
            one = self.raw[index]
            for entry in self.entries:
                if entry.start <= one.offset < entry.end:
                    pushed = (LASTI, VALUE) if entry.lasti else (VALUE,)
                    todo.append((self.index_of[entry.target], stack[: entry.depth] + pushed))
                    break
            self.emitted[index], after, jumps = self.step(one, stack)
            todo.extend(jumps)
            if after is not None:
                todo.append((index + 1, after))

    def step(self, one, stack):
        """What an instruction becomes, the stack after it (or None), and where it jumps to."""
        name, arg = one.opname, one.arg
        if name in IGNORED:
            return [], stack, []
        if name in PLAIN:
            takes, leaves = PLAIN[name]
            return [[name]], stack[: len(stack) - takes] + (VALUE,) * leaves, []
        if name in UNARY:
            return [["UNARY_OP", UNARY[name]]], stack, []
        if name in BUILDS:
            return [[name, arg]], stack[: len(stack) - arg] + (VALUE,), []
        for part in (self.variables, self.constants, self.operators, self.jumps, self.calls):
            done = part(one, name, arg, stack)
            if done is not None:
                return done if len(done) == 3 else (*done, [])
        raise Cannot(f"line {one.positions.lineno}: {name} is not among the lab's instructions")

    # Each of the following answers None if the instruction is none of its own.

    def variables(self, one, name, arg, stack):
        code = self.code
        if name == "MAKE_CELL":
            if any(is_saved(slot) for slot in stack):
                raise Cannot("a function in a comprehension uses the comprehension's variable")
            return [], stack
        if name in ("LOAD_NAME", "LOAD_GLOBAL"):
            after = (VALUE,)
            if name == "LOAD_GLOBAL" and arg & 1:
                after = with_null()
            return [["LOAD_GLOBAL", one.argval]], stack + after
        if name in ("STORE_NAME", "STORE_GLOBAL"):
            return [["STORE_GLOBAL", one.argval]], stack[:-1]
        if name in ("DELETE_NAME", "DELETE_GLOBAL"):
            return [["DELETE_GLOBAL", one.argval]], stack
        if name == "LOAD_DEREF":
            return [["LOAD_CELL", one.argval]], stack + (VALUE,)
        if name == "STORE_DEREF":
            return [["STORE_CELL", one.argval]], stack[:-1]
        if name == "LOAD_CLOSURE":
            return [["PUSH_CELL", one.argval]], stack + (VALUE,)
        if name == "LOAD_FAST_AND_CLEAR":
            if one.argval in code.co_cellvars:
                raise Cannot("a comprehension's variable has the name of one that is in a cell")
            self.saved.append(one.argval)
            slot = ("saved", one.argval, len(self.saved))
            return [["LOAD_CONST", None]], stack + (slot,)
        if name == "DELETE_FAST":
            return [["DELETE_" + self.kind(), one.argval]], stack
        if "FAST" not in name:
            return None
        # LOAD_FAST, STORE_FAST, and in 3.13 two of them in one instruction.
        names = one.argval if isinstance(one.argval, tuple) else (one.argval,)
        emitted = []
        for word, variable in zip((word for word in name.split("_") if word.isalpha()
                                   and word in ("LOAD", "STORE")), names):
            if word == "LOAD":
                emitted.append(self.load(variable, stack))
                stack += (VALUE,)
            elif is_saved(stack[-1]):
                emitted.append(["POP_TOP"])
                stack = stack[:-1]
            else:
                stack, before = stack[:-1], stack
                emitted.append(["STORE_" + self.kind(), self.renamed(variable, before)])
        return emitted, stack

    def kind(self):
        return "GLOBAL" if self.is_module else "LOCAL"

    def load(self, variable, stack):
        if variable in self.code.co_cellvars + self.code.co_freevars:  # 3.13
            return ["PUSH_CELL", variable]
        return ["LOAD_" + self.kind(), self.renamed(variable, stack)]

    def renamed(self, variable, stack):
        """The name of a variable; that of a comprehension gets one of its own."""
        for slot in reversed(stack):
            if is_saved(slot) and slot[1] == variable:
                return f"{variable}.{slot[2]}"
        return variable

    def constants(self, one, name, arg, stack):
        if name == "LOAD_CONST":
            return [["LOAD_CONST", self.constant(one.argval)]], stack + (VALUE,)
        if name == "RETURN_CONST":
            return [["LOAD_CONST", self.constant(one.argval)], ["RETURN_VALUE"]], None
        if name == "KW_NAMES":
            names = self.code.co_consts[arg]
            return [["LOAD_CONST", self.constant(names)]], stack + (NAMES,)
        if name == "LOAD_ASSERTION_ERROR":
            return [["LOAD_GLOBAL", "AssertionError"]], stack + (VALUE,)
        if name == "BUILD_MAP":
            return [[name, arg]], stack[: len(stack) - 2 * arg] + (VALUE,)
        if name == "BUILD_CONST_KEY_MAP":
            return [[name, arg]], stack[: len(stack) - arg - 1] + (VALUE,)
        return None

    def constant(self, value):
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, int):
            return {"int": str(value)}
        if isinstance(value, tuple):
            return {"tuple": [self.constant(part) for part in value]}
        if isinstance(value, type(self.code)):
            return {"code": add_code(value, self.codes)}
        raise Cannot(f"a constant of type {type(value).__name__}")

    def operators(self, one, name, arg, stack):
        if name == "BINARY_OP":
            return [[name, one.argrepr]], stack[:-2] + (VALUE,)
        if name == "COMPARE_OP":
            return [[name, one.argval]], stack[:-2] + (VALUE,)
        if name == "IS_OP":
            return [["COMPARE_OP", "is not" if arg else "is"]], stack[:-2] + (VALUE,)
        if name == "CONTAINS_OP":
            return [["COMPARE_OP", "not in" if arg else "in"]], stack[:-2] + (VALUE,)
        if name == "BINARY_SLICE":
            return [["BUILD_SLICE", 2], ["BINARY_SUBSCR"]], stack[:-3] + (VALUE,)
        if name == "STORE_SLICE":
            return [["BUILD_SLICE", 2], ["STORE_SUBSCR"]], stack[:-4]
        if name == "COPY":
            return [[name, count(stack[-arg:])]], stack + (stack[-arg],)
        if name == "SWAP":
            swapped = list(stack)
            swapped[-1], swapped[-arg] = swapped[-arg], swapped[-1]
            return [[name, count(stack[-arg:])]], tuple(swapped)
        if name in ("LIST_EXTEND", "LIST_APPEND", "MAP_ADD"):
            after = stack[:-2] if name == "MAP_ADD" else stack[:-1]
            return [[name, count(after[-arg:])]], after
        if name == "UNPACK_SEQUENCE":
            return [[name, arg]], stack[:-1] + (VALUE,) * arg
        if name == "UNPACK_EX":
            before, behind = arg & 0xFF, arg >> 8
            return [[name, before, behind]], stack[:-1] + (VALUE,) * (before + 1 + behind)
        if name in ("FORMAT_VALUE", "CONVERT_VALUE", "FORMAT_SIMPLE"):
            how = {0: "str", 1: "str", 2: "repr"}.get(arg or 0)
            if how is None:
                raise Cannot("f-strings with !a or a format specification")
            return [["FORMAT", how]], stack
        return None

    def jumps(self, one, name, arg, stack):
        if name == "RETURN_VALUE":
            return [[name]], None
        if name == "RERAISE":
            return [[name]], None
        if name == "RAISE_VARARGS":
            if arg > 1:
                raise Cannot("raise ... from ...")
            return [["RAISE", arg]], None
        if "JUMP" not in name and name != "FOR_ITER":
            return None
        target = self.index_of[one.argval]
        if name == "FOR_ITER":
            # In 3.12 and 3.13 what is at the target is skipped.
            while self.raw[target].opname == "END_FOR":
                target += 2 if sys.version_info >= (3, 13) else 1
            return [[name, target]], stack + (VALUE,), [(target, stack[:-1])]
        if name.endswith("_OR_POP"):  # 3.11
            jump = "POP_JUMP_IF_" + ("TRUE" if "TRUE" in name else "FALSE")
            return [["COPY", 1], [jump, target], ["POP_TOP"]], stack[:-1], [(target, stack)]
        if "IF" not in name:
            return [["JUMP", target]], None, [(target, stack)]
        emitted = []
        if name.endswith("NONE"):
            is_not = "NOT" in name
            emitted += [["LOAD_CONST", None], ["COMPARE_OP", "is not" if is_not else "is"]]
        jump = "POP_JUMP_IF_" + ("FALSE" if name.endswith("FALSE") else "TRUE")
        return [*emitted, [jump, target]], stack[:-1], [(target, stack[:-1])]

    def calls(self, one, name, arg, stack):
        if name == "PUSH_NULL":
            return [], stack + (NULL,)
        if name == "LOAD_METHOD":
            return [["LOAD_ATTR", one.argval]], stack[:-1] + with_null()
        if name == "LOAD_ATTR":
            is_method = sys.version_info >= (3, 12) and arg & 1
            after = with_null() if is_method else (VALUE,)
            return [["LOAD_ATTR", one.argval]], stack[:-1] + after
        if name in ("CALL", "CALL_KW"):
            word = name
            if name == "CALL_KW" or stack[-1] == NAMES:
                word, stack = "CALL_KW", stack[:-1]
            below = len(stack) - arg - 2
            null = below + 1 if sys.version_info >= (3, 13) else below
            given = arg if stack[null] == NULL else arg + 1
            return [[word, given]], stack[:below] + (VALUE,)
        if name == "MAKE_FUNCTION":
            arg = arg or 0
            if arg & ~(1 | 8):
                raise Cannot("annotations, or parameters that are passed by keyword only")
            words = ["defaults"] * (arg & 1) + ["closure"] * (arg >> 3)
            return [[name, words]], stack[: len(stack) - 1 - len(words)] + (VALUE,)
        return None


def with_null():
    """How a function that is to be called is pushed."""
    return (VALUE, NULL) if sys.version_info >= (3, 13) else (NULL, VALUE)


def is_saved(slot):
    return isinstance(slot, tuple)


def count(slots):
    """How many values these slots are once NULLs and the like are gone."""
    return sum(slot in (VALUE, NAMES) or is_saved(slot) for slot in slots)


def listing(document):
    """The document as lines for people."""
    for number, code in enumerate(document["codes"]):
        head = [f"code {number}: {code['name']}({', '.join(code['parameters'])})"]
        head += [f"{key} {' '.join(code[key])}" for key in ("locals", "cells", "free") if code[key]]
        yield ", ".join(head)
        line = None
        for index, (name, *args) in enumerate(code["instructions"]):
            now = code["lines"][index]
            shown = str(now) if now != line else ""
            line = now
            words = " ".join(json.dumps(arg) for arg in args)
            yield f"{shown:>4} {index:4}  {name:20} {words}".rstrip()
        for first, end, target, depth in code["handlers"]:
            yield f"          from {first} to {end}: {target}, depth {depth}"


def main(args):
    is_list = args[:1] == ["--list"]
    names = args[1:] if is_list else args
    if len(names) != 1:
        sys.exit("usage: normalise.py [--list] FILE.py")
    try:
        with open(names[0], encoding="utf-8") as file:
            document = normalise(file.read(), names[0])
    except (Cannot, OSError, SyntaxError) as error:
        sys.exit(f"normalise.py: {error}")
    if is_list:
        print("\n".join(listing(document)))
    else:
        json.dump(document, sys.stdout)
        print()


if __name__ == "__main__":
    main(sys.argv[1:])
