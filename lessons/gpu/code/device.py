"""Says which devices there are, by calls of the driver: no toolkit and no package are needed.

Ends with 0 if there is one, with 3 if there is none.
"""

import ctypes
import sys

NONE_HERE = 3


class NoDevice(Exception):
    pass


# ANCHOR: devices
def devices():
    try:
        cuda = ctypes.CDLL("libcuda.so.1")
    except OSError:
        raise NoDevice("the driver is not installed (libcuda.so.1)") from None
    error = cuda.cuInit(0)
    if error != 0:
        text = ctypes.c_char_p()
        cuda.cuGetErrorString(error, ctypes.byref(text))
        said = text.value.decode() if text.value else f"error {error}"
        raise NoDevice(f"cuInit: {said}")
    count = ctypes.c_int()
    cuda.cuDeviceGetCount(ctypes.byref(count))
    name = ctypes.create_string_buffer(100)
    for number in range(count.value):
        device = ctypes.c_int()
        cuda.cuDeviceGet(ctypes.byref(device), number)
        cuda.cuDeviceGetName(name, len(name), device)
        yield name.value.decode()
# ANCHOR_END: devices


try:
    print(*devices(), sep="\n")
except NoDevice as error:
    print(f"no device: {error}", file=sys.stderr)
    sys.exit(NONE_HERE)
