"""Saves and runs what it is told to on standard input."""

import os
import select
import subprocess

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


def lines():
    """The lines of standard input."""
    rest = b""
    while True:
        # A mistake: it asks again and again.
        while not select.select([0], [], [], 0.01)[0]:
            pass
        chunk = os.read(0, 65536)
        if not chunk:
            return
        rest += chunk
        while b"\n" in rest:
            line, rest = rest.split(b"\n", 1)
            yield line + b"\n"


def main():
    for line in lines():
        verb, rest = line.split(b" ", 1)
        if verb == b"save":
            save(rest)
            print("saved", flush=True)
        else:
            run(rest.split())


main()
