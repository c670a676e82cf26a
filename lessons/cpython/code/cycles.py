"""Which of four objects the collector takes."""

import gc
import weakref


# ANCHOR: cycles
class Node:
    def __init__(self, name):
        weakref.finalize(self, print, "freed", name)


gc.disable()
a, b, c, d = Node("a"), Node("b"), Node("c"), Node("d")
a.x, b.x = b, a
b.y = c
d.x = d
del a, b, c
print("deleted a, b and c")
gc.collect()
d.kept = Node("e")
held = d.kept
del d
print("deleted d")
gc.collect()
print("collected")
# ANCHOR_END: cycles
del held
