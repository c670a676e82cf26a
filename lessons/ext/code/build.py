"""Builds a module in C from one file, for the Python that runs this.

Usage: build.py FILE.c [DIRECTORY [FLAG...]]
"""

import os
import subprocess
import sys
import sysconfig


def command(source, directory, flags):
    name = os.path.basename(source)[: -len(".c")]
    # ANCHOR: command
    compiler = ["gcc", "-shared", "-fPIC", "-O2", "-g", "-Wall", "-Wextra"]
    headers = "-I" + sysconfig.get_path("include")
    module = name + sysconfig.get_config_var("EXT_SUFFIX")
    # ANCHOR_END: command
    return [*compiler, *flags, headers, source, "-o", os.path.join(directory, module)]


if __name__ == "__main__":
    source, directory, *flags = sys.argv[1:] if sys.argv[2:] else [*sys.argv[1:], "."]
    sys.exit(subprocess.call(command(source, directory, flags)))
