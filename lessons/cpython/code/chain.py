"""A chain of objects, each of which is held by the one before it alone.

Usage: chain.py LENGTH
"""

import sys
import weakref


# ANCHOR: chain
class Link:
    pass


first = last = Link()
for _ in range(int(sys.argv[1])):
    last.next = Link()
    last = last.next
end = weakref.ref(last)
del last
print("alive" if end() else "dead")
del first
print("alive" if end() else "dead")
# ANCHOR_END: chain
