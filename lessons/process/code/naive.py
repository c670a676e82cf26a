"""Records payments: appends each line of input to LOG and acknowledges it. Loses some.

Usage: naive.py LOG
"""

import sys

# ANCHOR: loop
log = open(sys.argv[1], "ab")
for number, record in enumerate(sys.stdin.buffer, 1):
    log.write(record)
    print("ok", number, flush=True)
# ANCHOR_END: loop
