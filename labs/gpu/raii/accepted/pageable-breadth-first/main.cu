// Ordinary memory: a copy out of the device waits, so all kernels are on their way before the first of them.
#include <cmath>
#include <iostream>
#include <numeric>
#include <sstream>
#include <stdexcept>
#include <vector>

class Cuda {
public:
    static void call(cudaError_t code, const char *name)
    {
        if (code == cudaSuccess)
            return;
        std::ostringstream text;
        text << name << " says " << cudaGetErrorName(code) << ": " << cudaGetErrorString(code);
        throw std::runtime_error(text.str());
    }
};

class Buffer {
    void *memory = nullptr;

public:
    explicit Buffer(size_t bytes) { Cuda::call(cudaMalloc(&memory, bytes), "cudaMalloc"); }
    Buffer(Buffer &&other) noexcept : memory(other.memory) { other.memory = nullptr; }
    Buffer(const Buffer &) = delete;
    ~Buffer() { cudaFree(memory); }
    float *floats() const { return static_cast<float *>(memory); }
};

class Stream {
    cudaStream_t stream = nullptr;

public:
    Stream() { Cuda::call(cudaStreamCreate(&stream), "cudaStreamCreate"); }
    Stream(const Stream &) = delete;
    ~Stream() { cudaStreamDestroy(stream); }
    operator cudaStream_t() const { return stream; }
};

__global__ void sum_of(const float *a, const float *b, float *c, int n)
{
    for (int i = threadIdx.x + blockIdx.x * blockDim.x; i < n; i += blockDim.x * gridDim.x)
        c[i] = a[i] + b[i];
}

static double run(int n)
{
    std::vector<float> a(n), b(n), c(n);
    for (int i = 0; i < n; i++)
        a[i] = float(i % 1000), b[i] = float(i % 7);
    if (n == 0)
        return 0;
    const size_t all = n * sizeof(float);
    Buffer da(all), db(all), dc(all);
    Stream streams[2];
    const int cut[3] = {0, n / 2, n};
    for (int s = 0; s < 2; s++) {
        const size_t bytes = (cut[s + 1] - cut[s]) * sizeof(float);
        Cuda::call(cudaMemcpyAsync(da.floats() + cut[s], &a[cut[s]], bytes, cudaMemcpyHostToDevice, streams[s]),
                   "cudaMemcpyAsync");
        Cuda::call(cudaMemcpyAsync(db.floats() + cut[s], &b[cut[s]], bytes, cudaMemcpyHostToDevice, streams[s]),
                   "cudaMemcpyAsync");
    }
    for (int s = 0; s < 2; s++) {
        if (cut[s] == cut[s + 1])
            continue;
        sum_of<<<8, 96, 0, streams[s]>>>(da.floats() + cut[s], db.floats() + cut[s], dc.floats() + cut[s],
                                         cut[s + 1] - cut[s]);
        Cuda::call(cudaGetLastError(), "sum_of");
    }
    for (int s = 0; s < 2; s++)
        Cuda::call(cudaMemcpyAsync(c.data() + cut[s], dc.floats() + cut[s], (cut[s + 1] - cut[s]) * sizeof(float),
                                   cudaMemcpyDeviceToHost, streams[s]),
                   "cudaMemcpyAsync");
    for (auto &stream : streams)
        Cuda::call(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
    return std::accumulate(c.begin(), c.end(), 0.0);
}

int main(int argc, char **argv)
{
    try {
        int devices = 0;
        if (cudaGetDeviceCount(&devices) == cudaErrorNoDevice) {
            std::cerr << "there is no device\n";
            return 3;
        }
        Cuda::call(cudaGetLastError(), "cudaGetDeviceCount");
        std::cout << std::fixed << run(std::stoi(argv[1])) << std::endl;
    } catch (const std::exception &error) {
        std::cerr << error.what() << std::endl;
        return 1;
    }
}
