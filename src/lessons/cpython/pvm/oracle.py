"""The oracle of the lab `pvm`: programs, and what Python makes of them.

    oracle.py CHECK SEED               the runs of a check
    oracle.py CHECK SEED --smaller     runs smaller than the one on standard input
"""

import json
import sys
import warnings

import nonsense
import truth
from normalise import VERSIONS
from programs import programs
from smaller import smaller

# The status that says: this cannot be done here, and why.
CANNOT = 3


def main(args):
    version = sys.version.split()[0]
    if sys.version_info[:2] not in VERSIONS:
        known = ", ".join(f"{major}.{minor}" for major, minor in VERSIONS)
        print(f"the bytecode of Python {version} is not known; that of {known} is", file=sys.stderr)
        return CANNOT
    # Of what the programs do wrong, which they do on purpose.
    warnings.simplefilter("ignore")
    check, seed = args[:2]
    if "--smaller" in args:
        runs = list(less(json.load(sys.stdin)))
    elif check == "refuses-nonsense":
        runs = list(nonsense.foretold(seed))
    else:
        runs = [truth.foretold(check, source) for source in programs(check, seed)]
    json.dump({"runs": runs}, sys.stdout)
    return 0


def less(run):
    """Runs of smaller programs that raise nothing that the given one does not raise.

    Each has something to say, so that a difference has a place in the program.
    """
    origin = run["origin"]
    for source in smaller(origin.get("source", "")):
        try:
            found = truth.foretold(origin["kind"], source)
        except truth.Unfit:
            continue
        says = found["outputs"] or "last_words" in found
        if says and set(found["origin"]["raises"]) <= set(origin["raises"]):
            yield found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
