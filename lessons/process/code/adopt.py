"""Adopts orphans, starts a command that leaves one, and says which children it has got."""

import ctypes
import os
import sys

PR_SET_CHILD_SUBREAPER = 36  # <linux/prctl.h>

# ANCHOR: adopt
if ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
    sys.exit("cannot become a subreaper")
os.posix_spawn("/bin/sh", ["sh", "-c", "(exit 7) & exec true"], os.environ)
while True:
    try:
        child, status = os.wait()
    except ChildProcessError:
        break
    print(child, os.waitstatus_to_exitcode(status))
# ANCHOR_END: adopt
