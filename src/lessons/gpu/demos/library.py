"""Adds arrays by the library of ours; says what it took, and where the arrays are, as JSON.

Arguments: the directory of bridge.py; how many elements.
"""

import json
import sys
import time

import numpy as np

sys.path.insert(0, sys.argv[1])
sys.dont_write_bytecode = True
import bridge  # noqa: E402

n = int(sys.argv[2])
whole = np.arange(2 * n, dtype=np.float32)
half = np.full(n, 0.5, dtype=np.float32)
out = np.empty(n, dtype=np.float32)

cases = []
for name, a in [("an array", whole[:n].copy()), ("the first half of one", whole[:n]), ("every second element", whole[::2])]:
    given = np.ascontiguousarray(a)
    before = time.perf_counter_ns()
    bridge.add(given, half, out)
    spent = time.perf_counter_ns() - before
    cases.append({"name": name, "stride": a.strides[0], "is_copied": given.ctypes.data != a.ctypes.data,
                  "address": given.ctypes.data, "ns": spent / n, "is_right": bool(np.array_equal(out, a + half))})
print(json.dumps(cases))
