#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

constexpr int PARTS = 4, LEN = 4096;

__global__ void twice(float *data, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n)
        data[i] *= 2;
}

static void check(cudaError_t code) {
    if (code != cudaSuccess) {
        std::fprintf(stderr, "%s\n", cudaGetErrorString(code));
        std::exit(1);
    }
}

int main(int argc, char **argv) {
    const bool has_streams = std::strcmp(argv[1], "streams") == 0;
    const bool is_pinned = std::strcmp(argv[2], "pinned") == 0;
    const size_t bytes = LEN * sizeof(float);
    std::vector<float> pageable(PARTS * LEN);
    float *host = pageable.data(), *data;
    if (is_pinned)
        check(cudaMallocHost(&host, PARTS * bytes));
    for (int i = 0; i < PARTS * LEN; i++)
        host[i] = i % 100;
    check(cudaMalloc(&data, PARTS * bytes));
    cudaStream_t streams[PARTS] = {};
    if (has_streams)
        for (auto &stream : streams)
            check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    for (int part = 0; part < PARTS; part++) {
        cudaStream_t stream = streams[part];
        float *there = data + part * LEN, *here = host + part * LEN;
        check(cudaMemcpyAsync(there, here, bytes, cudaMemcpyHostToDevice, stream));
        twice<<<LEN / 256, 256, 0, stream>>>(there, LEN);
        check(cudaGetLastError());
        check(cudaMemcpyAsync(here, there, bytes, cudaMemcpyDeviceToHost, stream));
    }
    check(cudaDeviceSynchronize());
    for (int i = 0; i < PARTS * LEN; i++)
        if (host[i] != 2 * (i % 100))
            return 1;
    if (has_streams)
        for (auto &stream : streams)
            check(cudaStreamDestroy(stream));
    check(cudaFree(data));
    if (is_pinned)
        check(cudaFreeHost(host));
}
