"""Sizes of objects, and which of them exist once."""

import sys

# ANCHOR: sizes
for value in [object(), 1.5, 1, 2**30, 2**60, 2**1000, "abc", "äbc", "a€c", (), [], {}]:
    print(f"{sys.getsizeof(value):4} {type(value).__name__:7} {str(value)[:20]}")
# ANCHOR_END: sizes

# ANCHOR: once
for text in ["-5", "256", "257"]:
    print(text, int(text) is int(text))
key = "".join(["a ", "b"])
print(key is "".join(["a ", "b"]), sys.intern(key) is sys.intern("".join(["a ", "b"])))
# ANCHOR_END: once

# ANCHOR: immortal
for value in [None, 1, "", 257]:
    print(repr(value), sys.getrefcount(value) > 2**30 - 1)
# ANCHOR_END: immortal
