"""What a warp's access asks of memory: sectors of global memory, passes of shared memory.

Addresses are in elements of 4 bytes, one for each of the 32 lanes.
"""

LANES = range(32)


# ANCHOR: sectors
def sectors(elements):
    return len({4 * element // 32 for element in elements})
# ANCHOR_END: sectors


# ANCHOR: passes
def passes(elements):
    banks = {}
    for element in set(elements):
        banks.setdefault(element % 32, []).append(element)
    return max(len(words) for words in banks.values())
# ANCHOR_END: passes


PATTERNS = [
    ("x[i]", lambda i: i),
    ("x[31 - i]", lambda i: 31 - i),
    ("x[i ^ 5]", lambda i: i ^ 5),
    ("x[i + 1]", lambda i: i + 1),
    ("x[7]", lambda i: 7),
    ("x[2 * i]", lambda i: 2 * i),
    ("x[3 * i]", lambda i: 3 * i),
    ("x[8 * i]", lambda i: 8 * i),
    ("x[32 * i]", lambda i: 32 * i),
    ("x[33 * i]", lambda i: 33 * i),
]

if __name__ == "__main__":
    print("pattern      sectors  passes")
    for name, pattern in PATTERNS:
        elements = [pattern(i) for i in LANES]
        print(f"{name:12} {sectors(elements):7} {passes(elements):7}")
