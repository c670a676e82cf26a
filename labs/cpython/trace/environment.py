"""Starts Python under the name /lab/a/bin/python or /lab/b/bin/python; it prints its prefix.

Usage: environment.py START TARGET CONFIG...    START: a or b, whose bin/python is run
    TARGET: what this one is a link to: other (the other's bin/python) or system
    CONFIG: where there is a pyvenv.cfg: a, a/bin, b, b/bin, or outside (above both)
"""

import os
import sys

start, target, *configs = sys.argv[1:]
other = "b" if start == "a" else "a"
real = os.path.realpath(sys.executable)
for name in (start, other):
    os.makedirs(f"/lab/{name}/bin")
    link = f"/lab/{other}/bin/python" if name == start and target == "other" else real
    os.symlink(link, f"/lab/{name}/bin/python")
for place in configs:
    path = "/lab/pyvenv.cfg" if place == "outside" else f"/lab/{place}/pyvenv.cfg"
    with open(path, "w") as file:
        file.write(f"home = {os.path.dirname(real)}\n")
python = f"/lab/{start}/bin/python"
os.execv(python, [python, "-c", "import sys; print(sys.prefix)"])
