"""Makes cycles of objects of a type in C, and counts how many the collector finds."""

import gc
import sys

import parent

gc.disable()
before = sys.getrefcount(parent.Child)
for _ in range(1000):
    child = parent.Child()
    child.parent = [child]
del child
# A list and its child, a thousand times.
print("found:", gc.collect())
print("references to the type:", sys.getrefcount(parent.Child) - before)
