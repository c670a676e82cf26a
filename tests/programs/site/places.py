"""Makes system calls from many places, each time writing down where it is."""

import asyncio
import functools
import json
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

HERE = os.path.dirname(os.path.abspath(__file__))
LOG = os.open(os.path.join(HERE, "log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)


def mark():
    frames = []
    frame = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        # 3.8 names the script as it was named on the command line.
        path = os.path.join(HERE, code.co_filename)
        if path.startswith(HERE + "/") and not code.co_filename.startswith("<"):
            name = getattr(code, "co_qualname", code.co_name)
            frames.append([os.path.relpath(path, HERE), frame.f_lineno or 0, name])
        frame = frame.f_back
    os.write(LOG, (json.dumps(frames) + "\n").encode())
    try:
        os.fsync(987)  # HERE
    except OSError:
        pass


def generator():
    mark()
    yield 1
    for _ in range(2):
        yield (
            mark(),
            2,
        )


def delegates():
    yield from generator()


async def inner():
    await asyncio.sleep(0)
    mark()


async def outer():
    await inner()
    await asyncio.gather(inner(), inner())


class Log:
    def append(self, text):
        mark(); return text

    @property
    def size(self):
        return mark()

    @functools.lru_cache(maxsize=None)
    def cached(self):
        with open(os.devnull):
            mark()


def decorated(function):
    @functools.wraps(function)
    def inner(*args):
        try:
            return function(*args)
        finally:
            mark()

    return inner


@decorated
def nested(depth):
    if depth == 0:
        return mark()
    return nested(depth - 1)


def far(): 
    # A jump of more lines than one entry of a table can hold.
    value = [
        1,
{blank}
        mark(),
    ]
    return value


def threads():
    for _ in range(5):
        thread = threading.Thread(target=mark)
        thread.start()
        thread.join()
    first, second = threading.Event(), threading.Event()

    def waits():
        first.wait()
        mark()
        second.set()

    thread = threading.Thread(target=waits)
    thread.start()
    mark()
    first.set()
    second.wait()
    mark()
    thread.join()
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: mark(), [1]))


def fork():
    child = os.fork()
    if child == 0:
        mark()
        threading.Thread(target=mark).start()
        os._exit(0) if threading.active_count() == 1 else None
        for thread in threading.enumerate():
            if thread is not threading.current_thread():
                thread.join()
        mark()
        os._exit(0)
    os.waitpid(child, 0)


def main():
    mark()
    list(generator())
    log = Log()
    log.append("a")
    log.size
    log.cached()
    [mark() for _ in range(2)]
    sorted([2, 1], key=lambda _: mark() or 0)
    nested(3)
    nested(100)
    list(delegates())
    asyncio.run(outer())
    eval("mark()")
    type("Made", (), {"__init__": lambda self: mark()})()
    far()
    # Freed code objects leave their addresses to others.
    for number in range(30):
        source = "\n" * (number % 7) + "def f%d():\n mark()\nf%d()\n" % (number % 3, number % 3)
        exec(compile(source, os.path.join(HERE, "made%d.py" % (number % 4)), "exec"))
    # Names that are not ASCII, in each width.
    for name in ["é.py", "é€.py", "😀.py"]:
        exec(compile("mark()", os.path.join(HERE, name), "exec"))
    threads()
    fork()
    mark()
    import plug

    plug.sync()  # PLUG


main()
