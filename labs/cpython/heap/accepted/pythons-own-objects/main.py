"""Does what the script says, with Python's own objects."""

import gc
import re
import sys
import weakref

gc.disable()


class Thing(list):
    pass


class Names:
    """The names of the script are attributes of an object of this kind."""


def main():
    names = Names()
    gone, watched = [], []
    made = 0

    def thing(name, items):
        nonlocal made
        made += 1
        label = (made, f"{name}#{made}")
        new = Thing(items)
        watched.append(weakref.ref(new, lambda _: gone.append(label)))
        return new

    def find(place):
        at = names
        for name in place.split("."):
            at = getattr(at, name)
        return at

    name, attribute, place = r"([A-Za-z_]\w*)", r"([A-Za-z_]\w*)\.([A-Za-z_]\w*)", r"([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)?)"
    patterns = [
        (rf"new {name}", lambda a: setattr(names, a, thing(a, ()))),
        (rf"list {name}((?: {place})*)", lambda a, all, _: setattr(names, a, thing(a, map(find, all.split())))),
        (rf"alias {name} {place}", lambda a, b: setattr(names, a, find(b))),
        (rf"del {name}", lambda a: delattr(names, a)),
        (rf"set {attribute} {place}", lambda a, x, b: setattr(getattr(names, a), x, find(b))),
        (rf"unset {attribute}", lambda a, x: delattr(getattr(names, a), x)),
        (rf"probe {place}", lambda a: sys.getrefcount(find(a)) - own),
        (r"gc", lambda: (gc.collect(), None)[1]),
        (r"", lambda: None),
    ]
    patterns = [(re.compile(pattern, re.ASCII), action) for pattern, action in patterns]
    own = 0
    names.x = Thing()
    own = patterns[6][1]("x") - 1
    del names.x
    for number, line in enumerate(sys.stdin, 1):
        for pattern, action in patterns:
            match = pattern.fullmatch(" ".join(line.split()))
            if match:
                break
        else:
            sys.stdout.flush()
            sys.exit(nonsense(number))
        try:
            count = action(*match.groups())
        except AttributeError:
            sys.stdout.flush()
            sys.exit(nonsense(number))
        if count is not None:
            print(number, "count", count)
        if gone:
            print(number, "freed", *(label for _, label in sorted(gone)))
            gone.clear()


def nonsense(number):
    print(f"line {number}: nonsense", file=sys.stderr)
    return 2


main()
