"""Does one thing several times with the CUDA driver; says its number before each, and "end" after the last.

Usage: driver.py THING TIMES BYTES

THING is init, hidden (init, and no GPU may be seen), context, alloc, pinned, copy, launch or wait.
What it needs is done before, and BYTES is how much is allocated or copied each time.
"""

import ctypes
import os
import sys

KERNEL = b".version 6.4\n.target sm_75\n.address_size 64\n.visible .entry nothing() { ret; }\n"

thing, times, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
if thing == "hidden":
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
driver = ctypes.CDLL("libcuda.so.1")
NO_DEVICE = 100


def call(name, *arguments):
    error = getattr(driver, name)(*arguments)
    if error not in (0, NO_DEVICE):
        sys.exit(f"{name}: error {error}")


def made(name, kind, *arguments):
    handle = kind()
    call(name, ctypes.byref(handle), *arguments)
    return handle


def init():
    call("cuInit", 0)


def context():
    call("cuCtxSetCurrent", made("cuDevicePrimaryCtxRetain", ctypes.c_void_p, 0))


def alloc():
    return made("cuMemAlloc_v2", ctypes.c_uint64, ctypes.c_size_t(size))


def pinned():
    return made("cuMemAllocHost_v2", ctypes.c_void_p, ctypes.c_size_t(size))


things = {"init": init, "hidden": init, "context": context, "alloc": alloc, "pinned": pinned}
if thing not in ("init", "hidden"):
    init()
if thing not in ("init", "hidden", "context"):
    context()
if thing == "copy":
    there, here = alloc(), ctypes.create_string_buffer(size)
    things["copy"] = lambda: call("cuMemcpyHtoD_v2", there, here, ctypes.c_size_t(size))
if thing in ("launch", "wait"):
    module = made("cuModuleLoadData", ctypes.c_void_p, KERNEL)
    kernel = made("cuModuleGetFunction", ctypes.c_void_p, module, b"nothing")
    shape = (1, 1, 1, 32, 1, 1)
    things["launch"] = lambda: call("cuLaunchKernel", kernel, *shape, 0, None, None, None)
    things["launch"]()
    things["wait"] = lambda: call("cuCtxSynchronize")

for number in range(1, times + 1):
    os.write(1, f"{number}\n".encode())
    things[thing]()
os.write(1, b"end\n")
