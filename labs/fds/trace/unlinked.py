"""Writes to a file, also when it has no name any more, or when another has its name.

Usage: unlinked.py STEP...    STEP: +COUNT appends so many bytes, /SIZE cuts the file off there,
                              unlink removes its name, other makes a file of the same name
"""

import os
import sys

PATH = "/lab/file"

fd = os.open(PATH, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
for step in sys.argv[1:]:
    if step == "unlink":
        os.unlink(PATH)
    elif step == "other":
        other = os.open(PATH, os.O_WRONLY | os.O_CREAT, 0o644)
        os.write(other, b"other")
        os.close(other)
    elif step[0] == "+":
        os.write(fd, b"x" * int(step[1:]))
    else:
        os.ftruncate(fd, int(step[1:]))
os.close(fd)
