"""Reads bytes from a pipe, each in another way; prints the number of each step that it has done.

Usage: hung.py READ:WRITER...
    READ:   how the main thread reads: os, or a library's read by cdll or by pydll
    WRITER: before (the byte is there already), thread (another thread in Python writes it, as soon
            as it can run), or process (one that was forked)
"""

import ctypes
import os
import sys
import threading

# Nobody is asked to give up the GIL for having had it too long.
sys.setswitchinterval(1000)

piece = ctypes.create_string_buffer(1)
libraries = {"cdll": ctypes.CDLL(None), "pydll": ctypes.PyDLL(None)}
wake = libraries["pydll"].write


def read(way, file):
    if way == "os":
        os.read(file, 1)
    else:
        libraries[way].read(file, piece, 1)


def write_when_woken(woken, file):
    os.read(woken, 1)
    os.write(file, b"x")


for number, step in enumerate(sys.argv[1:], 1):
    way, _, writer = step.partition(":")
    reading, writing = os.pipe()
    if writer == "before":
        os.write(writing, b"x")
    elif writer == "process":
        if os.fork() == 0:
            os.write(writing, b"x")
            os._exit(0)
    else:
        woken, waking = os.pipe()
        threading.Thread(target=write_when_woken, args=(woken, writing), daemon=True).start()
        # The thread sleeps in its read, or will find the byte there.
        wake(waking, b"x", 1)
    read(way, reading)
    print(number, flush=True)
