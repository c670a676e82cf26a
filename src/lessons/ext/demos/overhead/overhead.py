"""What a sum of squares costs for each element, by who runs the loop, as one line of JSON.

Usage: overhead.py ELEMENTS REPEATS
Stands behind counters.py. The directory in which it runs holds squares.c, squares.rs and
allocations.c, and gets what is compiled; what cannot be compiled is left out, and named.
"""

import gc
import json
import subprocess
import tracemalloc
from array import array
from operator import mul
from pathlib import Path

DIRECTORY = Path.cwd()
ELEMENTS, REPEATS = map(int, sys.argv[1:])
# A library takes its number of threads from this, when it is loaded.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

# Executions for a time: what is fast is executed often, so that a clock can see it.
LONG_NS = 300_000

missing = []
ROW = array("q", (1000 + at % 5000 for at in range(ELEMENTS)))
LIST = list(ROW)


def library(source, compiler, name):
    """What has become of a source, to be called; nothing, if it cannot be compiled here."""
    target = DIRECTORY / f"{name}.so"
    command = [*compiler, str(DIRECTORY / source), "-o", str(target)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    except OSError as error:
        missing.append(f"{name} ({compiler[0]}: {error.strerror})")
        return None
    if done.returncode != 0:
        said = (done.stderr.strip() or f"status {done.returncode}").splitlines()[0]
        missing.append(f"{name} ({said})")
        return None
    # PyDLL keeps the lock of the interpreter, so that what is counted is nobody else's.
    return ctypes.PyDLL(str(target))


def compiled():
    """The loops in other languages: name and library."""
    cc = ["cc", "-shared", "-fPIC"]
    rust = ["rustc", "--edition", "2024", "--crate-type", "cdylib", "-C", "opt-level=3"]
    for name, source, compiler in [
        ("C, -O0", "squares.c", [*cc, "-O0"]),
        ("C, -O2", "squares.c", [*cc, "-O2"]),
        ("C, -O3 -march=native", "squares.c", [*cc, "-O3", "-march=native"]),
        ("Rust, the same", "squares.rs", [*rust, "-C", "target-cpu=native"]),
    ]:
        found = library(source, compiler, name)
        if found is None:
            continue
        found.squares.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
        found.squares.restype = ctypes.c_int64
        yield name, found


def over_list():
    total = 0
    for element in LIST:
        total += element * element
    return total


def over_array():
    total = 0
    for element in ROW:
        total += element * element
    return total


def by_parts():
    return sum(map(mul, LIST, LIST))


def step_by_step(step):
    def loop():
        total = 0
        for element in LIST:
            total = step(total, element)
        return total

    return loop


def in_one_call(squares):
    start, length = ROW.buffer_info()
    return lambda: squares(start, length)


def with_numpy():
    """Two ways of saying it to NumPy, or none."""
    try:
        import numpy
    except ImportError:
        missing.append("NumPy (it is not installed)")
        return []
    row = numpy.frombuffer(ROW, dtype=numpy.int64)
    return [
        ("NumPy, (row * row).sum()", lambda: int((row * row).sum())),
        ("NumPy, row.dot(row)", lambda: int(row.dot(row))),
    ]


def ways():
    rows = [
        ("Python, over an array", over_array),
        ("Python, over a list", over_list),
        ("sum(map(mul, row, row))", by_parts),
        *with_numpy(),
    ]
    for name, found in compiled():
        if name == "C, -O2":
            found.step.argtypes = [ctypes.c_int64, ctypes.c_int64]
            found.step.restype = ctypes.c_int64
            rows.insert(0, ("C, called for each", step_by_step(found.step)))
        rows.append((name, in_one_call(found.squares)))
    return rows


def counter_of_allocations():
    """Says how often the allocators of the interpreter are asked in a call, if that can be counted."""
    found = library("allocations.c", ["cc", "-shared", "-fPIC", "-O2"], "the count of allocations")
    if found is None:
        return lambda run: None
    found.stop.restype = ctypes.c_ulonglong
    start, stop = found.start, found.stop

    def count(run):
        start()
        run()
        return stop()

    # What is made at first use is no cost of an element.
    nothing = count(lambda: None)
    return lambda run: max(count(run) - nothing, 0)


def peak(run):
    """Bytes that are in use during a call and were not before it."""
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    run()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return max(most - before, 0)


def times(run):
    """How many executions the clock can see."""
    start = time.thread_time_ns()
    run()
    took = max(time.thread_time_ns() - start, 1)
    return max(LONG_NS // took, 1)


def repeated(run, count):
    def loop():
        for _ in range(count):
            run()

    return loop


def main():
    allocations = counter_of_allocations()
    rows = ways()
    expected = over_list()
    for name, run in rows:
        got = run()
        if got != expected:
            sys.exit(f"{name} says {got} and not {expected}")
    counts = [times(run) for _, run in rows]
    figures = measured([repeated(run, count) for (_, run), count in zip(rows, counts)], REPEATS)
    found = []
    for (name, run), count, (ns, machine) in zip(rows, counts, figures):
        calls = executed(run)
        made = allocations(run)
        found.append(
            {
                "how": name,
                "ns": ns / count / ELEMENTS,
                "machine": None if machine is None else machine / count / ELEMENTS,
                "bytecode": sum(calls.values()) / ELEMENTS,
                "allocations": None if made is None else made / ELEMENTS,
                "bytes": peak(run) / ELEMENTS,
            }
        )
    print(json.dumps({"why_not": COUNTER.why_not, "missing": missing, "ways": found}))


main()
