"""The driver API by ctypes; what has to be given back is on an ExitStack."""

import ctypes
import sys
from contextlib import ExitStack
from ctypes import byref, c_int, c_size_t, c_uint64, c_void_p
from pathlib import Path

NO_DEVICE = 100
BLOCK = 128


class CudaError(Exception):
    def __init__(self, call, code):
        text = ctypes.c_char_p()
        cuda.cuGetErrorString(code, byref(text))
        super().__init__(f"{call}: {(text.value or b'?').decode()} ({code})")
        self.code = code


def call(name, *arguments):
    code = getattr(cuda, name)(*arguments)
    if code:
        raise CudaError(name, code)


def made(stack, release, result, name, *arguments):
    """Calls what makes something, and puts what gives it back on the stack."""
    call(name, byref(result), *arguments)
    stack.callback(getattr(cuda, release), result)
    return result


def run(n):
    if n == 0:
        return 0.0
    with ExitStack() as stack:
        device, context = c_int(), c_void_p()
        call("cuDeviceGet", byref(device), 0)
        made(stack, "cuCtxDestroy_v2", context, "cuCtxCreate_v2", 0, device)
        module, kernel = c_void_p(), c_void_p()
        ptx = Path(__file__).with_name("kernel.ptx").read_bytes()
        made(stack, "cuModuleUnload", module, "cuModuleLoadData", ctypes.c_char_p(ptx))
        call("cuModuleGetFunction", byref(kernel), module, b"add")
        size = c_size_t(4 * n)
        host = [made(stack, "cuMemFreeHost", c_void_p(), "cuMemAllocHost_v2", size) for _ in range(3)]
        a, b, c = (ctypes.cast(one, ctypes.POINTER(ctypes.c_float)) for one in host)
        for i in range(n):
            a[i], b[i] = i % 1000, i % 7
        memory = [made(stack, "cuMemFree_v2", c_uint64(), "cuMemAlloc_v2", size) for _ in range(3)]
        streams = [made(stack, "cuStreamDestroy_v2", c_void_p(), "cuStreamCreate", 1) for _ in range(2)]
        for at, end, stream in ((0, n // 2, streams[0]), (n // 2, n, streams[1])):
            if at == end:
                continue
            count = c_int(end - at)
            parts = [c_uint64(one.value + 4 * at) for one in memory]
            bytes_ = c_size_t(4 * count.value)
            for part, source in zip(parts, host[:2]):
                call("cuMemcpyHtoDAsync_v2", part, c_void_p(source.value + 4 * at), bytes_, stream)
            parameters = (c_void_p * 4)(*(ctypes.addressof(one) for one in (*parts, count)))
            blocks = -(-count.value // BLOCK)
            call("cuLaunchKernel", kernel, blocks, 1, 1, BLOCK, 1, 1, 0, stream, parameters, None)
            call("cuMemcpyDtoHAsync_v2", c_void_p(host[2].value + 4 * at), parts[2], bytes_, stream)
        call("cuCtxSynchronize")
        return sum(c[i] for i in range(n))


if __name__ == "__main__":
    cuda = ctypes.CDLL("libcuda.so.1")
    try:
        call("cuInit", 0)
        print(run(int(sys.argv[1])))
    except CudaError as error:
        print(error, file=sys.stderr)
        sys.exit(3 if error.code == NO_DEVICE else 1)
