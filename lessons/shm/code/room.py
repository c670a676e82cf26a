"""Makes a shared memory object of so many MiB, in one of three ways, and fills it.

Usage: room.py store|write|allocate MIB [DIRECTORY]
"""

import mmap
import os
import sys

way, size = sys.argv[1], int(sys.argv[2]) << 20
directory = sys.argv[3] if len(sys.argv) > 3 else "/dev/shm"
fd = os.open(directory, os.O_TMPFILE | os.O_RDWR, 0o600)
block = b"x" * (1 << 20)
try:
    # ANCHOR: ways
    os.ftruncate(fd, size)
    if way == "allocate":
        os.posix_fallocate(fd, 0, size)
    if way == "write":
        for at in range(0, size, len(block)):
            os.pwrite(fd, block, at)
    else:
        memory = mmap.mmap(fd, size)
        for at in range(0, size, len(block)):
            memory[at : at + len(block)] = block
    # ANCHOR_END: ways
except OSError as error:
    sys.exit(f"room.py: {error.strerror}")
print("filled")
