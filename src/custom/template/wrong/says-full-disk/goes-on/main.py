"""A mistake: what went wrong is passed over."""

import os
import sys

text = sys.stdin.buffer.read()
notes = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
try:
    os.write(notes, text)
    os.fsync(notes)
except OSError as error:
    print(f"note: {error}", file=sys.stderr)
os.close(notes)
print("noted")
