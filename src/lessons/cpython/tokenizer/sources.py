"""Sources for each check, made from a seed, small ones first."""

import os
import random
import sys
import sysconfig

from truth import Unfit, has_fstrings, tokens

LETTERS = ["a", "b", "x1", "_", "__init__", "if", "None", "count_2", "größe", "naïve", "名前", "𝔘𝔫", "E5", "j", "rb", "match"]


def digits(dice, alphabet):
    text = "".join(dice.choice(alphabet) for _ in range(dice.randrange(1, 5)))
    return "_".join([text, *(dice.choice(alphabet) * 3 for _ in range(dice.randrange(2)))])


def number(dice):
    kind = dice.randrange(12)
    whole = dice.choice("123456789") + dice.choice(["", digits(dice, "0123456789")])
    part = digits(dice, "0123456789")
    power = dice.choice("eE") + dice.choice(["", "+", "-"]) + digits(dice, "0123456789")
    return [
        whole,
        "0",
        "0_0",
        dice.choice(["0x", "0X", "0x_"]) + digits(dice, "0123456789abcdefABCDEF"),
        dice.choice(["0b", "0B"]) + digits(dice, "01"),
        dice.choice(["0o", "0O"]) + digits(dice, "01234567"),
        f"{whole}.",
        f".{part}",
        f"{whole}.{part}",
        f"{whole}{power}",
        f"{whole}.{part}{power}",
        dice.choice([whole, f"{whole}.{part}", f".{part}{power}"]) + dice.choice("jJ"),
    ][kind]


def value(dice):
    return dice.choice([dice.choice(LETTERS), number(dice)])


def names_and_numbers(dice, length):
    lines = []
    for _ in range(length):
        words = [dice.choice(LETTERS), "="]
        for _ in range(dice.randrange(1, 4)):
            words += [value(dice), dice.choice(["+", "-", ","])]
        words.append(dice.choice([value(dice), "-1", "1..real", "x.y", "1.5.real", "0xFF.real", "1if x else 2", "x .5"]))
        lines.append(dice.choice(["", " ", "  "]).join(words) if dice.random() < 0.2 else " ".join(words))
    # Names and numbers that stand beside each other without a blank are others.
    return "\n".join(line for line in lines if fits(line + "\n")) + "\n"


def fits(source):
    """Whether Python can say what its tokens are."""
    try:
        tokens(source)
    except Unfit:
        return False
    return True


PIECES = ["a", " ", "#", "ä", "名", "𝔘", "{}", "\\n", "\\\\", "\\'", '\\"', "\\x41", "if x:", "\t", "\\N"]


def string(dice, in_lines=True):
    prefix = dice.choice(["", "", "", "r", "R", "b", "B", "u", "U", "rb", "bR", "Br", "RB"])
    quote = dice.choice(["'", '"', "'''", '"""'])
    other = '"' if quote[0] == "'" else "'"
    pieces = PIECES + [other, other * 2, other * 3]
    if len(quote) == 3 and in_lines:
        pieces = pieces + ["\n", "\n  ", "\n# no comment", quote[0], quote[0] * 2 + " "] * 2
    elif in_lines:
        pieces = pieces + ["\\\n"]
    text = "".join(dice.choice(pieces) for _ in range(dice.randrange(6)))
    # A quotation mark just before the end would be a part of it.
    text = text.rstrip(quote[0]) if len(quote) == 3 else text
    if (len(text) - len(text.rstrip("\\"))) % 2:
        text += "\\"
    return prefix + quote + text + quote


def strings(dice, length):
    lines = []
    while len(lines) < length:
        words = [string(dice) for _ in range(dice.randrange(1, 4))]
        line = dice.choice(["x = ", "", "f(a, b) + ", "ur", "br = 1, "]) + dice.choice(["", " ", " + "]).join(words)
        if fits(line + "\n"):
            lines.append(line)
    return "\n".join(lines) + "\n"


OPERATORS = (
    "+ - * ** / // % @ << >> & | ^ ~ := < > <= >= == != , : . ; = -> += -= *= /= //= %= @= &= |= ^= >>= <<= **= ..."
).split()


def operators(dice, length):
    lines = []
    pool = OPERATORS * 2
    dice.shuffle(pool)
    while len(lines) < length:
        line = dice.choice(["a", "x "])
        for _ in range(dice.randrange(1, 6)):
            pool = pool or dice.sample(OPERATORS, len(OPERATORS))
            line += pool.pop() + dice.choice(["", "", " ", "b", " c "])
        # <> was an operator once, and is one again in some places.
        if "<>" not in line and fits(line + "\n"):
            lines.append(line)
    return "\n".join(lines) + "\n"


def blank_line(dice):
    return dice.choice(["", "", "   ", "\t", "# c", "    # c", "\t# ä", "\f", " # c", "        #"])


def indents(dice, length):
    """Blocks, each with an indent of its own, and what does not count in between."""
    lines, stack = [], [""]
    while len(lines) < length:
        if dice.random() < 0.3:
            lines.append(blank_line(dice))
            continue
        word = dice.choice(LETTERS[:6])
        action = dice.random()
        if action < 0.4 and len(stack) < 7:
            lines.append(f"{stack[-1]}if {word}:" + dice.choice(["", "  # c", " "]))
            lines += [blank_line(dice) for _ in range(dice.randrange(3))]
            # Tabs come before blanks, so that both measures agree.
            more = dice.choice([" ", "  ", "    ", "\t"]) if set(stack[-1]) <= {"\t"} else dice.choice([" ", "   "])
            stack.append(stack[-1] + more)
        elif action < 0.65:
            del stack[dice.randrange(1, len(stack) + 1) :]
        lines.append(stack[-1] + word + dice.choice([" = 1", "()", "; x", " \\\n  + 1", " # c", " + \\\n\\\n1", "\t=\t2"]))
    # Several blocks end at once, before a line and before the end of the file.
    for last in ("back", ""):
        widths = sorted(dice.sample(range(1, 9), 3))
        for before, width in zip([0, *widths], widths):
            lines += [" " * before + "if x:", blank_line(dice)]
            lines += [" " * width + "y", " " * widths[0] + "# c"]
        lines += [last] if last else []
    return "\n".join(lines[:-1]) + dice.choice(["", "\n", "\n\n", "\n# c\n"])


def bracketed(dice, depth):
    """Something in brackets that goes over lines."""
    opening, closing = dice.choice(["()", "[]", "{}"])
    blanks = ["", " ", "\n", "\n    ", " # c\n", "\n\n", "\n\t", "\\\n", "\n  # c\n  ", " \\\n "]
    text = opening
    for _ in range(dice.randrange(1, 4)):
        item = dice.choice(["a", "1", "'b'", "x", "'''c\nd'''", "lambda: 0"])
        if depth and dice.random() < 0.6:
            item = dice.choice(["", "f"]) + bracketed(dice, depth - 1)
        text += dice.choice(blanks) + item + dice.choice(blanks) + ","
    return text + dice.choice(blanks) + closing


def brackets(dice, length):
    lines = []
    while len(lines) < length:
        lines.append(dice.choice(["x = ", "", "if y: f"]) + bracketed(dice, dice.randrange(4)) + dice.choice(["", ".z", " # c", ", 1"]))
        if dice.random() < 0.3:
            lines.append("if z:\n  " + bracketed(dice, 1) + "\n  y")
    return "\n".join(lines) + "\n"


def fstring(dice, depth):
    prefix = dice.choice(["f", "F", "rf", "fR", "Fr"])
    quote = dice.choice(["'", '"', "'''", '"""'])
    text = ""
    for _ in range(dice.randrange(1, 5)):
        piece = dice.choice(["a ", "{{", "}}", "{{x}}", "ä", "\\\\", "'" if quote[0] == '"' else '"', "code", "code", "code"])
        if len(quote) == 3 and dice.random() < 0.2:
            piece = "\n  b"
        if "r" not in prefix.lower() and dice.random() < 0.1:
            piece = dice.choice(["\\N{DASH}", "\\n", "\\x41"])
        text += replacement(dice, depth, len(quote) == 3) if piece == "code" else piece
    return prefix + quote + text + quote


def replacement(dice, depth, is_long):
    """`{code}`, with all that may follow the code."""
    code = ["x", "a.b", "f(1, k=2)", "a[1:2]", "a != b", "(y := 1)", "{'k': 1}['k']", "a == b", "(lambda z: 1)(0)", "x if y else 'z'", "a,"]
    text = dice.choice(code)
    if depth and dice.random() < 0.5:
        text = fstring(dice, depth - 1)
    if is_long and dice.random() < 0.2:
        text = "\n  x  # c\n"
    # Two braces beside each other would be one character.
    text = dice.choice([" ", ""]) + text if text[0] != "{" else " " + text
    text += dice.choice(["", "", " ", "=", " = "]) + dice.choice(["", "", "!r", "!s"])
    form = dice.choice(["", "", "", ":", ":>10", ":.2f", ":=^8", ":%H:%M", ":{w}", ":{w}.{p}", ":>{w!r:{v}}", ":!r"])
    return "{" + text + form + ("" if form or text[-1] != "}" else " ") + "}"


def fstrings(dice, length):
    lines = []
    while len(lines) < length:
        line = dice.choice(["x = ", "print(", ""]) + fstring(dice, 2)
        line += ")" if line.startswith("print(") else dice.choice(["", " + y", " 'z'"])
        if fits(line + "\n"):
            lines.append(line)
    return "\n".join(lines) + "\n"


MISTAKES = [
    "x = 'abc\ny = 1\n",
    'x = f(1, rb"abc)\n',
    "x = 'abc\\\ndef\ny = '\n",
    "x = '''abc\n\ny = 1\n",
    'if x:\n  y = """abc"\n  z = 1\n',
    "x = 'ä', \"b\ny\n",
    "if x:\n    y\n  z\n",
    "if x:\n        y\n        if z:\n            a\n    # c\n      b\n",
    "if x:\n    if y:\n        z\n\n   a\nb\n",
    "if x:\n\tif y:\n\t\tz\n\t a\n",
    "if x:\n        y\n\tz\n",
    "if x:\n\ty\n        z\n",
    "if x:\n        y\n\t\tz\n",
    "if x:\n\tif y:\n\t\tz\n         w\n",
    "if x:\n    \ty\n\t    z\n",
    "if x:\n        if y:\n         z\n\t w\n",
    "x = (1, [2, 3],\ny = 2\n",
    "x = f(a, {'b': [1, 2}\n",
    "x = (1, [2, 3)\ny\n",
    "x = 1)\ny\n",
    "x = (a,\n  ']',\n  # )\n  b}\n",
    "def f(a,\n      b:\n  return a\n",
    "x = [1,\n  2\n",
    "x = f(a, [1,\n  2\n",
    "x = {1, (2,\n  3), [4,\n  (5, 6),\n",
    "x = {'a': (1, 2), 'b': [\n  3,\n  4,\n]\n",
]


def mistakes(dice, source):
    """A source with this mistake, behind some that is right."""
    lines = [dice.choice(["x = 1", "# c", "", "y = 'a' # b", "z = '''a\nb'''", "if a:\n  b", "f(1,\n  2)"]) for _ in range(dice.randrange(4))]
    return "\n".join([*lines, source])


# How long files of the standard library may be, in characters, and how many of them are taken: of
# all, and of those that have strings with code in them.
LONGEST, FILES = 30_000, 24
LONGEST_WITH_CODE, FILES_WITH_CODE = 3_000, 6

# Not what it should be: other people's packages, tests of what is wrong, and Python 2.
LEFT_OUT = {"site-packages", "dist-packages", "test", "tests", "lib2to3", "__pycache__", "idlelib", "pydoc_data"}


def library(dice, is_wanted, many, longest):
    """So many files of the standard library, name and source, small ones first."""
    paths = []
    for root, directories, files in os.walk(sysconfig.get_path("stdlib")):
        directories[:] = sorted(set(directories) - LEFT_OUT)
        paths += [os.path.join(root, file) for file in sorted(files) if file.endswith(".py")]
    dice.shuffle(paths)
    found = {}
    for path in paths:
        if len(found) == many:
            break
        try:
            with open(path, encoding="utf-8", newline="") as file:
                source = file.read(longest + 1)
        except (OSError, UnicodeDecodeError):
            continue
        is_plain = source.endswith("\n") and not set(source) & set("\r\0\ufeff")
        if is_plain and len(source) <= longest and fits(source) and is_wanted(source):
            found.setdefault(os.path.basename(path), source)
    return sorted(found.items(), key=lambda file: len(file[1]))


# What every seed has, by check: in any order, and beside what chance makes.
ALWAYS = {
    "names-and-numbers": [f"x = {word} + {word}.real" for word in (
        "0b_1 0B_1_0 0x_F 0X_f_0 0o_7 0O_1_7 1e5j 1_0E-1_0J 1.e5 1_0.E+5j 2J 1.5J .5J .5e3J 1.J 0J"
    ).split()],
    "strings": [
        r"x = r'''a\''''", r'x = R"""\"""" + y', r"rb'''\''''", r'Br"""\\\""""', r"b'''\'''' ''", r'x = """a\""""',
        r"x = r'''\\''' + 'y'", "x = '𝔘'  # 𝔘𝔫", "'𝔘', '名'  # '𝔘'",
    ],
    "operators": [f"a{operator}{operator}b" for operator in OPERATORS]
    + [f"from {points} import x" for points in (".", "..", "...", "....", ".....")],
    "f-strings": [
        r'rf"\N{x}"', r"x = fR'a\N{y:>3}b'", r"Rf'''\N{x!r}'''", r'f"\{x}"', r"f'a\{x!r}\\{y}'", r'rf"\{x}"',
        r'f"\}}"', r"f'{x}\}} {y}'", 'f"{lambda: y}"', "f'{lambda x: 1}{y}'", 'f"{x:{{y}}}"', "f'{x:>{{y}}.{z}}'",
    ],
    "indents": [
        "\n".join([" " * depth + "if x:" for depth in range(12)] + [" " * depth + "y" for depth in (12, 11, 6, 5, 0)]),
        "if x:\n  \f    y\n    z\n\t\f    if y:\n     \f\fz\n\f    y\n  \fz",
        "if x:  # a\fb\n  y  #\f\n# \f c\nz",
    ],
}


def always(dice, check):
    """A source of what every seed has, as far as this Python can say what its tokens are."""
    lines = ALWAYS.get(check, [])
    lines = [line for line in dice.sample(lines, len(lines)) if fits(line + "\n")]
    return [("source.py", "\n".join(lines) + "\n")] if lines else []


def fitting(make, dice, length):
    while True:
        source = make(dice, length)
        if fits(source):
            return source


def sources(check, seed):
    """The sources of a check: names of files, and what is in them."""
    dice = random.Random(f"{check} {seed}")
    made = {
        "names-and-numbers": names_and_numbers,
        "strings": strings,
        "f-strings": fstrings,
        "indents": indents,
        "operators": operators,
        "brackets-join-lines": brackets,
    }
    if check in made:
        lengths = [2, 3, 4, 6, 8, 10, 12, 16, 20, 24]
        files = [("source.py", fitting(made[check], dice, length)) for length in lengths]
        files += always(dice, check) + [("source.py", "")] * (check == "indents")
        return files + (library(dice, has_fstrings, FILES_WITH_CODE, LONGEST_WITH_CODE) if check == "f-strings" else [])
    if check == "reports-errors":
        return [("source.py", mistakes(dice, source)) for source in dice.sample(MISTAKES, len(MISTAKES))]
    if check == "agrees-on-the-standard-library":
        # Until 3.11 there are no tokens for what is in strings with code.
        is_old = sys.version_info < (3, 12)
        return library(dice, lambda source: not (is_old and has_fstrings(source)), FILES, LONGEST)
    raise SystemExit(f"no check {check}")
