"""Builds a submission: finds out in which technology it is written, compiles it, says what came of it.

    python /battery/build.py SUBMISSION OUT [--module NAME | --built FILE] [--variants plain,asan,tsan]

SUBMISSION is only read. OUT/plain, OUT/asan and OUT/tsan become directories from which the module can
be imported; OUT/work is for what is left over; OUT/shim.so is the shim of the probes. There is no
network. What compilers say goes to standard error as it is; standard output is one JSON document:

    technology  c-api, cython, pybind11, nanobind, pyo3, cffi, ctypes or own
    files       the source files, relative to SUBMISSION
    warnings    [{file, line, option, text}] of compilers, about the submission's own files
    variants    {plain: {directory, modules: {NAME: FILE}, libraries: [FILE], environment: {}}
                 or {cannot: why}, or {not_asked: why}, ...}; `environment` is what whoever imports it must set
    shim        FILE, or null with `shim_cannot`
    failed      only where there is no plain variant: {command, status, output}
    missing     only where that is for something that is not installed: what

The document is also kept as OUT/build.json. The status is 0 if there is a plain variant, 1 if the
submission cannot be built, 2 for a wrong call.
"""

import argparse
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import technologies  # noqa: E402
from given import build_library  # noqa: E402
from toolchain import Failed, Missing, Toolchain, build_shim  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(prog="build.py")
    parser.add_argument("submission", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--module", help="name that module.py gets; else what the sources say")
    parser.add_argument("--built", metavar="FILE", help="a module in SUBMISSION that is there already: nothing is built but the shim")
    parser.add_argument("--variants", default="plain,asan,tsan")
    options = parser.parse_args()

    document = {"technology": None, "files": [], "warnings": [], "variants": {}, "shim": None}
    # Two compilers at a time: the shim beside the plain variant, and the variants with sanitizers beside each other.
    with ThreadPoolExecutor(2) as pool:
        status = build(options, document, pool)
    text = json.dumps(document, indent=2)
    (options.out / "build.json").write_text(text)
    print(text)
    return status


def build(options, document: dict, pool: ThreadPoolExecutor) -> int:
    """Fills the document; the status to end with."""
    status = 0
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        options.submission, options.out = options.submission.resolve(), options.out.resolve()
        shim = pool.submit(build_shim, options.out)
        os.environ |= build_library(options.out, options.module)
        technology = technologies.find(options.submission, options.built)
        document["technology"] = technology.name
        document["files"] = sorted(str(file.relative_to(options.submission)) for file in technology.files)
        toolchains = {variant: Toolchain(options.submission, options.out, variant, options.module) for variant in options.variants.split(",")}
        if plain := toolchains.pop("plain", None):
            document["variants"]["plain"] = built(technology, plain)
            document["warnings"] = plain.warnings
        others = {variant: pool.submit(built, technology, toolchain) for variant, toolchain in toolchains.items()}
        document["variants"] |= {variant: made.result() for variant, made in others.items()}
    except Failed as failure:
        document["failed"] = failure.facts()
        status = 1
    except Missing as missing:
        document["missing"] = str(missing)
        status = 1
    except ModuleNotFoundError as missing:
        document["missing"] = f"the Python package {missing.name}"
        status = 1
    try:
        document["shim"] = str(shim.result())
    except Failed as failure:
        document["shim_cannot"] = failure.output or "it does not compile"
    return status


def built(technology, toolchain) -> dict:
    """What a variant became. Only the plain one must succeed."""
    if toolchain.variant != "plain":
        if not technology.takes_flags:
            return {"not_asked": f"a sanitizer cannot be built into {technology.name}"}
        if (missing := toolchain.missing_sanitizer()) is not None:
            return {"cannot": missing}
    try:
        technology.build(toolchain)
    except Failed as failure:
        if toolchain.variant == "plain":
            raise
        return {"cannot": f"it does not build with a sanitizer: {failure.output[-2000:]}"}
    return toolchain.result()


if __name__ == "__main__":
    sys.exit(main())
