"""A mistake: flush hands the bytes to the kernel, and to nobody else."""

import sys

try:
    with open(sys.argv[1], "a") as notes:
        notes.write(sys.stdin.read())
        notes.flush()
except OSError as error:
    sys.exit(f"note: {error}")
print("noted")
