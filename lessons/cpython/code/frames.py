"""Frames: who called whom, and where each of them is."""

import sys


# ANCHOR: frames
def inner():
    frame = sys._getframe()
    while frame is not None:
        print(frame.f_code.co_name, frame.f_lineno)
        frame = frame.f_back


def outer(number):
    inner()
# ANCHOR_END: frames


outer(7)
