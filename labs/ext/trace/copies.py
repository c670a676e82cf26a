"""Says "now", and then opens a library several times, under several names.

Usage: copies.py STEP...
    a, b       dlopen of /lab/a.so or of /lab/b.so, two files with the same contents
    hard, soft dlopen of another name of /lab/a.so: a hard link, a symbolic link
    replace    a third file with these contents is renamed to /lab/a.so
    close      dlclose of whatever was opened
"""

import ctypes
import os
import shutil
import sys

from _ctypes import dlclose

with open("/proc/self/maps") as maps:
    library = next(line.split()[-1] for line in maps if "/libm.so" in line or "/libm-" in line)
for name in ("a", "b", "c"):
    shutil.copyfile(library, f"/lab/{name}.so")
os.link("/lab/a.so", "/lab/hard.so")
os.symlink("/lab/a.so", "/lab/soft.so")
opened = []
print("now", flush=True)
for step in sys.argv[1:]:
    if step == "replace":
        os.replace("/lab/c.so", "/lab/a.so")
    elif step == "close":
        while opened:
            dlclose(opened.pop()._handle)
    else:
        opened.append(ctypes.CDLL(f"/lab/{step}.so"))
