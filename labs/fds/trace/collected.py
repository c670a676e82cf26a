"""Opens files in ways of which some keep them open, and says "now".

Usage: collected.py STEP...    STEP: local, with, exception, cycle, number; forget (the exceptions),
                               collect (the garbage)
"""

import gc
import os
import sys

PATH = "/lab/file"


class Cycle:
    def __init__(self):
        self.file = open(PATH)
        self.me = self


def fail():
    file = open(PATH)
    raise ValueError(file.name)


def step(name):
    if name == "local":
        file = open(PATH)
    elif name == "with":
        with open(PATH):
            pass
    elif name == "exception":
        try:
            fail()
        except ValueError as error:
            errors.append(error)
    elif name == "cycle":
        Cycle()
    elif name == "number":
        os.open(PATH, os.O_RDONLY)
    elif name == "forget":
        errors.clear()
    elif name == "collect":
        gc.collect()


os.close(os.open(PATH, os.O_WRONLY | os.O_CREAT, 0o644))
gc.disable()
errors = []
for name in sys.argv[1:]:
    step(name)
os.write(1, b"now\n")
