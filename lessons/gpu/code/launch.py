"""A launch, in Python: what a grid of threads does to an array, one thread after another.

Usage: launch.py KERNEL GRID N
    KERNEL: calibrate, calibrate_guarded
    GRID: down (n / 256 blocks), up (as many as it takes)
"""

import sys
from array import array

THREADS = 256
MISSING = -1e30
POOL = 256


# ANCHOR: launch
def launch(kernel, blocks, threads, *args):
    for block in range(blocks):
        for thread in range(threads):
            kernel(block * threads + thread, *args)
# ANCHOR_END: launch


def calibrate(i, raw, out, n):
    out[i] = 2 * raw[i] + 1


def calibrate_guarded(i, raw, out, n):
    if i < n:
        out[i] = 2 * raw[i] + 1


# ANCHOR: grids
def down(n):
    return n // THREADS


def up(n):
    return (n + THREADS - 1) // THREADS
# ANCHOR_END: grids


def main():
    kernel, grid, n = sys.argv[1:]
    n = int(n)
    blocks = {"down": down, "up": up}[grid](n)
    # What lies behind the array in memory is somebody else's.
    raw = array("f", range(n + POOL))
    out = array("f", [MISSING]) * (n + POOL)
    launch({"calibrate": calibrate, "calibrate_guarded": calibrate_guarded}[kernel],
           blocks, THREADS, raw, out, n)
    lost = sum(value == array("f", [MISSING])[0] for value in out[:n])
    behind = sum(value != array("f", [MISSING])[0] for value in out[n:])
    print(f"{blocks} blocks, {blocks * THREADS} threads for {n} elements")
    print(f"never written: {lost}, written behind the end: {behind}")


main()
