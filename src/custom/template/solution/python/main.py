"""note FILE: appends standard input to FILE, and says so when it is durable."""

import os
import sys


def note(path, text):
    """Appends the text to the file, and returns when it is durable."""
    with open(path, "ab") as notes:
        notes.write(text)
        notes.flush()
        os.fsync(notes.fileno())


def main():
    try:
        note(sys.argv[1], sys.stdin.buffer.read())
    except OSError as error:
        sys.exit(f"note: {error}")
    print("noted")


main()
