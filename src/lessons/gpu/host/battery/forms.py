"""What a submission can be, for each lab, and how that is built."""

import importlib.util
import json
import os
import sys
from pathlib import Path

from toolchain import Failed, Missing, Toolchain


def program(toolchain: Toolchain) -> list[str]:
    """A program: of several ways to start it, the first for which there is a file."""
    work = toolchain.work
    if _is_executable(work / "build"):
        toolchain.run([work / "build"], **_told(toolchain))
    elif (work / "Cargo.toml").is_file():
        return _cargo(toolchain)
    elif (work / "main.cu").is_file():
        return [str(toolchain.host("main.cu", work / "main"))]
    else:
        for source in sorted(work.glob("*.cu")):
            toolchain.ptx(source.name)
    if _is_executable(work / "run"):
        return [str(work / "run")]
    if (work / "main.py").is_file():
        return [sys.executable, str(work / "main.py")]
    if (work / "main.c").is_file():
        toolchain.run(["cc", "-O1", "-g", "-Wall", "-pthread", f"-I{_headers()}", "main.c", "-o", "main", *toolchain.links()])
    if _is_executable(work / "main"):
        return [str(work / "main")]
    raise Failed("there is nothing to start: no main.cu, Cargo.toml, main.py, main.c, and no executable run or build")


def library(toolchain: Toolchain) -> list[str]:
    """A Python module, and the library that it loads."""
    if importlib.util.find_spec("numpy") is None:
        raise Missing("the Python package numpy")
    work = toolchain.work
    if not (work / "bridge.py").is_file():
        raise Failed("there is no bridge.py")
    if _is_executable(work / "build"):
        toolchain.run([work / "build"], **_told(toolchain))
    else:
        for source in sorted(work.glob("*.cu")):
            if source.name == "bridge.cu":
                toolchain.host(source.name, work / "libbridge.so", shared=True)
            else:
                toolchain.ptx(source.name)
        for source in sorted(work.glob("*.c")):
            toolchain.run(["cc", "-O1", "-g", "-Wall", "-fPIC", "-shared", "-pthread", f"-I{_headers()}", source.name,
                           "-o", f"lib{source.stem}.so", *toolchain.links()])
    return [str(work)]


def _cargo(toolchain: Toolchain) -> list[str]:
    """A crate. Kernels are compiled first, so that it can include their PTX."""
    for source in sorted(toolchain.work.glob("*.cu")):
        toolchain.ptx(source.name)
    said = toolchain.run(["cargo", "build", "--offline", "--quiet", "--message-format=json-render-diagnostics"],
                         CARGO_TARGET_DIR=str(toolchain.out / "target"))
    found = None
    for line in said.splitlines():
        try:
            message = json.loads(line)
        except ValueError:
            continue
        if isinstance(message, dict) and message.get("executable"):
            found = message["executable"]
    if found is None:
        raise Failed("cargo build made no program", ["cargo", "build"], 0)
    return [found]


def _headers() -> Path:
    return Path(__file__).resolve().parent / "include"


def _told(toolchain: Toolchain) -> dict:
    """What a build script of the submission's own is told."""
    return {
        "CLANG": " ".join(str(word) for word in toolchain.clang()),
        "CUDA_INCLUDE": str(_headers()),
        "CUDA_LIBRARY": str(toolchain.cuda),
        "PYTHON": sys.executable,
    }


def _is_executable(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


FORMS = {"raii": program, "bridge": library}
