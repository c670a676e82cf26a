"""The arrays that add(a, b, out=None) is called with.

A case is a call in words, and a function that makes its arguments: (positional, keywords).
"""

import random

import numpy as np

SIZES = (1000, 0, 1, 2, 3, 31, 32, 33, 255, 256, 257, 4099, 65537)
SHAPES = ((3, 5), (2, 3, 4), (1, 1), (64, 33), (7, 0))


def vectors(count: int, rng: random.Random):
    """Two vectors whose sum tells every element from its neighbours."""
    noise = np.random.default_rng(rng.getrandbits(32))
    a = noise.uniform(-1000, 1000, count).astype(np.float32)
    b = noise.uniform(-1000, 1000, count).astype(np.float32)
    return a, b


def right(rng: random.Random):
    """Calls that return the sum: (call, a, b, out or None)."""
    for size in (*SIZES, rng.randrange(300, 3000)):
        a, b = vectors(size, rng)
        yield f"add(a, b) of {size} elements", a, b, None
    for shape in SHAPES:
        a, b = (part.reshape(shape) for part in vectors(int(np.prod(shape)), rng))
        yield f"add(a, b) of shape {shape}", a, b, None
    a, b = vectors(500, rng)
    a[:4], b[:4] = (np.nan, np.inf, -np.inf, -0.0), (1, 1, np.inf, 0.0)
    yield "add(a, b) with NaN and infinity in a", a, b, None
    a, b = vectors(700, rng)
    yield "add(a, b, out=out)", a, b, np.full(700, 7, np.float32)
    yield "add(a, a)", a, a, None
    yield "add(a, b, out=a)", a.copy(), b, "a"
    frozen = a.copy()
    frozen.flags.writeable = False
    yield "add(a, b) of a read-only a", frozen, b, None


def wrong(rng: random.Random):
    """Calls that have to be refused: (call, arguments, keywords)."""
    a, b = vectors(24, rng)
    matrix = a.reshape(4, 6)
    frozen = np.empty(24, np.float32)
    frozen.flags.writeable = False
    yield "add(a, b) of a float64 a", (a.astype(np.float64), b), {}
    yield "add(a, b) of a float64 b", (a, b.astype(np.float64)), {}
    yield "add(a, b) of an int32 b", (a, b.astype(np.int32)), {}
    yield "add(a, b) of an a of the other byte order", (a.astype(">f4"), b), {}
    yield "add(a, b) of a complex64 a", (a.astype(np.complex64), b), {}
    yield "add(a, b) of a list", (a.tolist(), b), {}
    yield "add(a, None)", (a, None), {}
    yield "add(a, 1.0)", (a, 1.0), {}
    yield "add(a, b) of a bytes object", (a, b.tobytes()), {}
    yield "add(a, b) of 24 and 23 elements", (a, b[:23]), {}
    yield "add(a, b) of 23 and 24 elements", (a[:23], b), {}
    yield "add(a, b) of 24 elements and 1", (a, b[:1]), {}
    yield "add(a, b) of shapes (4, 6) and (6, 4)", (matrix, b.reshape(6, 4)), {}
    yield "add(a, b) of shapes (24,) and (4, 6)", (a, b.reshape(4, 6)), {}
    yield "add(a[::2], b[::2])", (a[::2], b[::2]), {}
    yield "add(a, b) of a b with a gap", (a[:12], b[::2]), {}
    yield "add(a[::-1], b)", (a[::-1], b), {}
    yield "add(a.T, b.T) of matrices", (matrix.T, b.reshape(4, 6).T), {}
    yield "add(a, b, out=out) of a read-only out", (a, b), {"out": frozen}
    yield "add(a, b, out=out) of a float64 out", (a, b), {"out": np.empty(24)}
    yield "add(a, b, out=out) of an out of 23 elements", (a, b), {"out": np.empty(23, np.float32)}
    yield "add(a, b, out=out) of an out of 25 elements", (a, b), {"out": np.empty(25, np.float32)}
    yield "add(a, b, out=out) of an out with gaps", (a, b), {"out": np.empty(48, np.float32)[::2]}
    yield "add(a, b, out=out) of an out of shape (4, 6)", (a, b), {"out": np.empty((4, 6), np.float32)}
    yield "add(a, b, out=out) of a list", (a, b), {"out": [0.0] * 24}
