"""A mistake: the end of the line is lost on the way."""

import os
import sys

with open(sys.argv[1], "a") as notes:
    notes.write(sys.stdin.read().strip())
    notes.flush()
    os.fsync(notes.fileno())
print("noted")
