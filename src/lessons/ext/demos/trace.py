"""The calls that two small functions make of Python, one by one; one line of JSON."""

import ctypes

build_or_say("histogram")
import histogram

watcher = watch(histogram)
import shim
from lines import Lines

# What the functions that occur here return: an object, a number, nothing; see shim_api.h.
OBJECTS = ("PyLong_From", "PyDict_New")
NUMBERS = ("PyObject_GetBuffer", "PyDict_SetItem", "PyLong_AsLong")


def signed(word):
    return word - (1 << 64) if word >> 63 else word


def shown(address):
    """An object that lives: its value, or its type where that would be long."""
    value = ctypes.cast(ctypes.c_void_p(address), ctypes.py_object).value
    return repr(value) if isinstance(value, int) else "a " + type(value).__name__


def trace(function, argument):
    """One call: what it called, what came of it."""
    watcher.clear()
    # New objects are pinned: they can still be looked at when the call is over.
    watcher.mode(shim.LOG_ALL | shim.RESULTS | shim.PIN)
    try:
        # `map` asks whether a value came with an exception; a plain call of a function does not
        # always ask at once.
        value = watcher.call(lambda: next(map(function, [argument])), ())
    except Exception as error:
        watcher.mode(0)
        cause = error.__cause__
        came = f"{type(error).__name__}: {error}"
        came += f" (from {type(cause).__name__})" if cause is not None else ""
    else:
        watcher.mode(0)
        came = repr(value)
    lines = Lines()
    calls, names = [], {id(argument): "the argument"}
    events = watcher.events()
    for event in events:
        name = watcher.name(event.function)
        if event.phase == shim.RETURNED:
            call = next(one for one in reversed(calls) if one["name"] == name and one["result"] is None)
            call["result"] = event.result
            if event.references:
                names[event.result] = shown(event.result)
            continue
        calls.append(
            {
                "line": lines.of(event.site).get("line"),
                "name": name,
                "first": event.first,
                "second": event.second,
                "has_gil": bool(event.has_gil),
                "is_pending": bool(event.is_pending),
                "result": None,
            }
        )
    for call in calls:
        name, result = call["name"], call["result"]
        words = [names.get(call["first"])]
        if name.startswith("PyLong_From"):
            words = [str(signed(call["first"]))]
        elif name == "PyDict_SetItem":
            words.append(names.get(call["second"]))
        call["arguments"] = ", ".join(word for word in words if word)
        if name.startswith(OBJECTS):
            # Of those that return NULL nothing is noted.
            call["result"] = names.get(result, "NULL")
        elif name.startswith(NUMBERS) and result is not None:
            number = result & 0xFFFFFFFF if name != "PyLong_AsLong" else result
            call["result"] = str(-1 if number in (0xFFFFFFFF, (1 << 64) - 1) else signed(number))
        else:
            call["result"] = ""
    return {"calls": calls, "came": came}


with open("histogram.c", encoding="utf-8") as file:
    source = [[number, line.rstrip("\n")] for number, line in enumerate(file, 1)]
texts = [line for _, line in source]
source = source[texts.index("// BEGIN") + 1 : texts.index("// END")]
print(
    json.dumps(
        {
            "source": source,
            "traces": [
                {"said": said, **trace(function, argument)}
                for said, function, argument in [
                    ("histogram(b'banana')", histogram.histogram, b"banana"),
                    ("histogram('banana')", histogram.histogram, "banana"),
                    ("careless(2**70)", histogram.careless, 2**70),
                ]
            ],
        }
    )
)
