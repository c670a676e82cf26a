"""Starts itself anew, with or without -u, and prints.

Usage: prints.py buffered|unbuffered STEP...    STEP: print=N or flushed=N (N words), or flush
"""

import os
import sys

way, steps = sys.argv[1], sys.argv[2:]
if way in ("buffered", "unbuffered"):
    os.environ.pop("PYTHONUNBUFFERED", None)
    options = ["-u"] if way == "unbuffered" else []
    os.execv(sys.executable, [sys.executable, *options, __file__, "again", *steps])

for step in steps:
    kind, _, count = step.partition("=")
    if kind == "flush":
        sys.stdout.flush()
    else:
        print(*["word"] * int(count), flush=kind == "flushed")
