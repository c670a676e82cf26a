"""ext/fast-sum: `fastsum.byte_sum(data) -> int`, the sum of the bytes of a C-contiguous buffer."""

from labs import Lab, Loop, Meeting


def byte_sum(data):
    # sum() would ask for each byte as an object: this is what the sum is, in pieces that fit a cache.
    view = memoryview(data)
    if view.nbytes and not view.c_contiguous:
        view = memoryview(view.tobytes())
    view = view.cast("B") if view.nbytes else memoryview(b"")
    if len(view) >= 1 << 30:  # a sparse one: zeros but where it was written to
        return sum(view[place] for place in range(len(view) - 64, len(view))) + sum(view[:64])
    return sum(sum(view[start : start + 65536]) for start in range(0, len(view), 65536))


def random_calls(rng):
    kinds = ("noise({0}, {1})", "bytearray(noise({0}, {1}))", "memoryview(noise({0}, {1}))[{2}:]", "array('B', noise({0}, {1}))")
    for _ in range(150):
        size = rng.choice((rng.randrange(70), rng.randrange(5000), rng.randrange(200_000)))
        yield f"byte_sum({rng.choice(kinds).format(rng.randrange(50), size, rng.randrange(size + 1))})"


LAB = Lab(
    module="fastsum",
    reference={"byte_sum": byte_sum},
    ordinary=(
        "byte_sum(b'')",
        "byte_sum(b'a')",
        "byte_sum(b'abc')",
        "byte_sum(bytes(range(256)))",
        "byte_sum(b'\\xff')",
        "byte_sum(b'\\x80' * 7)",
        "byte_sum(b'\\0' * 100 + b'\\1' + b'\\0' * 100)",
        "byte_sum(bytearray(b'abc'))",
        "byte_sum(bytearray())",
        "byte_sum(memoryview(b'abcdef'))",
        "byte_sum(memoryview(b'abcdef')[2:5])",
        "byte_sum(memoryview(bytearray(b'abcdef'))[1:1])",
        "byte_sum(array('B', [1, 2, 255]))",
        "byte_sum(mmap(-1, 4096))",
        "byte_sum(b'\\xff' * 255)",
        "byte_sum(b'\\xff' * 256)",
        "byte_sum(b'\\xff' * 257)",
        "byte_sum(b'\\xff' * 65537)",
        "byte_sum(noise(1, 1_000_003))",
        "byte_sum(np.arange(200, dtype=np.uint8))",
        "byte_sum(np.full(1000, 7, dtype=np.uint8)[100:900])",
        *(f"(lambda data: [byte_sum(data), data.__setitem__(-1, 0), byte_sum(data)])(bytearray(b'a' * {size}))" for size in (10, 100_003)),
    ),
    huge=(
        "byte_sum(b'\\xff' * 17_000_000)",  # more than 2**32 in all
        "byte_sum(sparse(2**32 + 4096, 5, 2**32 + 4090))",
    ),
    random=random_calls,
    refused=(
        "byte_sum()",
        "byte_sum(b'a', b'b')",
        "byte_sum(b'a', nonsense=1)",
        "byte_sum(None)",
        "byte_sum(1)",
        "byte_sum(-1)",
        "byte_sum(2**64)",
        "byte_sum(1.5)",
        "byte_sum('abc')",
        "byte_sum('')",
        "byte_sum('\\ud800')",
        "byte_sum([1, 2, 3])",
        "byte_sum((1, 2, 3))",
        "byte_sum(object())",
        "byte_sum(bytes)",
        "byte_sum(released(b'abc'))",
    ),
    either=(
        "byte_sum(memoryview(b'abcdef')[::2])",
        "byte_sum(memoryview(b'abcdef')[::-1])",
        "byte_sum(memoryview(bytes(range(12))).cast('B', (3, 4)))",
        "byte_sum(memoryview(bytes(range(12))).cast('B', (3, 4))[::2])",
        "byte_sum(memoryview(b'abc').cast('b'))",
        "byte_sum(memoryview(b'\\xff\\x80').cast('b'))",
        "byte_sum(memoryview(b'abc').cast('c'))",
        "byte_sum(array('i', [1, 1000, -1]))",
        "byte_sum(array('d', [1.5, 2.5]))",
        # No array of ctypes: it says that it has strides, and gives none.
        "byte_sum(np.arange(20, dtype=np.uint8)[::2])",
        "byte_sum(np.arange(20, dtype=np.uint8)[::-1])",
        "byte_sum(np.arange(20, dtype=np.uint8).reshape(4, 5))",
        "byte_sum(np.arange(20, dtype=np.uint8).reshape(4, 5).T)",
        "byte_sum(np.arange(20, dtype=np.uint8).reshape(4, 5)[:, 1:3])",
        "byte_sum(np.arange(20, dtype=np.int8))",
        "byte_sum(np.arange(20, dtype=np.float64))",
        "byte_sum(np.array([True, False, True]))",
        "byte_sum(np.array(7, dtype=np.uint8))",
        "byte_sum(np.uint8(7))",
    ),
    bounds=(
        *(f"byte_sum({where}(noise(3, {size})))" for where in ("before_wall", "after_wall")
          for size in (1, 2, 3, 7, 8, 15, 16, 17, 31, 33, 63, 64, 65, 127, 4095, 4096, 4097, 65536, 70_001, 1 << 20)),
        *(f"byte_sum(amid(noise(4, {size}), {poison}))" for poison in (0xFF, 0x01)
          for size in (0, 1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 64, 100, 1000)),
    ),
    loops=(
        Loop("byte_sum(data)", "data = noise(1, 300)", ("data",)),
        Loop("byte_sum(data)", "data = bytearray()", ("data",), "data.append(0); del data[-1]"),
        Loop("byte_sum(data)", "data = bytearray(b'a' * 300)", ("data",), "data.append(0); del data[-1]"),
        Loop("byte_sum(data)", "data = bytearray(b'a' * 200_000)", ("data",), "data.append(0); del data[-1]"),
        Loop("byte_sum(view)", "data = bytearray(b'a' * 300); view = memoryview(data)[3:200]", ("view", "data")),
        Loop("byte_sum(data)", "data = array('B', b'a' * 300)", ("data",), "data.append(0); del data[-1]"),
        Loop("byte_sum(b'')"),
        Loop("byte_sum(fresh('x' * 300))"),
        Loop("byte_sum(text)", "text = fresh('x' * 300)", ("text",)),
        Loop("byte_sum(number)", "number = big(2**70)", ("number",)),
        Loop("byte_sum(data)", "data = [big(2**70)]", ("data", "data[0]")),
        Loop("byte_sum(view)", "data = bytearray(300); view = memoryview(data)[::2]", ("view", "data")),
        *(Loop("byte_sum(view)", f"data = bytearray(300); view = memoryview(data).cast({form})", ("view", "data")) for form in ("'b'", "'c'", "'?'", "'B', (30, 10)")),
        Loop("byte_sum(None)"),
        Loop("byte_sum(data)", "data = array('d', [1.5] * 300)", ("data",), "data.append(0.0); del data[-1]"),
        Loop("byte_sum(data)", "data = array('i', [5] * 300)", ("data",), "data.append(0); del data[-1]"),
        Loop("byte_sum(data)", "data = np.arange(300, dtype=np.uint8)", ("data",)),
        Loop("byte_sum(data)", "data = np.arange(300, dtype=np.uint8)[::2]", ("data",)),
        Loop("byte_sum()"),
        Loop("byte_sum(data, data)", "data = noise(1, 300)", ("data",)),
    ),
    long=(Loop("byte_sum(data)", "data = bytes(64 << 20)"),),
    meetings=(
        Meeting("byte_sum(data)", "data = noise(1, 1 << 20)"),
        Meeting("byte_sum(next(turn))", "one, other = bytearray(noise(2, 1 << 20)), bytearray(noise(3, 1 << 20)); turn = iter((one, other))",
                resize="one.append(0); other.append(0)"),
        Meeting("byte_sum(next(turn))", "one, other = bytes(1 << 25), bytes(b'a' * (1 << 25)); turn = iter((one, other))"),
        Meeting("byte_sum(data)", "data = bytearray(noise(2, 1 << 20))", "data.extend(b'x')"),
        Meeting("byte_sum(data)", "data = bytearray(noise(2, 1 << 20))", "data.clear()"),
        Meeting("byte_sum(data)", "data = array('B', noise(2, 1 << 20))", "del data[:]"),
    ),
)
