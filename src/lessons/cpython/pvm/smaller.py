"""Programs that are smaller than a given one: parts of its syntax tree are left out."""

import ast

# How many are tried at most, each time that something smaller is asked for.
MOST = 24


def smaller(source):
    """Texts of smaller programs: without some statements, and then without parts of expressions.

    Those that lack the most come first.
    """
    tree = ast.parse(source)
    found = {}
    for is_finer, variant in variants(tree):
        try:
            text = ast.unparse(ast.fix_missing_locations(variant)) + "\n"
            compile(text, "smaller.py", "exec")
        except (SyntaxError, ValueError, TypeError):
            continue
        if weight(variant) < weight(tree):
            found.setdefault(text, (is_finer, weight(variant)))
    return sorted(found, key=found.get)[:MOST]


def weight(tree):
    return sum(1 for _ in ast.walk(tree))


def variants(tree):
    """Copies of the tree that lack statements (False), or a part of an expression (True)."""
    for path, node in places(tree):
        for field in ("body", "orelse", "finalbody", "handlers"):
            block = getattr(node, field, None)
            if not isinstance(block, list):
                continue
            for first, end in spans(len(block)):
                rest = block[:first] + block[end:]
                if field == "body" and not rest:
                    rest = [ast.Pass()]
                yield False, replaced(tree, path, {field: rest})
            for index, inner in enumerate(block):
                for part in ("body", "orelse", "finalbody"):
                    if isinstance(inner, (ast.If, ast.For, ast.While, ast.Try, ast.FunctionDef)):
                        within = getattr(inner, part, [])
                        yield False, replaced(
                            tree, path, {field: block[:index] + within + block[index + 1:]})
        for field, value in ast.iter_fields(node):
            if isinstance(value, ast.expr) and not is_stored(value):
                for less in simpler(value):
                    yield True, replaced(tree, path, {field: less})
            if isinstance(value, list) and value and isinstance(value[0], ast.expr):
                for index, one in enumerate(value):
                    if len(value) > 1 and field in ("args", "elts", "values"):
                        rest = value[:index] + value[index + 1:]
                        yield True, replaced(tree, path, {field: rest})
                    for less in [] if is_stored(one) else simpler(one):
                        rest = [*value[:index], less, *value[index + 1:]]
                        yield True, replaced(tree, path, {field: rest})


def spans(length):
    """Parts of a list: all of it, its halves, quarters, and so on down to each one."""
    size = length
    while size:
        for first in range(0, length, size):
            yield first, min(first + size, length)
        size //= 2


def simpler(value):
    """Expressions that stand in this one, and constants."""
    for inner in ast.iter_child_nodes(value):
        if isinstance(inner, ast.expr) and not is_stored(inner):
            yield inner
    if not isinstance(value, ast.Constant):
        yield ast.Constant(0)


def is_stored(node):
    return isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del))


def places(tree, path=()):
    """Every node with the way to it: fields and indices."""
    yield path, tree
    for field, value in ast.iter_fields(tree):
        if isinstance(value, ast.AST):
            yield from places(value, path + ((field, None),))
        elif isinstance(value, list):
            for index, inner in enumerate(value):
                if isinstance(inner, ast.AST):
                    yield from places(inner, path + ((field, index),))


def replaced(node, path, fields):
    """A copy of the tree in which the node at the path has other fields; the rest is shared."""
    copy = type(node)(**{**dict(ast.iter_fields(node)), **(fields if not path else {})})
    ast.copy_location(copy, node)
    if path:
        (field, index), *rest = path
        value = getattr(node, field)
        if index is None:
            setattr(copy, field, replaced(value, rest, fields))
        else:
            new = replaced(value[index], rest, fields)
            setattr(copy, field, [*value[:index], new, *value[index + 1:]])
    return copy
