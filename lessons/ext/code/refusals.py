"""Hands arguments to functions of each format, and prints what came, or what was raised."""

import formats

CASES = {
    "i": [-1, 2**31, 1.5, "1"],
    "I": [-1, 2**32, 10**30],
    "k": [-1, 2**64 + 7],
    "n": [-1, 2**63],
    "p": [0, "no"],
    "s": ["häuser", "a\0b", "\ud800", b"bytes"],
    "s#": ["häuser", "a\0b", "\ud800", b"bytes"],
}

for name, arguments in CASES.items():
    for argument in arguments:
        try:
            result = getattr(formats, name)(argument)
        except Exception as error:
            result = type(error).__name__
        print(f"{name:2}  {argument!a:>32}  {result}")
