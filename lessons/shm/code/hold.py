"""Makes 64 MiB of shared memory and lets four children map it, of which three look at all of it.

Prints its pid when they have, and ends at the end of its standard input.
"""

import mmap
import os
import sys

fd = os.memfd_create("hold")
for _ in range(64):
    os.write(fd, bytes(1 << 20))
ready_r, ready_w = os.pipe()
for n in range(4):
    if os.fork() == 0:
        # ANCHOR: child
        memory = mmap.mmap(fd, 0, prot=mmap.PROT_READ)
        if n < 3:
            for at in range(0, len(memory), mmap.PAGESIZE):
                memory[at]
        # ANCHOR_END: child
        os.write(ready_w, b".")
        sys.stdin.read()
        os._exit(0)
for _ in range(4):
    os.read(ready_r, 1)
print(os.getpid(), flush=True)
for _ in range(4):
    os.wait()
