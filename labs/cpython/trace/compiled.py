"""Makes modules that have been imported before, changes some of them, says "now", and imports all.

Usage: compiled.py CHANGE...

Since its .pyc file was made a module was left, touched, edited (longer, with the old time) or
swapped (another text of the same length, with the old time). A new one has no .pyc file. The .pyc
files of checked and unchecked ones have a hash in place of the time; these modules were touched.
"""

import importlib
import os
import py_compile
import sys

LONG_AGO = 1_000_000_000
Mode = py_compile.PycInvalidationMode


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
    os.utime(path, (LONG_AGO, LONG_AGO))


def prepare(change, path):
    write(path, "VALUE = 1\n")
    if change == "new":
        return
    modes = {"checked": Mode.CHECKED_HASH, "unchecked": Mode.UNCHECKED_HASH}
    py_compile.compile(path, invalidation_mode=modes.get(change, Mode.TIMESTAMP))
    if change == "edited":
        write(path, "VALUE = 1000\n")
    if change == "swapped":
        write(path, "VALUE = 2\n")
    if change in ("touched", "checked", "unchecked"):
        os.utime(path)


os.mkdir("/lab/modules")
names = []
for number, change in enumerate(sys.argv[1:], 1):
    names.append(f"spam{number}")
    prepare(change, f"/lab/modules/spam{number}.py")
sys.path.insert(0, "/lab/modules")
print("now", flush=True)
for name in names:
    importlib.import_module(name)
