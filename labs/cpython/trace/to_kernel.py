"""Does some things, with a getppid before each and after the last.

Usage: to_kernel.py THING...
"""

import gc
import os
import random
import signal
import socket
import sys
import time

THINGS = {
    "add": lambda: 2**1000 + 3**1000,
    "append": lambda: [].append(1),
    "collect": gc.collect,
    "cwd": os.getcwd,
    "exists": lambda: os.path.exists("/lab/nothing"),
    "getenv": lambda: os.environ.get("HOME"),
    "getpid": os.getpid,
    "handler": lambda: signal.signal(signal.SIGUSR1, signal.SIG_IGN),
    "import": lambda: __import__("time"),
    "listdir": lambda: os.listdir("/lab"),
    "open": lambda: open("/dev/null").close(),
    "pair": socket.socketpair,
    "print": lambda: print("kept in a buffer"),
    "random": random.random,
    "setenv": lambda: os.environ.__setitem__("SPAM", "1"),
    "sleep": lambda: time.sleep(0.001),
    "urandom": lambda: os.urandom(8),
}

for name in sys.argv[1:]:
    os.getppid()
    THINGS[name]()
os.getppid()
