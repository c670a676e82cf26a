"""Counts references; so far it frees nothing."""

import sys


class Thing:
    """An object of the script's: how many references lead to it, and what it refers to."""

    def __init__(self, number, name, items):
        self.number = number
        self.label = f"{name}#{number}"
        self.count = 0
        self.attributes = {}
        self.items = items


class Heap:
    def __init__(self):
        self.names = {}
        self.made = 0

    def put(self, places, key, thing):
        """Puts a reference to a thing into a place: a name, or an attribute."""
        thing.count += 1
        old = places.get(key)
        places[key] = thing
        if old is not None:
            self.release(old)

    def release(self, thing):
        """Gives up a reference."""
        thing.count -= 1
        # TODO: what if it was the last one? What did the thing refer to? How deep can that go?

    def make(self, name, items):
        for item in items:
            item.count += 1
        self.made += 1
        self.put(self.names, name, Thing(self.made, name, items))

    def find(self, place):
        """The thing at `a`, or at `a.x`."""
        # TODO: what if there is none?
        name, _, attribute = place.partition(".")
        thing = self.names[name]
        return thing.attributes[attribute] if attribute else thing

    def do(self, line):
        """Does a line, and returns what is to be printed, if anything is."""
        # TODO: a line that is no operation, or has too few words, or too many.
        operation, *words = line.split() or [""]
        if operation == "new":
            self.make(words[0], [])
        elif operation == "list":
            self.make(words[0], [self.find(place) for place in words[1:]])
        elif operation == "alias":
            self.put(self.names, words[0], self.find(words[1]))
        elif operation == "del":
            self.release(self.names.pop(words[0]))
        elif operation == "set":
            name, _, attribute = words[0].partition(".")
            self.put(self.find(name).attributes, attribute, self.find(words[1]))
        elif operation == "unset":
            name, _, attribute = words[0].partition(".")
            self.release(self.find(name).attributes.pop(attribute))
        elif operation == "probe":
            return f"count {self.find(words[0]).count}"
        elif operation == "gc":
            pass  # TODO: what cannot be reached from any name?
        # TODO: say what the line has freed.
        return None


def main():
    heap = Heap()
    for number, line in enumerate(sys.stdin, 1):
        printed = heap.do(line)
        if printed is not None:
            print(number, printed)


if __name__ == "__main__":
    main()
