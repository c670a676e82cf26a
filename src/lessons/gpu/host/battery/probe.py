"""Starts what was built, in the place of this process.

    python /battery/probe.py --lab LAB [ARGUMENT...]

For the lab raii that is the program itself; for bridge it is bridge_probe.py, with the directory of the
module. The library that has CUDA's names is found through LD_LIBRARY_PATH, and nowhere else: a program
that is not started by this sees whatever its machine has.
"""

import json
import os
import sys
from pathlib import Path

BUILT = Path("/submission/.built")


def main() -> None:
    built = Path(os.environ.get("SYSLAB_BUILT", BUILT))
    lab, arguments = sys.argv[2], sys.argv[3:]
    start = json.loads((built / "build.json").read_text())["start"]
    os.environ["LD_LIBRARY_PATH"] = str(built / "cuda")
    if lab == "bridge":
        probe = Path(__file__).resolve().parent / "bridge_probe.py"
        start = [sys.executable, str(probe), *start]
    os.chdir(built / "work")
    os.execv(start[0], [*start, *arguments])


if __name__ == "__main__":
    main()
