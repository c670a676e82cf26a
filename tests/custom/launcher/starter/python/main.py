"""Saves and runs what it is told to on standard input."""

import os
import subprocess
import sys

SAVED = "/lab/saved"


def save(text):
    """Puts the text into the file's place, when it is durable."""
    with open(SAVED + ".new", "wb") as new:
        new.write(text)
        # TODO: is it there, whatever happens now?
        pass
    os.rename(SAVED + ".new", SAVED)


def run(words):
    """Runs a command, and waits for it."""
    subprocess.run(words, check=False)


def main():
    for line in iter(sys.stdin.buffer.readline, b""):
        verb, rest = line.split(b" ", 1)
        if verb == b"save":
            save(rest)
            print("saved", flush=True)
        else:
            run(rest.split())


main()
