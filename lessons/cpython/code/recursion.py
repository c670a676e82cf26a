"""How deep a function gets that only calls itself."""

import sys


# ANCHOR: deep
def deep(level):
    try:
        return deep(level + 1)
    except RecursionError:
        return level


sys.setrecursionlimit(500)
print(deep(1) > 400)
# ANCHOR_END: deep
