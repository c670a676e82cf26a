"""Says of each name of a program what the compiler decided about it."""

import symtable

# ANCHOR: source
SOURCE = """
limit = 3

def counter(start):
    count = start
    def step():
        nonlocal count
        count += 1
        return min(count, limit)
    return step
"""
# ANCHOR_END: source


# ANCHOR: kinds
def kind(symbol):
    if symbol.is_free():
        return "free"
    if symbol.is_global():
        return "global"
    if symbol.is_parameter():
        return "parameter"
    return "local"


def show(table, depth=0):
    print("  " * depth + f"{table.get_type()} {table.get_name()}:")
    for symbol in sorted(table.get_symbols(), key=lambda symbol: symbol.get_name()):
        print("  " * depth + f"  {symbol.get_name()}: {kind(symbol)}")
    for child in table.get_children():
        show(child, depth + 1)
# ANCHOR_END: kinds


show(symtable.symtable(SOURCE, "counter.py", "exec"))
