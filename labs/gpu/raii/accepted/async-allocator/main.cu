// Device memory comes out of the streams' own pool, and goes back in the order of the stream.
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>

static void check(cudaError_t e, const char *what)
{
    if (e != cudaSuccess)
        throw std::runtime_error(std::string(what) + ": " + cudaGetErrorString(e));
}

struct Stream {
    cudaStream_t s{};
    Stream() { check(cudaStreamCreateWithPriority(&s, cudaStreamNonBlocking, 0), "cudaStreamCreateWithPriority"); }
    ~Stream() { cudaStreamDestroy(s); }
    Stream(const Stream &) = delete;
};

struct Async {
    Stream &stream;
    float *p{};
    Async(Stream &stream, size_t n) : stream(stream)
    {
        check(cudaMallocAsync(&p, n * sizeof(float), stream.s), "cudaMallocAsync");
    }
    ~Async() { cudaFreeAsync(p, stream.s); }
    Async(const Async &) = delete;
};

struct Pinned {
    float *p{};
    explicit Pinned(size_t n) { check(cudaMallocHost(&p, n * sizeof(float)), "cudaMallocHost"); }
    ~Pinned() { cudaFreeHost(p); }
    Pinned(const Pinned &) = delete;
};

__global__ void add(const float *a, const float *b, float *c, int n)
{
    const int i = threadIdx.x + blockIdx.x * blockDim.x;
    if (i < n)
        c[i] = a[i] + b[i];
}

// One part of the vectors: the buffers go before the stream does.
struct Part {
    size_t n;
    Pinned a, b, c;
    Stream stream;
    Async da, db, dc;
    Part(size_t begin, size_t n) : n(n), a(n), b(n), c(n), da(stream, n), db(stream, n), dc(stream, n)
    {
        for (size_t i = 0; i < n; i++) {
            a.p[i] = (begin + i) % 1000;
            b.p[i] = (begin + i) % 7;
        }
    }
    void issue()
    {
        check(cudaMemcpyAsync(da.p, a.p, n * sizeof(float), cudaMemcpyDefault, stream.s), "cudaMemcpyAsync");
        check(cudaMemcpyAsync(db.p, b.p, n * sizeof(float), cudaMemcpyDefault, stream.s), "cudaMemcpyAsync");
        check(cudaMemsetAsync(dc.p, 0, n * sizeof(float), stream.s), "cudaMemsetAsync");
        add<<<(n + 511) / 512, 512, 0, stream.s>>>(da.p, db.p, dc.p, n);
        check(cudaGetLastError(), "kernel launch");
        check(cudaMemcpyAsync(c.p, dc.p, n * sizeof(float), cudaMemcpyDefault, stream.s), "cudaMemcpyAsync");
    }
    double sum()
    {
        check(cudaStreamSynchronize(stream.s), "cudaStreamSynchronize");
        double s = 0;
        for (size_t i = 0; i < n; i++)
            s += c.p[i];
        return s;
    }
};

int main(int, char **argv)
{
    const size_t n = std::strtoul(argv[1], nullptr, 10);
    int count = 0;
    if (cudaGetDeviceCount(&count) == cudaErrorNoDevice) {
        std::fputs("no CUDA device here\n", stderr);
        return 3;
    }
    try {
        check(cudaGetLastError(), "cudaGetDeviceCount");
        double sum = 0;
        if (n == 1) {
            Part all(0, 1);
            all.issue();
            sum = all.sum();
        } else if (n > 1) {
            Part left(0, n / 2), right(n / 2, n - n / 2);
            left.issue();
            right.issue();
            sum = left.sum() + right.sum();
        }
        std::printf("%lld\n", static_cast<long long>(sum));
        return 0;
    } catch (const std::exception &e) {
        std::fprintf(stderr, "%s\n", e.what());
        return 1;
    }
}
