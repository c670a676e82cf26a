"""Puts some directories into sys.path, says "now", and imports a module called spam.

Usage: suffix.py KIND[+KIND]...    what the directories 1, 2, ... have under this name

The libraries are empty files, so the import of one fails; which one it was can be seen.
"""

import os
import sys
import sysconfig

FILES = {
    "abi3": "spam.abi3.so",
    "bare": "spam.so",
    "lib": "libspam.so",
    "old": "spam.cpython-27-x86_64-linux-gnu.so",
    "package": "spam/__init__.py",
    "source": "spam.py",
    # For this version of Python, on this machine.
    "tagged": "spam" + sysconfig.get_config_var("EXT_SUFFIX"),
}

for number, kinds in enumerate(sys.argv[1:], 1):
    for kind in kinds.split("+"):
        path = f"/lab/{number}/{FILES[kind]}"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        open(path, "w").close()
sys.path[:0] = [f"/lab/{number}" for number in range(1, len(sys.argv))]
print("now", flush=True)
try:
    import spam
except ImportError:
    pass
