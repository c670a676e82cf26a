"""Waits for SIGTERM or input with a flag, in Python.

Usage: gap.py
"""

import os
import signal

stop = False


def on_term(signo, frame):
    global stop
    stop = True


# ANCHOR: flag
signal.signal(signal.SIGTERM, on_term)
while not stop and os.read(0, 1):
    pass
# ANCHOR_END: flag
