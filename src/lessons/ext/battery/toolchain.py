"""The compilers: their flags for each variant, their warnings, and what they have made.

Knows nothing of single technologies (technologies.py), nor of probes.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import elf

BATTERY = Path(__file__).resolve().parent

# A leak report or a profile wants the line of the call, not that of the caller's caller: a call in
# the last place must stay a call, and not become a jump.
COMMON = ["-O2", "-g", "-fPIC", "-fno-optimize-sibling-calls", "-fno-omit-frame-pointer"]

# What -Wall -Wextra says about how every extension is written: a method table ends in a row with one
# value, gets functions of several types, and most of those do not need their module.
WARNINGS = ["-Wall", "-Wextra", "-Wno-missing-field-initializers", "-Wno-cast-function-type", "-Wno-unused-parameter"]

SANITIZERS = {
    "plain": [],
    # Misaligned loads are what a buffer may ask for; vptr and function need run-time types of others.
    "asan": ["-fsanitize=address,undefined", "-fno-sanitize=alignment,vptr", "-fno-sanitize-recover=all"],
    "tsan": ["-fsanitize=thread"],
}
LIBRARIES = {"plain": [], "asan": ["libasan.so", "libubsan.so"], "tsan": ["libtsan.so"]}

WARNING = re.compile(r"^(?P<file>[^\s:][^:\n]*):(?P<line>\d+):(?:\d+:)? warning: (?P<text>.*?)(?: \[(?P<option>-W[^\]]*)\])?$", re.M)


class Failed(Exception):
    """A command that the build needs did not succeed; or there is nothing to build."""

    def __init__(self, output: str, command=(), status=None):
        super().__init__(output)
        self.output, self.command, self.status = output, [str(word) for word in command], status

    def facts(self) -> dict:
        return {"command": self.command, "status": self.status, "output": self.output[-20000:]}


class Missing(Exception):
    """Something that the build needs is not installed; says what."""


class Toolchain:
    """Builds one variant of one submission."""

    def __init__(self, source: Path, out: Path, variant: str, module: str | None):
        if variant not in SANITIZERS:
            raise Failed(f"there is no variant {variant}")
        self.source, self.out, self.variant, self.module = source, out, variant, module
        self.directory = out / variant
        self.work = out / "work" / variant
        self.cache = out / "cache"
        self.warnings: list[dict] = []
        for place in (self.directory, self.work):
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
        self.cache.mkdir(exist_ok=True)
        self.suffix = sysconfig.get_config_var("EXT_SUFFIX")

    def missing_sanitizer(self) -> str | None:
        """Why this variant cannot be built or run here; None if it can."""
        for name in LIBRARIES[self.variant]:
            if not _library(name).is_absolute():
                return f"{name} is not installed"
        return None

    def flags(self) -> list[str]:
        return [*COMMON, *WARNINGS, *SANITIZERS[self.variant]]

    def environment(self) -> dict:
        """What a build script that asks for CFLAGS is given."""
        flags = " ".join([*COMMON, *SANITIZERS[self.variant]])
        return {"CFLAGS": flags, "CXXFLAGS": flags, "LDFLAGS": " ".join(SANITIZERS[self.variant])}

    def run(self, command, where: Path | None = None, **environment) -> str:
        """Runs a compiler; shows what it says; keeps its warnings."""
        where = where or self.source
        home = os.environ.get("HOME")
        if not home or not os.path.isdir(home):
            environment.setdefault("HOME", str(self.work))
        try:
            done = subprocess.run(
                [str(word) for word in command], cwd=where, env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
            )
        except FileNotFoundError as error:
            if os.path.isabs(command[0]):
                raise Failed(f"{command[0]}: {error.strerror}", command) from error
            raise Missing(f"the program {command[0]}") from error
        except OSError as error:
            raise Failed(f"{command[0]}: {error.strerror}", command) from error
        # At once, since another compiler may have something to say, too.
        sys.stderr.write("".join(line for line in done.stdout.splitlines(keepends=True) if not line.startswith('{"reason"')))
        self._keep_warnings(done.stdout, where)
        if done.returncode != 0:
            raise Failed(done.stdout, command, done.returncode)
        return done.stdout

    def _keep_warnings(self, output: str, where: Path) -> None:
        for found in WARNING.finditer(output):
            file = (where / found["file"]).resolve()
            for root in (self.source, self.work):
                if file.is_relative_to(root):
                    self.warnings.append({"file": str(file.relative_to(root)), "line": int(found["line"]),
                                          "option": found["option"], "text": found["text"]})

    def compile(self, sources, includes=(), flags=(), cxx=False, extension=True, target: Path | None = None, libraries=()) -> Path:
        """Compiles and links C or C++ sources to a shared object, by default an extension module."""
        target = target or self.work / "module.so"
        paths = [*includes, *([sysconfig.get_path("include")] if extension else [])]
        # Relative names, so that line information names files as the submission does.
        sources = [os.path.relpath(file, self.source) if Path(file).is_relative_to(self.source) else file for file in sources]
        standard = "-std=c++17" if cxx else "-std=gnu17"
        compiler = ["c++"] if cxx else ["cc"]
        self.run([*compiler, standard, *self.flags(), *flags, "-shared", *(f"-I{path}" for path in paths),
                  *sources, "-o", target, *libraries, "-lm", "-pthread"])
        return target

    def install(self, shared: Path) -> Path:
        """Puts an extension module where it can be imported, under the name that its init function has."""
        names = elf.modules(shared)
        if not names:
            raise Failed(f"{shared.name} exports no function PyInit_NAME: it is no extension module")
        target = self.directory / (names[0] + self.suffix)
        shutil.copyfile(shared, target)
        return target

    def copy_source(self) -> Path:
        """A copy of the submission that may be written to."""
        target = self.work / "source"
        own = self.out.name if self.out.parent == self.source else None
        shutil.copytree(self.source, target, symlinks=True, dirs_exist_ok=True,
                        ignore=lambda directory, names: [own] if Path(directory) == self.source and own in names else [])
        for directory, _, _ in os.walk(target):
            os.chmod(directory, 0o755)
        return target

    def copy_python(self, source: Path | None = None) -> None:
        """Python files of the top level go beside the module; module.py under the module's name."""
        for file in sorted((source or self.source).glob("*.py")):
            if file.name == "setup.py" or file.name.startswith("build_"):
                continue
            name = file.name
            if name == "module.py" and self.module and not (file.parent / f"{self.module}.py").exists():
                name = f"{self.module}.py"
            shutil.copyfile(file, self.directory / name)

    def result(self) -> dict:
        """The variant as the document has it."""
        modules, libraries = {}, []
        for file in sorted(self.directory.rglob("*.so*")):
            (found := elf.modules(file)) and modules.update({name: str(file) for name in found})
            found or libraries.append(str(file))
        for file in sorted(self.directory.glob("*.py")):
            modules.setdefault(file.stem, str(file))
        environment = {}
        if LIBRARIES[self.variant]:
            environment["LD_PRELOAD"] = " ".join(str(_library(name)) for name in LIBRARIES[self.variant])
        return {"directory": str(self.directory), "modules": modules, "libraries": libraries, "environment": environment}


def _library(name: str) -> Path:
    found = subprocess.run(["cc", f"-print-file-name={name}"], capture_output=True, text=True, check=False)
    return Path(found.stdout.strip() or name)


def build_shim(out: Path) -> Path:
    """Compiles the shim, unless it is there from the same sources."""
    sources = [BATTERY / name for name in ("shim.c", "shim_patch.c", "shim_meet.c", "shim_crash.c", "shim_x86_64.S")]
    contents = b"".join(file.read_bytes() for file in [*sources, BATTERY / "shim.h", BATTERY / "shim_api.h"])
    target = out / f"shim-{hashlib.sha256(contents).hexdigest()[:16]}.so"
    for older in out.glob("shim-*.so"):
        if older != target:
            older.unlink()
    if not target.exists():
        # Made with each submission: what -O2 takes longer, it does not give back.
        unfinished = target.with_suffix(f".{os.getpid()}")
        command = ["cc", "-O1", "-g", "-fPIC", "-shared", "-Wl,-z,defs", "-Werror=implicit-function-declaration", *map(str, sources), "-o", str(unfinished), "-ldl"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise Failed(done.stderr, command, done.returncode)
        unfinished.rename(target)
    return target
