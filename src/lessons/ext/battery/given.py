"""The library that a lab gives to be bound: its builds, and by which names a submission finds them."""

import os
import subprocess
from pathlib import Path

BATTERY = Path(__file__).resolve().parent

LIBRARY_KINDS = {"plain": [], "counting": ["-DSTASH_COUNTING"]}


def build_library(out: Path, module: str | None) -> dict:
    """Builds the library that a lab gives, if it gives one for this module; where it is, as environment.

    Twice: as it is, and such that it counts what it has given out.
    """
    given = BATTERY / "library" / (module or "")
    if not module or not given.is_dir():
        return {}
    for kind, flags in LIBRARY_KINDS.items():
        target = library_environment(out, module, kind)[f"{module.upper()}_LIBRARY"]
        os.makedirs(os.path.dirname(target), exist_ok=True)
        command = ["cc", "-shared", "-fPIC", "-O2", "-g", *flags, f"-Wl,-soname,lib{module}.so", "-o", target, *map(str, given.glob("*.c"))]
        subprocess.run(command, check=True)
    return library_environment(out, module, "counting")


def library_environment(out: Path, module: str, kind: str) -> dict:
    """By which names a submission finds the library that it binds."""
    directory = out / "library" / kind
    return {f"{module.upper()}_LIBRARY": str(directory / f"lib{module}.so"), f"{module.upper()}_INCLUDE": str(BATTERY / "library" / module),
            "LD_LIBRARY_PATH": str(directory)}
