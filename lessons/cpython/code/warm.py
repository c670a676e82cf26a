"""Shows how the additions of a function change while it is called."""

import dis
import sys


# ANCHOR: add
def add(a, b):
    return a + b
# ANCHOR_END: add


def shown():
    """The addition's instruction, as it is now."""
    adaptive = {"adaptive": True} if sys.version_info >= (3, 11) else {}
    names = [one.opname for one in dis.get_instructions(add, **adaptive)]
    return next(name for name in names if name.startswith("BINARY"))


print("before:", shown())
# ANCHOR: calls
for kind, one in [("int", 1), ("float", 1.0), ("str", "1")]:
    for _ in range(200):
        add(one, one)
    print(f"{kind}:", shown())
# ANCHOR_END: calls
