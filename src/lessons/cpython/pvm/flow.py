"""Programs without functions: straight lines, branches, loops."""

from chance import text


# Straight lines.

def constants(chance):
    a, b = chance.words(2)
    return text(f"""
        print({chance.number()}, "{a}", None, True, False, -{chance.number()})
        print()
        print("{b}", "", 0)
        print(({chance.number()}, "{a}", ("{b}", None)), ({chance.number()},), ())
    """)


def arithmetic(chance):
    a, b = chance.number(21, 99), chance.number(3, 9)
    signs = "\n".join(
        f"print({x} // {y}, {x} % {y})" for x in ("a", "-a") for y in ("b", "-b"))
    return f"a = {a * b + 1}\nb = {b}\n" + text("""
        print(a + b, a - b, b - a, a * b)
        print(a ** 2, b ** 3, (-b) ** 3, a ** 0)
        print(a << b, a >> b, -a >> 1)
        print(a & b, a | b, a ^ b, ~a, -a & 255, -a | b, -a ^ b)
    """) + signs + "\n"


def expressions(chance):
    lines = [f"{name} = {number}" for name, number in zip("abc", chance.numbers(3, -50, 50))]
    lines += [f"print({chance.expression('abc')})" for _ in range(5)]
    return "\n".join(lines) + "\n"


def names(chance):
    x, y, z = chance.numbers(3)
    return text(f"""
        a = {x}
        b = {y}
        a, b = b, a
        print(a, b)
        c = d = a - {z}
        print(c, d)
        a, b, c = c + 1, a, b
        print(a, b, c)
        a += b
        b -= c
        c *= a
        print(a, b, c)
        d //= {chance.number(2, 5)}
        b %= {chance.number(2, 9)}
        a **= 2
        print(a, b, d)
    """)


def strings(chance):
    a, b = chance.words(2)
    return text(f"""
        a = "{a}"
        b = "{b}"
        n = {chance.number(2, 9)}
        print(a + " and " + b, a * 3, n * b, a * 0, b * -n, "end")
        print(len(a), len(a + b), a == b, a < b, a != "{a}")
        print(repr(a), str(n) + a, repr(n), str(None))
        print(f"{{a}} has {{n}}{{b!r}} {{n * n}} {{None}} {{n > 3}}")
        print((a, n, b), a[0], b[-1], a[{chance.number(0, 2)}])
    """)


def comparisons(chance):
    x = chance.number()
    return text(f"""
        a = {x}
        b = {chance.one_of([x, x + 1, x - 1])}
        n = None
        print(a < b, a <= b, a == b, a != b, a > b, a >= b)
        print(n is None, a is None, n is not None, not a, not n, not 0, not "")
        print((a == b) + (a < b) + True, True + True, -True, True == 1, "1" == 1)
        print(None != a, None == 0, False == 0, True * {x})
    """)


def truths(chance):
    x = chance.number()
    return text(f"""
        t = True
        f = False
        n = {x}
        print(-t, -f, ~t, ~f, t + t, t - n, n * t, t << 2)
        print(t & n, f | n, n ^ t)
        print(t < n, t <= 1, n > f, f < t, t == 1, f == 0, t != n, t >= f)
    """)


def builtins(chance):
    x, y, z = chance.numbers(3, -30, 30)
    return text(f"""
        a = {x}
        b = {y}
        print(abs(a), abs(b - a), min(a, b), max(a, b, {z}), len(str(a * b)))
        print(max(abs(a), abs(b)) - min(a, {z}, b), abs(min(a, -5)) * 2)
        print(str(abs(a)) + repr(str(b)), len("{chance.word()}" * 4) - a)
    """)


# Branches.

def choices(chance):
    low, high = sorted(chance.several(range(-5, 15), 2))
    parts = [text(f"""
        x = {x}
        if x < {low}:
            print(x, "low")
        elif x == {low} or x == {high}:
            print(x, "edge")
        elif x < {high} and x % 2:
            print(x, "odd")
        else:
            print(x, "other")
            if x > {high}:
                print("high")
    """) for x in (low - 1, low, high, high + 1, (low + high) // 2)]
    return "".join(parts)


def values(chance):
    falsy = chance.several(["0", '""', "None", "False", "[]", "()", "{}"], 4)
    truthy = [str(chance.number()), f'"{chance.word()}"', "True", "[0]", "(None,)", '" "']
    lines = []
    for value in falsy + chance.several(truthy, 3):
        lines += [f"x = {value}", f'print(x and "then", x or "else", not x)',
                  'print("yes" if x else "no")', "if x:", '    print("true")']
    x, y = chance.several(truthy, 2)
    lines += [f"x = {x}", f"y = {falsy[0]}", "print(x and y, y and x, x or y, y or x)",
              f"print(y or {falsy[1]} or {y}, x and {y} and y, (x or y) and {falsy[2]})"]
    return "\n".join(lines) + "\n"


def chains(chance):
    lines = []
    for a, b, c in (chance.numbers(3, 0, 9), (1, 5, 9), (5, 1, 9), (1, 9, 5), (3, 3, 3)):
        lines += [f"a = {a}", f"b = {b}", f"c = {c}",
                  "print(a < b < c, a <= b <= c, a < b > c, a == b == c)",
                  'print("in" if a <= b < c else "out", 1 - (a < b + 1 < c))',
                  "if a < b < c or c < b < a:", '    print("between", b)']
    return "\n".join(lines) + "\n"


def membership(chance):
    a, b = chance.words(2)
    return text(f"""
        x = {chance.number(1, 5)}
        w = "{a}"
        if x in (1, 2, 3):
            print("small")
        if x not in (2, 4):
            print("not", x)
        print(w in ("{a}", "{b}"), "{b}" in (w,), x in [x + 1, x], "{a[0]}" in w, "z" not in w)
        n = None
        if n is None:
            print("none")
        if w is not None and len(w) > 2:
            print("some")
        print("both" if n is None and x is not None else "not both")
        print("{b[:2]}" in "{b}", "{b[1:]}" in "{b}", "{b[::-1]}" in "{b}", "{b}" not in "{b[:2]}")
        r = range(0, {chance.number(20, 30)}, 3)
        print(x in r, 9 in r, 10 not in r, 9 not in r, -3 in r, 33 in r)
        print("some" if r else "none", "some" if range(x, x) else "none", not range(0), not r)
    """)


def orders(chance):
    a, b = chance.words(2)
    x = chance.number()
    lines = [f'print("{a}" < "{a}s", "b" < "ab", "ab" < "b", "{a}" < "{b}", "{a}" >= "{b}", "z" > "{b}")']
    for one, other in ((f"(1, 2, {x})", "(2,)"), (f"[{x}, 9]", f"[{x + 1}]"), ("(1, 2)", "(1, 2, 0)"), ("[]", "[0]")):
        lines += [f"a = {one}", f"b = {other}", "print(a < b, a <= b, a == b, a != b, a > b, a >= b)",
                  "print(b < a, b <= a, b > a, b >= a)"]
    return "\n".join(lines) + "\n"


def conditions(chance):
    lines = [f"{name} = {number}" for name, number in zip("abc", chance.numbers(3, -3, 9))]
    for index in range(6):
        lines += [f"if {chance.condition('abc')}:", f"    print({index}, a)",
                  "else:", f"    print({index}, b)"]
    lines.append(f"print(a if {chance.condition('abc')} else b if {chance.condition('abc')} else c)")
    return "\n".join(lines) + "\n"


# Loops.

def whiles(chance):
    n, step, stop = chance.number(6, 14), chance.number(1, 3), chance.number(1, 5)
    return text(f"""
        n = {n}
        while n > 0:
            n -= {step}
            if n % 3 == 0:
                continue
            if n < {stop}:
                break
            print(n)
        else:
            print("else")
        while n < {n}:
            n += {step}
        else:
            print("at", n)
    """)


def ranges(chance):
    low, high, step = chance.number(-3, 3), chance.number(8, 15), chance.number(2, 4)
    return text(f"""
        total = 0
        for i in range({high}):
            total += i * i
        print(i, total)
        for i in range({low}, {high}, {step}):
            print(i, i - {step})
        for i in range({high}, {low}, -{step}):
            total -= i
        print(i, total)
        for i in range({high}, {low}):
            print("never")
        print(i)
    """)


def nested(chance):
    n = chance.number(4, 6)
    return text(f"""
        for i in range(2, {n + 6}):
            for j in range(2, i):
                if i % j == 0:
                    print(i, "is", j, "times", i // j)
                    break
            else:
                print(i, "is prime")
        for i in range({n}):
            if i == {chance.number(1, 3)}:
                continue
            for j in range(i):
                if j > 2:
                    break
                print(i, j)
    """)


def over(chance):
    a, b, c = chance.words(3)
    return text(f"""
        for word in ["{a}", "{b}", "{c}"]:
            print(word)
        for letter in "{a}":
            print(letter, len(letter))
        for x in ({chance.number()}, None, "{b}"):
            print(x)
        for key in {{"{b}": 1, "{c}": 2, "{a}": 3}}:
            print(key)
        for pair in [(1, "{a}"), (2, "{b}")]:
            print(pair[1], pair)
        for x in []:
            print("never")
        else:
            print(word, letter, x, pair)
    """)


def growing(chance):
    first, limit = chance.number(1, 4), chance.number(8, 12)
    return text(f"""
        row = [{first}, {first + 1}]
        other = [{first}, {first + 1}]
        print(row == other, row is other, row is not other, row is row, row is not row)
        print("same" if row is other else "equal", {{}} is not row, [] is None)
        for x in row:
            if len(row) < {limit}:
                row.append(x + len(row))
        print(row)
        total = 0
        for x in row:
            for y in row:
                if x < y:
                    total += x * y
                    break
        print(total)
    """)


def endless(chance):
    n, m = chance.number(20, 60), chance.number(3, 7)
    return text(f"""
        for i in range(10 ** 15):
            if i * i > {n}:
                break
        print(i)
        for i in range(10 ** 18, 0, -{m}):
            if i % {m + 2} == 0:
                print(i)
                break
        n = {n}
        steps = 0
        while n != 1 and steps < 40:
            n = n // 2 if n % 2 == 0 else 3 * n + 1
            steps += 1
        print(n, steps)
    """)


STRAIGHT = [constants, arithmetic, names, strings, comparisons, truths, builtins, expressions]
BRANCHES = [choices, values, chains, membership, orders, conditions]
LOOPS = [whiles, ranges, nested, over, growing, endless]
