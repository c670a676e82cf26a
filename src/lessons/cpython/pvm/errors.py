"""Programs that raise exceptions, and handle some of them."""

from chance import text

# An expression that raises it, by the name of the exception; a, b and n are integers, n is 0.
RAISING = [
    ("ZeroDivisionError", "a // n"),
    ("ZeroDivisionError", "b % n"),
    ("IndexError", "[a, b][2]"),
    ("IndexError", "(a,)[-2]"),
    ("IndexError", '"ant"[a + 9]'),
    ("IndexError", "[].pop()"),
    ("IndexError", "[a].pop(-2)"),
    ("IndexError", "[a, b][-3]"),
    ("KeyError", "{a: 1}[a + 1]"),
    ("KeyError", '{}["key"]'),
    ("NameError", "missing + a"),
    ("TypeError", 'a + "x"'),
    ("TypeError", 'a < "x"'),
    ("TypeError", "[a] + (b,)"),
    ("TypeError", "len(a)"),
    ("TypeError", "a(b)"),
    ("TypeError", "a[0]"),
    ("TypeError", '[a]["x"]'),
    ("TypeError", "take(a)"),
    ("TypeError", "take(a, b, n)"),
    ("TypeError", "take(a, z=b)"),
    ("TypeError", "take(a, x=b)"),
    ("TypeError", "take(a, b, z=n)"),
    ("TypeError", "take(a, b, x=n)"),
    ("TypeError", "{}.get(a)(b)"),
    ("TypeError", '"-".join([a])'),
    ("TypeError", "{[]: a}"),
    ("TypeError", "-[a]"),
    ("TypeError", "a in b"),
    ("AttributeError", "a.append(b)"),
    ("AttributeError", "[a].push(b)"),
    ("AttributeError", "None.append(a)"),
    ("ValueError", "range(a, b, n)"),
]

# Statements that raise.
STATEMENTS = [
    ("ValueError", "x, y = [a, b, n]"),
    ("ValueError", "x, y, z = [a, b]"),
    ("ValueError", "x, *y, z = [a]"),
    ("TypeError", "x, y = a"),
    ("TypeError", "for x in a: pass"),
    ("TypeError", "(a, b)[0] = n"),
    ("IndexError", "row = [a]; row[1] = b"),
    ("KeyError", 'd = {}; del d["x"]'),
    ("IndexError", "row = [a]; del row[b + 9]"),
    ("AssertionError", "assert n"),
    ("TypeError", "raise a"),
    ("NameError", "del missing"),
]

# Functions that raise, each by a variable that has no value.
FUNCTIONS = text("""
    def unbound():
        print(x)
        x = a
    def twice():
        x = a
        del x
        del x
    def cell():
        def get():
            return x
        print(x)
        x = get
    def free():
        def get():
            return x
        get()
        x = a
    def delete():
        global missing
        del missing
""")

PARENTS = {
    "ZeroDivisionError": "ArithmeticError", "IndexError": "LookupError",
    "KeyError": "LookupError", "RecursionError": "RuntimeError",
}

SETTING = "a = {a}\nb = {b}\nn = 0\ndef take(x, y):\n    return x\n"


def setting(chance):
    return SETTING.format(a=chance.number(), b=chance.number())


def own_types(chance):
    """One after the other, each with its own handler among others."""
    parts = [setting(chance)]
    expressions = [(kind, f"print({how})") for kind, how in RAISING]
    for kind, how in chance.several(expressions, 7) + chance.several(STATEMENTS, 3):
        wrong = "KeyError" if kind != "KeyError" else "IndexError"
        body = "\n".join("    " + line for line in how.split("; "))
        parts.append(f'try:\n{body}\n    print("on")\nexcept {wrong}:\n    print("wrong")\n'
                     f'except {kind}:\n    print("{kind}")\n')
    return "".join(parts)


def every_type(chance):
    """All of them, by a ladder of handlers."""
    parts = [setting(chance)]
    expressions = [(kind, f"print({how})") for kind, how in RAISING]
    kinds = ["ZeroDivisionError", "IndexError", "KeyError", "NameError", "ValueError", "TypeError",
             "AttributeError", "AssertionError"]
    ladder = "".join(f'except {kind}:\n    print("{kind}")\n' for kind in chance.several(kinds, 8))
    for _, how in chance.several(expressions + STATEMENTS, 9):
        body = "\n".join("    " + line for line in how.split("; "))
        parts.append(f"try:\n{body}\n{ladder}")
    return "".join(parts)


def each_type(chance):
    """All that there are, and each by its very type."""
    cases = [f"return {how}" for _, how in RAISING]
    # Here a name that is deleted would be a local one.
    cases += [how for _, how in STATEMENTS if how != "del missing"]
    cases += ["unbound()", "twice()", "cell()", "free()", "delete()"]
    parts = [setting(chance), FUNCTIONS, "def case(i):\n"]
    for index, how in enumerate(chance.several(cases, len(cases))):
        body = "".join(f"        {line}\n" for line in how.split("; "))
        parts.append(f"    if i == {index}:\n{body}")
    parts.append(f"for i in range({len(cases)}):\n    try:\n        print(i, case(i))\n")
    for kind in ("UnboundLocalError", "NameError", "ZeroDivisionError", "IndexError", "KeyError",
                 "ValueError", "TypeError", "AttributeError", "AssertionError", "RuntimeError"):
        parts.append(f'    except {kind}:\n        print(i, "{kind}")\n')
    return "".join(parts)


def parents(chance):
    parts = [setting(chance)]
    for kind, how in chance.several([one for one in RAISING if one[0] in PARENTS], 3):
        parent = PARENTS[kind]
        other = "LookupError" if parent == "ArithmeticError" else "ArithmeticError"
        parts.append(f'try:\n    {how}\nexcept {other}:\n    print("{other}")\n'
                     f'except (ValueError, {parent}):\n    print("{parent}")\n')
        parts.append(f'try:\n    {how}\nexcept ValueError:\n    print("ValueError")\n'
                     f'except Exception:\n    print("Exception")\n')
        parts.append(f'try:\n    {how}\nexcept:\n    print("any")\n')
    parts.append(text(f"""
        def local():
            print(value)
            value = 1
        try:
            local()
        except NameError:
            print("NameError")
        try:
            raise LookupError("{chance.word()}")
        except (IndexError, KeyError):
            print("too special")
        except LookupError as error:
            print("error:", error)
        try:
            raise ArithmeticError
        except ArithmeticError as error:
            print("error:", str(error), len(str(error)))
    """))
    return "".join(parts)


def messages(chance):
    a, b = chance.words(2)
    return text(f"""
        def check(x):
            if x < {chance.number(3, 6)}:
                raise ValueError("{a}")
            if x > 7:
                raise TypeError(f"{b} {{x}}")
            return x
        for i in (1, 7, 9):
            try:
                print(check(i))
            except ValueError as error:
                print("value", error)
            except TypeError as error:
                print("type", error)
                kept = error
            else:
                print("fine")
        print(kept, f"{{kept}}!")
        try:
            error = "before"
            raise RuntimeError("{b}")
        except RuntimeError as error:
            print(error)
        try:
            print(error)
        except NameError:
            print("gone")
    """)


def finals(chance):
    n = chance.number(3, 5)
    return text(f"""
        def early(row):
            for x in row:
                try:
                    if x == 0:
                        continue
                    if x == {n}:
                        break
                    if x > {n}:
                        return "returned"
                    print(12 // (x - 1))
                except ZeroDivisionError:
                    print("zero")
                else:
                    print("else", x)
                finally:
                    print("finally", x)
            else:
                print("end")
            return "after"
        print(early([1, 2, 0]), early([2, {n}, 1]), early([1, {n + 1}, 2]))
        def override(x):
            try:
                if x:
                    raise ValueError("lost")
                return "try"
            finally:
                if x != 2:
                    return "finally"
        print(override(0), override(1))
        try:
            print(override(2))
        except ValueError as error:
            print(error)
        def value():
            x = 1
            try:
                return x
            finally:
                x = 2
                print("x", x)
        print(value())
        def inner():
            try:
                try:
                    raise KeyError("{chance.word()}")
                finally:
                    print("inner finally")
            except KeyError:
                print("handled")
                raise ValueError("second")
            finally:
                print("outer finally")
        try:
            inner()
        except Exception as error:
            print(error)
    """)


def depths(chance):
    """The stack is not empty where it happens."""
    x, y = chance.numbers(2, 2, 20)
    return text(f"""
        def half(x):
            if x % 2:
                raise ValueError("odd")
            return x // 2
        def safe(x):
            try:
                return half(x)
            except ValueError:
                return -1
        print(1, safe({x}), (safe({x + 1}), [safe({y}), safe({y + 1})]), safe(0) + safe(1))
        for i in range(3):
            for j in (0, 1):
                try:
                    print(i, j, [1, 2, 3, 10 // (i - j)])
                except ZeroDivisionError:
                    print(i, j, "zero")
        total = 0
        for x in [1, "2", 3, None]:
            try:
                total = total + x * (total + x)
            except TypeError:
                total += 100
        print(total)
        for x in [3, 0]:
            try:
                print([6 // y for y in [x, 1]])
            except ZeroDivisionError:
                print("in a comprehension")
        print("x", x, [safe(i) for i in range(3)])
    """)


def frames(chance):
    n = chance.number(2, 4)
    return text(f"""
        def deep(n):
            if n == 0:
                raise KeyError("{chance.word()}")
            try:
                deep(n - 1)
            except ValueError:
                print("wrong")
            finally:
                print("leaving", n)
            print("never")
        try:
            deep({n})
        except LookupError:
            print("outside")
        def convert(n):
            try:
                return [1, 2][n]
            except IndexError:
                raise ValueError(f"no {{n}}")
        def attempt(n):
            try:
                return convert(n)
            except ValueError as error:
                return str(error)
        print(attempt(1), attempt({n}))
        print(attempt(-2), attempt(5))
    """)


def again(chance):
    a, b = chance.words(2)
    return text(f"""
        def log(f):
            try:
                return f()
            except ValueError as error:
                print("log", error)
                raise
        def fails():
            raise ValueError("{a}")
        def nested():
            try:
                raise KeyError("outer")
            except KeyError:
                try:
                    raise IndexError("inner")
                except IndexError:
                    print("inner")
                print(log(lambda: "fine"))
                raise
        try:
            log(fails)
        except ValueError as error:
            print("again", error)
        try:
            nested()
        except IndexError:
            print("IndexError")
        except KeyError:
            print("KeyError")
        try:
            raise
        except RuntimeError:
            print("nothing to raise")
        first = ValueError("{b}")
        for i in range(2):
            try:
                raise first
            except ValueError as error:
                print(error is first, error)
    """)


def uncaught_own(chance):
    kind = chance.one_of(["ValueError", "TypeError", "RuntimeError", "LookupError", "Exception"])
    a, b = chance.words(2)
    ending = chance.one_of([f'raise {kind}("{a} {b}")', f"raise {kind}",
                            f'assert len("{a}") == 0, "{b}"', f'raise {kind}(f"{a} {{x}}")'])
    return text(f"""
        def f(x):
            try:
                print("{a}", x)
                {ending}
            finally:
                print("finally")
        print(1)
        try:
            f({chance.number()})
        except KeyError:
            print("not this")
        print("never")
    """)


def uncaught(chance):
    _, how = chance.one_of(RAISING)
    return setting(chance) + text(f"""
        def f():
            print("{chance.word()}")
            x = {how}
            return x
        for i in range(2):
            try:
                f()
            except (ValueError, RuntimeError):
                print("not this")
        print("never")
    """)


RAISES = [own_types, parents, messages, finals, depths, frames, again, uncaught_own, uncaught,
          every_type, each_type]
