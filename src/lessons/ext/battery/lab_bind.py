"""ext/bind: the module `stash`, which binds libstash: `Stash`, its cursors, callbacks, exceptions.

The reference is a dictionary with the same methods. scenarios_bind.py has the stories whose end is
counted by the library itself.
"""

import errno
import os

from labs import Lab, Loop
from scenarios_bind import LETS_GO, RAISES


class Cursor:
    def __init__(self, stash, prefix):
        self.stash, self.version = stash, stash.version
        self.found = iter([key for key in stash.sorted() if key.startswith(prefix)])
        self.is_closed = False

    def __iter__(self):
        return self

    def close(self):
        self.is_closed = True

    def __next__(self):
        self.stash.check()
        if self.is_closed:
            raise ValueError("closed")
        if self.version != self.stash.version:
            raise RuntimeError("changed")
        return next(self.found)


class Stash:
    """What a stash in memory is."""

    def __init__(self, path=None, *, create=False, read_only=False):
        if path is not None:
            path = os.fspath(path)
            if "\0" in os.fsdecode(path):
                raise ValueError("NUL")
        self.kept, self.version, self.is_closed, self.watcher, self.sink = {}, 0, False, None, None

    def check(self):
        if self.is_closed:
            raise ValueError("closed")

    def sorted(self):
        return sorted(self.kept, key=str.encode)

    @staticmethod
    def _key(key):
        if not isinstance(key, str):
            raise TypeError("a key is a str")
        if not key or "\0" in key:
            raise ValueError("no key")
        if len(key.encode()) > 255:
            raise OSError(errno.ENAMETOOLONG, "too long")
        return key

    def _changed(self, key, size):
        self.version += 1
        if self.watcher:
            self.watcher(key, size)

    def put(self, key, value):
        self.check()
        view = memoryview(value)
        self.kept[self._key(key)] = view.tobytes()
        self._changed(key, view.nbytes)

    def get(self, key):
        self.check()
        return self.kept[self._key(key)]

    def delete(self, key):
        self.check()
        del self.kept[self._key(key)]
        self._changed(key, -1)

    def add(self, key, delta):
        self.check()
        if not isinstance(delta, int):
            raise TypeError("a delta is an int")
        total = int(self.kept.get(self._key(key), b"0")) + delta
        if not (-(2**63) <= total < 2**63 and -(2**63) <= delta < 2**63):
            raise OverflowError("too large")
        self.kept[key] = str(total).encode()
        self._changed(key, len(self.kept[key]))
        return total

    def __len__(self):
        self.check()
        return len(self.kept)

    def fingerprint(self):
        self.check()
        number = 14695981039346656037
        for key in self.sorted():
            for byte in key.encode() + b"\0" + self.kept[key] + b"\0":
                number = ((number ^ byte) * 1099511628211) % 2**64
        return number

    def mean_size(self):
        self.check()
        return sum(map(len, self.kept.values())) / len(self.kept) if self.kept else 0.0

    def dump(self):
        self.check()
        return "".join(f"{key}: {len(self.kept[key])}\n" for key in self.sorted())

    def keys(self, prefix=""):
        self.check()
        if not isinstance(prefix, str):
            raise TypeError("a prefix is a str")
        return Cursor(self, prefix)

    def each(self, visit):
        self.check()
        if not callable(visit):
            raise TypeError("a visitor is called")
        for key in self.sorted():
            visit(key, self.kept[key])

    def watch(self, callback):
        self.check()
        if callback is not None and not callable(callback):
            raise TypeError("a watcher is called")
        self.watcher = callback

    def log_to(self, callback):
        self.check()
        if callback is not None and not callable(callback):
            raise TypeError("a sink is called")
        self.sink = callback

    def log(self, level, text):
        self.check()
        if not isinstance(level, int) or not isinstance(text, str):
            raise TypeError("a level is an int, a line a str")
        if not -(2**31) <= level < 2**31:
            raise OverflowError("level")
        if "\0" in text:
            raise ValueError("NUL")
        if self.sink:
            self.sink(level, text)

    def close(self):
        self.is_closed = True

    def __enter__(self):
        self.check()
        return self

    def __exit__(self, *_):
        self.close()


def steps(text: str) -> str:
    return f"(lambda s, out: [{text}, out])(Stash(), [])"


def random_calls(rng):
    keys = ("a", "b", "é", "aa", "日")
    for _ in range(80):
        done, filled = [], set()
        for _ in range(rng.randrange(25)):
            key = rng.choice(keys)
            what = rng.randrange(8)
            if what < 3:
                done.append(f"s.put({key!r}, {rng.randbytes(rng.randrange(20))!r})")
                filled.add(key)
            elif what == 3 and key in filled:
                done.append(f"s.get({key!r})")
            elif what == 4 and key in filled:
                done.append(f"s.delete({key!r})")
                filled.discard(key)
            elif what == 5:
                done.append(f"s.add('n{rng.randrange(3)}', {rng.choice((1, -7, 2**40, 2**60))})")
            else:
                done.append(rng.choice(("len(s)", "s.fingerprint()", "s.mean_size()", "s.dump()", "list(s.keys())", "list(s.keys('a'))",
                                        "s.each(lambda key, value: out.append((key, value)))")))
        yield steps(", ".join(done) or "0")


LAB = Lab(
    raising=RAISES,
    letting_go=LETS_GO,
    module="stash",
    reference={"Stash": Stash},
    ordinary=(
        steps("s.put('k', b'v'), s.get('k'), len(s)"),
        steps(r"s.put('k', b''), s.get('k'), s.put('k', b'a\0b'), s.get('k')"),
        steps("s.put('k', bytearray(b'v')), s.put('l', memoryview(b'abc')[1:]), s.put('m', array('d', [1.5])), s.get('k'), s.get('l'), s.get('m')"),
        steps("s.put('k', array('H', [1, 2])), s.get('k')"),
        steps("s.put('é', b'1'), s.put('z', b'22'), s.put('日本', b'333'), s.dump(), list(s.keys()), s.mean_size(), s.fingerprint()"),
        steps("s.add('n', 5), s.add('n', -7), s.get('n'), s.add('m', 2**63 - 1), s.add('l', -2**63)"),
        steps("len(s), s.dump(), s.mean_size(), s.fingerprint(), list(s.keys())"),
        steps("s.put('k', b'v'), s.delete('k'), len(s)"),
        steps("s.put('ab', b'1'), s.put('abc', b'2'), s.put('b', b'3'), list(s.keys('ab')), list(s.keys('x')), list(s.keys(prefix='b'))"),
        steps("s.put('b', b'1'), s.put('a', b'2'), s.each(lambda key, value: out.append((key, value)))"),
        *(steps(f"s.put('b', b'1'), s.put('a', b'2'), s.each(lambda key, value: [out.append((key, value)), {returned}][1])") for returned in (1, -1, "key")),
        steps("s.watch(lambda key, size: out.append((key, size))), s.put('k', b'abc'), s.add('n', 12), s.delete('k'), s.watch(None), s.put('l', b'')"),
        steps("s.log_to(lambda level, line: out.append((level, line))), s.log(3, '100% %s %n %d é'), s.log(-1, ''), s.log_to(None), s.log(1, 'x')"),
        steps("s.log(1, 'nobody listens')"),
        # Whoever is refused takes nobody's place.
        steps("s.watch(lambda key, size: out.append((key, size))), [raised_by(s.watch, no) is None for no in (1, 'x')], s.put('k', b'')"),
        steps("s.log_to(lambda level, line: out.append((level, line))), [raised_by(s.log_to, no) is None for no in (1, 'x')], s.log(1, 'x')"),
        steps("s.log_to(lambda level, line: out.append(line)), s.log(1, 'y' * 5000)"),
        steps("s.put('k' * 255, b'v'), s.get('k' * 255)"),
        steps("s.put('k', noise(1, 100_000)), s.get('k')"),
        steps("s.close(), s.close()"),
    ),
    huge=(steps("[s.put(str(n), b'x' * n) for n in range(1000)][:1], s.mean_size(), s.fingerprint(), len(s.dump())"),),
    random=random_calls,
    refused=(
        *(f"Stash().{call}" for call in (
            "put(1, b'')", "put('k', 'text')", "put('k', None)", r"put('k\0x', b'')", "put('', b'')", r"put('\ud800', b'')",
            r"put('k\udcff', b'')", r"get('k\udcff')", r"delete('k\udcff')", r"add('k\udcff', 1)", r"keys('k\udcff')", r"log(1, 'k\udcff')",
            r"get('k\0')", "get(b'k')", "get(1)", "add('k', 1.5)", "add('k', '1')", "add('k', 2**63)", "add('k', -2**63 - 1)", "watch(1)", "each(None)", "each(1)",
            "log_to(1)", "log('x', 'y')", "log(1, b'x')", r"log(1, 'a\0b')", "log(2**31, 'x')", "keys(1)", "put()", "get()", "delete(b'k')")),
        "Stash(1.5)", r"Stash('a\0b')", "(lambda s: [s.put('k', b'x'), s.add('k', 1)])(Stash())", "(lambda s: [s.add('k', 2**63 - 1), s.add('k', 1)])(Stash())",
        *(f"(lambda s: [s.close(), s.{call}])(Stash())" for call in ("put('k', b'')", "get('k')", "delete('k')", "add('k', 1)", "dump()", "keys()", "fingerprint()",
                                                                    "mean_size()", "each(print)", "watch(None)", "log(1, 'x')", "__len__()")),
        "(lambda s: (lambda k: [s.close(), next(k)])(s.keys()))(Stash())",
        "(lambda s: (lambda k: [k.close(), next(k)])(s.keys()))(Stash())",
        "Stash().keys(None)", r"Stash('a\0')", r"Stash(b'a\0')",
    ),
    either=("(lambda s: [s.put('k', memoryview(b'abcd')[::2]), s.get('k')])(Stash())",),
    loops=(
        Loop("s.put('k', value)", "s = Stash(); value = bytearray(b'abc')", ("value",), "value.append(0); del value[-1]"),
        Loop("s.put(1, value)", "s = Stash(); value = bytearray(b'abc')", ("value",), "value.append(0); del value[-1]"),
        Loop("s.put('', value)", "s = Stash(); value = bytearray(b'abc')", ("value",), "value.append(0); del value[-1]"),
        Loop("s.get('k')", "s = Stash(); s.put('k', b'x' * 500)", ("s",)),
        Loop("s.get('k')", "s = Stash(); s.put('k', b'')", ("s",)),
        Loop("s.get('no')", "s = Stash()", ("s",)),
        Loop("s.dump()", "s = Stash(); [s.put(str(n), b'x') for n in range(100)]", ("s",)),
        Loop("s.dump()", "s = Stash()", ("s",)),
        Loop("s.add('n', 1)", "s = Stash()", ("s",)),
        Loop("s.add('n', 'x')", "s = Stash()", ("s",)),
        Loop("list(s.keys())", "s = Stash(); s.put('a', b''); s.put('b', b'')", ("s",)),
        Loop("next(s.keys())", "s = Stash(); s.put('a', b''); s.put('b', b'')", ("s",)),
        Loop("s.each(visit)", "s = Stash(); s.put('a', b''); visit = lambda key, value: None", ("s", "visit")),
        Loop("s.each(visit)", "s = Stash(); s.put('a', b'')\ndef visit(key, value):\n    raise KeyError(key)", ("s", "visit")),
        Loop("s.watch(watcher)", "s = Stash(); watcher = lambda key, size: None; s.watch(watcher)", ("s", "watcher")),
        Loop("(s.watch(lambda key, size: None), s.put('k', b''))", "s = Stash()", ("s",)),
        Loop("(s.log_to(lambda level, line: None), s.log(1, 'x' * 300))", "s = Stash()", ("s",)),
        Loop("Stash().close()"),
        Loop("Stash().put('k', b'v' * 1000)"),
        Loop("Stash('/nowhere/at/all')"),
        Loop("Stash(1.5)"),
    ),
)
