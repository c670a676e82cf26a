"""Handles SIGTERM while it waits in a read that nobody ends."""

import os
import signal


# ANCHOR: handler
def on_term(signo, frame):
    os.write(1, b"handled\n")


signal.signal(signal.SIGTERM, on_term)
os.read(0, 1)
os.write(1, b"read\n")
# ANCHOR_END: handler
