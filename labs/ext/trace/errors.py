"""Makes calls in three ways, and prints what ctypes.get_errno() says in the end.

Usage: errors.py WAY:CALL...
    WAY: checked (by ctypes, use_errno=True), plain (by ctypes without it), or os (Python's own)
"""

import ctypes
import errno
import os
import sys

checked = ctypes.CDLL(None, use_errno=True)
plain = ctypes.CDLL(None)
open("/lab/file", "w").close()

CALLS = {
    "again": ("mkdir", [b"/lab", 0o700]),
    "closed": ("close", [-1]),
    "file": ("rmdir", [b"/lab/file"]),
    "missing": ("rmdir", [b"/lab/nothing"]),
    "works": ("getppid", []),
}

for step in sys.argv[1:]:
    way, _, name = step.partition(":")
    function, args = CALLS[name]
    if way == "os":
        try:
            getattr(os, function)(*args)
        except OSError:
            pass
    else:
        getattr({"checked": checked, "plain": plain}[way], function)(*args)
print(errno.errorcode.get(ctypes.get_errno(), 0))
