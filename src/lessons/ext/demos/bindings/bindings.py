"""Builds one module and measures its calls; or measures the same in Python. One line of JSON.

Usage: bindings.py NAME REPEATS AGAIN
The directory in which it runs holds `battery`, whose technologies build, and a directory NAME with
the sources; AGAIN is how often it is built once more. `python` is no technology, and not built;
`flags` is the C of ctypes with other flags. What cannot be built says why: {"why": ...}.
"""

import importlib
import json
import os
import sys
import time
from pathlib import Path

NAME = sys.argv[1]
REPEATS, AGAIN = map(int, sys.argv[2:])
HERE = Path.cwd()
FLAGS = ["-O3", "-march=native"]

# A time that a clock sees, nanoseconds; short, so that some are without a disturbance.
LONG_NS = 300_000
SHORT = bytes(range(16))
LARGE = bytes(range(256)) * 4096

sys.path.insert(0, str(HERE / "battery"))
# Where others keep what cargo has built once: here it is built.
os.environ.pop("SYSLAB_CARGO_TARGET", None)


def build():
    """Where the module is, the seconds of the first build and of those after it."""
    import technologies
    from toolchain import Toolchain

    source, out = HERE / NAME, HERE / f"{NAME}.out"
    out.mkdir()
    took = []
    for _ in range(1 + AGAIN):
        # As an editor would: who looks whether anything is newer has to build again.
        for file in source.rglob("*"):
            os.utime(file)
        start = time.monotonic()
        toolchain = Toolchain(source, out, "plain", "bound")
        technologies.find(source).build(toolchain)
        took.append(time.monotonic() - start)
    return toolchain.directory, took


def build_with_flags():
    """The same for the C of ctypes, by hand."""
    import shutil

    from toolchain import Toolchain

    out = HERE / f"{NAME}.out"
    out.mkdir()
    toolchain = Toolchain(HERE / "ctypes", out, "plain", "bound")
    start = time.monotonic()
    target = toolchain.directory / "libcore.so"
    toolchain.run(["cc", *FLAGS, "-fPIC", "-shared", "core.c", "-o", target])
    took = time.monotonic() - start
    shutil.copy(HERE / "ctypes" / "bound.py", toolchain.directory)
    return toolchain.directory, [took]


def lines():
    """Lines of the sources, without those that are blank and those that only manage."""
    files = [file for file in sorted((HERE / NAME).rglob("*")) if file.suffix in (".c", ".cpp", ".py", ".pyx", ".rs")]
    return sum(1 for file in files for line in file.read_text().splitlines() if line.strip())


class Python:
    """The two functions as one would write them, without a module in C."""

    @staticmethod
    def successor(number):
        return number + 1

    byte_sum = staticmethod(sum)


def loop(function, argument, rounds):
    for _ in range(rounds):
        function(argument)


def empty(function, argument, rounds):
    for _ in range(rounds):
        pass


def took(run, *args):
    start = time.thread_time_ns()
    run(*args)
    return time.thread_time_ns() - start


def nanoseconds(function, argument):
    """Of a call, above an empty loop: the least of several times."""
    rounds = 1
    while took(loop, function, argument, rounds) < LONG_NS:
        rounds *= 4
    call = min(took(loop, function, argument, rounds) for _ in range(REPEATS))
    nothing = min(took(empty, function, argument, rounds) for _ in range(REPEATS))
    return max(call - nothing, 0) / rounds


def made():
    """The module, and how long its builds took; or why there is none."""
    if NAME == "python":
        return Python, []
    from toolchain import Failed, Missing

    try:
        directory, seconds = build_with_flags() if NAME == "flags" else build()
        sys.path.insert(0, str(directory))
        return importlib.import_module("bound"), seconds
    except Missing as missing:
        return f"it lacks {missing}", []
    except ModuleNotFoundError as missing:
        return f"it lacks the Python package {missing.name}", []
    except Failed as failure:
        said = [line for line in failure.output.splitlines() if line.startswith("error") or "error:" in line]
        return (said or failure.output.splitlines() or ["it does not build"])[0], []
    except ImportError as error:
        return f"it cannot be imported: {error}", []


def main():
    module, seconds = made()
    if isinstance(module, str):
        print(json.dumps({"why": module}))
        return
    if module.successor(41) != 42 or module.byte_sum(SHORT) != sum(SHORT) or module.byte_sum(LARGE) != sum(LARGE):
        sys.exit(f"{NAME} computes something else")
    print(
        json.dumps(
            {
                "lines": lines() if seconds and NAME != "flags" else None,
                "first": seconds[0] if seconds else None,
                "again": min(seconds[1:], default=None),
                "call_ns": nanoseconds(module.successor, 7),
                "bytes_ns": nanoseconds(module.byte_sum, SHORT),
                "gb": len(LARGE) / max(nanoseconds(module.byte_sum, LARGE), 1),
            }
        )
    )


main()
