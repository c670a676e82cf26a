"""How an array of NumPy lies in memory, and what that costs, as one line of JSON.

Usage: layout.py SIDE PRODUCT LARGE REPEATS
SIDE: rows and columns of the matrix that is copied; PRODUCT, LARGE: of those that are multiplied,
by everybody, and by the fast ones. triple.c is in the directory in which it runs.
"""

import ctypes
import json
import os
import subprocess
import sys
import time
from pathlib import Path

os.environ["OPENBLAS_NUM_THREADS"] = "1"
try:
    import numpy
except ImportError as error:
    print(json.dumps({"why": f"NumPy is not there ({error})"}))
    sys.exit()

SIDE, PRODUCT, LARGE, REPEATS = map(int, sys.argv[1:])
WORD = ctypes.sizeof(ctypes.c_void_p)
ROW_MAJOR, AS_IT_IS, TRANSPOSED = 101, 111, 112

missing = []


def least(run):
    """Nanoseconds: the least of several times, of this thread."""
    best = None
    for _ in range(REPEATS):
        start = time.thread_time_ns()
        run()
        took = time.thread_time_ns() - start
        best = took if best is None else min(best, took)
    return max(best, 1)


def words(address, count):
    return [ctypes.c_ssize_t.from_address(address + at * WORD).value for at in range(count)]


def header(array):
    """What is read from the object's memory, word by word, beside what the array says of itself."""
    raw = words(id(array), object.__basicsize__ // WORD + 7)
    start = object.__basicsize__ // WORD
    data, nd, dimensions, strides, base, descr, flags = raw[start:]
    nd, flags = nd & 0xFFFFFFFF, flags & 0xFFFFFFFF
    expected = [array.ctypes.data, array.ndim, id(array.dtype), array.flags.num]
    if [data, nd, descr, flags] != expected:
        missing.append("the object's memory (it lies otherwise here)")
        return None
    at = [hex(value) for value in raw]
    rows = [
        (start - 1, "ob_type", at[start - 1], type(array).__name__),
        (start, "data", hex(data), f"where the elements are, {array.nbytes} bytes"),
        (start + 1, "nd", str(nd), "dimensions"),
        (start + 2, "dimensions", hex(dimensions), f"there: {numbers(words(dimensions, nd))}"),
        (start + 3, "strides", hex(strides), f"there: {numbers(words(strides, nd))}"),
        (start + 4, "base", hex(base) if base else "0", "nobody else's memory" if not base else "whose memory it is"),
        (start + 5, "descr", hex(descr), f"the type of an element: {array.dtype}"),
        (start + 6, "flags", hex(flags), flag_names(array)),
    ]
    return {
        "rows": [{"offset": word * WORD, "field": field, "value": value, "says": says} for word, field, value, says in rows],
        "object": sys.getsizeof(array) - array.nbytes,
        "elements": array.nbytes,
    }


def numbers(values):
    return ", ".join(map(str, values))


def flag_names(array):
    kinds = [("c_contiguous", "C order"), ("f_contiguous", "Fortran order"), ("owndata", "owns its memory"), ("aligned", "aligned"), ("writeable", "writeable")]
    return ", ".join(said for name, said in kinds if getattr(array.flags, name))


def views(array):
    """Each view: its shape, its strides, and which element it has at which place of the memory."""
    start = array.ctypes.data
    found = []
    for text in ["a", "a.T", "a[1]", "a[:, 1]", "a[::-1]", "a[:, ::2]", "a.reshape(2, 6)", "a.T.reshape(12)", "a[[0, 2]]"]:
        view = eval(text, {"a": array})
        shares = numpy.shares_memory(array, view)
        order = [None] * array.size
        for nth, index in enumerate(numpy.ndindex(view.shape)):
            address = view.ctypes.data + sum(at * stride for at, stride in zip(index, view.strides))
            if shares:
                order[(address - start) // array.itemsize] = nth
        found.append({"view": text, "shape": list(view.shape), "strides": list(view.strides), "order": order if shares else None})
    return found


def copies():
    """What is done with a matrix: nanoseconds and bytes that were asked for."""
    matrix = numpy.arange(SIDE * SIDE, dtype=numpy.float64).reshape(SIDE, SIDE)
    target = numpy.zeros_like(matrix)
    fortran = numpy.asfortranarray(matrix)

    def each(parts):
        def run():
            for part in parts:
                part.sum()

        return run

    rows = [
        ("a view: matrix.T", lambda: matrix.T, 0),
        ("a copy", lambda: numpy.copyto(target, matrix), matrix.nbytes),
        ("a copy, Fortran to C order", lambda: numpy.copyto(target, fortran), matrix.nbytes),
        ("the sum of each row", each([matrix[at] for at in range(SIDE)]), matrix.nbytes),
        ("the sum of each column", each([matrix[:, at] for at in range(SIDE)]), matrix.nbytes),
        ("the same, Fortran order", each([fortran[:, at] for at in range(SIDE)]), matrix.nbytes),
    ]
    for what, run, _ in rows:
        run()
    return {"bytes": matrix.nbytes, "rows": [{"what": what, "ns": least(run), "bytes": size} for what, run, size in rows]}


def blas():
    """The dgemm that NumPy itself calls, its name, and the type of its integers; or nothing."""
    for module in ("numpy._core._multiarray_umath", "numpy.core._multiarray_umath"):
        if module in sys.modules:
            # What the module is linked with is found through it; see dlsym(3).
            library = ctypes.CDLL(sys.modules[module].__file__)
            break
    else:
        return None
    for name, integer in [
        ("scipy_cblas_dgemm64_", ctypes.c_int64),
        ("cblas_dgemm64_", ctypes.c_int64),
        ("scipy_cblas_dgemm", ctypes.c_int32),
        ("cblas_dgemm", ctypes.c_int32),
    ]:
        function = getattr(library, name, None)
        if function is not None:
            break
    else:
        return None
    matrix = ctypes.c_void_p
    function.argtypes = [
        *[ctypes.c_int] * 3,
        *[integer] * 3,
        *[ctypes.c_double, matrix, integer, matrix, integer],
        *[ctypes.c_double, matrix, integer],
    ]
    function.restype = None
    return name, function


def call(function, a, b, c):
    """A product by dgemm: an argument in Fortran order is one that is transposed, and not copied."""
    n = len(a)
    orders = [AS_IT_IS if one.flags.c_contiguous else TRANSPOSED for one in (a, b)]
    addresses = [one.ctypes.data for one in (a, b, c)]
    args = (ROW_MAJOR, *orders, n, n, n, 1.0, addresses[0], n, addresses[1], n, 0.0, addresses[2], n)

    # An address keeps nothing alive: the arrays are among the defaults, as long as `run` is there.
    def run(kept=(a, b, c)):
        function(*args)

    return run


def in_python(a, b, n):
    def run():
        return [[sum(row[k] * b[k][j] for k in range(n)) for j in range(n)] for row in a]

    return run


def triple():
    """The two loops in C, or none."""
    target = Path.cwd() / "triple.so"
    command = ["cc", "-shared", "-fPIC", "-O3", "-march=native", "triple.c", "-o", str(target)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    except OSError as error:
        missing.append(f"loops in C (cc: {error.strerror})")
        return None
    if done.returncode != 0:
        missing.append("loops in C (cc does not compile them)")
        return None
    library = ctypes.CDLL(str(target))
    for name in ("by_definition", "along_rows"):
        function = getattr(library, name)
        function.argtypes = [ctypes.c_void_p] * 3 + [ctypes.c_size_t]
        function.restype = None
    return library


def products():
    loops, found = triple(), blas()
    if found is None:
        missing.append("dgemm (NumPy's own is not to be found)")
    rows = []
    for n in (PRODUCT, LARGE):
        random = numpy.random.default_rng(n)
        a, b = random.random((n, n)), random.random((n, n))
        c = numpy.zeros((n, n))
        addresses = (a.ctypes.data, b.ctypes.data, c.ctypes.data, n)
        ways = []
        if n == PRODUCT:
            ways.append(("three loops in Python", in_python(a.tolist(), b.tolist(), n)))
        if loops is not None and n == PRODUCT:
            ways.append(("three loops in C", lambda: loops.by_definition(*addresses)))
            ways.append(("the inner two exchanged", lambda: loops.along_rows(*addresses)))
        if found is not None:
            name, function = found
            ways.append(("dgemm, by ctypes", call(function, a, b, c)))
            ways.append(("the same, b in Fortran order", call(function, a, numpy.asfortranarray(b), c)))
        ways.append(("a @ b", lambda: numpy.matmul(a, b, out=c)))
        right = a @ b
        for what, run in ways:
            c[:] = 0
            said = run()
            if not numpy.allclose(c if said is None else said, right):
                sys.exit(f"{what} computes something else")
            rows.append({"what": what, "n": n, "ns": least(run)})
    return {"rows": rows, "dgemm": found[0] if found else None}


def main():
    array = numpy.arange(12, dtype=numpy.int64).reshape(3, 4).copy()
    print(
        json.dumps(
            {
                "header": header(array),
                "views": views(array),
                "copies": copies(),
                "products": products(),
                "missing": missing,
                "numpy": numpy.__version__,
            }
        )
    )


main()
