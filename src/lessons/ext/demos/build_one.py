"""Builds modules in C, for whatever demo includes this text before its own."""

import json
import os
import subprocess
import sys
import sysconfig


def build(name, *flags):
    """Builds NAME.c of this directory; why that is not possible, or None."""
    headers = sysconfig.get_path("include")
    if not os.path.exists(os.path.join(headers, "Python.h")):
        return "Python.h is not installed for this Python: Debian has it in python3-dev"
    # A call in the last place of a function stays a call, so that it has a line.
    command = ["cc", "-shared", "-fPIC", "-O2", "-g", "-fno-optimize-sibling-calls", *flags]
    target = name + sysconfig.get_config_var("EXT_SUFFIX")
    try:
        done = subprocess.run(
            [*command, "-I" + headers, name + ".c", "-o", target],
            capture_output=True, text=True, check=False,
        )
    except FileNotFoundError:
        return "there is no C compiler (cc)"
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["it says nothing"]
        return "cc cannot build it: " + said[-1]
    return None


def build_or_say(name, *flags):
    """The same, and the end of the helper if it is not possible."""
    why_not = build(name, *flags)
    if why_not is not None:
        print(json.dumps({"why_not": why_not}))
        sys.exit()
    # With -I the directory in which this runs is not looked into.
    sys.path.insert(0, os.getcwd())
