"""Kills whatever can be killed: its parent, everybody, and a process that it knows the number of."""
import os
import signal

signal.signal(signal.SIGTERM, signal.SIG_IGN)
for name, process in (("parent", os.getppid()), ("first", 1), ("known", @PID@), ("group", -os.getppid())):
    try:
        os.kill(process, signal.SIGKILL)
        print(name, "was sent it")
    except OSError as error:
        print(name, error.strerror)
try:
    os.kill(-1, signal.SIGTERM)
except OSError as error:
    print("all:", error.strerror)
print("still here")
