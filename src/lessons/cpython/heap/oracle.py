"""Asks CPython what scripts of heap operations do: oracle.py CHECK SEED [--smaller].

Prints runs as JSON. With --smaller, a run is on standard input, and smaller ones are printed.
"""

import json
import re
import sys

from scripts import scripts
from truth import run

# Smaller scripts that are tried at a time, and how many lines they may have together: each is done.
VARIANTS = 24
LINES = 400_000


def described(script):
    """A run: what goes in, and what has to come out."""
    outputs, wrong = run(script)
    told = {"args": [], "input": "".join(line + "\n" for line in script), "outputs": outputs}
    if wrong is None:
        return {**told, "status": 0}
    said = {"line": f"line {wrong} is {script[wrong - 1]}", "text": f"line {wrong}:", "is_whole": False}
    return {**told, "status": 2, "last_words": said, "origin": wrong}


def smaller(script, wrong):
    """The script without some of its lines, as long as what is right in it stays right."""
    found = []
    for shorter in shorter_ones(script):
        outputs, now_wrong = run(shorter)
        # A wrong line stays the same one.
        is_like_it = (wrong is None) == (now_wrong is None)
        if is_like_it and (wrong is None or shorter[now_wrong - 1] == script[wrong - 1]):
            found.append(described(shorter))
        if len(found) == VARIANTS or (len(found) + 1) * len(script) > LINES:
            break
    return found


def shorter_ones(script):
    """The script without one of its halves, or without a name, or without smaller pieces."""
    size = len(script) // 2
    names = sorted({word.split(".")[0] for line in script for word in line.split()[1:]})
    while size:
        for start in range(0, len(script), size):
            yield script[:start] + script[start + size :]
        if size == len(script) // 2:
            for name in names if len(names) < VARIANTS else []:
                others = re.compile(rf"(?!.*\b{re.escape(name)}\b)")
                yield [line for line in script if others.match(line)]
        size //= 2


def main():
    check, seed = sys.argv[1:3]
    if sys.argv[3:] == ["--smaller"]:
        failing = json.load(sys.stdin)
        runs = smaller(failing["input"].splitlines(), failing.get("origin"))
    else:
        runs = [described(script) for script in scripts(check, int(seed))]
    json.dump({"runs": runs}, sys.stdout)


main()
