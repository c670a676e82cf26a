"""Probes about the module as a whole: the file, and where it can be imported."""

import ctypes
import importlib
import importlib.machinery
import json
import re
import sys
import tempfile
from pathlib import Path

import material
from cases import Call, Outcome, outcome
from context import Cannot, Context
from elf import INIT, Elf


def builds(context: Context) -> None:
    """What the shared objects need and export. And what compilers said."""
    for warning in context.build.get("warnings", ()):
        context.facts("warning", **warning)
    for file in sorted(Path(context.directory).rglob("*.so*")):
        elf = Elf(file)
        context.facts("shared-object", file=str(file.relative_to(context.directory)), needed=elf.needed, run_path=elf.run_path,
                      init=[name.removeprefix(INIT) for name in elf.exports if name.startswith(INIT)])
    context.load()
    context.facts("imported", module=context.lab.module, file=getattr(context.module, "__file__", None),
                  functions=sorted(name for name, thing in vars(context.module).items() if callable(thing) and not name.startswith("_")))


def imports_anywhere(context: Context) -> None:
    """Twice; and in other interpreters, of which one has a GIL of its own where Python has such."""
    context.load()
    if not context.skips_case():
        context.facts("case", case=context.case_number, kind="init")
        phases(context)
    if not context.skips_case():
        context.facts("case", case=context.case_number, kind="again")
        again(context)
    for kind in ("shared", "own"):
        if not context.skips_case():
            context.facts("case", case=context.case_number, kind=f"{kind}-gil")
            interpreter(context, kind)


def samples(context: Context) -> list[str]:
    """Calls that need no more than the module and array, which can be imported in any interpreter."""
    other = set(material.names()) - {"array"}
    plain = [source for source in context.lab.ordinary if not other & set(re.findall(r"\w+", source))]
    return plain[:6] or [loop.call for loop in context.lab.loops[:3]]


def works(context: Context) -> list[dict]:
    return [{"call": source, "agrees": pair[0].agrees(pair[1]) if context.lab.reference else None, **pair[0].facts()}
            for source in samples(context) if (pair := context.both(Call(source))) is not None]


def phases(context: Context) -> None:
    """Whether the init function returns a definition (PEP 489) or a module, as the import system sees it."""
    file = getattr(context.module, "__file__", None) or ""
    if not file.endswith(tuple(importlib.machinery.EXTENSION_SUFFIXES)):
        context.facts("init", phases=None, why="the module is no shared object")
        return
    # The machinery makes the module in create_module() for one that has a definition, and executes it
    # only in exec_module(); the def itself is kept with the module.
    definition = ctypes.pythonapi.PyModule_GetDef
    definition.restype, definition.argtypes = ctypes.c_void_p, [ctypes.py_object]
    address = definition(context.module)
    if not address:
        context.facts("init", phases=None, why="the module has no definition")
        return
    # PyModuleDef: PyModuleDef_Base (40 bytes), m_name, m_doc, m_size, m_methods, m_slots
    words = (ctypes.c_void_p * 5).from_address(address + 40)
    size = ctypes.c_ssize_t.from_address(address + 56).value
    slots = []
    if words[4]:
        for number in range(32):
            slot = ctypes.c_int.from_address(words[4] + 16 * number).value
            if slot == 0:
                break
            slots.append({"slot": slot, "value": ctypes.c_size_t.from_address(words[4] + 16 * number + 8).value if slot > 2 else None})
    context.facts("init", phases=2 if words[4] else 1, slots=slots, state_size=size)


def again(context: Context) -> None:
    """Out of sys.modules, and imported again: the first one must go on working."""
    first = context.module
    objects = {name: id(Call(name).make(context.names())) for name in context.lab.own_objects}
    del sys.modules[context.lab.module]
    try:
        context.module = importlib.import_module(context.lab.module)
    except BaseException as error:  # noqa: BLE001
        context.facts("import", where="again", works=None, works_first=works(context), **Outcome(error=error).facts())
        return
    shared = [name for name, known in objects.items() if id(Call(name).make(context.names())) == known]
    second, is_same = works(context), context.module is first
    errors = own_errors(context)
    context.module = first
    context.facts("import", where="again", is_same=is_same, outcome="returned", works=second, works_first=works(context), shared_objects=shared,
                  own_errors=errors + own_errors(context))


def own_errors(context: Context) -> list[dict]:
    """Whether what a module raises is of its own class, and not of another's of the same name."""
    return [{"call": source, "is_own": isinstance(outcome(Call(source), context.names()).error, Call(kind).make(context.names()))}
            for source, kind in context.lab.own_errors]


SCRIPT = """
import json, sys
sys.path[:0] = {paths!r}
answer = {{}}

def shown(call, names):
    try:
        return repr(eval(call, names))
    except BaseException as error:
        return type(error).__name__

try:
    from array import array
    module = __import__({module!r})
    names = {{"array": array, {module!r}: module, **{{k: v for k, v in vars(module).items() if not k.startswith("__")}}}}
    answer["values"] = [shown(call, names) for call in {calls!r}]
    answer["objects"] = {{name: id(eval(name, names)) for name in {objects!r}}}
except BaseException as error:
    answer["error"] = [type(error).__name__, str(error), [base.__name__ for base in type(error).__mro__]]
with open({file!r}, "w") as out:
    json.dump(answer, out)
"""


def interpreter(context: Context, gil: str) -> None:
    """The import and some calls in another interpreter of this process, and after its end, here again."""
    module = interpreters()
    if (technology := context.build.get("technology")) in ("pybind11", "nanobind"):
        # They call PyGILState_Ensure, which knows the first interpreter only and waits for ever there on
        # 3.11: pybind11 in its init function, nanobind where it lets go of an ndarray.
        context.facts("cannot", case=context.case_number, why=f"{technology} does not come back from a second interpreter")
        return
    if gil == "own" and sys.version_info < (3, 12):
        context.facts("cannot", case=context.case_number, why="this Python has no interpreters with a GIL of their own (3.12 has)")
        return
    with tempfile.NamedTemporaryFile(suffix=".json") as answer:
        script = SCRIPT.format(paths=[context.directory], module=context.lab.module, calls=samples(context),
                               objects=list(context.lab.own_objects), file=answer.name)
        try:
            number = create(module, gil)
            problem = module.run_string(number, script)
            module.destroy(number)
        except BaseException as error:  # noqa: BLE001
            problem = error
        said = Path(answer.name).read_text() or "{}"
    got = json.loads(said)
    # Held against what the module itself returns here: whether that is right is not the question.
    here = [outcome(Call(source), context.names()) for source in samples(context)]
    want = [repr(came.value) if came.error is None else type(came.error).__name__ for came in here]
    objects = {name: id(Call(name).make(context.names())) for name in context.lab.own_objects}
    context.facts("import", where=f"{gil}-gil", values=got.get("values"), want=want, error=got.get("error"), problem=str(problem) if problem else None,
                  shared_objects=[name for name, known in objects.items() if got.get("objects", {}).get(name) == known],
                  works_first=works(context))


def interpreters():
    for name in ("_interpreters", "_xxsubinterpreters"):
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    raise Cannot("this Python does not let programs make interpreters")


def create(module, gil: str):
    if module.__name__ == "_interpreters":
        return module.create("isolated" if gil == "own" else "legacy")
    return module.create(isolated=gil == "own")
