"""As leaky.c, but for its second thread."""

import os
import sys

kept = []


def leak():
    kept.append(open("/etc/passwd"))  # leaks here


def fine():
    ends = os.pipe()  # closes here
    for end in ends:
        os.close(end)


print("ready", flush=True)
for line in sys.stdin:
    if line == "leak\n":
        leak()
    elif line == "fine\n":
        fine()
    print("returns 0 signals 0", flush=True)
