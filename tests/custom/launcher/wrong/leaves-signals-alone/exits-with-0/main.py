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


def run(words):
    """Runs a command, and waits for it."""
    subprocess.run(words, check=False)


def main():
    # A mistake: whoever sent it does not learn that it worked.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    for line in iter(sys.stdin.buffer.readline, b""):
        verb, rest = line.split(b" ", 1)
        if verb == b"save":
            save(rest)
            print("saved", flush=True)
        else:
            run(rest.split())


main()
