"""Four processes write lines into one pipe; says how many arrive in pieces.

Usage: pieces.py LENGTH    (of a line, its newline included)
"""

import os
import sys

LINES = 1000

# ANCHOR: writers
length = int(sys.argv[1])
reading, writing = os.pipe()
for digit in b"0123":
    if os.fork() == 0:
        os.close(reading)
        line = bytes([digit]) * (length - 1) + b"\n"
        for _ in range(LINES):
            os.write(writing, line)
        os._exit(0)
os.close(writing)
# ANCHOR_END: writers

with open(reading, "rb") as pipe:
    lines = pipe.read().split(b"\n")[:-1]
torn = sum(len(line) != length - 1 or len(set(line)) > 1 for line in lines)
print(f"{torn} of {len(lines)} lines are torn")
