"""Probes of a module that binds libstash: what the library counts, what was heard, what was declared.

The library is the counting build (STASH_LIBRARY): it knows which handles are open and whoever closed one
twice, whatever the module thinks. ctypes gives this probe the same library that the module has loaded.
"""

import ctypes
import gc
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import scenarios_bind
from cases import Outcome
from context import Cannot, Context
from facts import shown

NAMES = ("stashes", "cursors", "values", "double_closes", "double_frees", "stale_uses", "orphans", "opened", "calls", "callbacks")


class Counts(ctypes.Structure):
    _fields_ = [(name, ctypes.c_int64) for name in NAMES]


def library():
    """The counting library, kept open, so that its destructor runs at exit and not before."""
    path = os.environ.get("STASH_LIBRARY")
    if not path:
        raise Cannot("STASH_LIBRARY does not say where libstash is")
    try:
        found = ctypes.CDLL(path)
        found.stash_audit  # noqa: B018
    except (OSError, AttributeError) as error:
        raise Cannot(f"the library does not count: {error}") from error
    return found


def counts(counting) -> dict:
    now = Counts()
    counting.stash_audit(ctypes.byref(now))
    return {name: getattr(now, name) for name in NAMES}


def frees_handles(context: Context) -> None:
    stories(context, scenarios_bind.FREES)
    for title, (code, writes) in scenarios_bind.AT_EXIT.items():
        if not context.skips_case():
            context.facts("case", case=context.case_number, kind="exit", call=title, setup=code)
            at_exit(context, title, code, writes)


def keeps_callbacks_alive(context: Context) -> None:
    stories(context, scenarios_bind.ALIVE)


def stories(context: Context, scenarios: dict) -> None:
    counting = library()
    context.load()
    for title, code in scenarios.items():
        if context.skips_case():
            continue
        context.facts("case", case=context.case_number, kind="story", call=title, setup=code)
        with tempfile.TemporaryDirectory() as room:
            names = {"Stash": context.module.Stash, "gc": gc, "missing": f"{room}/missing", "path": f"{room}/made"}
            before = counts(counting)
            names["counts"] = lambda start=before: {name: count - start[name] for name, count in counts(counting).items()}
            unraisable: list[str] = []
            sys.unraisablehook = lambda it, into=unraisable: into.append(f"{type(it.exc_value).__name__}: {it.exc_value}")
            try:
                exec(code, names)
                came = Outcome(value=names.get("came"))
            except BaseException as error:  # noqa: BLE001
                error.__traceback__ = None
                came = Outcome(error=error)
            has_want = "want" in names
            want, names = names.get("want"), None
            gc.collect()
            sys.unraisablehook = sys.__unraisablehook__
            after = counts(counting)
        context.facts("story", case=context.case_number, title=title, code=code, change={name: after[name] - before[name] for name in NAMES},
                      want=shown(want) if has_want else None, agrees=came.error is None and (not has_want or came.value == want),
                      unraisable=unraisable, **came.facts())


def at_exit(context: Context, title: str, code: str, writes: bool) -> None:
    """A program of its own that ends with things open: the library says in its last moment what still was."""
    with tempfile.TemporaryDirectory() as room:
        audit, path = Path(room, "audit"), Path(room, "stash")
        keep = "import ctypes, os; kept = ctypes.CDLL(os.environ['STASH_LIBRARY'])"
        program = f"import sys; sys.path.insert(0, {context.directory!r}); {keep}; import stash; path = {str(path)!r}\n{code}"
        done = subprocess.run([sys.executable, "-c", program], env={**os.environ, "STASH_AUDIT": str(audit)}, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        line = audit.read_text().splitlines()[-1:] if audit.exists() else []
        check = f"import sys; sys.path.insert(0, {context.directory!r}); import stash; s = stash.Stash({str(path)!r}); print(s.get('k')); s.close()"
        value = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=False).stdout.strip() if writes else None
    context.facts("exit", case=context.case_number, title=title, code=code, status=done.returncode, said=done.stderr[-2000:],
                  counts=json.loads(line[0]) if line else None, value=value, want_value="b'v'" if writes else None)


def declares_prototypes(context: Context) -> None:
    """Of each function of the library that the module has got hold of, what it says about its types."""
    counting = library()
    declared = header()
    looked_up: list = []
    original = ctypes.CDLL.__getitem__

    def remember(self, name):
        function = original(self, name)
        looked_up.append(function)
        return function

    ctypes.CDLL.__getitem__ = remember
    context.load()
    addresses = {ctypes.cast(getattr(counting, name), ctypes.c_void_p).value: name for name in declared}
    own = {id(getattr(counting, name)) for name in declared}
    seen: dict = {}

    def look() -> None:
        # Whatever is a function of C and has one of the library's addresses: an attribute of a CDLL, an
        # item of one, or an instance of a prototype.
        for function in [thing for thing in gc.get_objects() if isinstance(thing, ctypes._CFuncPtr)] + looked_up:
            name = addresses.get(ctypes.cast(function, ctypes.c_void_p).value)
            if name is not None and id(function) not in own and id(function) not in seen:
                seen[id(function)] = function
                prototype(context, name, declared[name], function.argtypes, function.restype)

    look()
    names = {"Stash": context.module.Stash, "gc": gc}
    for number, step in enumerate(scenarios_bind.EVERYTHING):
        context.facts("case", case=number, kind="use", call=step)
        try:
            exec(step, names)
        except BaseException:  # noqa: BLE001
            pass  # what comes of it is asked elsewhere
        look()
    ctypes.CDLL.__getitem__ = original
    if not seen:
        of_cffi(context, declared)
    context.facts("prototypes", functions=len(seen))


def prototype(context: Context, name: str, want: dict, argtypes, restype) -> None:
    arguments = [described(one) for one in argtypes] if argtypes is not None else None
    result = described(restype)
    agrees = arguments is not None and takes(arguments, want)
    context.facts("prototype", name=name, arguments=arguments, result=result, want=want, arguments_agree=agrees, result_agrees=fits(result, want["result"]))


def described(kind) -> dict:
    """Size and class (integer, real, pointer, void) of a type of ctypes; class "own" of what converts by itself.

    A callback's type has the same of its own arguments and result.
    """
    if kind is None:
        return {"type": "None", "class": "void", "size": 0}
    name = getattr(kind, "__name__", str(kind))
    try:
        size = ctypes.sizeof(kind)
    except TypeError:
        return {"type": name, "class": "own", "size": None}
    if issubclass(kind, ctypes._CFuncPtr) and hasattr(kind, "_argtypes_"):
        return called_back("callback", list(map(described, kind._argtypes_)), described(getattr(kind, "_restype_", ctypes.c_int)))
    code = getattr(kind, "_type_", None)
    if isinstance(code, str):
        group = "real" if code in "fdg" else "pointer" if code in "PzZO" else "integer"
    else:
        group = "pointer" if hasattr(kind, "contents") or issubclass(kind, (ctypes._Pointer, ctypes._CFuncPtr, ctypes.Array)) else "struct"
    return {"type": name, "class": group, "size": size}


def called_back(name: str, arguments: list[dict], result: dict) -> dict:
    types = ", ".join(one["type"] for one in arguments)
    return {"type": f"{name} ({types})", "class": "pointer", "size": ctypes.sizeof(ctypes.c_void_p), "callback": {"arguments": arguments, "result": result}}


def takes(arguments: list[dict], want: dict) -> bool:
    """Whether these are the header's arguments; where it ends with "...", there may be more."""
    more = len(arguments) - len(want["arguments"])
    return (more == 0 or (want["variadic"] and more > 0)) and all(map(fits, arguments, want["arguments"]))


def fits(has: dict, want: dict) -> bool:
    if has["class"] == "own":
        return True
    is_same = (has["class"], has["size"]) == (want["class"], want["size"])
    return is_same and not ("callback" in has and "callback" in want and not hears(has["callback"], want["callback"]))


def hears(has: dict, want: dict) -> bool:
    """Whether a callback's types are as wide as the header's: as many arguments as it takes, and the result if there is to be one."""
    pairs = [*zip(has["arguments"], want["arguments"])]
    if want["result"]["class"] != "void":
        pairs.append((has["result"], want["result"]))
    return all(one["class"] == "own" or (one["size"], one["class"] == "real") == (other["size"], other["class"] == "real") for one, other in pairs)


# __builtin_classify_type of GCC.
CLASSES = {1: "integer", 3: "integer", 4: "integer", 5: "pointer", 8: "real"}


# A pointer to a function that has a name of its own: its result, its name, its arguments.
CALLBACK = re.compile(r"typedef ([^;()]+?)\s*\(\*(\w+)\)\(([^;]*)\);")


def header() -> dict:
    """The prototypes in stash.h, as the compiler understands them: -aux-info of GCC."""
    include = os.environ.get("STASH_INCLUDE", "")
    file = Path(include, "stash.h")
    if not file.exists():
        raise Cannot("STASH_INCLUDE does not say where stash.h is")
    with tempfile.TemporaryDirectory() as room:
        listing, source, program = Path(room, "list"), Path(room, "sizes.c"), Path(room, "sizes")
        # As functions, callbacks are in the list, too.
        callbacks = {f"a_{name}": f"extern {result} a_{name}({arguments});\n" for result, name, arguments in CALLBACK.findall(file.read_text())}
        Path(room, "only.c").write_text('#include "stash.h"\n' + "".join(callbacks.values()))
        run(["cc", "-fsyntax-only", f"-I{include}", "-aux-info", listing, Path(room, "only.c")])
        functions = {}
        for line in listing.read_text().splitlines():
            if ("stash.h:" in line or "only.c:" in line) and "*/ extern " in line:
                text = line.split("*/ extern ", 1)[1].rstrip(";")
                before, _, arguments = text.partition("(")
                name = before.split()[-1].lstrip("*")
                result = before[: before.rindex(name)].strip()
                functions[name] = (result, split(arguments.rstrip().removesuffix(")")))
        lines = []
        for name, (result, arguments) in functions.items():
            for place, kind in enumerate((result, *arguments)):
                if kind == "...":
                    continue
                size = "0, 0" if kind == "void" else f"(int)sizeof({kind}), __builtin_classify_type(*(typeof({kind}) *)memory)"
                lines.append(f'printf("{name} {place} %d %d %s\\n", {size}, "{kind}");')
        source.write_text('#include <stdio.h>\n#include "stash.h"\nstatic long memory[64];\nint main(void)\n{\n' + "\n".join(lines) + "\nreturn 0;\n}\n")
        run(["cc", "-w", f"-I{include}", source, "-o", program])
        known: dict = {}
        for line in run([program]).splitlines():
            name, place, size, number, kind = line.split(" ", 4)
            one = {"type": kind, "class": "void" if kind == "void" else CLASSES.get(int(number), number), "size": int(size)}
            entry = known.setdefault(name, {"arguments": [], "result": None, "variadic": functions[name][1][-1:] == ["..."]})
            if place == "0":
                entry["result"] = one
            elif kind != "void":
                entry["arguments"].append(one)
    of_name = {name.removeprefix("a_"): known.pop(name) for name in callbacks}
    for argument in (one for entry in known.values() for one in entry["arguments"] if one["type"] in of_name):
        called = of_name[argument["type"]]
        argument |= called_back(argument["type"], called["arguments"], called["result"])
    return known


def split(arguments: str) -> list[str]:
    """Arguments at the commas that are in no parentheses."""
    parts, depth = [""], 0
    for letter in arguments:
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts if part.strip()]


def run(command) -> str:
    try:
        return subprocess.run([str(word) for word in command], capture_output=True, text=True, check=True, env={**os.environ, "LD_PRELOAD": ""}).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise Cannot(f"the header cannot be read: {error}") from error


def of_cffi(context: Context, declared: dict) -> None:
    """What an ABI-mode cdef says; in API mode the compiler has compared it with the header."""
    for module in list(sys.modules.values()):
        ffi, lib = getattr(module, "ffi", None), getattr(module, "lib", None)
        for holder in (vars(module).values() if getattr(module, "__name__", "") == context.lab.module else ()):
            if type(holder).__name__ in ("FFI", "CompiledFFI"):
                ffi = holder
            elif type(holder).__name__ in ("Lib", "FFILibrary") or str(holder).startswith("<Lib object"):
                lib = holder
        if ffi is None or lib is None or not hasattr(ffi, "typeof"):
            continue
        for name, want in declared.items():
            try:
                kind = ffi.typeof(getattr(lib, name))
            except (AttributeError, TypeError, ValueError):
                continue
            arguments, result = [of_ctype(ffi, one) for one in kind.args], of_ctype(ffi, kind.result)
            context.facts("prototype", name=name, arguments=arguments, result=result, want=want, arguments_agree=takes(arguments, want),
                          result_agrees=fits(result, want["result"]))


def of_ctype(ffi, kind) -> dict:
    if kind.kind == "void":
        return {"type": kind.cname, "class": "void", "size": 0}
    if kind.kind == "function":
        return called_back("callback", [of_ctype(ffi, one) for one in kind.args], of_ctype(ffi, kind.result))
    group = "pointer" if kind.kind in ("pointer", "array") else "real" if kind.cname in ("float", "double") else "integer"
    return {"type": kind.cname, "class": group, "size": ffi.sizeof(kind)}
