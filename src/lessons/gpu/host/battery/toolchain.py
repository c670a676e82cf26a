"""The compilers: where they are, how they are called, and what they have said.

Knows nothing of labs (labs.py).
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

BATTERY = Path(__file__).resolve().parent
HEADERS = BATTERY / "include"

# What a device's program is compiled for: PTX 7.5 for compute capability 7.5.
DEVICE = ["--cuda-gpu-arch=sm_75", "-nocudainc", "-nocudalib", "-Xclang", "-target-sdk-version=12.0"]
PTX = ["--cuda-device-only", "--cuda-feature=+ptx75", "-O2", "-gline-tables-only", "-S",
       # A lane may hand to a shuffle what it has not set.
       "-Xclang", "-no-enable-noundef-analysis"]
WARNINGS = ["-Wall", "-Wno-unknown-cuda-version", "-Wno-unused-command-line-argument"]

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
    """Builds one submission, in a copy of it that may be written to."""

    def __init__(self, source: Path, out: Path):
        self.source, self.out = source, out
        self.cuda, self.work = out / "cuda", out / "work"
        self.warnings: list[dict] = []
        own = out.name if out.parent == source else None
        for place in (self.cuda, self.work):
            shutil.rmtree(place, ignore_errors=True)
        self.cuda.mkdir(parents=True)
        shutil.copytree(source, self.work, symlinks=True,
                        ignore=lambda directory, names: [own] if Path(directory) == source and own in names else [])
        for directory, _, _ in os.walk(self.work):
            os.chmod(directory, 0o755)

    def run(self, command, **environment) -> str:
        """Runs a compiler; shows what it says; keeps its warnings."""
        home = os.environ.get("HOME")
        if not home or not os.path.isdir(home):
            environment.setdefault("HOME", str(self.out))
        try:
            done = subprocess.run(
                [str(word) for word in command], cwd=self.work, env={**os.environ, **environment}, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", check=False,
            )
        except FileNotFoundError as error:
            if os.path.isabs(command[0]):
                raise Failed(f"{command[0]}: {error.strerror}", command) from error
            raise Missing(f"the program {command[0]}") from error
        except OSError as error:
            raise Failed(f"{command[0]}: {error.strerror}", command) from error
        sys.stderr.writelines(line for line in done.stdout.splitlines(keepends=True) if not line.startswith('{"reason"'))
        for found in WARNING.finditer(done.stdout):
            file = (self.work / found["file"]).resolve()
            if file.is_relative_to(self.work):
                remark = {"file": str(file.relative_to(self.work)), "line": int(found["line"]),
                          "option": found["option"] or "", "text": found["text"]}
                if remark not in self.warnings:
                    self.warnings.append(remark)
        if done.returncode != 0:
            raise Failed(done.stdout, command, done.returncode)
        return done.stdout

    def library(self) -> None:
        """The library that has CUDA's names, and speaks to the device: of ours, and not a submission's."""
        made = self.cuda / "libsyslabcuda.so"
        sources = sorted(str(file) for file in (BATTERY / "library").glob("*.c"))
        self.run(["cc", "-std=c11", "-O1", "-g", "-fPIC", "-shared", "-fvisibility=hidden", *sources, "-o", made,
                  "-pthread", "-ldl"])
        for name in ("libcudart.so", "libcudart.so.12", "libcuda.so", "libcuda.so.1"):
            (self.cuda / name).symlink_to(made.name)

    def clang(self) -> list[str]:
        """A clang that makes code for NVIDIA's devices: one that is installed, or the one in the package ziglang."""
        names = [*(f"clang-{version}" for version in range(30, 14, -1)), "clang"]
        for name in names:
            if (found := shutil.which(name)) is not None and _makes_ptx([found]):
                return [found]
        if (package := importlib.util.find_spec("ziglang")) is not None and package.origin is not None:
            # It looks for its own headers in another place than where they are.
            own = Path(package.origin).parent / "lib"
            command = [sys.executable, "-m", "ziglang", "clang"]
            if _makes_ptx(command):
                return [*command, "-resource-dir", str(own)]
        raise Missing("clang 15 or newer (Debian's clang-19, or the Python package ziglang)")

    def ptx(self, source: str) -> Path:
        """The kernels of a .cu file as PTX, beside it."""
        made = Path(source).with_suffix(".ptx")
        self.run([*self.clang(), "-x", "cuda", *PTX, *DEVICE, *WARNINGS, f"-I{HEADERS}", "-include", "cuda_runtime.h",
                  "-std=c++17", source, "-o", made])
        return self.work / made

    def host(self, source: str, target: Path, shared: bool = False) -> Path:
        """A .cu file as a program or a library, its kernels in it as PTX."""
        image = self.out / "image.ptx"
        # What reads it wants to see where it ends.
        image.write_bytes(self.ptx(source).read_bytes() + b"\0")
        unit = self.out / "host.o"
        self.run([*self.clang(), "-x", "cuda", "--cuda-host-only", *DEVICE, *WARNINGS, f"-I{HEADERS}",
                  "-include", "cuda_runtime.h", "-std=c++17", "-O1", "-g", "-fPIC", "-pthread",
                  "-Xclang", "-fcuda-include-gpubinary", "-Xclang", image, "-c", source, "-o", unit])
        self.run(["c++", *(["-shared"] if shared else []), "-pthread", unit, "-o", target, *self.links()])
        return target

    def links(self) -> list[str]:
        """What links against CUDA's library, and finds it again."""
        return [f"-L{self.cuda}", f"-Wl,-rpath,{self.cuda}", "-lcudart", "-lm"]


def _makes_ptx(clang: list[str]) -> bool:
    try:
        said = subprocess.run([*clang, "--print-targets"], capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return False
    return "nvptx64" in said.stdout
