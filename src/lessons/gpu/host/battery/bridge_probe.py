"""Imports bridge.py, calls it, and writes facts on standard output, one JSON object a line.

    python /battery/bridge_probe.py DIRECTORY --probe PROBE [--seed N] [--calls N]

    import-failed  {type, message}                  bridge.py cannot be imported
    case           {call}                           this is tried next
    outcome        {call, came, type, message, agrees, difference, arrays}
                   what came of it: `came` is returned or raised; `arrays` has, by name, address and length
    done           the probe has come to its end

The probes: values, refusals, repeated, failing, addresses, lock.
"""

import argparse
import ctypes
import json
import random
import sys
import threading
import time

import numpy as np

import bridge_arrays

REFUSALS = (TypeError, ValueError, BufferError)


def say(fact: str, **rest) -> None:
    sys.__stdout__.write(json.dumps({"fact": fact, **rest}) + "\n")
    sys.__stdout__.flush()


def place(array) -> list[int]:
    return [int(array.__array_interface__["data"][0]), int(array.nbytes)]


def difference(result, want) -> str | None:
    """What is wrong with a result, in words."""
    if not isinstance(result, np.ndarray):
        return f"it is a {type(result).__name__}, and no array"
    if result.dtype != np.float32 or result.shape != want.shape:
        return f"it is an array of {result.dtype} of shape {result.shape}"
    equal = (result == want) | (np.isnan(result) & np.isnan(want))
    if equal.all():
        return None
    index = tuple(int(part[0]) for part in np.nonzero(~equal))
    return f"{int((~equal).sum())} elements are wrong; element {index if len(index) != 1 else index[0]} is {result[index]!s} instead of {want[index]!s}"


def outcome(add, call: str, arguments, keywords=None, want=None, inputs=()) -> dict:
    """Makes a call, and says what came of it."""
    say("case", call=call)
    before = [array.copy() for array in inputs]
    fact: dict = {"call": call}
    try:
        result = add(*arguments, **(keywords or {}))
    except Exception as error:
        fact |= {"came": "raised", "type": type(error).__name__, "message": str(error)[:2000],
                 "refuses": isinstance(error, REFUSALS)}
    else:
        fact |= {"came": "returned", "type": type(result).__name__}
        if want is not None:
            wrong = difference(result, want)
            fact |= {"agrees": wrong is None, "difference": wrong}
            out = (keywords or {}).get("out")
            if wrong is None and out is not None and result is not out:
                fact |= {"agrees": False, "difference": "it is another array than out"}
        if isinstance(result, np.ndarray):
            fact["arrays"] = {"result": place(result)}
    for name, array, kept in zip("ab", inputs, before):
        if array.tobytes() != kept.tobytes():
            fact |= {"agrees": False, "difference": f"{name} is not what it was"}
    return fact


def values(add, rng, _options) -> None:
    with np.errstate(all="ignore"):
        for call, a, b, out in bridge_arrays.right(rng):
            want = a + b
            keywords = {} if out is None else {"out": a if isinstance(out, str) else out}
            inputs = [b] if isinstance(out, str) else [a, b]
            say("outcome", **outcome(add, call, (a, b), keywords, want, inputs))


def refusals(add, rng, _options) -> None:
    for call, arguments, keywords in bridge_arrays.wrong(rng):
        say("outcome", **outcome(add, call, arguments, keywords))
    # It works after all that.
    a, b = bridge_arrays.vectors(100, rng)
    say("outcome", **outcome(add, "add(a, b) after that", (a, b), {}, a + b, [a, b]), sound=True)


def repeated(add, rng, options) -> None:
    """The same again and again, some of it refused."""
    for _ in range(options.calls):
        a, b = bridge_arrays.vectors(1000, rng)
        say("outcome", **outcome(add, "add(a, b) of 1000 elements", (a, b), {}, a + b))
        outcome(add, "add(a, b) of 1000 and 999 elements", (a, b[:999]))
        outcome(add, "add(a, b) of a float64 a", (a.astype(np.float64), b))


def failing(add, rng, _options) -> None:
    """One call of the device's may fail in the first one; the second one shows what is left of that."""
    for which in ("first", "second"):
        a, b = bridge_arrays.vectors(100, rng)
        say("outcome", **outcome(add, f"the {which} add(a, b)", (a, b), {}, a + b, [a, b]))


def addresses(add, rng, _options) -> None:
    a, b = bridge_arrays.vectors(5000, rng)
    fact = outcome(add, "add(a, b) of 5000 elements", (a, b), {}, a + b)
    fact.setdefault("arrays", {}).update(a=place(a), b=place(b))
    say("outcome", **fact)


def lock(add, rng, _options) -> None:
    """A wait inside of add is held open until this thread's other one has run Python."""
    library = ctypes.CDLL("libcudart.so.12")
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.is_set():
            if library.syslab_is_waited_for():
                library.syslab_progress()
                return
            time.sleep(0)

    watcher = threading.Thread(target=watch)
    watcher.start()
    a, b = bridge_arrays.vectors(1000, rng)
    fact = outcome(add, "add(a, b) of 1000 elements", (a, b), {}, a + b)
    is_over.set()
    watcher.join()
    say("outcome", **fact)


PROBES = {probe.__name__: probe for probe in (values, refusals, repeated, failing, addresses, lock)}


def main() -> int:
    parser = argparse.ArgumentParser(prog="bridge_probe.py")
    parser.add_argument("directory")
    parser.add_argument("--probe", choices=sorted(PROBES), required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--calls", type=int, default=1)
    options = parser.parse_args()
    sys.path.insert(0, options.directory)
    try:
        import bridge
        add = bridge.add
    except BaseException as error:
        say("import-failed", type=type(error).__name__, message=str(error)[:2000])
        return 0
    PROBES[options.probe](add, random.Random(options.seed), options)
    say("done")
    return 0


if __name__ == "__main__":
    sys.exit(main())
