"""Scripts for each check, made from a seed, small ones first."""

import random

from truth import Heap, Things

ATTRIBUTES = ["x", "y", "z"]

# The depth of chains and the length of rings that no recursion survives.
LONG = 100_000


class Writer:
    """Writes a script, and does each line at once, so that it knows what there is."""

    def __init__(self, dice):
        self.dice = dice
        self.heap = Heap()
        self.lines = []

    def add(self, *words):
        line = " ".join(words)
        self.lines.append(line)
        self.heap.do(line)

    def name(self):
        return self.dice.choice(list(self.heap.names))

    def place(self):
        """A name, or an attribute that is set."""
        name = self.name()
        attributes = list(vars(self.heap.names[name]))
        if attributes and self.dice.random() < 0.3:
            return f"{name}.{self.dice.choice(attributes)}"
        return name

    def set_attributes(self):
        names = self.heap.names
        return [f"{name}.{attribute}" for name in names for attribute in vars(names[name])]

    def would_be_cyclic(self, name, place):
        """Whether an attribute of the one would lead from the other back to it."""
        target = self.heap.names[name]
        seen, left = set(), [self.heap.find(place)]
        while left:
            one = left.pop()
            if one is target:
                return True
            if id(one) not in seen:
                seen.add(id(one))
                left += vars(one).values()
                left += one if isinstance(one, Things) else []
        return False

    def step(self, weights, names, has_cycles):
        """A line, of the kind that chance picks."""
        dice = self.dice
        kind = dice.choices(list(weights), list(weights.values()))[0]
        if kind == "gc":
            return self.add("gc")
        if kind == "new" or not self.heap.names:
            return self.add("new", dice.choice(names))
        if kind == "list":
            items = [self.place() for _ in range(dice.randrange(4))]
            # The same thing twice is two references.
            items += dice.sample(items, 1) if items and dice.random() < 0.4 else []
            return self.add("list", dice.choice(names), *items)
        if kind == "alias":
            return self.add("alias", dice.choice(names), self.place())
        if kind == "del":
            there = [name for name in names if name in self.heap.names]
            return self.add("del", dice.choice(there)) if there else None
        if kind == "probe":
            return self.add("probe", self.place())
        if kind == "unset" and self.set_attributes():
            return self.add("unset", dice.choice(self.set_attributes()))
        name, place = self.name(), self.place()
        if not has_cycles and self.would_be_cyclic(name, place):
            return None
        return self.add("set", f"{name}.{dice.choice(ATTRIBUTES)}", place)


def random_script(dice, length, weights, has_cycles):
    writer = Writer(dice)
    names = ["a", "b", "c", "d", "e", "f"][: 3 + length // 15]
    while len(writer.lines) < length:
        writer.step(weights, names, has_cycles)
    return writer


def counted(dice, length):
    """References come and go. Each object has a name that stays, so that nothing is freed."""
    writer = Writer(dice)
    kept = [f"K_{number}" for number in range(2 + length // 8)]
    for name in kept:
        writer.add("new", name)
    others = ["a", "new", "l", "gc"]
    while len(writer.lines) < length:
        target = dice.choice(kept)
        attribute = f"{target}.{dice.choice(ATTRIBUTES)}"
        kind = dice.choice(["set", "set", "alias", "unset", "del", "list", "probe", "probe"])
        named = [name for name in others if name in writer.heap.names]
        things = [name for name in named if not isinstance(writer.heap.names[name], Things)]
        if kind == "set":
            writer.add("set", attribute, dice.choice(kept))
        elif kind == "alias":
            writer.add("alias", dice.choice(others[:2]), dice.choice(kept))
        elif kind == "list":
            # A list has a keeper as well.
            items = [dice.choice(kept) for _ in range(dice.randrange(1, 4))]
            name = f"n{len(writer.lines)}"
            writer.add("list", name, *items, items[0])
            writer.add("alias", dice.choice(others[2:]), name)
        elif kind == "unset" and writer.set_attributes():
            writer.add("unset", dice.choice(writer.set_attributes()))
        elif kind == "del" and things:
            writer.add("del", dice.choice(things))
        else:
            writer.add("probe", writer.place())
    # An attribute and a name that get another value; the attribute may be that of a list.
    one, other = dice.sample(kept, 2)
    for line in (f"set {one}.z {other}", f"set {one}.z {one}", f"alias new {other}", f"alias new {one}",
                 f"list gc {one} {other}", f"set gc.x {one}", f"set gc.x {other}"):
        writer.add(*line.split())
    for name in kept:
        writer.add("probe", name)
    return writer.lines


ACYCLIC = {"new": 4, "set": 5, "unset": 2, "alias": 3, "list": 3, "probe": 2, "del": 5}


def acyclic(dice, length):
    writer = random_script(dice, length, ACYCLIC, has_cycles=False)
    # The new value is reached through the old one.
    for line in ("new a", "new b", "set a.x b", "del b", "alias a a.x", "alias a a", "list a a a"):
        writer.add(*line.split())
    for name in sorted(writer.heap.names):
        writer.add("del", name)
    return writer.lines


# More references to one object than 16 bits can count.
MANY = 70_000


def many(dice):
    """One object is in a list many times, and then the list goes."""
    number = MANY + dice.randrange(1000)
    return ["new a", "list l" + " a" * number, "probe a", "del l", "probe a", "del a"]


def chain(dice):
    """Each list holds the one before: with the last one, all go."""
    depth = LONG + dice.randrange(1000)
    return ["new a"] + ["list a a"] * (depth - 1) + ["del a"]


def ring(dice):
    """The same, closed to a ring."""
    length = LONG + dice.randrange(1000)
    return ["new o", "alias a o"] + ["list a a"] * (length - 1) + ["set o.x a", "del a", "del o", "gc"]


CYCLIC = {"new": 4, "set": 9, "unset": 2, "alias": 2, "list": 3, "probe": 1, "del": 6}


def cyclic(dice, length):
    """Cycles, and nobody who collects them. What was held by one is not freed, either."""
    writer = random_script(dice, length, CYCLIC, has_cycles=True)
    for line in ("new a", "new b", "set a.x b", "set b.x a", "new c", "set b.y c", "del c", "del a", "del b"):
        writer.add(*line.split())
    for name in sorted(writer.heap.names):
        writer.add("del", name)
    return writer.lines


# What each of these leaves to a collection: rings, and what hangs on them, or holds them.
GARBAGE = [
    "new a; set a.x a; del a",
    "new a; new b; set a.x b; set b.x a; del a; del b",
    "new a; new b; new c; set a.x b; set b.x c; set c.x a; new h; set b.y h; del a; del b; del c; del h",
    "new a; new b; set a.x b; set b.x a; list l a a b; set a.y l; del l; del b; del a",
    "new a; new b; new c; set a.x b; set b.x a; set b.y c; set c.x b; del b; del a; del c",
    "new a; list l a; set a.x l; new h; list m h h; set a.y m; del m; del h; del l; del a",
]

# What each of these keeps alive, though it looks like garbage: something holds it.
KEPT = [
    "new k; new d; set k.x d; set d.x k; del d",
    "new k; new d; new e; set k.x d; set d.x e; set e.x d; del d; del e",
    "new d; new e; set d.x e; set e.x d; list k e; del d; del e",
    "new k; new d; list l d; set d.x l; set k.x l; del l; del d",
]


def collected(dice, length):
    """Garbage and what is kept, side by side; one collection, at the end."""
    writer = random_script(dice, length, CYCLIC, has_cycles=True)
    parts = dice.sample(GARBAGE, 2) + dice.sample(KEPT, 2)
    dice.shuffle(parts)
    for number, part in enumerate(parts):
        for line in part.split("; "):
            # What is kept has names of its own.
            writer.add(*line.replace("k", f"k{number}").split())
    writer.add("gc")
    return writer.lines


def once(dice, length):
    """Several collections, of garbage that refers to what stays, and of nothing new."""
    writer = Writer(dice)
    for line in ("new s", "new t", "set s.x t"):
        writer.add(*line.split())
    for part in dice.sample(GARBAGE, 3):
        lines = part.split("; ")
        first = next(number for number, line in enumerate(lines) if line.startswith("del"))
        held = dice.choice(["set a.s s", "set a.s s; set a.t s", "list v s s t; set a.s v; del v"])
        for line in lines[:first] + held.split("; ") + lines[first:]:
            writer.add(*line.split())
        writer.add("gc")
        writer.add("probe", "s")
        writer.add("probe", "t")
        if dice.random() < 0.5:
            writer.add("gc")
    for _ in range(length):
        writer.step({**CYCLIC, "gc": 1, "probe": 3}, ["a", "b", "c"], has_cycles=True)
    writer.add("gc")
    for name in ("s", "t"):
        writer.add("probe", name)
        writer.add("del", name)
    writer.add("gc")
    for name in sorted(writer.heap.names):
        writer.add("del", name)
    return writer.lines + ["gc", "new s"]


# Lines that cannot be done, behind `new a`, `new b`, `set a.x b`.
NONSENSE = [
    "free a",
    "NEW c",
    "del c",
    "probe c",
    "alias c c",
    "set a.y c",
    "set c.x a",
    "list l a c",
    "unset a.y",
    "alias c a.y",
    "new",
    "new c b",
    "new c-d",
    "new c$",
    "alias é a",
    "set a.-y b",
    "set a.y",
    "set a.y b b",
    "gc a",
    "set a b",
    "unset a",
    "del a.x",
    "new a.y",
    "probe a.x.y",
    "new 1",
]


def nonsense(dice, line):
    """A script in which this line is wrong, and others would come."""
    writer = Writer(dice)
    for words in ("new a", "new b", "set a.x b", "probe a.x"):
        writer.add(*words.split())
        if dice.random() < 0.3:
            writer.add("")
    for _ in range(dice.randrange(4)):
        writer.add("new", "gone")
    if "gone" in writer.heap.names:
        writer.add("del", "gone")
    return writer.lines + [line, "probe a", "del b", "del a"]


def scripts(check, seed):
    """The scripts of a check."""
    dice = random.Random(f"{check} {seed}")
    lengths = [6, 8, 10, 12, 14, 16, 20, 24, 28, 32, 36, 40]
    if check == "counts-references":
        return [counted(dice, length) for length in lengths]
    if check == "frees-at-once":
        return [acyclic(dice, length) for length in lengths] + [many(dice), chain(dice)]
    if check == "leaves-cycles":
        return [cyclic(dice, length) for length in lengths]
    if check == "collects-cycles":
        return [collected(dice, length) for length in lengths] + [ring(dice)]
    if check == "frees-each-once":
        return [once(dice, length) for length in lengths]
    if check == "refuses-nonsense":
        gone = ["del gone", "probe gone"]
        return [nonsense(dice, line) for line in dice.sample(NONSENSE, len(NONSENSE)) + gone]
    raise SystemExit(f"no check {check}")
