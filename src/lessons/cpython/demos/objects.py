"""What objects look like in memory, as one line of JSON.

Memory is read with ctypes, only in objects that are alive, and only as far as their own size says.
What a word means depends on the version; where the meaning that is known here does not give back
the object's own value, the word is not explained.
"""

import ctypes
import json
import struct
import sys
import sysconfig

WORD = 8
# The number of new references by which it is seen whether they are counted.
MANY = 1000


def word(address):
    """The word there, as an unsigned number."""
    return ctypes.c_uint64.from_address(address).value


def count(value):
    """The count of references, as it stands in memory."""
    return ctypes.c_int64.from_address(id(value)).value


def sizes():
    """Bytes of objects, with what is paid in front of them for the collector."""
    values = [None, True, 1, 2**30, 2**60, 1.5, "", "abc", "äbc", "a€c", "a𝑥c", (), [], {}, set()]
    return [
        {"type": type(value).__name__, "value": repr(value), "bytes": sys.getsizeof(value)}
        for value in values
    ]


def number(value, words):
    """The meaning of an integer's words behind its header."""
    if sys.version_info < (3, 12):
        digits = words[0]
        said = f"ob_size: {digits} digits"
    else:
        digits = words[0] >> 3
        said = f"lv_tag: {digits} digits, sign {['+', '0', '-'][words[0] & 3]}"
    raw = struct.pack(f"<{len(words) - 1}Q", *words[1:])
    parts = struct.unpack(f"<{len(raw) // 4}I", raw)[:digits]
    is_right = sum(part << 30 * nth for nth, part in enumerate(parts)) == value
    return [said, f"digits to base 2^30: {', '.join(map(str, parts))}"] if is_right else None


def real(value, words):
    """The meaning of a float's one word."""
    (read,) = struct.unpack("<d", struct.pack("<Q", words[0]))
    return [f"a C double: {read}"] if read == value else None


def text(value, words):
    """The meaning of the words of a string of ASCII characters."""
    width = 1 if sys.version_info >= (3, 12) else 2
    raw = struct.pack(f"<{len(words)}Q", *words)
    at = (2 + width) * WORD
    is_right = words[0] == len(value) and raw[at : at + len(value)] == value.encode()
    # Every second one of these is negative.
    is_right &= words[1] == hash(value) % 2**64
    if not is_right:
        return None
    state = words[2]
    interned = "interned" if state & 3 else "not interned"
    # One byte a character, right behind the header, all of them ASCII.
    is_known = state >> 2 & 0b11111 == 0b11001
    return [
        f"length: {words[0]}",
        "hash, so that it is computed once",
        f"state: {interned}, 1 byte a character, ASCII" if is_known else "state",
        *(["wstr: not used"] if width == 2 else []),
        f"characters: {value}",
    ]


def pair(value, words):
    """The meaning of a tuple's words."""
    is_right = list(words) == [len(value), *map(id, value)]
    named = [f"the address of {item!r}" for item in value]
    return [f"ob_size: {words[0]} elements", *named] if is_right else None


def dump(value, explain):
    """The words of an object: offset, bits, meaning."""
    # The tuples here are watched by the collector, whose words are in front of the object.
    size = value.__sizeof__()
    words = [word(id(value) + at) for at in range(0, size - size % WORD, WORD)]
    tail = size % WORD
    if tail:
        raw = ctypes.string_at(id(value) + size - tail, tail)
        words.append(int.from_bytes(raw, "little"))
    is_type = words[1] == id(type(value))
    meanings = [
        "ob_refcnt",
        f"ob_type: the address of {type(value).__name__}" if is_type else "?",
        *(explain(value, words[2:]) or []),
    ]
    meanings += [""] * (len(words) - len(meanings))
    return {
        "value": repr(value),
        "bytes": size,
        "words": [
            {"offset": nth * WORD, "bits": one, "meaning": meaning}
            for nth, (one, meaning) in enumerate(zip(words, meanings))
        ],
    }


def counted():
    """The count of one object, after each step."""

    class Thing:
        """Somebody's own class."""

    thing = Thing()
    address = id(thing)

    def now():
        return ctypes.c_int64.from_address(address).value

    rows = [["thing = Thing()", now()]]
    other = thing
    rows.append(["other = thing", now()])
    row = [thing, thing]
    rows.append(["row = [thing, thing]", now()])
    row.append(row)
    rows.append(["row.append(row)", now()])
    row.clear()
    rows.append(["row.clear()", now()])
    del other
    rows.append(["del other", now()])
    return [{"what": what, "count": value} for what, value in rows]


def once():
    """The integers that exist once: from, to, bytes between neighbours in memory."""

    def is_one(value):
        # Made twice from text, so that the compiler cannot have made one constant.
        return int(str(value)) is int(str(value))

    last = 0
    while last < 10_000 and is_one(last + 1):
        last += 1
    first = 0
    while first > -10_000 and is_one(first - 1):
        first -= 1
    steps = {id(int(str(n + 1))) - id(int(str(n))) for n in range(first, last)}
    return {"first": first, "last": last, "step": steps.pop() if len(steps) == 1 else None}


def interned():
    """Whether equal strings are one object."""
    made = ["".join(["pri", "ce"]), "".join(["pri", "ce"])]
    space = {}
    exec("def price(): pass\nname = price.__name__\nkey = 'price'\nwords = 'two words'", space)
    other = {}
    exec("words = 'two words'", other)
    rows = [
        ["made twice while running", made[0] is made[1]],
        ["both through sys.intern", sys.intern(made[0]) is sys.intern(made[1])],
        ["a function's name and a literal", space["name"] is space["key"]],
        ["two literals, each in code of its own", space["words"] is other["words"]],
    ]
    return [{"what": what, "is_one": is_one} for what, is_one in rows]


def immortal():
    """How the count changes when there are many more references."""
    rows = []
    for value in (None, True, 1, 257 + len(sys.argv), (), int, "len", "".join(["a", " b"])):
        before = count(value)
        row = [value] * MANY
        after = count(value)
        del row
        rows.append({"value": repr(value), "before": before, "moved": after - before})
    return rows


def why_not():
    """Why nothing can be read, if so."""
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        return "a free-threaded build has another header"
    if ctypes.sizeof(ctypes.c_void_p) != WORD or sys.byteorder != "little":
        return "this machine has other words"
    probe = object()
    if word(id(probe) + WORD) != id(object):
        return "objects of this build begin differently"
    return None


WHY_NOT = why_not()
print(
    json.dumps(
        {
            "why_not": WHY_NOT,
            "sizes": sizes(),
            "dumps": []
            if WHY_NOT
            else [
                dump(1.5, real),
                dump(2**40, number),
                dump("price", text),
                dump((1.5, "price"), pair),
            ],
            "counted": [] if WHY_NOT else counted(),
            "many": MANY,
            "immortal": [] if WHY_NOT else immortal(),
            "once": once(),
            "interned": interned(),
        }
    )
)
