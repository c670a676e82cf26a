"""Opens descriptors in several ways, then starts another program.

Usage: inherited.py STEP...    STEP: open, pipe, socket, dup, dup2=N or inheritable
                               (the last two take the descriptor that was opened last)
"""

import os
import socket
import sys

last = os.open("/dev/null", os.O_RDONLY)
sockets = []
for step in sys.argv[1:]:
    name, _, number = step.partition("=")
    if name == "open":
        last = os.open("/dev/null", os.O_RDONLY)
    if name == "pipe":
        _, last = os.pipe()
    if name == "socket":
        sockets.append(socket.socket(socket.AF_UNIX))
        last = sockets[-1].fileno()
    if name == "dup":
        last = os.dup(last)
    if name == "dup2":
        last = os.dup2(last, int(number))
    if name == "inheritable":
        os.set_inheritable(last, True)

os.waitpid(os.posix_spawn("/bin/true", ["true"], os.environ), 0)
