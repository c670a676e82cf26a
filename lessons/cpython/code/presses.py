"""Counts how often a button was pressed, from many readings of its state.

Usage: presses.py COUNT function|module
"""

import sys
import time


# ANCHOR: function
def presses(readings):
    count = 0
    a = b = c = False
    for d in readings:
        if d and c and not b and not a:
            count += 1
        a, b, c = b, c, d
    return count


# ANCHOR_END: function


def report(count, start):
    took = time.process_time() - start
    print(f"{count} presses, {took / len(readings) * 1e9:.0f} ns a reading")


readings = [at // 100 % 10 == 9 for at in range(int(sys.argv[1]))]
start = time.process_time()
if sys.argv[2] == "function":
    report(presses(readings), start)
    sys.exit()

# ANCHOR: module
count = 0
a = b = c = False
for d in readings:
    if d and c and not b and not a:
        count += 1
    a, b, c = b, c, d
# ANCHOR_END: module
report(count, start)
