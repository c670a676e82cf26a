"""The same service after the first repair: it handles SIGTERM. Still loses some.

Usage: polite.py LOG
"""

import signal
import sys

# ANCHOR: handler
signal.signal(signal.SIGTERM, lambda signo, frame: sys.exit(0))
# ANCHOR_END: handler

log = open(sys.argv[1], "ab")
for number, record in enumerate(sys.stdin.buffer, 1):
    log.write(record)
    print("ok", number, flush=True)
