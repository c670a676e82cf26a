"""Asks CPython for the tokens of sources: oracle.py CHECK SEED [--smaller].

Prints runs as JSON. With --smaller, a run is on standard input, and smaller ones are printed.
"""

import json
import sys

from sources import sources
from truth import Unfit, mistake, shown, tokens

# Smaller sources that are tried at a time.
VARIANTS = 24


def described(name, source, is_wrong):
    """A run: a file, and what its tokens are, or where it is wrong."""
    path = f"/lab/{name}"
    told = {"args": [path], "files": [[path, source]], "origin": is_wrong}
    if not is_wrong:
        return {**told, "outputs": tokens(source), "status": 0}
    line, column, why = mistake(source)
    said = {"line": f"{why}: {shown(source, line)}", "text": f"{line}:{column}:", "is_whole": False}
    return {**told, "last_words": said, "status": 1}


def smaller(name, source, is_wrong):
    """The source without some of its lines, as long as it stays right, or wrong in the same way."""
    found = []
    lines = source.splitlines(keepends=True)
    was_wrong = mistake(source)[2] if is_wrong else None
    size = len(lines) // 2
    while size and len(found) < VARIANTS:
        for start in range(0, len(lines), size):
            shorter = "".join(lines[:start] + lines[start + size :])
            try:
                if not is_wrong or mistake(shorter)[2] == was_wrong:
                    found.append(described(name, shorter, is_wrong))
            except Unfit:
                pass
        size //= 2
    return found[:VARIANTS]


def main():
    check, seed = sys.argv[1:3]
    if sys.argv[3:] == ["--smaller"]:
        failing = json.load(sys.stdin)
        [[path, source]] = failing["files"]
        runs = smaller(path.rpartition("/")[2], source, failing["origin"])
    else:
        is_wrong = check == "reports-errors"
        runs = [described(name, source, is_wrong) for name, source in sources(check, int(seed))]
    json.dump({"runs": runs}, sys.stdout)


main()
