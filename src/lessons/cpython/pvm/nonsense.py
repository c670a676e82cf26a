"""Inputs that are no programs: none of them has printed anything where it goes wrong."""

import json

from chance import Chance
from normalise import normalise


# Members of a code object without which nothing can be run.
MEMBERS = ("cells", "instructions", "handlers")


def foretold(seed):
    """The runs with nonsense: a message, status 2, nothing printed."""
    chance = Chance(f"refuses-nonsense {seed}")
    for what, text in inputs(chance):
        yield {
            "input": text, "status": 2, "message": what,
            "origin": {"kind": "refuses-nonsense"},
        }


def inputs(chance):
    """What is wrong, and the input."""
    good = normalise(f"x = {chance.number()}\nprint(x, {chance.number()})\n")
    whole = json.dumps(good)
    yield "the input is empty", ""
    yield "the input is no JSON", f"x = {chance.number()}\nprint(x)\n"
    yield "the JSON is cut off", whole[: chance.number(5, len(whole) - 2)]
    yield "something follows the JSON", f"{whole}\n{chance.word()}\n"
    yield "the JSON is nested a hundred thousand deep", "[" * 100_000 + "]" * 100_000
    for text in ("null", str(chance.number()), "[]", '"codes"', "{}", '{"codes": []}',
                 '{"codes": {}}', '{"codes": [[]]}'):
        yield f"the JSON is {text}", text
    for member in MEMBERS:
        code = dict(good["codes"][0])
        del code[member]
        yield f"the code has no {member}", json.dumps({"codes": [code]})
    for what, instructions in listings(chance):
        code = {**good["codes"][0], "instructions": instructions, "lines": [1] * len(instructions)}
        yield what, json.dumps({"codes": [code]})
    for what, handler in (("outside of the code", [0, 2, 99, 0]), ("no list of numbers", ["a"]),
                          ("too short", [0, 2, 2]), ("too long", [0, 2, 2, 0, 0])):
        code = {**good["codes"][0], "handlers": [handler]}
        yield f"an exception handler that is {what}", json.dumps({"codes": [code]})


def listings(chance):
    """What is wrong, and the instructions of a module with that."""
    one = ["LOAD_CONST", {"int": str(chance.number())}]
    none = ["LOAD_CONST", None]
    end = [none, ["RETURN_VALUE"]]
    name = chance.word().upper()
    for unknown in (f"LOAD_{name}", "load_const", "BINARY_ADD", "", 7):
        yield f"there is no instruction {json.dumps(unknown)}", [one, [unknown], *end]
    yield "an instruction that is no list", [one, "POP_TOP", *end]
    for bad in (["LOAD_CONST"], ["LOAD_GLOBAL", 3], ["JUMP", "end"], ["BUILD_LIST", None],
                ["BUILD_LIST", -1], ["BINARY_OP", "@"], ["COMPARE_OP", "=>"], ["UNARY_OP", "!"],
                ["COPY", 0], ["LOAD_CONST", {"int": "1x"}], ["LOAD_CONST", {"code": 9}],
                ["LOAD_CELL", name], ["LOAD_CONST", {"code": -1}], ["LOAD_CONST", {"int": ""}],
                ["LOAD_CONST", {"int": "1.5"}]):
        yield f"an argument that makes no sense: {json.dumps(bad)}", [one, one, bad, *end]
    for taking in (["POP_TOP"], ["RETURN_VALUE"], ["COPY", 1], ["GET_ITER"], ["STORE_GLOBAL", "x"]):
        yield f"{taking[0]} with an empty stack", [taking, *end]
    for taking in (["BINARY_OP", "+"], ["COMPARE_OP", "<"], ["SWAP", 2], ["COPY", 2],
                   ["BUILD_TUPLE", 2], ["CALL", 1], ["BUILD_MAP", 1], ["STORE_SUBSCR"]):
        yield f"{' '.join(map(str, taking))} with one value on the stack", [one, taking, *end]
    for target in (99, -1, -2, 10 ** 6):
        yield f"a jump to {target}", [["JUMP", target], *end]
    yield "a jump behind the last instruction", [["JUMP", 3], *end]
    yield "a conditional jump to -2", [["LOAD_CONST", True], ["POP_JUMP_IF_TRUE", -2], *end]
    yield "the code ends without RETURN_VALUE", [one, ["POP_TOP"]]
    yield "there are no instructions", []
