"""What the shim adds to one call of a function of Python's, nanoseconds: captured.py BATTERY.

A module that calls PyLong_FromLong a million times is timed as it is, with the shim that does nothing,
that checks, and that logs; the log is emptied before each round, and a round fills half of it.
"""

import importlib
import os
import subprocess
import sys
import sysconfig
import tempfile
import time

sys.path.insert(0, sys.argv[1])

import shim  # noqa: E402
import toolchain  # noqa: E402
from pathlib import Path  # noqa: E402

SOURCE = """
#define PY_SSIZE_T_CLEAN
#include <Python.h>
static PyObject *many(PyObject *self, PyObject *number)
{
    long calls = PyLong_AsLong(number);
    for (long i = 0; i < calls; i++) {
        PyObject *made = PyLong_FromLong(1);
        Py_XDECREF(made);
    }
    Py_RETURN_NONE;
}
static PyMethodDef methods[] = {{"many", many, METH_O, 0}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "captured_many", 0, 0, methods};
PyMODINIT_FUNC PyInit_captured_many(void) { return PyModule_Create(&module); }
"""
CALLS, ROUNDS = 2000, 400


def each(function, watcher=None):
    best = None
    for _ in range(ROUNDS):
        if watcher:
            watcher.clear()
        began = time.perf_counter_ns()
        function()
        took = time.perf_counter_ns() - began
        best = took if best is None else min(best, took)
    return best / CALLS


with tempfile.TemporaryDirectory() as place:
    Path(place, "many.c").write_text(SOURCE)
    target = os.path.join(place, "captured_many" + sysconfig.get_config_var("EXT_SUFFIX"))
    subprocess.run(["cc", "-O2", "-shared", "-fPIC", f"-I{sysconfig.get_path('include')}", f"{place}/many.c", "-o", target], check=True)
    sys.path.insert(0, place)
    many = importlib.import_module("captured_many").many
    plain = each(lambda: many(CALLS))
    watcher = shim.Shim(str(toolchain.build_shim(Path(place))))
    watcher.patch(os.path.realpath(target))
    for name, bits in (("off", 0), ("check", shim.CHECK), ("log", shim.LOG_ALL), ("log and results", shim.LOG_ALL | shim.RESULTS)):
        watcher.mode(bits)
        figure = each(lambda: watcher.call(many, (CALLS,)), watcher)
        logged = len(watcher.events())
        watcher.mode(0)
        if bits & shim.LOG_ALL and logged < CALLS:
            sys.exit(f"only {logged} events of {CALLS} calls were logged")
        print(f"{name}\t{figure - plain:.1f}")
