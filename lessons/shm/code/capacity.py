"""How many bytes an empty pipe takes in writes of one size."""

import os
import sys

# ANCHOR: fill
for size in map(int, sys.argv[1:]):
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    total = 0
    try:
        while True:
            total += os.write(writing, b"x" * size)
    except BlockingIOError:
        print(f"in writes of {size}: {total} bytes")
# ANCHOR_END: fill
