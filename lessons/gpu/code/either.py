"""The same lines for NumPy and for CuPy, whichever is there.

Usage: either.py [N]
"""

import sys

import numpy


# ANCHOR: either
def backend():
    try:
        import cupy
        cupy.cuda.runtime.getDeviceCount()
    except Exception as error:
        print(f"on the processor: {error}", file=sys.stderr)
        return numpy
    return cupy


def calibrate(xp, raw, gain, offset):
    return (gain * xp.asarray(raw) + offset).astype(xp.float32)
# ANCHOR_END: either


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1003
    xp = backend()
    out = calibrate(xp, numpy.arange(n, dtype=numpy.float32), 2.0, 1.0)
    print(type(out).__module__, float(out.sum()))


main()
