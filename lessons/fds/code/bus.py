"""Reads a mapping of a file that has become shorter. Usage: bus.py FILE"""

import mmap
import os
import sys

# ANCHOR: bus
with open(sys.argv[1], "w+b") as file:
    file.write(bytes(10_000))
    file.flush()
    view = mmap.mmap(file.fileno(), 0)
    os.truncate(sys.argv[1], 5_000)
    print(view[4_999], view[5_000], view[8_191])
    print(view[8_192])
# ANCHOR_END: bus
