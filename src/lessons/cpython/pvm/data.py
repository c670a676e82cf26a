"""Programs about data: containers, comprehensions, integers of any size."""

from chance import text


# Containers.

def lists(chance):
    row = chance.numbers(5)
    return text(f"""
        row = {row}
        print(row, len(row), row[0], row[-1], row[{chance.number(1, 3)}], row[-{chance.number(2, 4)}])
        row[1] = "{chance.word()}"
        row[-1] = [row[0], None]
        print(row)
        row.append({chance.number()})
        row.insert({chance.number(0, 3)}, True)
        print(row.pop(), row.pop(0), row)
        del row[1]
        print(row + [1], row * 2, [] + row == row, row != [], {chance.number()} in row)
        print(sorted({row}), sum({row}), min({row}), max({row}), list("{chance.word()}"))
    """)


def aliases(chance):
    x, y, z = chance.numbers(3)
    return text(f"""
        a = [{x}, {y}]
        b = a
        a += [{z}]
        print(a, b, a is b)
        a = a + [{x}]
        print(a, b, a is b)
        b.append("{chance.word()}")
        c = [b, b]
        c[0].append(0)
        print(b, c, c[0] is c[1])
        c *= 2
        b[0] = "new"
        print(c)
        grid = [[0] * 2] * 2
        grid[0][1] = {y}
        print(grid)
        t = (a,)
        u = t
        t += (1,)
        t[0].append(9)
        print(t, u, a)
        def change(row):
            row += ["changed"]
            row = row + ["own"]
            return row
        print(change(a), a)
        s = w = "{chance.word()}"
        s += "!"
        print(s, w)
    """)


def dicts(chance):
    a, b, c = chance.words(3)
    return text(f"""
        d = {{"{b}": {chance.number()}, "{a}": [1]}}
        d["{c}"] = None
        d["{b}"] = "new"
        print(d, len(d), d["{a}"], "{c}" in d, "new" in d)
        e = d
        e["{a}"].append(2)
        e[1] = "one"
        e[True] = "true"
        e[(1, 2)] = {{}}
        print(d, e is d)
        print(d.get("{c}"), d.get("none"), d.get("none", 7), d[1])
        del d["{b}"]
        d["{b}"] = "last"
        for key, value in d.items():
            print(key, value)
        print(list(d.keys()), list(d), list(d.values())[-1])
        print({{"{a}": 1, "{b}": 2}} == {{"{b}": 2, "{a}": 1}}, {{}}, {{1: {{2: 3}}}}[1][2])
        d[1] += "!"
        print(d[True])
        one = 1
        print({{one: "{a}", True: "{b}"}}, {{0: "{b}", False: "{c}"}})
    """)


def slices(chance):
    row = chance.several(range(10, 40), 7)
    i, j = chance.number(1, 3), chance.number(4, 6)
    return text(f"""
        row = {row}
        print(row[{i}:{j}], row[:{i}], row[{j}:], row[:], row[-{i}:], row[:-{i}], row[{j}:{i}])
        print(row[::2], row[::-1], row[{j}:{i}:-1], row[1::3], row[-2::-2], row[2:100], row[-100:2])
        word = "{chance.word()}{chance.word()}"
        print(word[1:3], word[::-1], word[-2:], word[:0], word[5:1:-2])
        t = ({i}, {j}, "{chance.word()}", None)
        print(t[1:], t[:1], t[::-1], t[-1:])
        copy = row[:]
        copy[0] = "copy"
        row[1:3] = ["x"]
        print(row, copy)
        row[2:2] = [1, 2, 3]
        row[:1] = []
        print(row)
        row[-1:] = "{chance.word()}"
        print(row)
    """)


def unpacking(chance):
    a, b = chance.words(2)
    return text(f"""
        a, b, c = [{chance.number()}, "{a}", None]
        print(a, b, c)
        (a, b), c = (1, 2), {chance.number()}
        print(a, b, c)
        a, *b = "{a}"
        print(a, b)
        *a, b = {chance.numbers(4)}
        print(a, b)
        a, *b, c = (1, 2)
        print(a, b, c)
        a, *b, c, d = {chance.numbers(6)}
        print(a, b, c, d)
        row = [1, 2, 3]
        i = 0
        i, row[i] = 2, "{b}"
        print(i, row)
        row[0], row[1], row[2] = row[2], row[0], row[1]
        print(row)
        for x, (y, z) in [(1, (2, 3)), ("{a}", "{b[:2]}")]:
            print(x, y, z)
    """)


def nesting(chance):
    x, y = chance.numbers(2)
    a, b = chance.words(2)
    return text(f"""
        t = (1, ["{a}", ({x},), {{}}], {{"{b}": [None, True]}})
        print(t, (t[1],), ["{a}"], str([1, "{b}"]), repr(("{a}",)))
        print((1, 2) < (1, {x}), [1, {y}] == [1, {y}], (1,) == [1], [2] > [1, 9], (1, 2) < (1, 2, 0))
        t[1].append(t[2]["{b}"])
        t[2]["{b}"][0] = {x}
        t[1][0] += "{b}"
        print(t)
        m = [[1, 2], [3, 4]]
        m[1][0] += {y}
        m[0][-1] *= 5
        print(m, m[0] + m[1])
        print("-".join(["{a}", "{b}"]), ", ".join(("x",)), "".join([]), tuple([1, 2]), list((3,)))
        print(sorted(["{b}", "{a}"]), sorted([(2, 1), (1, {x}), (1, {y})]), f"{{[1, '{a}']}}")
    """)


def evaluated(chance):
    x, y, z = chance.several(range(2, 30), 3)
    return text(f"""
        def show(x):
            print("show", x)
            return x
        row = [show({x}), show({y}), show({z})]
        row[show(0)] = show("value")
        row[show(1)] += show({x})
        print(row, {{show("k"): show("v"), show(1): show(2)}})
        print((show(1), [show(2)]), row[show(0):show(2)])
        a, row[show(2)] = show((1, 2))
        print(a, row)
    """)


def in_place(chance):
    x, y = chance.numbers(2)
    return text(f"""
        a = [{x}, "{chance.word()}"]
        b = a
        a *= 2
        print(a, b, a is b)
        a += "{chance.word()}"
        a += ({y}, None)
        a += range(2)
        a += {{"{chance.word()}": {x}}}
        print(b, a is b)
        t = (a, {y})
        a *= 0
        a += [{x}]
        print(a, b, t)
    """)


def methods(chance):
    x, y, z = chance.several(range(3, 40), 3)
    return text(f"""
        row = [{x}, {y}, {z}]
        row.insert(-1, "a")
        row.insert(-9, "b")
        row.insert(9, "c")
        row.insert(2, "d")
        print(row, row.pop(-2), row.pop(-1), row.pop(1), row)
        d = {{"zero": 0, "none": None, "empty": "", "list": []}}
        print(d.get("zero", {x}), d.get("none", {x}), d.get("empty", {x}), d.get("list", {x}))
        print(d.get("zero"), d.get("more", 0), d.get("more", None))
        print(sum([True, {y}, True]), sum((False,)))
        print(sorted([{x}, True, {y}, 0, -{z}]), sorted((2, True, 0)), max([0, True]), min(2, True))
        print(sorted([100, 20, 3, -1]), max([9, 10]), min("ba", "b"), sorted("{chance.word()}"))
    """)


def views(chance):
    a, b, c = chance.words(3)
    return text(f"""
        d = {{"{a}": 1, "{b}": {chance.number()}}}
        keys = d.keys()
        values = d.values()
        items = d.items()
        d["{c}"] = [2]
        del d["{a}"]
        print(list(keys), list(values), list(items))
        d["{a}"] = d["{b}"]
        for key in keys:
            print(key)
        print(list(items), list(values))
        e = {{True: "{a}"}}
        f = {{True: "{a}", 2: "{b}", False: "{c}"}}
        e[1] = f[0] = "new"
        print(e, f, e[True], f[1])
    """)


# Comprehensions.

def squares(chance):
    n = chance.number(4, 7)
    return text(f"""
        x = "outer"
        print([x * x for x in range({n})], x)
        print([x for x in {chance.numbers(6)} if x % 2 if x > 0])
        print(["{chance.word()}" + letter for letter in "{chance.word()}"])
        print([x if x % 2 else -x for x in range({n}) if x != {chance.number(1, 3)}])
        row = [[] for i in range(3)]
        row[0].append({n})
        print(row, [], [i for i in []])
    """)


def several(chance):
    n = chance.number(2, 4)
    return text(f"""
        print([(i, j) for i in range({n}) for j in range(i)])
        print([i * 10 + j for i in range(3) if i != 1 for j in range({n}) if j != i])
        grid = [[i * j for j in range(3)] for i in range({n})]
        print(grid)
        print([x for row in grid for x in row])
        print([[row[i] for row in grid] for i in range(3)])
        print([sum([j for j in range(i)]) for i in [k + 1 for k in range({n})]])
    """)


def mappings(chance):
    a, b, c = chance.words(3)
    return text(f"""
        lengths = {{word: len(word) for word in ["{a}", "{b}" * 2, "{c}" * 3]}}
        print(lengths)
        print({{value: key for key, value in lengths.items() if value > 3}})
        print({{i: [j for j in range(i)] for i in range({chance.number(2, 4)})}})
        print({{i % 3: i for i in range({chance.number(5, 8)})}})
        print([key + "!" for key in lengths], [(v, k) for k, v in lengths.items()])
        print({{(i, j): i - j for i in range(2) for j in "ab" if i == 0 for j in range(2)}})
    """)


def in_functions(chance):
    n = chance.number(2, 5)
    return text(f"""
        def scale(row, by):
            i = "kept"
            result = [i * by for i in row]
            return result, i
        print(scale([1, 2, 3], {n}))
        def table(n, offset={n}):
            return {{i: [i * j + offset for j in range(n)] for i in range(n)}}
        print(table({chance.number(2, 3)}))
        def recursive(n):
            return [recursive(i) for i in range(n)]
        print(recursive(3))
        def count(rows):
            total = 0
            for row in [[x for x in row if x] for row in rows]:
                total += len(row)
            return total
        print(count([[1, 0], [0, {n}, 2], []]))
        def at(i):
            return [f(i) for f in (abs, lambda x: x + {n}, str)]
        print(at(-{n}), sum([at(k)[1] for k in range(3)]))
    """)


def among_others(chance):
    n = chance.number(3, 5)
    return text(f"""
        def f(a, b, c):
            return (a, b, c)
        print(f("a", [x for x in range({n})], [x for x in "{chance.word()}"]))
        print(1, {{x: -x for x in range(2)}}, max([x * x % 7 for x in range({n})]), "end")
        for i in [x + 1 for x in range(2)]:
            print(i, [y for y in [x * i for x in range({n})] if y > 2], [i for i in "ab"], i)
        print([x for x in range({n})][-1] + [x for x in [{n}]][0])
        row = [1, "{chance.word()}"]
        print([*row, {n}, *"{chance.word()}", [*row]], row)
    """)


# Integers of any size.

def powers(chance):
    n = chance.number(70, 140)
    return text(f"""
        a = 2 ** {n}
        b = {chance.number(3, 9)} ** {chance.number(41, 70)}
        print(a, b, -a)
        print(a + b, a - b, b - a, a * b, -a * b)
        print(a + 1 - a, a * b // b == a, a * b - b * a, (a + b) * (a - b) == a * a - b * b)
        print(a < b, -a < -b, a == 2 * 2 ** {n - 1}, max(a, b), abs(b - a), not a)
    """)


def edges(chance):
    bits = chance.one_of([31, 32, 63, 64, 127, 128])
    return text(f"""
        for bits in ({bits}, 63, 64):
            n = 1 << bits
            print(n - 1, n, n + 1, -n, -n - 1)
            print((n - 1) + (n - 1), (n - 1) * (n - 1), -n * -n, n * n * n)
            print(n >> {chance.number(1, 30)}, -n - 1 >> 1, n - 1 == (1 << bits) - 1, n * 0, n - n)
    """)


def neighbours(chance):
    n = chance.number(65, 100)
    return text(f"""
        a = 2 ** {n}
        for x in (a, -a):
            for y in (x, x + 1, x - 1, -x):
                print(x < y, x <= y, x == y, x != y, x > y, x >= y)
        print(max(a, a + 1, a - 1), min(a + 2, a + 1), sorted([a + 1, -a, a, -a - 1]))
        print(a + 1 in [a], a + 1 in [a, a + 1], a not in (a - 1, -a), {{a: 1, a + 1: 2}})
    """)


def bits(chance):
    a, b = chance.number(2 ** 90, 2 ** 100), chance.number(2 ** 64, 2 ** 66)
    return text(f"""
        for x in ({a}, -{a}):
            for y in ({b}, -{b}, {chance.number(100, 255)}, -1):
                print(x & y, x | y, x ^ y)
            print(~x, ~(x * x), ~x & x, x >> 70)
    """)


def division(chance):
    a = chance.number(10 ** 50, 10 ** 60)
    b = chance.number(10 ** 18, 10 ** 30)
    return text(f"""
        for a in ({a}, -{a}):
            for b in ({b}, -{b}, {chance.number(3, 99)}, 10 ** 9):
                print(a // b, a % b, a // b * b + a % b == a)
        print({b} // {a + 1}, -{b} // {a + 1}, {b} % -{a + 1}, {a} // {a}, {a * b} // {b})
    """)


def factorials(chance):
    return text(f"""
        def fact(n):
            return 1 if n < 2 else n * fact(n - 1)
        n = fact({chance.number(25, 45)})
        print(n)
        digits = 0
        m = n
        while m:
            digits += m % 10
            m //= 10
        print(digits, len(str(n)), str(n)[:5])
        a, b = 0, 1
        for i in range({chance.number(100, 200)}):
            a, b = b, a + b
        print(a, b % (10 ** 20), a * a - a * (a - 1))
        d = {{2 ** 70: "big", 2 ** 70 + 1: "bigger"}}
        print(d[4 ** 35], [2 ** 65, -2 ** 65], sum([2 ** 63, 2 ** 63, 1]), f"{{10 ** 25}}")
    """)


def pseudo_random(chance):
    x = chance.number(10 ** 17, 10 ** 18)
    return text(f"""
        x = {x}
        for i in range(12):
            x = x * 6364136223846793005 + {chance.number(10 ** 15, 10 ** 18)}
            print(x, x % 2 ** 61, x // 2 ** 64 % 1000)
        print(x // {x} // 10 ** 20, -x // 3 ** 50, -x % 3 ** 50)
    """)


CONTAINERS = [lists, aliases, in_place, methods, dicts, views, slices, unpacking, nesting,
              evaluated]
COMPREHENSIONS = [squares, several, mappings, in_functions, among_others]
INTEGERS = [powers, edges, neighbours, bits, division, factorials, pseudo_random]
