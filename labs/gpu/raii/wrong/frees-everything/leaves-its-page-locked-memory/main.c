/* The driver API in C: a list of what has to be undone, from the last to the first. */
#include <cuda.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum kind { CONTEXT, MODULE, HOST, DEVICE, STREAM };
struct undo {
    enum kind kind;
    uint64_t what;
};
static struct undo stack[32];
static int depth;

static void push(enum kind kind, uint64_t what)
{
    stack[depth++] = (struct undo){kind, what};
}

static void undo_all(void)
{
    while (depth > 0) {
        struct undo top = stack[--depth];
        switch (top.kind) {
        case CONTEXT: cuDevicePrimaryCtxRelease((CUdevice)top.what); break;
        case MODULE: cuModuleUnload((CUmodule)top.what); break;
        case HOST: cuMemFreeHost((void *)top.what); break;
        case DEVICE: cuMemFree((CUdeviceptr)top.what); break;
        case STREAM: cuStreamDestroy((CUstream)top.what); break;
        }
    }
}

static void must(CUresult result, const char *call)
{
    if (result == CUDA_SUCCESS)
        return;
    const char *name = "?";
    cuGetErrorName(result, &name);
    fprintf(stderr, "%s: %s\n", call, name);
    undo_all();
    exit(result == CUDA_ERROR_NO_DEVICE ? 3 : 1);
}
#define MUST(call) must(call, #call)

int main(int argc, char **argv)
{
    size_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 0;
    CUdevice device;
    CUcontext context;
    CUmodule module;
    CUfunction kernel;
    float *host[3];
    CUdeviceptr memory[3];
    CUstream streams[2];
    double sum = 0;

    MUST(cuInit(0));
    MUST(cuDeviceGet(&device, 0));
    if (n == 0) {
        puts("0");
        return 0;
    }
    MUST(cuDevicePrimaryCtxRetain(&context, device));
    MUST(cuCtxSetCurrent(context));
    MUST(cuModuleLoad(&module, "kernel.ptx"));
    push(MODULE, (uint64_t)module);
    MUST(cuModuleGetFunction(&kernel, module, "add"));
    for (int v = 0; v < 3; v++) {
        MUST(cuMemHostAlloc((void **)&host[v], n * sizeof(float), 0));
        MUST(cuMemAlloc(&memory[v], n * sizeof(float)));
        push(DEVICE, memory[v]);
    }
    for (int s = 0; s < 2; s++) {
        MUST(cuStreamCreate(&streams[s], CU_STREAM_NON_BLOCKING));
        push(STREAM, (uint64_t)streams[s]);
    }
    for (size_t i = 0; i < n; i++) {
        host[0][i] = (float)(i % 1000);
        host[1][i] = (float)(i % 7);
    }
    for (int s = 0; s < 2; s++) {
        size_t begin = s ? n / 2 : 0, count = s ? n - n / 2 : n / 2;
        if (count == 0)
            continue;
        CUdeviceptr a = memory[0] + 4 * begin, b = memory[1] + 4 * begin, c = memory[2] + 4 * begin;
        int length = (int)count;
        void *parameters[] = {&a, &b, &c, &length};
        MUST(cuMemcpyHtoDAsync(a, host[0] + begin, 4 * count, streams[s]));
        MUST(cuMemcpyHtoDAsync(b, host[1] + begin, 4 * count, streams[s]));
        MUST(cuLaunchKernel(kernel, (unsigned)((count + 99) / 100), 1, 1, 100, 1, 1, 0, streams[s], parameters, NULL));
        MUST(cuMemcpyDtoHAsync(host[2] + begin, c, 4 * count, streams[s]));
    }
    for (int s = 0; s < 2; s++)
        MUST(cuStreamSynchronize(streams[s]));
    for (size_t i = 0; i < n; i++)
        sum += host[2][i];
    printf("%.0f\n", sum);
    undo_all();
    return 0;
}
