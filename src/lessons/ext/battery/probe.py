"""Runs one probe on a built module, and writes what it saw as facts.

    python /battery/probe.py PROBE --module DIR (--lab LAB | --import NAME --call EXPRESSION...)
                             --facts FILE [--seed N] [--shim FILE] [--patience SECONDS]

DIR is a variant's directory as build.py made it; for PROBE@asan and PROBE@tsan that of the variant.
FILE gets JSON lines, described in README.md. The probe itself runs in a child of this process, with the
environment that it needs, because the module may crash, hang or exit: then this process says how the
child died, and a probe of many cases goes on behind the one that it died of. The status is 0 if the
probe was done, however badly the module behaved, and 2 for a wrong call.
"""

import argparse
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import supervise  # noqa: E402
from facts import Facts  # noqa: E402
from probes import PROBES  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(prog="probe.py")
    parser.add_argument("probe", choices=sorted(PROBES))
    parser.add_argument("--module", type=Path, required=True, metavar="DIR")
    parser.add_argument("--lab")
    parser.add_argument("--import", dest="module_name", metavar="NAME", help="a module that is in no lab")
    parser.add_argument("--call", action="append", default=[], metavar="EXPRESSION", help="a call of it")
    parser.add_argument("--facts", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shim", help="default: the one beside DIR")
    parser.add_argument("--patience", type=int, default=60, help="seconds for which a child has to stand still until it is ended")
    parser.add_argument("--first", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if bool(options.lab) == bool(options.module_name):
        parser.error("either --lab or --import")
    if not options.shim:
        options.shim = str(next(options.module.resolve().parent.glob("shim-*.so"), ""))
    if options.inside:
        from context import Context

        return Context(options).run()
    return supervise.watch(options, PROBES[options.probe], Facts(options.facts))


if __name__ == "__main__":
    sys.exit(main())
