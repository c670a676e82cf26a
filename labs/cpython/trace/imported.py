"""Puts some directories into sys.path, says "now", and imports a module called spam.

Usage: imported.py KIND...    what the directories 1, 2, ... have under this name: nothing, text,
                              module, package, both, namespace, bytecode or orphan
"""

import os
import py_compile
import sys


def write(path, text="VALUE = 1\n"):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(text)


def prepare(kind, place):
    os.makedirs(place)
    if kind == "text":
        write(f"{place}/spam.txt")
    if kind in ("module", "both"):
        write(f"{place}/spam.py")
    if kind in ("package", "both"):
        write(f"{place}/spam/__init__.py")
    if kind == "namespace":
        # A directory without __init__.py.
        write(f"{place}/spam/eggs.py")
    if kind == "bytecode":
        write("/lab/source.py")
        py_compile.compile("/lab/source.py", f"{place}/spam.pyc")
    if kind == "orphan":
        # The source was removed; only its __pycache__ is left.
        write(f"{place}/spam.py")
        py_compile.compile(f"{place}/spam.py")
        os.remove(f"{place}/spam.py")


places = []
for number, kind in enumerate(sys.argv[1:], 1):
    places.append(f"/lab/{number}")
    prepare(kind, places[-1])
sys.path[:0] = places
print("now", flush=True)
import spam
