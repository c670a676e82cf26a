"""A kernel by Numba, on Numba's own simulator: NUMBA_ENABLE_CUDASIM=1 simulated.py [N]"""

import sys

import numpy as np
from numba import cuda


# ANCHOR: kernel
@cuda.jit
def calibrate(raw, out, gain, offset):
    i = cuda.grid(1)
    if i < raw.size:
        out[i] = gain * raw[i] + offset
# ANCHOR_END: kernel


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1003
    raw = np.arange(n, dtype=np.float32)
    out = np.full(n, np.nan, dtype=np.float32)
    # ANCHOR: launch
    blocks = (n + 255) // 256
    calibrate[blocks, 256](raw, out, 2.0, 1.0)
    # ANCHOR_END: launch
    print("right" if np.array_equal(out, 2 * raw + 1) else "wrong")


main()
