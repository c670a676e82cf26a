"""Two processes, one open file: the position is one, too."""

import os

# ANCHOR: shared
log = os.open("log", os.O_RDWR | os.O_CREAT | os.O_TRUNC)
if os.fork() == 0:
    os.write(log, b"child ")
    os._exit(0)
os.wait()
os.write(log, b"parent")
# ANCHOR_END: shared
print(os.pread(log, 100, 0).decode())
