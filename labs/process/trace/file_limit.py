"""Appends records to a log that may not grow beyond a limit, until it cannot.

Usage: file_limit.py LOG LIMIT SIZE    both in bytes
"""

import os
import resource
import sys

path, limit, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))

# Python ignores SIGXFSZ, which would end other programs here.
record = b"r" * (size - 1) + b"\n"
while True:
    try:
        os.write(log, record)
    except OSError as error:
        sys.exit(f"cannot store the record: {error}")
