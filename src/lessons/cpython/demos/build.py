"""How this interpreter was built, as one line of JSON.

Usage: build.py ROUNDS
"""

import importlib.util
import json
import os
import platform
import re
import sys
import sysconfig
import time

ROUNDS = int(sys.argv[1])
# Modules in C that need somebody else's library, and what is not there without them.
FOREIGN = ["_ssl", "_sqlite3", "_bz2", "_lzma", "_ctypes", "readline", "_curses", "_tkinter"]


def library():
    """The shared library in which the interpreter is, if it is in one; see proc_pid_maps(5)."""
    with open("/proc/self/maps") as maps:
        paths = {line.split(maxsplit=5)[-1].rstrip() for line in maps if "/libpython" in line}
    # The stable ABI has a small library of its own, which holds nothing.
    return next((path for path in sorted(paths) if "libpython3.so" not in path), None)


def optimisation():
    """The last -O of those with which the interpreter itself was compiled."""
    text = " ".join(
        str(sysconfig.get_config_var(name) or "") for name in ["PY_CFLAGS", "PY_CORE_CFLAGS"]
    )
    found = re.findall(r"(?<!\S)-O\S*", text)
    return found[-1] if found else None


def frozen():
    """How many modules are in the executable as bytecode."""
    try:
        import _imp

        return len(_imp._frozen_module_names())
    except (ImportError, AttributeError):
        return None


def loop(rounds):
    """Something to compare by."""
    total = 0
    for n in range(rounds):
        if n & 1:
            total += n * 3
    return total


def nanoseconds():
    """For each round: the least of nine."""
    best = None
    for _ in range(9):
        start = time.thread_time_ns()
        loop(ROUNDS)
        spent = time.thread_time_ns() - start
        best = spent if best is None else min(best, spent)
    return best / ROUNDS


args = sysconfig.get_config_var("CONFIG_ARGS") or ""
header = os.path.join(sysconfig.get_path("include"), "Python.h")
print(
    json.dumps(
        {
            "version": platform.python_version(),
            "executable": sys.executable,
            "compiler": platform.python_compiler(),
            "date": platform.python_build()[1],
            "args": args,
            "library": library(),
            "says_shared": bool(sysconfig.get_config_var("Py_ENABLE_SHARED")),
            "optimisation": optimisation(),
            "has_profile": "--enable-optimizations" in args,
            "has_lto": "--with-lto" in args,
            "has_goto": bool(sysconfig.get_config_var("USE_COMPUTED_GOTOS"))
            or bool(sysconfig.get_config_var("HAVE_COMPUTED_GOTOS")),
            "is_debug": hasattr(sys, "gettotalrefcount"),
            "has_gil": not sysconfig.get_config_var("Py_GIL_DISABLED"),
            "builtin": len(sys.builtin_module_names),
            "frozen": frozen(),
            "missing": [name for name in FOREIGN if importlib.util.find_spec(name) is None],
            "suffix": sysconfig.get_config_var("EXT_SUFFIX"),
            "prefix": sys.prefix,
            "paths": {
                name: sysconfig.get_path(name) for name in ["stdlib", "purelib", "include"]
            },
            "has_header": os.path.exists(header),
            "ns": nanoseconds(),
        }
    )
)
