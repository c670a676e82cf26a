"""What a script of heap operations does: done to real objects, by the Python that runs this.

Nothing is simulated. `new` makes an object, `set` sets an attribute, `gc` calls gc.collect(); weak
references tell what has gone, and sys.getrefcount() how many references there are. Automatic
collection is off.
"""

import gc
import re
import sys
import weakref

gc.disable()

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


class Nonsense(Exception):
    """A line that cannot be done."""


class Thing:
    """What `new` makes: it has attributes."""


class Things(list):
    """What `list` makes. A plain list cannot be watched by a weak reference."""


class Heap:
    """Names, and the objects that they lead to."""

    def __init__(self):
        self.names = {}
        self.labels = []
        self.gone = []
        self.watchers = []

    def do(self, line):
        """Does a line, and returns what it prints without the number: "" is nothing."""
        words = line.split()
        if not words:
            return ""
        operation = OPERATIONS.get(words[0])
        if operation is None:
            raise Nonsense("unknown operation")
        # All references that the operation itself needs have gone when it is back.
        answer = operation(self, *check(words))
        if answer is not None:
            return f"count {answer}"
        gone = sorted(self.gone)
        self.gone.clear()
        return " ".join(["freed", *(self.labels[number - 1] for number in gone)]) if gone else ""

    def make(self, name, made):
        number = len(self.labels) + 1
        self.labels.append(f"{name}#{number}")
        self.watchers.append(weakref.ref(made, lambda _: self.gone.append(number)))
        self.names[name] = made

    def find(self, place):
        """The object at a place: `a`, or `a.x`."""
        name, _, attribute = place.partition(".")
        if name not in self.names:
            raise Nonsense("unknown name")
        if not attribute:
            return self.names[name]
        if attribute not in vars(self.names[name]):
            raise Nonsense("no such attribute")
        return vars(self.names[name])[attribute]

    def new(self, name):
        self.make(name, Thing())

    def list(self, name, *places):
        self.make(name, Things(map(self.find, places)))

    def alias(self, name, place):
        self.names[name] = self.find(place)

    def delete(self, name):
        self.find(name)
        del self.names[name]

    def set(self, target, place):
        name, _, attribute = target.partition(".")
        setattr(self.find(name), attribute, self.find(place))

    def unset(self, target):
        name, _, attribute = target.partition(".")
        self.find(target)
        delattr(self.names[name], attribute)

    def probe(self, place):
        return sys.getrefcount(self.find(place)) - OWN

    def collect(self):
        gc.collect()


OPERATIONS = {
    "new": Heap.new,
    "list": Heap.list,
    "alias": Heap.alias,
    "del": Heap.delete,
    "set": Heap.set,
    "unset": Heap.unset,
    "probe": Heap.probe,
    "gc": Heap.collect,
}

# What the words behind an operation are: a name, an attribute (a.x), a place (either of them).
WORDS = {
    "new": ["name"],
    "list": ["name", "places"],
    "alias": ["name", "place"],
    "del": ["name"],
    "set": ["attribute", "place"],
    "unset": ["attribute"],
    "probe": ["place"],
    "gc": [],
}

# How many parts, separated by dots, such a word may have.
PARTS = {"name": {1}, "attribute": {2}, "place": {1, 2}, "places": {1, 2}}


def check(words):
    """The words behind the operation, if there are as many as it needs, and each is of its kind."""
    operation, *rest = words
    kinds = list(WORDS[operation])
    if kinds[-1:] == ["places"]:
        kinds[-1:] = ["places"] * (len(rest) - len(kinds) + 1)
    if len(kinds) != len(rest):
        raise Nonsense("too few words, or too many")
    for kind, word in zip(kinds, rest):
        parts = word.split(".")
        if len(parts) not in PARTS[kind] or not all(map(NAME.fullmatch, parts)):
            raise Nonsense(f"{word} is not what belongs there")
    return rest


def own_references():
    """How many of the references that getrefcount() counts are those of Heap.probe itself."""
    heap = Heap()
    heap.new("x")
    return heap.probe("x") - 1


OWN = 0
OWN = own_references()


def run(script):
    """Does a script. Returns what comes out, as [label, text], and the number of the wrong line.

    Only lines that print something are in it. The number is None where all lines are right.
    """
    heap = Heap()
    outputs = []
    for number, line in enumerate(script, 1):
        try:
            text = heap.do(line)
        except Nonsense:
            return outputs, number
        if text:
            shown = line if len(line) <= 100 else line[:100] + "..."
            outputs.append([f"line {number}, {shown}", f"{number} {text}\n"])
    return outputs, None
