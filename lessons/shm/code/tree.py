"""What a process and its descendants have in memory.

Usage: tree.py PID
"""

import os
import sys


def descendants(pid):
    yield pid
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/children") as children:
            for child in children.read().split():
                yield from descendants(int(child))


# ANCHOR: rollup
def rollup(pid):
    with open(f"/proc/{pid}/smaps_rollup") as file:
        next(file)  # The range of addresses.
        fields = (line.split() for line in file)
        return {name.rstrip(":"): int(kib) for name, kib, _ in fields}
# ANCHOR_END: rollup


total = {"Rss": 0, "Pss": 0, "Private_Dirty": 0}
print(f"{'pid':>8} {'Rss':>9} {'Pss':>9} {'private':>9}  KiB")
for pid in descendants(int(sys.argv[1])):
    try:
        figures = rollup(pid)
    except (FileNotFoundError, ProcessLookupError):
        continue  # It has ended meanwhile.
    for name in total:
        total[name] += figures[name]
    print(f"{pid:>8} " + " ".join(f"{figures[name]:>9}" for name in total))
print(f"{'all':>8} " + " ".join(f"{value:>9}" for value in total.values()))
