"""Tries the battery itself: every probe on every program of a lab, N times, and what each says.

    matrix.py LABS/ext/LAB WORK [--only TEXT]... [--repeat N] [--jobs N] [--all-probes] [--python FILE]

Solutions and accepted programs must pass everything; wrong/CHECK/NAME must fail CHECK, and nothing
before it. Without --all-probes a wrong program meets only the probes up to its own. WORK keeps builds.
"""

import argparse
import concurrent.futures
import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))

from verdicts import judge  # noqa: E402

LABS = {
    "fast-sum": ["builds", "computes", "refuses-bad-arguments", "stays-in-bounds", "keeps-no-reference", "gives-no-reference-away",
                 "leaks-no-memory", "survives-failing-calls", "raises-or-returns", "needs-no-gil-it-gave-up", "shares-safely", "imports-anywhere"],
}
LABS["count-lines"] = [check for check in LABS["fast-sum"] if check not in ("needs-no-gil-it-gave-up", "shares-safely")]
LABS["refcount-clinic"] = LABS["fast-sum"]
LABS["dot"] = [*LABS["fast-sum"][:-3], "releases-the-gil", "needs-no-gil-it-gave-up", "shares-safely", "answers-signals", "imports-anywhere"]
LABS["bind"] = ["builds", "computes", "refuses-bad-arguments", "keeps-no-reference", "leaks-no-memory", "raises-or-returns",
                "declares-prototypes", "frees-handles", "keeps-callbacks-alive"]
VARIANTS = {"stays-in-bounds": ["", "@asan"], "shares-safely": ["", "@asan", "@tsan"]}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("lab", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--all-probes", action="store_true")
    parser.add_argument("--own", action="store_true", help="a wrong program meets only its own check")
    parser.add_argument("--check", action="append", default=[], help="only this check")
    parser.add_argument("--python", default=sys.executable)
    options = parser.parse_args()
    programs = [path for room in ("solution", "accepted") for path in sorted(options.lab.glob(f"{room}/*"))]
    programs += sorted(options.lab.glob("wrong/*/*"))
    programs = [path for path in programs if not options.only or any(text in str(path) for text in options.only)]
    if (options.lab / "library").exists():
        given_library(options)
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        bad = sum(pool.map(lambda path: examine(path, options), programs))
    print(f"{len(programs)} programs, {bad} surprises")
    return bad > 0


def given_library(options) -> None:
    """Builds the library that bind's submissions bind, counting and plain, and tells everybody where it is."""
    include = (options.lab / "library").resolve()
    for kind, flags in (("plain", []), ("counting", ["-DSTASH_COUNTING"])):
        directory = (options.work / kind).resolve()
        directory.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-g", *flags, "-Wl,-soname,libstash.so", "-o", directory / "libstash.so", include / "stash.c"], check=True)
    os.environ |= {"STASH_INCLUDE": str(include), **where_library("counting", options)}


def where_library(kind: str, options) -> dict:
    directory = (options.work / kind).resolve()
    return {"STASH_LIBRARY": str(directory / "libstash.so"), "LD_LIBRARY_PATH": str(directory)}


def examine(program: Path, options) -> int:
    """Prints one program's row; the number of verdicts that are not what they should be."""
    lab, expected = options.lab.name, program.parent.name if program.parent.parent.name == "wrong" else None
    name = str(program.relative_to(options.lab))
    work = (options.work / name.replace("/", "_")).resolve()
    if not (work / "build.json").exists():
        work.mkdir(parents=True, exist_ok=True)
        built = subprocess.run([options.python, HERE / "build.py", program, work / "out", "--module", module_of(lab)], capture_output=True, text=True)
        (work / "build.json").write_text(built.stdout)
        (work / "build.txt").write_text(built.stderr)
    build = json.loads((work / "build.json").read_text())
    checks, surprises, row = LABS[lab], 0, []
    for repeat in range(options.repeat):
        failed = []
        for check in checks:
            if options.check and check not in options.check:
                continue
            if expected and options.own and check != expected:
                continue
            if expected and not options.all_probes and checks.index(check) > checks.index(expected):
                break
            reasons = reasons_of(check, build, work, lab, options)
            if reasons:
                failed.append(check)
                row.append(f"    {check}: {'; '.join(reasons[:3])[:220]}")
                if "failed" in build:
                    break
        right = failed[:1] == ([expected] if expected else [])
        if options.check:
            right = (expected in failed) if expected in options.check else not failed
        if not right:
            surprises += 1
            row.append(f"    SURPRISE in run {repeat + 1}: failed {failed or 'nothing'}")
        elif repeat < options.repeat - 1:
            row.clear()
    print("\n".join([f"{'ok ' if not surprises else 'BAD'} {name} ({build['technology']})", *row]), flush=True)
    return surprises


def reasons_of(check: str, build: dict, work: Path, lab: str, options) -> list[str]:
    if "failed" in build:
        return [f"cannot be built: {build['failed']['output'].strip()[-200:]}"]
    reasons = []
    if check == "survives-failing-calls" and build["technology"] not in ("c-api", "cython"):
        return []
    for variant in VARIANTS.get(check, [""]):
        made = build["variants"].get(variant.strip("@") or "plain", {})
        if "cannot" in made:
            continue
        facts_file = work / f"{check}{variant}.facts"
        facts_file.unlink(missing_ok=True)
        command = [options.python, HERE / "probe.py", check + variant, "--module", made["directory"], "--lab", lab, "--facts", facts_file]
        # The counting library keeps what was closed: that would look like a leak.
        environment = dict(os.environ, **(where_library("plain", options) if lab == "bind" and check == "leaks-no-memory" else {}))
        done = subprocess.run(command, capture_output=True, text=True, env=environment)
        facts = [json.loads(line) for line in facts_file.read_text().splitlines()] if facts_file.exists() else []
        if done.returncode != 0:
            reasons.append(f"THE PROBE FAILED: {done.stderr[-300:]}")
        cannot = [fact["why"] for fact in facts if fact["fact"] == "cannot"]
        if cannot and not any(fact["fact"] in ("outcome", "loop", "memory", "share", "import", "interrupted", "imported", "story", "prototype") for fact in facts):
            print(f"cannot {check}{variant}: {cannot[0]}", flush=True)
        reasons += [variant + reason for reason in judge(check + variant, facts, build)]
    return reasons


def module_of(lab: str) -> str:
    import labs

    return labs.find(lab).module


if __name__ == "__main__":
    sys.exit(main())
