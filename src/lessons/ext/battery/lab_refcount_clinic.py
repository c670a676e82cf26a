"""ext/refcount-clinic: `records.parse`, `total`, `dump`, `checksum`, `Cache`, in the C API."""

import collections
import zlib

from labs import Lab, Loop, Meeting


class RecordError(ValueError):
    def __init__(self, message, line):
        super().__init__(message)
        self.line = line


def parse(data):
    view = memoryview(data)
    if not view.c_contiguous:
        raise BufferError("not in one piece")
    found = []
    for number, line in enumerate(view.tobytes().split(b"\n"), 1):
        if not line:
            continue
        name, equals, digits = line.partition(b"=")
        bare = digits.removeprefix(b"-")
        if not (equals and name and bare and bare.isdigit() and -(2**63) <= int(digits) < 2**63):
            raise RecordError("malformed", number)
        try:
            found.append((name.decode(), int(digits)))
        except UnicodeDecodeError:
            raise RecordError("not UTF-8", number) from None
    return found


def pairs(items):
    for item in items:
        if not isinstance(item, tuple) or len(item) != 2 or not isinstance(item[0], str) or not isinstance(item[1], int):
            raise TypeError("a tuple of name and number is needed")
        yield item


def total(items):
    sums = {}
    for name, number in pairs(items):
        sums[name] = sums.get(name, 0) + number
    return sums


def dump(items):
    if not isinstance(items, (list, tuple)):
        raise TypeError("a list or tuple is needed")
    parts = []
    for name, number in pairs(items):
        if not name or "=" in name or "\n" in name:
            raise ValueError("no name")
        if not -(2**63) <= number < 2**63:
            raise OverflowError("too large")
        parts.append(f"{name}={int(number)}\n".encode())
    return b"".join(parts)


def checksum(data):
    view = memoryview(data)
    if not view.c_contiguous:
        raise BufferError("not in one piece")
    return zlib.crc32(view.tobytes())


class Cache:
    def __init__(self, loader, capacity):
        if not callable(loader) or not isinstance(capacity, int):
            raise TypeError("a callable and a number are needed")
        if not 1 <= capacity < 2**31:
            raise ValueError("capacity")
        self._loader, self.capacity, self.kept = loader, capacity, collections.OrderedDict()

    @property
    def loader(self):
        return self._loader

    def get(self, key):
        if key in self.kept:
            self.kept.move_to_end(key)
            return self.kept[key]
        value = self.loader(key)
        self.kept[key] = value
        self.kept.move_to_end(key)
        while len(self.kept) > self.capacity:
            self.kept.popitem(last=False)
        return value

    def clear(self):
        self.kept.clear()

    def keys(self):
        return list(self.kept)

    def __len__(self):
        return len(self.kept)

    def __contains__(self, key):
        return key in self.kept


RIGHT = (r"b''", r"b'\n\n'", "b'x=1'", r"b'x=1\n'", "b'x=-9223372036854775808'", "b'x=9223372036854775807'", "b'x=007'", "b'x=-0'", "'é=5'.encode()",
         r"b'a\0b=1'", "b'a b=1'", r"bytearray(b'a=1\nb=2\n')", r"memoryview(b'xxa=1\nb=2\n')[2:]", r"b'a=1\n' * 1000")
MALFORMED = ("b'x'", "b'=1'", "b'x='", "b'x=-'", "b'x=1a'", "b'x= 1'", "b'x=+1'", "b'x=1_0'", "b'x=9223372036854775808'", "b'x=-9223372036854775809'",
             r"b'\xff=1'", r"b'a=1\nb'", r"b'a=1\nb=x\nc=3'", "b'x=1=2'", "b'x=--1'", "b'x=99999999999999999999999'", r"b'x=1\r\n'", r"b'x=1\0'", r"b'x=1\0 2'", r"b'\r\n'")
NO_ITEMS = ("[('a',)]", "[['a', 1]]", "['ab']", "[None]", "[('a', 1), 5]", "[('a', 1.5)]", "[('a', '1')]", "[('a', None)]", "[(1, 1)]", "[(b'a', 1)]",
            "[('a', 1, 2)]")
SCRIPT = "(lambda c: [{steps}])(Cache(lambda k: k * 10, {capacity}))"


def random_calls(rng):
    for _ in range(40):
        lines = [f"{rng.choice(('a', 'b', 'é', 'x y', ''))}={rng.choice((0, 7, -3, 10**18, 2**63, 'q'))}" for _ in range(rng.randrange(6))]
        data = "\n".join(lines).encode()
        yield f"checksum({data!r})"
        try:
            parse(data)
        except RecordError:
            continue
        yield f"parse({data!r})"
    for _ in range(40):
        items = [(rng.choice("abcé"), rng.choice((0, 1, 300, -5, 2**62, 2**80))) for _ in range(rng.randrange(8))]
        yield f"total({items!r})"
        yield f"dump({[(name, number % 2**62) for name, number in items]!r})"
    for _ in range(60):
        steps = [rng.choice(("c.get({0})", "c.get({0})", "c.get({0})", "{0} in c", "len(c)", "c.keys()", "c.clear()")).format(rng.randrange(10)) for _ in range(40)]
        yield SCRIPT.format(steps=", ".join(steps), capacity=rng.randrange(1, 6))


LAB = Lab(
    module="records",
    reference={"parse": parse, "total": total, "dump": dump, "checksum": checksum, "Cache": Cache, "RecordError": RecordError},
    ordinary=(
        *(f"parse({data})" for data in RIGHT),
        *(f"raised_by(parse, {data}).line" for data in ("b'x'", r"b'a=1\nb=x\nc=3'", r"b'\n\na=1\n\nb'")),
        "total([])", "total([('a', 1), ('b', 2), ('a', 3)])", "total(iter([('a', 1)]))", "total((n, 1) for n in 'abca')", "total([('a', 2**80), ('a', -1)])", "total([('a', 2**62)] * 3)", "total([('a', -2**62)] * 3)",
        "total([('b', 1), ('a', 1)])", "list(total([('b', 1), ('a', 1), ('b', 1)]))", "total((('a', 300), ('a', 300)))",
        "dump([])", "dump(())", "dump([('a', 1), ('é', -2)])", "dump((('x y', 0), ('a', 2**63 - 1), ('a', -2**63)))", r"dump([('a\0b', 1)])", "dump([('n' * 10_000, 1)])", "dump([('a', True), ('b', False)])", "parse(dump([('a', 1), ('b', -7)]))",
        "checksum(b'')", "checksum(b'123456789')", "checksum(bytes(4095))", "checksum(bytes(4096))", "checksum(noise(1, 100_000))",
        "checksum(bytearray(b'abc'))", "checksum(array('d', [1.5]))", "checksum(memoryview(b'xabc')[1:])",
        "issubclass(RecordError, ValueError)",
        "(lambda c: [c.get(1), c.get(2), c.get(1), c.get(3), c.keys(), 2 in c, len(c), c.clear(), len(c), c.keys()])(Cache(lambda k: k * 10, 2))",
        "(lambda c: [c.get('a'), 'a' in c, c.get('b'), 'a' in c, c.keys()])(Cache(lambda k: [k], 1))",
        "(lambda c: [c.get(1), c.get(2), type(raised_by(c.get, 0)), c.keys(), len(c)])(Cache(lambda k: 10 // k, 2))",
        "(lambda out, c: [c.get(1), c.get(1), out, c.keys()])(*(lambda out: (out, Cache(out.append, 2)))([]))",
        "(lambda f: Cache(f, 1).loader is f)(lambda k: k)",
        "(lambda c: [raised_by(delattr, c, 'loader') is None, c.loader is str])(Cache(str, 1))",
        "(lambda c: [raised_by(setattr, c, 'loader', int), c.loader is str][1])(Cache(str, 1))",
        "[type('Derived', (Cache,), {})(str, 2).get(1)]",
        "len(Cache(loader=str, capacity=2**31 - 1))",
    ),
    huge=("checksum(noise(9, 5_000_000))", r"len(parse(b'name=123\n' * 100_000))"),
    random=random_calls,
    refused=(
        *(f"parse({data})" for data in MALFORMED), *(f"{f}({no})" for f in ("parse", "checksum") for no in ("", "b'', b''", "None", "1", "'a=1'", "[1]", "memoryview(b'abcd')[::2]")),
        *(f"{f}({items})" for f in ("total", "dump") for items in (*NO_ITEMS, "", "None", "1", "[], []")),
        "total('ab')", "dump('ab')", "dump({})", "dump('')", "dump(b'')", "dump(set())", "dump(iter([]))", "dump([('', 1)])", "dump([('a=b', 1)])", r"dump([('a\nb', 1)])", r"dump([('\ud800', 1)])",
        "dump([('a', 2**63)])", "dump([('a', -2**63 - 1)])", "dump([('a', 10**30)])",
        "Cache()", "Cache(str)", "Cache(str, 1, 2)", "Cache(1, 1)", "Cache(None, 1)", "Cache(str, 0)", "Cache(str, -1)", "Cache(str, 2**31)", "Cache(str, 2**32 + 1)",
        "Cache(str, 10**30)", "Cache(str, 1.5)", "Cache(str, '1')", "Cache(str, None)", "Cache(str, 1, nonsense=1)", "Cache(str, 1).get([])", "Cache(str, 1).get()",
        "[] in Cache(str, 1)",
    ),
    passing=(
        Loop("total(raising(error, ('a', 1)))", "error = KeyError('x')"),
        Loop("total(raising(error, ('a', 1)))", "error = IndexError('x')"),
        Loop("total(raising(error))", "error = TypeError('x')"),
        Loop("Cache(fails, 1).get(1)", "error = LookupError('x')\ndef fails(key):\n    raise error"),
        Loop("Cache(str, 1).get(Key())", "error = RuntimeError('x')\nclass Key:\n    def __hash__(self):\n        raise error"),
        Loop("(lambda c: [c.get(Key()), c.get(Key())])(Cache(str, 1))",
             "error = RuntimeError('x')\nclass Key:\n    def __hash__(self):\n        return 1\n    def __eq__(self, other):\n        raise error"),
    ),
    bounds=(
        *(f"{f}(before_wall({data}))" for f in ("parse", "checksum") for data in ("b'x=1'", r"b'x=1\n'", "b'x=12345678'", r"b'a=1\nbb=22\n'", "b'x=-1'")),
        *(f"checksum({where}(noise(3, {size})))" for where in ("before_wall", "after_wall") for size in (1, 2, 3, 7, 8, 9, 63, 64, 65, 4095, 4096, 4097)),
        *(f"parse(amid({data}, {poison}))" for data in ("b'x=1'", "b'x=12'", r"b'a=1\nb=2'") for poison in (0x31, 0x3D, 0x0A, 0xFF)),
    ),
    loops=(
        Loop(r"parse(b'a=1\nb=2\n')"), Loop(r"parse(b'name=123456789\nb=2')"), Loop(r"parse(b'a=1\nb')"), Loop(r"parse(b'a=1\n\xff=2')"),
        Loop(r"parse(b'a=1\nb=99999999999999999999')"),
        Loop("parse(data)", r"data = bytearray(b'a=1\nb=2\n')", ("data",), "data.append(0); del data[-1]"),
        Loop("parse(data)", r"data = bytearray(b'a=1\nb')", ("data",), "data.append(0); del data[-1]"),
        Loop("parse(data)", r"data = bytearray(b'a=1\n\xff=2')", ("data",), "data.append(0); del data[-1]"),
        Loop("parse(text)", "text = fresh('a=1')", ("text",)),
        Loop("total([('a', 1), ('b', 300), ('a', 2)])"),
        Loop("total(items)", "name = fresh('name'); number = big(2**70); pair = (name, number); items = [pair, pair]", ("name", "number", "pair", "items")),
        Loop("total([('a', 1), ('b', 'x')])"), Loop("total([('a', 1), 5])"),
        Loop("total(items)", "name = fresh('name'); text = fresh('text'); pair = (name, text); items = [pair]", ("name", "text", "pair", "items")),
        Loop("total(raising(error, ('a', 1), ('b', 2)))", "error = KeyError('x')", may_fail=False),
        Loop("dump([('a', 1)])"), Loop("dump([('a', 1), ('b', 'x')])"), Loop("dump([('a', 1), ('b=', 1)])"), Loop("dump([('a', 1), ('b', 2**63)])"),
        Loop(r"dump([('\ud800', 1)])"),
        Loop("dump(items)", "name = fresh('name'); number = big(2**50); pair = (name, number); items = [pair, pair]", ("name", "number", "pair", "items")),
        Loop("dump(items)", "name = fresh('na=me'); pair = (name, 1); items = [('a', 1), pair]", ("name", "pair", "items")),
        Loop("checksum(bytes(100))"), Loop("checksum(bytes(5000))"), Loop("checksum('x')"), Loop("checksum(memoryview(b'abcd')[::2])"),
        Loop("checksum(data)", "data = bytearray(5000)", ("data",), "data.append(0); del data[-1]"),
        Loop("checksum(data)", "data = bytearray(50)", ("data",), "data.append(0); del data[-1]"),
        Loop("Cache(str, 2)", may_fail=True), Loop("Cache(loader, 2)", "loader = lambda key: key", ("loader",)),
        Loop("Cache(str, 0)"), Loop("Cache(1, 1)"), Loop("Cache(loader, 0)", "loader = lambda key: key", ("loader",)),
        Loop("cache.get(next(keys))", "import itertools; cache = Cache(str, 2); keys = itertools.cycle([big(2**70 + n) for n in range(5)])", ("cache",)),
        Loop("cache.get(key)", "key = fresh('key'); cache = Cache(str, 2)", ("key", "cache")),
        Loop("Cache(loader, 1).get(key)", "key = fresh('key'); value = fresh('value'); loader = {key: value}.get", ("key", "value", "loader")),
        Loop("cache.get(key)", "key = fresh('key'); error = KeyError('x')\ndef loader(key):\n    raise error\ncache = Cache(loader, 2)", ("key", "cache", "loader"), may_fail=False),
        Loop("cache.get([])", "cache = Cache(str, 2)", ("cache",)), Loop("[] in cache", "cache = Cache(str, 2)", ("cache",)),
        Loop("(cache.get(1), cache.clear())", "cache = Cache(str, 2)", ("cache",)),
        Loop("cache.keys()", "key = fresh('key'); cache = Cache(str, 2); cache.get(key)", ("key", "cache")),
        Loop("key in cache", "key = fresh('key'); cache = Cache(str, 2); cache.get(key)", ("key", "cache")),
        Loop("cache.loader", "loader = lambda key: key; cache = Cache(loader, 2)", ("loader", "cache")),
        Loop("cycle()", "def cycle():\n    cache = Cache(lambda key: cache, 2)\n    cache.get(1)", may_fail=False),
        Loop("cycle()", "class Box:\n    pass\ndef cycle():\n    box = Box()\n    box.cache = Cache(lambda key: box, 2)\n    box.cache.get(box)", may_fail=False),
        Loop("cycle()", "def cycle():\n    class Derived(Cache):\n        pass\n    Derived.first = Derived(str, 2)", may_fail=False),
    ),
    meetings=(
        Meeting("checksum(data)", "data = noise(1, 1 << 20)", must_release=True),
        Meeting("checksum(data)", "data = noise(3, 4096)", must_release=True),
        Meeting("checksum(data)", "data = bytearray(noise(2, 1 << 20))", "data.extend(b'x')"),
        Meeting("checksum(data)", "data = bytearray(noise(2, 1 << 20))", "data.clear()"),
    ),
    long=(Loop("checksum(data)", "data = bytes(16 << 20)"),),
    own_objects=("Cache", "RecordError"),
    own_errors=(("parse(b'x')", "RecordError"),),
)
