"""What adds to a reference count, and what takes away from it."""

import sys
import weakref


class Node:
    pass


def count(thing):
    """References to a thing, those of this call left out."""
    return sys.getrefcount(thing) - OWN


OWN = 0
OWN = count(Node())

# ANCHOR: steps
a = Node()
print("a name:", count(a))
b = a
print("another:", count(a))
a.x = a
print("an attribute:", count(a))
row = [a, a]
print("twice in a list:", count(a))
watched = weakref.ref(a)
print("a weak reference:", count(a))
del row, b
a.x = None
print("without these:", count(a))
del a
print("dead:", watched() is None)
# ANCHOR_END: steps
