"""Saves and runs what it is told to on standard input."""

import os
import signal
import subprocess
import sys

SAVED = "/lab/saved"


def save(text):
    """Puts the text into the file's place, when it is durable."""
    with open(SAVED + ".new", "wb") as new:
        new.write(text)
        new.flush()
        os.fsync(new.fileno())
    os.rename(SAVED + ".new", SAVED)


def reap(*_):
    """Takes the status of whoever has ended."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def run(words):
    """Runs a command, and waits for it."""
    # A mistake: who ends is noticed, and nobody is waited for.
    subprocess.Popen(words)


def main():
    signal.signal(signal.SIGCHLD, reap)
    for line in iter(sys.stdin.buffer.readline, b""):
        verb, rest = line.split(b" ", 1)
        if verb == b"save":
            save(rest)
            print("saved", flush=True)
        else:
            run(rest.split())


main()
