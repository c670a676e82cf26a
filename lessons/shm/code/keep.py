"""Makes a shared memory object with a name, and gets a signal before it has removed it.

Usage: keep.py SIGNAL [default|exit]    exit: SIGTERM is turned into SystemExit
"""

import os
import signal
import sys

# ANCHOR: exit
if sys.argv[2:] == ["exit"]:
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
# ANCHOR_END: exit
# ANCHOR: keep
path = f"/dev/shm/keep-{os.getpid()}"
os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
try:
    os.kill(os.getpid(), signal.Signals[sys.argv[1]])
    signal.pause()
finally:
    os.unlink(path)
# ANCHOR_END: keep
