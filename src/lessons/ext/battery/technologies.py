"""The technologies in which a submission may be written: how each is recognised, and how it is built.

The first in TECHNOLOGIES that recognises a directory builds it. What a directory looks like in each is
said by the first line of its class. Only the top level counts: a directory in it is the submission's
own affair (a library that was given, a crate's src).
"""

import importlib.util
import json
import os
import re
import shutil
import sys
from pathlib import Path

from toolchain import Failed, Missing, Toolchain


class Technology:
    name = ""
    takes_flags = True

    def __init__(self, directory: Path):
        self.directory = directory
        self.files = self.find(directory)

    @classmethod
    def find(cls, directory: Path) -> list[Path]:
        """The sources, if the directory is one of these; else nothing."""
        raise NotImplementedError

    def build(self, tools: Toolchain) -> None:
        raise NotImplementedError


def find(directory: Path, built: str | None = None) -> Technology:
    if not directory.is_dir():
        raise Failed(f"{directory} is no directory")
    if built:
        return Built(directory, built)
    for technology in TECHNOLOGIES:
        if (found := technology(directory)).files:
            return found
    raise Failed("nothing here can be built: no module.c, module.cpp, *.pyx, Cargo.toml, setup.py, build_*.py, *.py or build")


def needs(package: str) -> None:
    if importlib.util.find_spec(package) is None:
        raise Missing(f"the Python package {package}")


def having(directory: Path, pattern: str, text: str = "") -> list[Path]:
    """Files of the top level by name, if `text` (a regular expression) is in one of them."""
    files = sorted(file for file in directory.glob(pattern) if file.is_file())
    return files if any(re.search(text, file.read_text(errors="replace")) for file in files) else []


class Own(Technology):
    """An executable file `build`, run in a copy of the directory, which leaves an importable module there."""

    name, takes_flags = "own", False

    @classmethod
    def find(cls, directory):
        return [file for file in having(directory, "build") if os.access(file, os.X_OK)]

    def build(self, tools):
        copy = tools.copy_source()
        tools.run([copy / "build"], where=copy, PYTHON=sys.executable)
        shutil.copytree(copy, tools.directory, dirs_exist_ok=True)


class Built(Technology):
    """A shared object that somebody else has built; what it says of itself tells in which technology."""

    name, takes_flags = "own", False

    def __init__(self, directory, file):
        self.directory, self.file = directory, directory / file
        self.files = [self.file]
        content = self.file.read_bytes()
        # Each leaves its name in messages or symbols.
        for mark, name in ((b"pyo3", "pyo3"), (b"nanobind", "nanobind"), (b"pybind11", "pybind11"), (b"__pyx_", "cython")):
            if mark in content:
                self.name = name
                break

    def build(self, tools):
        shutil.copyfile(self.file, tools.directory / self.file.name)


class PyO3(Technology):
    """`Cargo.toml` that names pyo3. Offline: of the crates, those that were fetched before."""

    name, takes_flags = "pyo3", False

    @classmethod
    def find(cls, directory):
        return having(directory, "Cargo.toml", r"(?m)^\s*\[?.*\bpyo3\b") and [directory / "Cargo.toml", *directory.rglob("*.rs")]

    def build(self, tools):
        tools.install(cargo(tools))
        tools.copy_python()


class Setuptools(Technology):
    """`setup.py` or `pyproject.toml`: built as its author says, with setuptools, without isolation."""

    name = "c-api"

    def __init__(self, directory):
        super().__init__(directory)
        if having(directory, "*.pyx"):
            self.name = "cython"
        elif having(directory, "*.cpp", "pybind11/"):
            self.name = "pybind11"

    @classmethod
    def find(cls, directory):
        return having(directory, "setup.py") or having(directory, "pyproject.toml")

    def build(self, tools):
        copy = tools.copy_source()
        needs("setuptools")
        environment = {**tools.environment(), "PYTHONDONTWRITEBYTECODE": "1"}
        if (copy / "setup.py").exists():
            tools.run([sys.executable, "setup.py", "-q", "build", "--build-lib", tools.directory, "--force"], where=copy, **environment)
        else:
            tools.run([sys.executable, "-m", "pip", "install", "-q", "--no-build-isolation", "--no-deps", "--no-index", "--no-cache-dir",
                       "--disable-pip-version-check", "--no-compile", "--target", tools.directory, copy], where=copy, **environment)
        tools.copy_python()


class Cython(Technology):
    """`*.pyx`, and C files that belong to it."""

    name = "cython"

    @classmethod
    def find(cls, directory):
        return (found := having(directory, "*.pyx")) and found + having(directory, "*.c") + having(directory, "*.pxd")

    def build(self, tools):
        others = [file for file in self.files if file.suffix == ".c"]
        for source in self.files:
            if source.suffix != ".pyx":
                continue
            needs("Cython")
            generated = tools.work / f"{source.stem}.c"
            tools.run([sys.executable, "-m", "cython", "-3", "--line-directives", source.name, "-o", generated])
            # Warnings about generated C are nobody's.
            shared = tools.compile([generated, *others], flags=["-w", "-DNDEBUG"], includes=[tools.source], target=tools.work / f"{source.stem}.so")
            tools.install(shared)
        tools.copy_python()


class Pybind11(Technology):
    """C++ that includes pybind11."""

    name = "pybind11"

    @classmethod
    def find(cls, directory):
        return having(directory, "*.cpp", r'#\s*include\s*[<"]pybind11/')

    def build(self, tools):
        import pybind11

        shared = tools.compile(self.files, includes=[pybind11.get_include()], flags=["-fvisibility=hidden", "-DNDEBUG"], cxx=True)
        tools.install(shared)
        tools.copy_python()


class Nanobind(Technology):
    """C++ that includes nanobind. Its run-time part is compiled once, without sanitizer, and kept."""

    name = "nanobind"

    @classmethod
    def find(cls, directory):
        return having(directory, "*.cpp", r'#\s*include\s*[<"]nanobind/')

    def build(self, tools):
        import nanobind
        import sysconfig

        root = Path(nanobind.include_dir()).parent
        includes = [nanobind.include_dir(), root / "ext" / "robin_map" / "include"]
        runtime = tools.cache / f"nanobind-{sys.implementation.cache_tag}.o"
        flags = ["-fvisibility=hidden", "-fno-strict-aliasing", "-DNDEBUG", "-DNB_COMPACT_ASSERTIONS"]
        if not runtime.exists():
            tools.run(["c++", "-std=c++17", "-O2", "-fPIC", "-w", *flags, "-c", *(f"-I{path}" for path in includes),
                       f"-I{sysconfig.get_path('include')}", root / "src" / "nb_combined.cpp", "-o", runtime])
        tools.install(tools.compile([*self.files, runtime], includes=includes, flags=flags, cxx=True))
        tools.copy_python()


class Cffi(Technology):
    """`build_*.py` of cffi, run in a copy of the directory, and Python that uses what it makes."""

    name = "cffi"

    @classmethod
    def find(cls, directory):
        return (found := having(directory, "build_*.py", "cffi")) and found + having(directory, "*.c")

    def build(self, tools):
        needs("cffi")
        copy = tools.copy_source()
        for script in sorted(copy.glob("build_*.py")):
            tools.run([sys.executable, script.name], where=copy, PYTHONDONTWRITEBYTECODE="1", **tools.environment())
        for shared in sorted(copy.rglob("*.so")):
            shutil.copyfile(shared, tools.directory / shared.name)
        tools.copy_python(copy)


class CApi(Technology):
    """C or C++ that includes Python.h: every such file of the top level makes one module."""

    name = "c-api"

    @classmethod
    def find(cls, directory):
        include = r'#\s*include\s*[<"]Python\.h'
        if having(directory, "*.c", include):
            return having(directory, "*.c")
        return having(directory, "*.cpp", include)

    def build(self, tools):
        cxx = self.files[0].suffix == ".cpp"
        tools.install(tools.compile(self.files, includes=[tools.source], cxx=cxx))
        tools.copy_python()


class Ctypes(Technology):
    """Python, and the library it binds: each NAME.c or NAME.rs, or a crate, becomes libNAME.so beside it."""

    name = "ctypes"

    def __init__(self, directory):
        super().__init__(directory)
        self.takes_flags = not any(file.suffix in (".rs", ".toml") for file in self.files)
        if having(directory, "*.py", r"\bcffi\b"):
            self.name = "cffi"

    @classmethod
    def find(cls, directory):
        python = having(directory, "*.py")
        return python and python + having(directory, "*.c") + having(directory, "*.rs") + having(directory, "Cargo.toml")

    def build(self, tools):
        for file in self.files:
            target = tools.directory / f"lib{file.stem}.so"
            if file.suffix == ".c":
                tools.compile([file.name], extension=False, target=target, flags=[f"-Wl,-soname,{target.name}"])
            elif file.suffix == ".rs":
                tools.run(["rustc", "--edition", "2024", "--crate-type", "cdylib", "-O", "-g", file.name, "-o", target])
            elif file.suffix == ".toml":
                shared = cargo(tools)
                shutil.copyfile(shared, tools.directory / shared.name)
        tools.copy_python()


def cargo(tools: Toolchain) -> Path:
    """Builds a crate in a copy; the shared object that it makes.

    SYSLAB_CARGO_SEED may name a target directory in which somebody has built the same crates before: it
    is copied, and cargo builds only what is the submission's own.
    """
    copy, target = tools.copy_source(), tools.out / "work" / "cargo"
    shutil.rmtree(copy / "target", ignore_errors=True)
    if (seed := os.environ.get("SYSLAB_CARGO_SEED")) and not target.exists():
        shutil.copytree(seed, target, symlinks=True)
    for file in copy.rglob("*"):
        os.utime(file)  # newer than whatever was built: cargo tells two crates of one name by nothing else
    said = tools.run(["cargo", "build", "--release", "--offline", "--quiet", "--message-format", "json-render-diagnostics"], where=copy,
                     CARGO_TARGET_DIR=str(target), CARGO_PROFILE_RELEASE_DEBUG="line-tables-only", CARGO_PROFILE_RELEASE_STRIP="none",
                     PYO3_BUILD_EXTENSION_MODULE="1", PYO3_PYTHON=sys.executable)
    made = []
    for line in said.splitlines():
        message = json.loads(line) if line.startswith('{"reason"') else {}
        if message.get("reason") == "compiler-artifact" and Path(message["manifest_path"]).is_relative_to(copy):
            made += [Path(file) for file in message["filenames"] if file.endswith(".so")]
    if not made:
        raise Failed("cargo made no shared library: is crate-type = [\"cdylib\"] in Cargo.toml?")
    return made[-1]


TECHNOLOGIES = [Own, PyO3, Setuptools, Cython, Pybind11, Nanobind, Cffi, CApi, Ctypes]
