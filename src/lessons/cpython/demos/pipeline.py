"""What each stage of the compiler makes of a snippet, as one line of JSON.

Usage: pipeline.py SOURCE EXPRESSION
Every piece has its place in the source, so that whoever draws it can mark one expression in all
stages: [line, column, last line, column behind], lines from 1, columns from 0.
"""

import ast
import dis
import io
import json
import symtable
import sys
import tokenize

SOURCE, EXPRESSION = sys.argv[1:]


def tokens():
    """Type, text and place of each token."""
    found = []
    for token in tokenize.generate_tokens(io.StringIO(SOURCE).readline):
        name = tokenize.tok_name[token.exact_type]
        found.append({"name": name, "text": token.string, "span": [*token.start, *token.end]})
    return found


def span(node):
    """The place of a node; None for those that have none (a module, `Add`, `Load`)."""
    if not hasattr(node, "lineno"):
        return None
    return [node.lineno, node.col_offset, node.end_lineno, node.end_col_offset]


def label(node):
    """A node's kind, with what it says in a word."""
    words = [type(node).__name__]
    for value in (getattr(node, key, None) for key in ("id", "name", "arg", "value")):
        if isinstance(value, (str, int)):
            words.append(str(value))
    for key in ("op", "ops", "ctx"):
        said = getattr(node, key, [])
        for one in said if isinstance(said, list) else [said]:
            words.append(type(one).__name__)
    return " ".join(words)


def tree(node, depth=0):
    """The nodes in the order of the text, without those that a label has said."""
    found = [{"depth": depth, "label": label(node), "span": span(node)}]
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, (ast.expr_context, ast.operator, ast.cmpop)):
            found += tree(child, depth + 1)
    return found


def symbols():
    """What each name of the function is."""
    (table,) = symtable.symtable(SOURCE, "snippet", "exec").get_children()
    kinds = ["parameter", "free", "global", "local"]
    return [
        {"name": one.get_name(), "kind": next(k for k in kinds if getattr(one, f"is_{k}")())}
        for one in table.get_symbols()
    ]


def place(instruction):
    """The place of what an instruction was made for; None where there is none."""
    at = instruction.positions
    if at is None or None in (at.lineno, at.col_offset, at.end_lineno, at.end_col_offset):
        return None
    return [at.lineno, at.col_offset, at.end_lineno, at.end_col_offset]


def jumps(instruction):
    """Where it may go by a jump; None if it does not jump."""
    is_jump = instruction.opcode in dis.hasjrel or instruction.opcode in dis.hasjabs
    return instruction.argval if is_jump else None


def argument(instruction):
    """What it is about: a name, a constant, a place to go to."""
    if jumps(instruction) is not None:
        return f"to {instruction.argval}"
    return "" if instruction.arg is None else (instruction.argrepr or str(instruction.arg))


ENDS = ("RETURN_VALUE", "RETURN_CONST", "RAISE_VARARGS", "RERAISE")


def falls_through(instruction):
    """Whether the next one may follow it."""
    name = instruction.opname
    return name not in ENDS and not name.startswith(("JUMP_BACKWARD", "JUMP_FORWARD"))


def bytecode(code):
    """The instructions."""
    return [
        {
            "offset": one.offset,
            "name": one.opname,
            "arg": argument(one),
            "span": place(one),
            "jump": jumps(one),
            "falls": falls_through(one),
        }
        for one in dis.get_instructions(code)
    ]


module = ast.parse(SOURCE)
space = {}
exec(compile(module, "snippet", "exec"), space)
function = next(value for key, value in space.items() if not key.startswith("__"))
marked = [
    node
    for node in ast.walk(module)
    if isinstance(node, ast.expr) and ast.get_source_segment(SOURCE, node) == EXPRESSION
]
print(
    json.dumps(
        {
            "tokens": tokens(),
            "tree": tree(module),
            "symbols": symbols(),
            "bytecode": bytecode(function.__code__),
            "marked": span(marked[0]),
        }
    )
)
