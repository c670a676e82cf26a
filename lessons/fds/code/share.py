"""Who shares an offset: a duplicate, a child, a second open. Usage: share.py FILE"""

import os
import sys

with open(sys.argv[1], "w") as file:
    file.write("0123456789")
# ANCHOR: share
first = os.open(sys.argv[1], os.O_RDONLY)
duplicate = os.dup(first)
second = os.open(sys.argv[1], os.O_RDONLY)
print("first reads    ", os.read(first, 3))
print("duplicate reads", os.read(duplicate, 3))
print("second reads   ", os.read(second, 3))
child = os.fork()
if child == 0:
    print("the child reads", os.read(first, 3), flush=True)
    os._exit(0)
os.waitpid(child, 0)
print("first reads    ", os.read(first, 3))
# ANCHOR_END: share
