"""Builds a submission: finds out how, compiles it, says what came of it.

    python /battery/build.py SUBMISSION OUT --module LAB

SUBMISSION is only read. OUT/work becomes a copy of it in which everything is built; OUT/cuda gets the
library that has CUDA's names. There is no network. What compilers say goes to standard error as it is;
standard output is one JSON document:

    warnings    [{file, line, option, text}] of compilers, about the submission's own files
    start       the words that start the program; for the lab bridge, the directory of bridge.py
    failed      only where nothing was built: {command, status, output}
    missing     only where that is for something that is not installed: what

The document is also kept as OUT/build.json, from which the probe reads `start`.
"""

import argparse
import json
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import forms  # noqa: E402
from toolchain import Failed, Missing, Toolchain  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(prog="build.py")
    parser.add_argument("submission", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--module", required=True, choices=sorted(forms.FORMS))
    options = parser.parse_args()

    document: dict = {"warnings": []}
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        toolchain = Toolchain(options.submission.resolve(), options.out.resolve())
        toolchain.library()
        document["start"] = forms.FORMS[options.module](toolchain)
        document["warnings"] = toolchain.warnings
    except Failed as failure:
        document["failed"] = failure.facts()
    except Missing as missing:
        document["missing"] = str(missing)
    text = json.dumps(document, indent=2)
    (options.out / "build.json").write_text(text)
    print(text)
    return 1 if "failed" in document or "missing" in document else 0


if __name__ == "__main__":
    sys.exit(main())
