// Everything that the device gives out is in one struct, which frees what is there.
#include <cstdio>
#include <cstdlib>

constexpr int kStreams = 4;

struct All {
    float *host[3] = {};
    float *device[3] = {};
    cudaStream_t streams[kStreams] = {};
    ~All()
    {
        for (cudaStream_t stream : streams)
            if (stream)
                cudaStreamDestroy(stream);
        for (float *p : device)
            cudaFree(p);
        for (float *p : host)
            cudaFreeHost(p);
    }
};

static bool failed(cudaError_t error, const char *call)
{
    if (error == cudaSuccess)
        return false;
    std::fprintf(stderr, "%s: %s (%d)\n", call, cudaGetErrorString(error), error);
    return true;
}
#define FAILED(call) failed(call, #call)

__global__ void add(const float *a, const float *b, float *c, unsigned n)
{
    unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n)
        c[i] = a[i] + b[i];
}

static int run(unsigned n)
{
    All all;
    const unsigned part = (n + kStreams - 1) / kStreams;
    int device = -1, size = 0, grid = 0;
    if (FAILED(cudaGetDevice(&device)))
        return 1;
    if (FAILED(cudaOccupancyMaxPotentialBlockSize(&grid, &size, add)))
        return 1;
    for (float *&p : all.host)
        if (FAILED(cudaMallocHost(&p, n * sizeof(float))))
            return 1;
    for (float *&p : all.device)
        if (FAILED(cudaMalloc(&p, n * sizeof(float))))
            return 1;
    for (cudaStream_t &stream : all.streams)
        if (FAILED(cudaStreamCreate(&stream)))
            return 1;
    for (unsigned i = 0; i < n; i++) {
        all.host[0][i] = i % 1000;
        all.host[1][i] = i % 7;
    }
    for (int s = 0; s < kStreams; s++) {
        const unsigned begin = s * part;
        if (begin >= n)
            break;
        const unsigned count = begin + part < n ? part : n - begin;
        for (int v = 0; v < 2; v++)
            if (FAILED(cudaMemcpy(all.device[v] + begin, all.host[v] + begin, count * sizeof(float),
                                  cudaMemcpyHostToDevice)))
                return 1;
        const float *a = all.device[0] + begin, *b = all.device[1] + begin;
        float *c = all.device[2] + begin;
        unsigned length = count;
        void *arguments[] = {&a, &b, &c, &length};
        if (FAILED(cudaLaunchKernel((const void *)add, dim3((count + size - 1) / size), dim3(size), arguments, 0,
                                    all.streams[s])))
            return 1;
        if (FAILED(cudaMemcpyAsync(all.host[2] + begin, c, count * sizeof(float), cudaMemcpyDeviceToHost,
                                   all.streams[s])))
            return 1;
    }
    double sum = 0;
    for (int s = 0; s < kStreams; s++) {
        if (FAILED(cudaStreamSynchronize(all.streams[s])))
            return 1;
        for (unsigned i = s * part; i < n && i < (s + 1) * part; i++)
            sum += all.host[2][i];
    }
    std::printf("%f\n", sum);
    return 0;
}

int main(int argc, char **argv)
{
    int count = 0;
    const cudaError_t found = cudaGetDeviceCount(&count);
    if (found == cudaErrorNoDevice || count == 0) {
        failed(found, "cudaGetDeviceCount");
        return found == cudaErrorNoDevice ? 3 : 1;
    }
    return argc == 2 ? run(std::atoi(argv[1])) : 2;
}
