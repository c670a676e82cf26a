"""Starts a child that ends, or stops, in a given way, and asks for its raw status.

Usage: raw_status.py WAY NUMBER    WAY: exit (with status NUMBER), signal (NUMBER ends it), or
                                   stop (NUMBER, SIGSTOP, stops it)
"""

import os
import signal
import sys

way, number = sys.argv[1], int(sys.argv[2])
child = os.fork()
if child == 0:
    if way != "exit":
        os.kill(os.getpid(), number)
    os._exit(number)

_, status = os.waitpid(child, os.WUNTRACED)
if os.WIFSTOPPED(status):
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
