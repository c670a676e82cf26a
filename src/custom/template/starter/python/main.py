"""note FILE: appends standard input to FILE."""

import sys

with open(sys.argv[1], "a") as notes:
    notes.write(sys.stdin.read())
# TODO: is it there, whatever happens now?
# TODO: what if the disk is full?
print("noted")
