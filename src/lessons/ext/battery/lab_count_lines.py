"""ext/count-lines: `textkit.count_lines`, `textkit.longest_line`, `textkit.tally`."""

import collections

from labs import Lab, Loop


def count_lines(text):
    return text.count("\n")


def longest_line(text):
    return max(text.split("\n"), key=len)


def tally(words):
    return dict(collections.Counter(iter(words)))


TEXTS = (
    "''", r"'\n'", "'a'", r"'a\n'", r"'\na'", r"'a\nb\n'", r"'\r\n'", r"'a\rb\x0b\x0c\x1c\x85\u2028b'", r"'a\0b\nc\0\n'", r"'\0'",
    r"'é\nü\n'", r"'€\n'", r"'日本\nabc\n'", r"'😀\n😀x\nab'", r"'ab\nüü\n日日\n'", r"'x' * 100_000 + '\n'", r"'é' * 5000 + '\n' + 'é' * 4999",
    r"'日' * 5000 + '\n' + '日' * 5001", r"'😀' * 5000", r"'\n' * 70_000", r"'ab\ncd\nef'", r"'a\n' * 70_000",
)


def random_calls(rng):
    alphabet = "\n\n\0aé日😀 \r"
    for _ in range(120):
        text = "".join(rng.choice(alphabet) for _ in range(rng.randrange(300)))
        yield f"{rng.choice(('count_lines', 'longest_line'))}({text!r})"
    for _ in range(40):
        words = ["".join(rng.choice("aé日") for _ in range(rng.randrange(4))) for _ in range(rng.randrange(40))]
        yield f"tally({words!r})"


LAB = Lab(
    module="textkit",
    reference={"count_lines": count_lines, "longest_line": longest_line, "tally": tally},
    ordinary=(
        *(f"{function}({text})" for text in TEXTS for function in ("count_lines", "longest_line")),
        "tally([])",
        "tally(['a'])",
        "tally(['a', 'b', 'a'])",
        "tally(('é', '日', 'é', '😀', ''))",
        "tally(iter(['a', 'b', 'a']))",
        "tally(w for w in ['a', 'b', 'a'])",
        "tally({'a', 'b'})",
        "tally({'a': 1, 'b': 2})",
        "tally({'a': 1, 'b': 2}.keys())",
        "tally('abab')",
        r"tally(['a\0b', 'a\0c', 'a\0b'])",
        "tally([fresh('word'), fresh('word'), 'word'])",
        "tally(str(n) for n in range(1000))",
        # What iter() takes: a sequence that says no more than what its items are.
        "tally(type('Words', (), {'__getitem__': lambda self, n: ['a', 'b', 'a'][n]})())",
        "(lambda one: [one.update(x=1), tally(''), tally([])])(tally(''))",
        "tally(['a'] * 1000)",
    ),
    huge=(
        r"count_lines('a\n' * 5_000_000)",
        r"longest_line('ab\n' * 3_000_000 + 'abc')",
        "tally(['a'] * 300_000)",
        "tally(str(n) for n in range(200_000))",
    ),
    random=random_calls,
    refused=(
        *(f"{function}({arguments})" for function in ("count_lines", "longest_line")
          for arguments in ("", "'a', 'b'", "'a', nonsense=1", "None", "1", "1.5", r"b'a\n'", "bytearray(b'a')", "['a']", "object()", r"'\ud800'", r"'a\udfff\n'",
                            r"'\ud800\nabc'", r"'abc\n\udfff'")),
        *(f"tally({arguments})" for arguments in ("", "['a'], ['b']", "['a'], nonsense=1", "None", "1", "[1]", "['a', 1]", "['a', b'b']", "['a', None]",
                                                  "['a', ['b']]", "{'a': 1}.items()")),
    ),
    either=(r"tally(['\ud800'])", "count_lines(type('S', (str,), {})('a\\nb'))", "longest_line(type('S', (str,), {})('a\\nbc'))",
            "tally([type('S', (str,), {})('a')])"),
    passing=(
        Loop("tally(raising(error, 'a', 'b', 'a'))", "error = KeyError('x')"),
        Loop("tally(raising(error))", "error = RuntimeError('x')"),
        Loop("tally(raising(error, 'a'))", "error = IndexError('x')"),
        Loop("tally(raising(error, 'a'))", "error = TypeError('x')"),
        Loop("tally(raising(error, 'a'))", "error = GeneratorExit('x')"),
        Loop("tally(Broken())", "error = LookupError('x')\nclass Broken:\n    def __iter__(self):\n        raise error"),
        Loop("tally(Broken())", "error = ZeroDivisionError('x')\nclass Broken:\n    def __iter__(self):\n        return self\n    def __next__(self):\n        raise error"),
    ),
    bounds=(
        *(f"{function}({text})" for function in ("count_lines", "longest_line") for text in (
            "''", r"'\n'", "'a'", "'a' * 7", "'a' * 8", "'a' * 15 + '\\n'", "'a' * 16", "'a' * 4095", "'a' * 4096", r"'é\n' * 7", r"'日' * 341", r"'\n' * 64")),
    ),
    loops=(
        Loop(r"count_lines(fresh('é日' * 50 + '\n'))"),
        Loop("count_lines(text)", r"text = fresh('é日' * 50 + '\n')", ("text",)),
        Loop(r"longest_line(fresh('abc\n' * 50))"),
        Loop("longest_line(text)", "text = fresh('é日' * 150)", ("text",)),
        Loop("longest_line('')"),
        Loop(r"count_lines(fresh('😀' * 50 + '\n'))"),
        Loop("longest_line(text)", r"text = fresh('😀' * 50 + '\n😀')", ("text",)),
        Loop("tally(words)", "one = fresh('word'); words = {one: 1, fresh('other'): 2}.keys()", ("one", "words")),
        Loop("tally(['a', 'b', 'a'])"),
        Loop("tally([fresh('word'), fresh('word'), fresh('other')])"),
        Loop("tally(words)", "one = fresh('word'); two = fresh('word'); words = [one, two, one]", ("one", "two", "words")),
        Loop("tally(words)", "one = fresh('word'); words = [one] * 400", ("one", "words")),
        Loop("tally(fresh(str(n) * 3) for n in range(300))", may_fail=False),
        Loop("tally(['a', 1])"),
        Loop("tally(words)", "one = fresh('word'); words = [one, one, 1.5]", ("one", "words", "words[2]")),
        Loop("tally(raising(error, fresh('word'), fresh('word')))", "error = KeyError('x')", may_fail=False),
        Loop("tally(5)"),
        Loop("tally([])"),
        Loop("count_lines(1)"),
        Loop("count_lines(number)", "number = big(2**70)", ("number",)),
        Loop("longest_line(number)", "number = big(2**70)", ("number",)),
        Loop(r"longest_line('\ud800')"),
        Loop("count_lines(text)", r"text = fresh('a\ud800' * 20)", ("text",)),
        Loop("tally()"),
        Loop("tally(words, words)", "words = ['a']", ("words",)),
    ),
)
