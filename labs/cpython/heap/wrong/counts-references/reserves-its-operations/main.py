"""The names of operations are no names of objects."""

import re
import sys

OPERATIONS = {"new", "list", "alias", "del", "set", "unset", "probe", "gc"}
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)


class Nonsense(Exception):
    """A line that cannot be done."""


class Thing:
    """An object of the script's: what it refers to, and how many references lead to it."""

    __slots__ = ("number", "label", "count", "attributes", "items", "outside")

    def __init__(self, number, name, items):
        self.number = number
        self.label = f"{name}#{number}"
        self.count = 0
        self.attributes = {}
        self.items = items

    def references(self):
        yield from self.items
        yield from self.attributes.values()


class Heap:
    def __init__(self):
        self.names = {}
        self.things = set()  # All that are alive: the collector has to find those without a name.
        self.made = 0
        self.freed = []  # By the line that is being done.

    # Counting.

    def put(self, places, key, thing):
        """Puts a reference into a place, and then gives up the one that was there.

        In this order, because the new value may be alive through the old one alone.
        """
        thing.count += 1
        old = places.get(key)
        places[key] = thing
        if old is not None:
            self.release(old)

    def release(self, thing):
        """Gives up a reference, and frees what has none left: with a list, not with recursion."""
        given_up = [thing]
        while given_up:
            one = given_up.pop()
            one.count -= 1
            if one.count == 0:
                self.things.remove(one)
                self.freed.append(one)
                given_up.extend(one.references())

    def collect(self):
        """Frees what cannot be reached."""
        # References that do not come from other things come from names.
        for thing in self.things:
            thing.outside = thing.count
        for thing in self.things:
            for other in thing.references():
                other.outside -= 1
        reached = {thing for thing in self.things if thing.outside}
        left = list(reached)
        while left:
            for other in left.pop().references():
                if other not in reached:
                    reached.add(other)
                    left.append(other)
        # As CPython does it: cut the references, and let the counts do the rest. Holding each of
        # them meanwhile keeps what is still to be cut from being freed.
        garbage = self.things - reached
        for thing in garbage:
            thing.count += 1
        for thing in garbage:
            references = list(thing.references())
            thing.attributes, thing.items = {}, []
            for other in references:
                self.release(other)
        for thing in garbage:
            self.release(thing)

    # Operations.

    def make(self, name, items):
        for item in items:
            item.count += 1
        self.made += 1
        thing = Thing(self.made, name, items)
        self.things.add(thing)
        self.put(self.names, name, thing)

    def find(self, place):
        name, *attribute = place
        thing = self.names.get(name)
        if thing is None:
            raise Nonsense(f"there is no {name}")
        if not attribute:
            return thing
        value = thing.attributes.get(attribute[0])
        if value is None:
            raise Nonsense(f"{name} has no attribute {attribute[0]}")
        return value

    def do(self, line):
        """Does a line, and returns what is to be printed, if anything is."""
        words = line.split()
        if not words:
            return None
        operation, places = words[0], [parsed(word) for word in words[1:]]
        match operation, *[len(place) for place in places]:
            case "new", 1:
                self.make(places[0][0], [])
            case "list", 1, *_:
                self.make(places[0][0], [self.find(place) for place in places[1:]])
            case "alias", 1, _:
                self.put(self.names, places[0][0], self.find(places[1]))
            case "del", 1:
                self.find(places[0])
                self.release(self.names.pop(places[0][0]))
            case "set", 2, _:
                (name, attribute), value = places
                self.put(self.find([name]).attributes, attribute, self.find(value))
            case "unset", 2:
                self.find(places[0])
                name, attribute = places[0]
                self.release(self.names[name].attributes.pop(attribute))
            case "probe", _:
                return f"count {self.find(places[0]).count}"
            case ["gc"]:
                self.collect()
            case _:
                raise Nonsense(f"{line.strip()} is no operation")
        freed = sorted(self.freed, key=lambda thing: thing.number)
        self.freed.clear()
        return " ".join(["freed", *[thing.label for thing in freed]]) if freed else None


def parsed(place):
    """The parts of `a` or `a.x`."""
    parts = place.split(".")
    if place in OPERATIONS or len(parts) > 2 or not all(map(NAME.fullmatch, parts)):
        raise Nonsense(f"{place} is neither a name nor an attribute of one")
    return parts


def main():
    sys.stdin.reconfigure(errors="surrogateescape")
    heap = Heap()
    for number, line in enumerate(sys.stdin, 1):
        try:
            printed = heap.do(line)
        except Nonsense as nonsense:
            sys.stdout.flush()
            print(f"line {number}: {nonsense}", file=sys.stderr)
            return 2
        if printed is not None:
            print(number, printed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
