#include <cstdio>
#include <cstring>

__global__ void shift(int *data, int by) {
    data[threadIdx.x + by] = threadIdx.x;
}

static void say(const char *call, cudaError_t code) {
    std::printf("%s\t%s\n", call, cudaGetErrorName(code));
}

#define SAY(call) say(#call, call)

int main(int argc, char **argv) {
    const bool waits = argc > 1 && std::strcmp(argv[1], "wait") == 0;
    int host[64], *data, *other;
    const size_t bytes = sizeof host;
    const auto back = cudaMemcpyDeviceToHost;
    SAY(cudaMalloc(&data, bytes));
    SAY(cudaMalloc(&other, bytes));

    say("shift<<<1, 2048>>>(data, 0)", cudaSuccess);
    shift<<<1, 2048>>>(data, 0);
    SAY(cudaGetLastError());
    SAY(cudaGetLastError());

    say("shift<<<1, 64>>>(data, 1)", cudaSuccess);
    shift<<<1, 64>>>(data, 1);
    SAY(cudaGetLastError());
    if (waits)
        SAY(cudaDeviceSynchronize());
    SAY(cudaMemset(other, 0, bytes));
    SAY(cudaMemcpy(host, other, bytes, back));
    SAY(cudaGetLastError());
    SAY(cudaGetLastError());
    SAY(cudaFree(other));
    SAY(cudaFree(data));
}
