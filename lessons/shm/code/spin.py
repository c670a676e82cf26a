"""Waits for a FIFO whose only writer has come and gone; says what it got.

Usage: spin.py FIFO ROUNDS
"""

import os
import select
import sys

fifo = os.open(sys.argv[1], os.O_RDONLY | os.O_NONBLOCK)
os.close(os.open(sys.argv[1], os.O_WRONLY))
# ANCHOR: loop
poll = select.poll()
poll.register(fifo, select.POLLIN)
got = 0
for _ in range(int(sys.argv[2])):
    poll.poll()
    got += len(os.read(fifo, 4096))
# ANCHOR_END: loop
print(f"{got} bytes in {sys.argv[2]} rounds")
