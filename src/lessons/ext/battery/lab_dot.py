"""ext/dot: `vec.dot(a, b) -> float`, of one-dimensional buffers of float64, strided ones too."""

import itertools
import math

from cases import Near
from labs import Lab, Loop, Meeting


def dot(a, b):
    one, other = memoryview(a), memoryview(b)
    for view in (one, other):
        if view.ndim != 1 or view.format.lstrip("@=<") != "d":
            raise TypeError("a one-dimensional buffer of float64 is needed")
    if len(one) != len(other):
        raise ValueError("lengths differ")
    if len(one) > 1 << 24:  # broadcast: all elements are the same
        return Near(float(len(one)) * one[0] * other[0], 1e-9 * len(one))
    products = [x * y for x, y in zip(values(one), values(other))]
    if any(math.isnan(product) or math.isinf(product) for product in products):
        return math.fsum(products) if not any(map(math.isnan, products)) and len(set(filter(math.isinf, products))) < 2 else math.nan
    return Near(math.fsum(products), 1e-12 * math.fsum(map(abs, products)) + 5e-324 * (len(products) + 1))


def values(view):
    """The floats of a strided view, also of formats such as <d, which memoryview does not read."""
    try:
        return view.tolist()
    except NotImplementedError:
        return memoryview(view.tobytes()).cast("d").tolist()


def floats(rng, size):
    return [rng.choice((0.0, 1.0, -1.5, rng.uniform(-1e3, 1e3), rng.uniform(-1e100, 1e100))) for _ in range(size)]


def random_calls(rng):
    for _ in range(100):
        size = rng.choice((rng.randrange(20), rng.randrange(300)))
        a, b = floats(rng, size), floats(rng, size)
        step = rng.choice((1, 1, 2, 3, -1, -2))
        form = rng.choice(("array('d', {0})", "np.array({0})", "memoryview(array('d', {0}))[::{1}]", "np.array({0})[::{1}]"))
        yield f"dot({form.format(a, step)}, {form.format(b, step)})"


SIZES = (0, 1, 2, 3, 7, 8, 9, 15, 31, 33, 63, 64, 65, 95, 127, 255, 1000)
A, B = "array('d', [1.5, -2.0, 3.0])", "array('d', [4.0, 5.0, 0.25])"
NO = ("[1.0, 2.0, 3.0]", "(1.0, 2.0, 3.0)", "None", "1", "1.0", "'abc'", "bytes(24)", "bytearray(24)", "array('f', [1, 2, 3])", "array('q', [1, 2, 3])",
      "array('L', [1, 2, 3])", "array('B', [1, 2, 3])", "np.ones(3, dtype=np.float32)", "np.ones(3, dtype=np.int64)", "np.ones(3, dtype=np.complex128)",
      "np.ones(3, dtype=bool)", "np.ones(3, dtype=np.float16)", "np.ones(3, dtype=object)", "np.ones(3, dtype='>f8')", "np.ones((3, 1))", "np.ones((2, 2))",
      "np.ones((1, 3))", "memoryview(bytes(32)).cast('d', (2, 2))", "np.array(1.0)", "np.float64(1.0)", "array('d', [1.0])", "array('d', [1.0, 2.0])",
      "array('d', [1.0, 2.0, 3.0, 4.0])", "array('d')", "object()")

LAB = Lab(
    module="vec",
    reference={"dot": dot},
    ordinary=(
        f"dot({A}, {B})",
        *(f"dot(array('d', range({size})), array('d', range({size})))" for size in SIZES),
        "dot(memoryview(bytes(range(64))).cast('d'), memoryview(bytes(64)).cast('d'))",
        f"dot(memoryview({A}), {B})",
        f"dot(memoryview({A})[::-1], {B})",
        f"dot({B}, memoryview({A})[::-1])",
        "dot(memoryview(array('d', range(30)))[::3], memoryview(array('d', range(20)))[::2])",
        "dot(memoryview(array('d', range(30)))[29:2:-3], memoryview(array('d', range(9))))",
        "dot(memoryview(bytearray(80)).cast('d'), array('d', range(10)))",
        "dot(np.arange(20.0), np.arange(20.0))",
        "dot(np.arange(40.0)[::2], np.arange(20.0))",
        "dot(np.arange(20.0)[::-1], np.arange(20.0))",
        "dot(np.arange(25.0)[3:-2], np.arange(60.0)[::3])",
        "dot(np.arange(60.0).reshape(20, 3)[:, 1], np.arange(20.0))",
        "dot(np.arange(20.0), array('d', range(20)))",
        "dot(array('d', range(20)), np.arange(20.0))",
        "dot(*(lambda a: (a, a))(array('d', [1.5, 2.5])))",
        "dot(np.broadcast_to(np.float64(2.0), 1000), np.arange(1000.0))",
        "dot(np.frombuffer(bytes(80)), np.arange(10.0))",
        *(f"dot(np.arange({size}.0)[1:-1], np.arange({size}.0)[1:-1])" for size in (4, 5, 10, 103)),
        "dot(array('d', [float('nan'), 1.0]), array('d', [1.0, 1.0]))",
        "dot(array('d', [float('inf'), 1.0]), array('d', [1.0, 1.0]))",
        "dot(array('d', [0.0, 1.0]), array('d', [float('inf'), 1.0]))",
        "dot(array('d', [float('nan'), 1.0]), array('d', [0.0, 1.0]))",
        "dot(array('d', [1.0, float('-inf')]), array('d', [1.0, 1.0]))",
        "dot(array('d', [1e308, 1.0]), array('d', [0.5, 1.0]))",
        *(f"dot(array('d', range({size})), memoryview(array('d', range({size})))[::-1])" for size in (65535, 65536, 65537, 100_003)),
    ),
    huge=(
        "dot(np.broadcast_to(np.float64(1.0), 2**31 + 7), np.broadcast_to(np.float64(0.5), 2**31 + 7))",
        # Three elements, and two gibibytes from the first to the last.
        *(f"dot(sparse(2**31 + 8, 7, 2**30 + 7, 2**31 + 7).cast('d')[::{step}], array('d', [1.0, 2.0, 4.0]))" for step in (2**27, -2**27)),
        # And a stride that an int of 32 bits has no room for.
        *(f"dot(sparse(2**32 + 8, 7, 2**31 + 7, 2**32 + 7).cast('d')[::{step}], array('d', [1.0, 2.0, 4.0]))" for step in (2**28, -2**28)),
    ),
    random=random_calls,
    refused=(
        "dot()", f"dot({A})", f"dot({A}, {B}, {A})", f"dot({A}, {B}, nonsense=1)",
        *(f"dot({A}, {no})" for no in NO), *(f"dot({no}, {B})" for no in NO),
        *(f"dot({a}, {b})" for a, b in itertools.product(("b''", "array('f')", "array('d')"), repeat=2) if "array('d')" not in (a, b) or a != b),
    ),
    either=(
        # No arrays of ctypes: they say that they have strides, and give none.
        "dot(np.array([(x + 0.5, 7) for x in range(5)], dtype=[('x', 'f8'), ('y', 'i4')])['x'], np.arange(5.0))",
        "dot(np.arange(5.0), np.array([(x + 0.5, 7) for x in range(5)], dtype=[('x', 'f8'), ('y', 'i4')])['x'])",
        "dot(np.frombuffer(b'7' + array('d', [1.5, 2.5]).tobytes(), dtype='u1')[1:].view('f8'), np.arange(2.0))",
    ),
    bounds=(
        *(f"dot({one}(bytes(range({size})) * 8, 'd'), {other}(bytes(range({size})) * 8, 'd'))" for size in (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 63, 64)
          for one, other in itertools.product(("before_wall", "after_wall"), repeat=2)),
        *(f"dot(before_wall(bytes({8 * (2 * size - 1)}), 'd')[::2], before_wall(bytes({8 * size}), 'd'))" for size in (1, 2, 7, 8, 9, 64)),
        *(f"dot(after_wall(bytes({8 * size}), 'd')[::-1], before_wall(bytes({8 * size}), 'd')[::-1])" for size in (1, 2, 7, 8, 9, 64)),
        *(f"dot({where}(bytes(65536), 'd'), {where}(bytes(65536), 'd'))" for where in ("before_wall", "after_wall")),
        *(f"dot(amid(bytes(range({size})) * 8, 0xff, 'd'), amid(bytes(range({size})) * 8, 0xff, 'd'))" for size in (0, 1, 2, 3, 5, 7, 8, 9, 15, 16, 17)),
    ),
    loops=(
        Loop("dot(a, b)", f"a = {A}; b = {B}", ("a", "b"), "a.append(0.0); del a[-1]; b.append(0.0); del b[-1]"),
        Loop("dot(a, b)", "a = array('d', range(100_000)); b = array('d', range(100_000))", ("a", "b"), "a.append(0.0); del a[-1]; b.append(0.0); del b[-1]"),
        Loop("dot(a, a)", f"a = {A}", ("a",), "a.append(0.0); del a[-1]"),
        Loop("dot(a, b)", "a = np.arange(100.0); b = np.arange(200.0)[::2]", ("a", "b")),
        Loop("dot(v, w)", f"a = {A}; v = memoryview(a)[::-1]; w = memoryview(a)", ("a", "v", "w")),
        Loop("dot(a, no)", f"a = {A}; no = [big(2**70)]", ("a", "no", "no[0]"), "a.append(0.0); del a[-1]"),
        Loop("dot(no, a)", f"a = {A}; no = [big(2**70)]", ("a", "no", "no[0]"), "a.append(0.0); del a[-1]"),
        Loop("dot(a, b)", f"a = {A}; b = array('d', [1.0])", ("a", "b"), "a.append(0.0); del a[-1]; b.append(0.0); del b[-1]"),
        Loop("dot(f, a)", f"a = {A}; f = array('f', [1, 2, 3])", ("a", "f"), "a.append(0.0); del a[-1]; f.append(0.0); del f[-1]"),
        Loop("dot(a, f)", f"a = {A}; f = array('f', [1, 2, 3])", ("a", "f"), "a.append(0.0); del a[-1]; f.append(0.0); del f[-1]"),
        Loop("dot(m, a)", f"a = {A}; m = memoryview(bytes(32)).cast('d', (2, 2))", ("a", "m"), "a.append(0.0); del a[-1]"),
        Loop("dot(a, m)", f"a = {A}; m = memoryview(bytes(32)).cast('d', (2, 2))", ("a", "m"), "a.append(0.0); del a[-1]"),
        *(Loop(call, f"a = {A}; q = memoryview(array('q', [1, 2, 3])); z = memoryview(bytes(8)).cast('d', ())", ("a", "q", "z"), "a.append(0.0); del a[-1]")
          for call in ("dot(q, a)", "dot(a, q)", "dot(z, a)", "dot(a, z)")),
        Loop("dot(number, a)", f"a = {A}; number = big(2**70)", ("a", "number"), "a.append(0.0); del a[-1]"),
        Loop("dot(a)", f"a = {A}", ("a",)),
        Loop("dot(array('d'), array('d'))"),
    ),
    long=(
        Loop("dot(a, b)", "a = array('d', [1.0]) * (1 << 23); b = array('d', [0.5]) * (1 << 23)"),
        Loop("dot(a[::2], b[::-2])", "a = memoryview(array('d', [1.0]) * (1 << 23)); b = memoryview(array('d', [0.5]) * (1 << 23))"),
        Loop("dot(a[::2], b)", "a = memoryview(array('d', [1.0]) * (1 << 23)); b = array('d', [0.5]) * (1 << 22)"),
        Loop("dot(a, b[::2])", "a = array('d', [1.0]) * (1 << 22); b = memoryview(array('d', [0.5]) * (1 << 23))"),
        Loop("dot(still, b)", "still = np.broadcast_to(np.float64(1.0), 1 << 23); b = array('d', [0.5]) * (1 << 23)"),
        Loop("dot(a, still)", "a = array('d', [1.0]) * (1 << 23); still = np.broadcast_to(np.float64(0.5), 1 << 23)"),
    ),
    meetings=(
        Meeting("dot(a, b)", "a = array('d', range(1 << 17)); b = array('d', range(1 << 17))"),
        Meeting("dot(memoryview(a)[::2], memoryview(b)[::-2])", "a = array('d', range(1 << 18)); b = array('d', range(1 << 18))"),
        Meeting("dot(next(turn), b)", "one, other, b = (array('d', range(start, start + (1 << 17))) for start in (0, 1, 2)); turn = iter((one, other))",
                resize="one.append(0.0); other.append(0.0); b.append(0.0)"),
        Meeting("dot(a, b)", "a = array('d', range(1 << 17)); b = array('d', range(1 << 17))", "a.append(1.0)"),
        Meeting("dot(a, b)", "a = array('d', range(1 << 17)); b = array('d', range(1 << 17))", "del b[:]"),
        Meeting("dot(memoryview(a).cast('d'), memoryview(a).cast('d'))", "a = bytearray(bytes(range(64)) * 16384)", "a.clear()"),
        Meeting("dot(memoryview(a)[::2], memoryview(b)[::-2])", "a = array('d', range(1 << 18)); b = array('d', range(1 << 18))", "b.extend([1.0])"),
    ),
    endless=Loop("dot(a, a)", "a = np.broadcast_to(np.float64(1.0), 2**44)", ("a",)),
)
