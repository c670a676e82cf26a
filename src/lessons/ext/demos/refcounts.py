"""What becomes of counts of references in calls of the module `counted`; one line of JSON.

Usage: refcounts.py ROUNDS CALLS
"""

import re
import signal

# Makes an object, has one reference too many given up, lets somebody else make an object, and looks.
STALE = """
import faulthandler, resource, sys
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
# Nobody knows what a broken allocator does: it may go round in circles, too.
resource.setrlimit(resource.RLIMIT_CPU, (10, 10))
faulthandler.enable()
sys.path.insert(0, sys.argv[1])
import counted
mine = "".join(["mi", "ne "])
counted.too_many(mine)
print("freed", flush=True)
yours = None if sys.argv[2] == "look" else "".join(["you", "rs"])
print(str.upper(mine), flush=True)
"""


def walked():
    """The count before the call, the steps within it, the count after it."""
    thing = object()
    before = sys.getrefcount(thing) - 1
    steps = counted.walk(thing)
    after = sys.getrefcount(thing) - 1
    return {"before": before, "after": after, "steps": steps}


def grown(function, rounds, calls):
    """How many blocks of memory there are more after each round of calls."""
    number = 10**6
    for _ in range(calls):
        function(number)
    more = [0] * rounds
    before = sys.getallocatedblocks()
    for at in range(rounds):
        for _ in range(calls):
            function(number)
        more[at] = sys.getallocatedblocks() - before
    return more


def reserved(calls):
    """By how much a count has changed after so many calls, of an object that has others to spare."""
    thing = object()
    spare = [thing] * (10 * calls)
    before = sys.getrefcount(thing)
    for _ in range(calls):
        counted.too_many(thing)
    change = sys.getrefcount(thing) - before
    # The list believes that it owns what has been given away.
    for _ in range(-change):
        spare_reference(thing)
    return change


def spare_reference(thing):
    """One more reference that nobody gives up: to mend what `too_many` has done."""
    import ctypes

    ctypes.pythonapi.Py_IncRef(ctypes.py_object(thing))


def stale(allocator, what):
    """What a program does that has given up one reference too many."""
    done = subprocess.run(
        [sys.executable, "-s", "-c", STALE, os.getcwd(), what],
        env={**os.environ, "PYTHONMALLOC": allocator},
        capture_output=True, text=True, errors="replace", check=False,
    )
    lines = done.stdout.splitlines()
    ended = f"status {done.returncode}"
    if done.returncode < 0:
        ended = signal.Signals(-done.returncode).name
    said = [line for line in done.stderr.splitlines() if line.startswith("Fatal")]
    # The program's own lines, instead of their numbers.
    for at in re.findall(r'File "<string>", line (\d+)', done.stderr):
        said.append("in: " + STALE.splitlines()[int(at) - 1])
    return {
        "is_debug": allocator == "pymalloc_debug",
        "is_reused": what == "yours",
        "is_freed": lines[:1] == ["freed"],
        "value": lines[1][:80] if len(lines) > 1 else None,
        "error": done.stderr.splitlines()[-1:] if done.returncode == 1 else [],
        "ended": ended,
        "is_signal": done.returncode < 0,
        "said": said,
    }


rounds, calls = int(sys.argv[1]), int(sys.argv[2])
build_or_say("counted")
import counted

print(
    json.dumps(
        {
            "walk": walked(),
            "calls": calls,
            "tidy": grown(counted.tidy, rounds, calls),
            "leaking": grown(counted.leaking, rounds, calls),
            "reserved": reserved(10),
            "stale": [
                stale(allocator, what)
                for allocator in ("pymalloc", "pymalloc_debug")
                for what in ("look", "yours")
            ],
        }
    )
)
