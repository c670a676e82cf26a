// The program's own memory, page-locked for as long as it takes; and it asks instead of waiting.
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <thread>
#include <vector>

// Runs what was put off, in the other order.
struct Later {
    std::vector<std::function<void()>> todo;
    ~Later()
    {
        while (!todo.empty()) {
            todo.back()();
            todo.pop_back();
        }
    }
    template <typename F> void push(F f) { todo.emplace_back(f); }
};

struct Stop {};

static void ok(cudaError_t error, const char *call)
{
    if (error != cudaSuccess) {
        std::fprintf(stderr, "error %d (%s) in %s\n", (int)error, cudaGetErrorString(error), call);
        throw Stop{};
    }
}

__global__ void add(const float *a, const float *b, float *c, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n)
        c[i] = a[i] + b[i];
}

static void run(int n)
{
    if (n == 0) {
        std::puts("0");
        return;
    }
    std::vector<float> host[3];
    float *device[3];
    cudaStream_t streams[2];
    Later later;
    for (int v = 0; v < 3; v++) {
        host[v].resize(n);
        for (int i = 0; i < n; i++)
            host[v][i] = v == 0 ? i % 1000 : i % 7;
        float *p = host[v].data();
        ok(cudaHostRegister(p, n * sizeof(float), cudaHostRegisterDefault), "cudaHostRegister");
        later.push([p] { cudaHostUnregister(p); });
        ok(cudaMalloc(&device[v], n * sizeof(float)), "cudaMalloc");
        later.push([p = device[v]] { cudaFree(p); });
    }
    for (auto &stream : streams) {
        ok(cudaStreamCreateWithFlags(&stream, cudaStreamDefault), "cudaStreamCreate");
        later.push([stream] { cudaStreamDestroy(stream); });
    }
    for (int s = 0; s < 2; s++) {
        int begin = s * (n / 2), count = s ? n - n / 2 : n / 2;
        for (int v = 0; v < 2; v++)
            ok(cudaMemcpyAsync(device[v] + begin, &host[v][begin], count * sizeof(float), cudaMemcpyHostToDevice,
                               streams[s]),
               "cudaMemcpyAsync");
        if (count)
            add<<<(count + 31) / 32, 32, 0, streams[s]>>>(device[0] + begin, device[1] + begin, device[2] + begin,
                                                         count);
        ok(cudaGetLastError(), "launch");
        ok(cudaMemcpyAsync(&host[2][begin], device[2] + begin, count * sizeof(float), cudaMemcpyDeviceToHost,
                           streams[s]),
           "cudaMemcpyAsync");
    }
    double sum = 0;
    for (auto stream : streams) {
        while (cudaStreamQuery(stream) == cudaErrorNotReady)
            std::this_thread::yield();
    }
    for (float element : host[2])
        sum += element;
    std::printf("%.3f\n", sum);
}

int main(int, char **argv)
{
    int devices;
    cudaError_t error = cudaGetDeviceCount(&devices);
    if (error == cudaErrorNoDevice)
        return std::fputs("no device\n", stderr), 3;
    try {
        ok(error, "cudaGetDeviceCount");
        run(std::atoi(argv[1]));
    } catch (Stop) {
        return 1;
    }
}
