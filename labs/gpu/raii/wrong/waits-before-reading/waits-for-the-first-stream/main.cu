// Waits.

#include <cuda_runtime.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

namespace {

struct CudaError : std::runtime_error {
    CudaError(const char *call, cudaError_t code)
        : std::runtime_error(std::string(call) + ": " + cudaGetErrorString(code)), code(code)
    {
    }
    cudaError_t code;
};

void check(cudaError_t code, const char *call)
{
    if (code != cudaSuccess)
        throw CudaError(call, code);
}

#define CHECK(call) check((call), #call)

template <typename T>
class DeviceBuffer {
public:
    explicit DeviceBuffer(std::size_t count) { CHECK(cudaMalloc(&data_, count * sizeof(T))); }
    // A destructor cannot throw: what it cannot give back is not given back.
    ~DeviceBuffer() { cudaFree(data_); }
    DeviceBuffer(const DeviceBuffer &) = delete;
    DeviceBuffer &operator=(const DeviceBuffer &) = delete;
    T *get() const { return data_; }

private:
    T *data_ = nullptr;
};

// Page-locked: only then is a copy asynchronous.
template <typename T>
class HostBuffer {
public:
    explicit HostBuffer(std::size_t count) { CHECK(cudaMallocHost(&data_, count * sizeof(T))); }
    ~HostBuffer() { cudaFreeHost(data_); }
    HostBuffer(const HostBuffer &) = delete;
    HostBuffer &operator=(const HostBuffer &) = delete;
    T *get() const { return data_; }
    T &operator[](std::size_t i) const { return data_[i]; }

private:
    T *data_ = nullptr;
};

class Stream {
public:
    Stream() { CHECK(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking)); }
    // Nobody may work on the buffers any more when their destructors run.
    ~Stream()
    {
        cudaStreamSynchronize(stream_);
        cudaStreamDestroy(stream_);
    }
    Stream(const Stream &) = delete;
    Stream &operator=(const Stream &) = delete;
    cudaStream_t get() const { return stream_; }
    void wait() const { CHECK(cudaStreamSynchronize(stream_)); }

private:
    cudaStream_t stream_ = nullptr;
};

__global__ void add(const float *a, const float *b, float *c, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n)
        c[i] = a[i] + b[i];
}

double run(std::size_t n)
{
    constexpr int kBlock = 256;
    // With nothing to add there is nothing to ask the device for.
    if (n == 0)
        return 0.0;
    // Destroyed in the other order: the streams first.
    HostBuffer<float> a(n), b(n), c(n);
    DeviceBuffer<float> da(n), db(n), dc(n);
    Stream streams[2];
    for (std::size_t i = 0; i < n; i++) {
        a[i] = static_cast<float>(i % 1000);
        b[i] = static_cast<float>(i % 7);
    }
    const std::size_t half = (n + 1) / 2;
    for (int part = 0; part < 2; part++) {
        const std::size_t begin = part * half;
        const std::size_t count = part == 0 ? half : n - half;
        if (count == 0)
            continue;
        cudaStream_t stream = streams[part].get();
        const std::size_t bytes = count * sizeof(float);
        CHECK(cudaMemcpyAsync(da.get() + begin, a.get() + begin, bytes, cudaMemcpyHostToDevice, stream));
        CHECK(cudaMemcpyAsync(db.get() + begin, b.get() + begin, bytes, cudaMemcpyHostToDevice, stream));
        const auto blocks = static_cast<unsigned>((count + kBlock - 1) / kBlock);
        add<<<blocks, kBlock, 0, stream>>>(da.get() + begin, db.get() + begin, dc.get() + begin,
                                           static_cast<int>(count));
        check(cudaGetLastError(), "the launch of add");
        CHECK(cudaMemcpyAsync(c.get() + begin, dc.get() + begin, bytes, cudaMemcpyDeviceToHost, stream));
    }
    streams[0].wait();
    double sum = 0.0;
    for (std::size_t i = 0; i < n; i++)
        sum += c[i];
    return sum;
}

} // namespace

int main(int argc, char **argv)
{
    char *end = nullptr;
    const long n = argc == 2 ? std::strtol(argv[1], &end, 10) : -1;
    if (n < 0 || *end != 0) {
        std::fprintf(stderr, "usage: prog N\n");
        return 2;
    }
    try {
        int devices = 0;
        const cudaError_t code = cudaGetDeviceCount(&devices);
        if (code == cudaErrorNoDevice || (code == cudaSuccess && devices == 0)) {
            std::fprintf(stderr, "there is no CUDA device\n");
            return 3;
        }
        check(code, "cudaGetDeviceCount");
        std::printf("%.0f\n", run(static_cast<std::size_t>(n)));
        return 0;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
