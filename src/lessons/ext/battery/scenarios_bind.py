"""Stories about `stash` whose end is known: what the library counts afterwards, and what was heard.

Each is Python, run in fresh names with `Stash`, `gc`, `counts()` (of the library, above those before), `missing` (a path that is not there) and `path` (one
that can be made). Where a story sets `came` and `want`, they are to be equal.
"""

# Every method once: a function that is looked up when it is first used is looked up then.
EVERYTHING = (
    "s = Stash()", "s.put('k', b'v')", "s.get('k')", "s.add('n', 1)", "len(s)", "s.fingerprint()", "s.mean_size()", "s.dump()", "list(s.keys())",
    "k = s.keys(); next(k); k.close()", "s.each(lambda key, value: None)", "s.watch(lambda key, size: None); s.watch(None)",
    "s.log_to(lambda level, line: None); s.log(1, 'x'); s.log_to(None)", "s.delete('k')", "s.get('k')", "s.close()", "del s; gc.collect()",
)

FREES = {
    "a with block": "with Stash() as s:\n    s.put('k', b'v'); s.get('k'); s.dump(); list(s.keys())",
    "an exception in a with block": """try:
    with Stash() as s:
        s.put('k', b'v'); s.get('k'); 1 / 0
except ZeroDivisionError:
    pass
came, want = counts()['stashes'], 0""",
    "an exception in a visitor": """with Stash() as s:
    s.put('k', b'v')
    try:
        s.each(lambda key, value: 1 / 0)
    except ZeroDivisionError:
        pass""",
    "nobody holds it any more": "s = Stash(); s.put('k', b'v'); del s; gc.collect()",
    "it holds itself": "s = Stash()\ntry:\n    s.me = s\nexcept AttributeError:\n    pass\ndel s; gc.collect()",
    "its watcher holds it": "s = Stash(); s.watch(lambda key, size: s); s.log_to(lambda level, line: s); del s; gc.collect()",
    "it cannot be opened, 100 times": "for _ in range(100):\n    try:\n        Stash(missing)\n    except OSError:\n        pass\ngc.collect()",
    "a cursor that is left half-way": "s = Stash(); s.put('a', b''); s.put('b', b'')\nfor key in s.keys():\n    break\ns.close(); gc.collect()",
    "a cursor that is left, of a stash that stays open": """s = Stash(); s.put('a', b''); s.put('b', b'')
for key in s.keys():
    break
gc.collect()
came, want = counts()['cursors'], 0
s.close()""",
    "a cursor that is dropped": "s = Stash(); s.put('a', b''); s.put('b', b''); k = s.keys(); next(k); del k; gc.collect(); s.close()",
    "a cursor that alone holds its stash": """s = Stash()
for key in 'abc':
    s.put(key, b'')
k = s.keys()
del s
gc.collect()
came, want = list(k), ['a', 'b', 'c']
del k
gc.collect()""",
    "the stash is closed before its cursor": "s = Stash(); s.put('a', b''); k = s.keys(); s.close(); k.close(); del k, s; gc.collect()",
    "two cursors, in a with block": "with Stash() as s:\n    s.put('a', b'')\n    k = s.keys(); m = s.keys(); next(k)\ndel k, m; gc.collect()",
    "closed twice": "s = Stash(); s.close(); s.close(); del s; gc.collect()",
    "used after it was closed": """s = Stash(); s.put('k', b'v'); k = s.keys(); s.close()
for use in (lambda: s.get('k'), s.dump, s.keys, lambda: s.put('k', b''), lambda: next(k), lambda: len(s)):
    try:
        use()
    except ValueError:
        pass
del s, k, use; gc.collect()""",
    "closed in its visitor": """s = Stash(); s.put('k', b'v')
try:
    s.each(lambda key, value: s.close())
except OSError:
    pass
came, want = s.get('k'), b'v'
s.close(); del s; gc.collect()""",
    "the file cannot be written": """import os
os.mkdir(path)
s = Stash(path + '/file', create=True); s.put('k', b'v')
import shutil; shutil.rmtree(path)
try:
    s.close()
    came = None
except OSError as error:
    came = error.errno
want = 2
del s; gc.collect()""",
    "made without its constructor": "try:\n    s = Stash.__new__(Stash)\nexcept TypeError:\n    s = None\ndel s; gc.collect()",
    "its constructor refuses": "try:\n    Stash(1.5)\nexcept TypeError:\n    pass\ngc.collect()",
    "a thousand values": "s = Stash(); s.put('k', b'x' * 1000)\nfor _ in range(1000):\n    s.get('k'); s.dump()\ns.close(); del s; gc.collect()",
    "values that are not there": "s = Stash()\nfor _ in range(10):\n    try:\n        s.get('k')\n    except KeyError:\n        pass\ns.close(); del s; gc.collect()",
}

# Run as a program of its own, to its end; STASH_AUDIT then says how the library ended.
AT_EXIT = {
    "open at exit": ("s = stash.Stash(path, create=True); s.put('k', b'v')", True),
    "open at exit, with a cursor": ("s = stash.Stash(path, create=True); s.put('k', b'v'); k = s.keys(); next(k)", True),
    "in a cycle at exit": ("s = stash.Stash(path, create=True); s.put('k', b'v'); s.watch(lambda key, size: s)", True),
    "an exception ends the program": ("s = stash.Stash(path, create=True); s.put('k', b'v'); raise SystemExit(0)", True),
}

ALIVE = {
    "a watcher that nobody else holds": """heard = []
def set_it(s):
    s.watch(lambda key, size: heard.append((key, size)))
s = Stash(); set_it(s); gc.collect()
other = Stash(); other.put('x', b'')
for n in range(50):
    other.each(lambda key, value, n=n: None)
s.put('k', b'abc'); s.add('n', 7); s.delete('k')
came, want = heard, [('k', 3), ('n', 1), ('k', -1)]""",
    "a sink that nobody else holds": """heard = []
def set_it(s):
    s.log_to(lambda level, line: heard.append((level, line)))
s = Stash(); set_it(s); gc.collect()
other = Stash(); other.put('x', b'')
for n in range(50):
    other.each(lambda key, value, n=n: None)
s.log(2, 'a line'); s.log(3, '100% %s')
came, want = heard, [(2, 'a line'), (3, '100% %s')]""",
    "two stashes, two watchers": """heard = []
one, two = Stash(), Stash()
one.watch(lambda key, size: heard.append(1)); two.watch(lambda key, size: heard.append(2)); gc.collect()
one.put('k', b''); two.put('k', b''); one.close(); two.put('l', b'')
came, want = heard, [1, 2, 2]""",
    "a watcher and a sink, that nobody else holds": """import weakref
def watcher(key, size):
    pass
def sink(level, line):
    pass
s = Stash(); s.watch(watcher); s.log_to(sink)
of_watcher, of_sink = weakref.ref(watcher), weakref.ref(sink)
del watcher, sink; gc.collect()
came, want = (of_watcher() is not None, of_sink() is not None), (True, True)""",
    "a watcher and a sink of a stash that its visitor could not close": """heard = []
s = Stash(); s.put('k', b'v')
s.watch(lambda key, size: heard.append((key, size))); s.log_to(lambda level, line: heard.append((level, line)))
try:
    s.each(lambda key, value: s.close())
except OSError:
    pass
gc.collect()
s.put('k', b'abc'); s.log(1, 'a line')
came, want = heard, [('k', 3), (1, 'a line')]
s.close()""",
    "a watcher that replaces itself": """heard = []
s = Stash()
def first(key, size):
    heard.append(1); s.watch(lambda key, size: heard.append(2)); gc.collect()
s.watch(first); del first; s.put('k', b''); s.put('k', b'')
came, want = heard, [1, 2]""",
    **{f"{error} in {where}": f"""error = {error}('x')
def fails(*arguments):
    raise error
s = Stash(); s.put('k', b'v')
try:
    {call}
    came = None
except BaseException as caught:
    came = caught is error
want = True
{after}"""
       for error in ("KeyError", "KeyboardInterrupt", "SystemExit", "ZeroDivisionError")
       for where, call, after in (
           ("a visitor", "s.each(fails)", "came = (came, s.get('k')); want = (want, b'v')"),
           ("a watcher, of put", "s.watch(fails); s.put('k', b'new')", "s.watch(None); came = (came, s.get('k')); want = (want, b'new')"),
           ("a watcher, of delete", "s.watch(fails); s.delete('k')", "s.watch(None); came = (came, len(s)); want = (want, 0)"),
           ("a watcher, of add", "s.watch(fails); s.add('n', 5)", "s.watch(None); came = (came, s.get('n')); want = (want, b'5')"),
           ("a sink", "s.log_to(fails); s.log(1, 'x')", "came = (came, s.get('k')); want = (want, b'v')"),
       )},
    "an exception ends the visit": """heard = []
def visit(key, value):
    heard.append(key)
    if key == 'b':
        raise KeyError(key)
s = Stash()
for key in 'abc':
    s.put(key, b'')
try:
    s.each(visit)
except KeyError:
    heard.append('KeyError')
s.each(lambda key, value: heard.append(key))
came, want = heard, ['a', 'b', 'KeyError', 'a', 'b', 'c']""",
    "a visit within a visit": """heard = []
s = Stash(); s.put('a', b'1'); s.put('b', b'2')
s.each(lambda key, value: s.each(lambda inner, value: heard.append(key + inner)))
came, want = heard, ['aa', 'ab', 'ba', 'bb']""",
}

# What C can call no more, nobody holds any more. One object that is kept for ever does not grow, but it lives. Nothing is called from C
# once the method has returned that was given it: whether it can be is asked elsewhere.
LETS_GO = {
    f"{title} is let go": f"""import weakref
class Value(bytearray):
    pass
def it(*arguments):
    {body}
{before}; gone = weakref.ref(it)
{call}
del it; gc.collect()
{after}
gc.collect()
came, want = gone() is None, True"""
    for title, body, before, call, after in (
        ("a value that was put", "pass", "s = Stash(); it = Value(b'v')", "s.put('k', it)", ""),
        ("a visitor", "pass", "s = Stash(); s.put('k', b'')", "s.each(it)", ""),
        ("a visitor that raised", "raise KeyError", "s = Stash(); s.put('k', b'')", "try:\n    s.each(it)\nexcept KeyError:\n    pass", ""),
        ("a watcher that was replaced", "pass", "s = Stash()", "s.watch(it)", "s.watch(None)"),
        ("a watcher that was replaced by another", "pass", "s = Stash()", "s.watch(it)", "s.watch(lambda key, size: None)"),
        ("a sink that was replaced", "pass", "s = Stash()", "s.log_to(it)", "s.log_to(None)"),
        ("the watcher of a stash that was closed", "pass", "s = Stash()", "s.watch(it)", "s.close()"),
        ("the sink of a stash that was closed", "pass", "s = Stash()", "s.log_to(it)", "s.close()"),
        ("the watcher of a stash that is gone", "pass", "s = Stash()", "s.watch(it)", "del s"),
        ("the sink of a stash that is gone", "pass", "s = Stash()", "s.log_to(it)", "del s"),
    )
}

# An error of the library's, or an exception of a callback's, is what comes out, and nothing else does.
RAISES = {
    "a stash that is not there": """try:
    came = Stash(missing)
except OSError as error:
    came = (type(error).__name__, error.errno)
want = ('FileNotFoundError', 2)""",
    "a key that is too long": """s = Stash()
try:
    came = s.put('k' * 256, b'')
except OSError as error:
    came = error.errno
want = 36
s.close()""",
    "a stash that is only read": """s = Stash(path, create=True); s.put('k', b'v'); s.close()
s = Stash(path, read_only=True)
came = []
for use in (lambda: s.put('k', b''), lambda: s.delete('k'), lambda: s.add('n', 1)):
    try:
        came.append(use())
    except OSError as error:
        came.append(error.errno)
want = [30, 30, 30]
s.close()""",
    "a stash that may be made and is only read": """s = Stash(path, create=True); s.put('k', b'v'); s.close()
s = Stash(path, create=True, read_only=True)
try:
    came = s.put('k', b'')
except OSError as error:
    came = error.errno
want = 30
s.close()""",
    "a cursor whose stash was changed": """s = Stash()
for key in 'abc':
    s.put(key, b'')
k = s.keys(); next(k); s.put('d', b'')
try:
    came = list(k)
except RuntimeError:
    came = 'RuntimeError'
want = 'RuntimeError'
s.close()""",
    "a visitor that raises": """s = Stash(); s.put('a', b''); s.put('b', b'')
error, seen = LookupError('x'), []
def visit(key, value):
    seen.append(key)
    raise error
try:
    came = s.each(visit)
except BaseException as caught:
    came = (caught is error, seen)
want = (True, ['a'])
s.close()""",
    "a visitor that is interrupted": """s = Stash(); s.put('a', b''); s.put('b', b'')
error, seen = KeyboardInterrupt(), []
def visit(key, value):
    seen.append(key)
    raise error
try:
    came = s.each(visit)
except BaseException as caught:
    came = (caught is error, seen)
want = (True, ['a'])
s.close()""",
    "a watcher that raises": """s = Stash()
error = RuntimeError('x')
def watcher(key, size):
    raise error
s.watch(watcher)
try:
    came = s.put('a', b'v')
except BaseException as caught:
    came = caught is error
s.watch(None)
came, want = (came, s.get('a')), (True, b'v')
s.close()""",
    "a sink that raises": """s = Stash()
error = ValueError('x')
def sink(level, line):
    raise error
s.log_to(sink)
try:
    came = s.log(1, 'x')
except BaseException as caught:
    came = caught is error
s.log_to(None)
want = True
s.close()""",
    "a sum that does not fit": """s = Stash(); s.add('n', 2**63 - 1)
try:
    came = s.add('n', 1)
except OverflowError:
    came = 'refused'
want = 'refused'
s.close()""",
}
