"""Programs with functions: calls, closures, recursion that goes deep."""

from chance import text


# Calls.

def parameters(chance):
    x, y, z = chance.numbers(3)
    return text(f"""
        def f(a, b={y}, c="{chance.word()}"):
            return (a, b, c)
        print(f({x}), f({x}, {z}), f(1, 2, 3))
        print(f({x}, c={z}), f(c=1, a=2), f(b={z}, c={x}, a={y}), f(a="a"))
        def g(a, b, c={z}):
            return a - b * c
        print(g(1, 2), g(1, b=2), g(b=1, a=2), g({x}, {y}, c=-1), g(c={x}, b={z}, a=1))
        print(g(g(1, 2), g(b=3, a=4), g(5, 6, 7)))
    """)


def recursion(chance):
    n = chance.number(7, 10)
    return text(f"""
        def fib(n):
            if n < 2:
                return n
            return fib(n - 1) + fib(n - 2)
        def gcd(a, b):
            return a if b == 0 else gcd(b, a % b)
        def is_even(n):
            return n == 0 or is_odd(n - 1)
        def is_odd(n):
            return n != 0 and is_even(n - 1)
        print(fib({n}), gcd({chance.number(2, 9) * 36}, {chance.number(2, 9) * 24}))
        print(is_even({n}), is_odd({n}))
        def move(n, a, b, c):
            if n == 0:
                return 0
            return move(n - 1, a, c, b) + 1 + move(n - 1, c, b, a)
        print(move({chance.number(2, 4)}, "a", "b", "c"))
    """)


def own_locals(chance):
    return text(f"""
        def down(n):
            mine = n * {chance.number(2, 5)}
            if n > 0:
                below = down(n - 1)
                print(n, mine, below)
            return mine + n
        print(down({chance.number(3, 5)}))
        def twice(mine):
            mine += 1
            return mine
        mine = {chance.number()}
        print(twice(mine), twice(twice(5)), mine)
    """)


def defaults_once(chance):
    a, b = chance.words(2)
    return text(f"""
        k = {chance.number()}
        def f(x=k):
            return x
        k = 0
        print(f(), f(k))
        def remember(word, seen=[]):
            seen.append(word)
            return seen
        print(remember("{a}"))
        print(remember("{b}"))
        print(remember("{a}", ["{b}"]))
        print(remember("{b}"))
        def show(x):
            print("default", x)
            return x
        def g(x=show({chance.number()})):
            return x + 1
        print(g(), g(), g(1))
    """)


def order(chance):
    x, y, z = chance.several(range(2, 30), 3)
    return text(f"""
        def show(x):
            print("show", x)
            return x
        def f(a, b, c=0):
            return a - b - c
        print(show({x}) - show({y}) * show({z}))
        print(f(show({x}), show({y})), f(b=show({x}), a=show({z})))
        print(f(show({z}), c=show({y}), b=show({x})))
        print(show(show({x}) > {y}) and show({z}), (show({x}), show({y})))
    """)


def as_values(chance):
    return text(f"""
        def apply(f, x, times=1):
            for i in range(times):
                x = f(x)
            return x
        def add(x):
            return x + {chance.number()}
        square = lambda x: x * x
        print(apply(add, 1), apply(square, 3, 2), apply(lambda x: -x, 5), apply(abs, -4))
        for f in (add, square, str, lambda x, y={chance.number()}: x - y):
            print(f({chance.number()}))
        def nothing(x):
            x + 1
        print(nothing(3))
        def early(row):
            for x in row:
                if x > {chance.number(3, 6)}:
                    return x
        print(early([1, 2, 9, 8]), early([1]), early([]))
    """)


def scopes(chance):
    x, y = chance.numbers(2)
    return text(f"""
        total = {x}
        name = "global"
        def add(n):
            global total
            total += n
            name = "local"
            return name
        print(add({y}), add(1), name, total)
        def max(a, b):
            return "own max"
        print(max(1, 2), min(1, 2))
        def later():
            return defined_later()
        def defined_later():
            return total
        print(later())
        del max
        print(max(1, 2))
    """)


# Closures.

def counters(chance):
    return text(f"""
        def counter(start, step=1):
            total = start
            def bump():
                nonlocal total
                total += step
                return total
            return bump
        a = counter({chance.number()})
        b = counter({chance.number()}, step={chance.number(2, 5)})
        print(a(), a(), b())
        print(b(), a(), b())
    """)


def shared(chance):
    x, y = chance.numbers(2)
    return text(f"""
        def box(value):
            def get():
                return value
            def put(new):
                nonlocal value
                value = new
            return [get, put]
        first = box({x})
        get = first[0]
        put = first[1]
        second = box("other")
        other = second[0]
        put_other = second[1]
        print(get(), other())
        put({y})
        print(get(), other())
        put_other(get() - 1)
        print(get(), other())
        def late():
            def inner():
                return word
            word = "{chance.word()}"
            first = inner()
            word = word + "!"
            return first, inner()
        print(late())
    """)


def in_loops(chance):
    n = chance.number(2, 4)
    return text(f"""
        def late(n):
            row = []
            for i in range(n):
                row.append(lambda: i)
            return row
        for f in late({n}):
            print(f())
        def early(n):
            row = []
            for i in range(n):
                row.append(lambda i=i: i)
            return row
        for f in early({n}):
            print(f())
        def fresh(n):
            def one(i):
                return lambda: i * {chance.number()}
            row = []
            for i in range(n):
                row.append(one(i))
            return row
        for f in fresh({n}):
            print(f())
    """)


def adders(chance):
    x, y, z = chance.numbers(3)
    return text(f"""
        def adder(n):
            return lambda x: x + n
        def compose(f, g):
            def both(x):
                return f(g(x))
            return both
        add = adder({x})
        take = adder(-{abs(y)})
        print(add(1), take(1), add(take(0)))
        print(compose(add, take)({z}), compose(lambda x: x * {z}, add)(2))
        def curry(a):
            return lambda b: lambda c: (a, b, c)
        print(curry(1)({y})("{chance.word()}"))
    """)


def through(chance):
    return text(f"""
        def outer(a, b):
            def middle(c):
                def inner(d):
                    nonlocal a, c
                    a += d
                    c = c + b
                    return (a, b, c, d)
                return inner
            f = middle({chance.number()})
            g = middle({chance.number()})
            print(f(1), g(2))
            print(f({chance.number()}), g(4))
            return a
        print(outer({chance.number()}, {chance.number()}))
    """)


def inner_recursion(chance):
    n = chance.number(3, 6)
    return text(f"""
        def run(n):
            calls = 0
            def fact(k):
                nonlocal calls
                calls += 1
                return 1 if k < 2 else k * fact(k - 1)
            result = fact(n)
            return result, calls
        print(run({n}), run({n + 1}))
        def depth(n):
            here = n
            def get():
                return here
            below = depth(n - 1) if n > 0 else None
            if below is not None:
                print(get(), below())
            return get
        print(depth({n})())
    """)


# Deep recursion.

def deep_enough(chance):
    n = chance.number(450, 490)
    return text(f"""
        def depth(n):
            return 0 if n == 0 else 1 + depth(n - 1)
        print(depth({n}))
        def each(n, f):
            if n == 0:
                return f(n)
            return each(n - 1, lambda x: f(x + 1))
        print(each({chance.number(150, 200)}, lambda x: x))
    """)


def too_deep(chance):
    return text(f"""
        def f(n):
            return f(n + {chance.number(1, 9)}) + 1
        print("{chance.word()}")
        print(f({chance.number()}))
    """)


def in_turns(chance):
    a, b = chance.words(2)
    return text(f"""
        def {a}(n):
            return {b}(n)
        def {b}(n):
            for i in range({chance.number(2, 5)}):
                {a}(i)
        print("first")
        try:
            {a}(1)
        finally:
            print("finally")
        print("never")
    """)


def caught(chance):
    return text(f"""
        def f(n):
            return [f(n + 1)]
        try:
            f(0)
        except RuntimeError as error:
            print("too deep")
        def depth(n):
            return 0 if n == 0 else 1 + depth(n - 1)
        print(depth({chance.number(300, 450)}))
        def g():
            try:
                return g()
            except RecursionError:
                return "{chance.word()}"
        print(g())
        f(0)
    """)


CALLS = [parameters, recursion, own_locals, defaults_once, order, as_values, scopes]
CLOSURES = [counters, shared, in_loops, adders, through, inner_recursion]
DEEP = [deep_enough, too_deep, in_turns, caught]
