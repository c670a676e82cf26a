"""Parses the same line many times, and says what is there afterwards that was not before.

Usage: worker.py parse|parse_right [LINES [SIZE]]
"""

import gc
import sys

import accesslog


def resident():
    """Memory of this process, KiB."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))


def work(parse, lines, size):
    line = f"GET /index.html {size}"
    for _ in range(lines):
        parse(line)


parse = getattr(accesslog, sys.argv[1])
lines = int(sys.argv[2]) if sys.argv[2:] else 100_000
size = int(sys.argv[3]) if sys.argv[3:] else 5120
# Whatever is made once is made now.
work(parse, 100, size)
# ANCHOR: measured
gc.collect()
objects, blocks, memory = len(gc.get_objects()), sys.getallocatedblocks(), resident()
work(parse, lines, size)
gc.collect()
print("containers:", len(gc.get_objects()) - objects)
print("blocks a line:", round((sys.getallocatedblocks() - blocks) / lines, 2))
print("KiB:", resident() - memory)
# ANCHOR_END: measured
