// Waits for events instead of streams.
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

struct Failure {
    std::string text;
};

static void must(cudaError_t error, const std::string &call)
{
    if (error != cudaSuccess)
        throw Failure{call + " failed: " + cudaGetErrorName(error)};
}

struct FreeDevice {
    void operator()(float *p) const { cudaFree(p); }
};
struct FreeHost {
    void operator()(float *p) const { cudaFreeHost(p); }
};
struct DestroyStream {
    void operator()(cudaStream_t s) const { cudaStreamDestroy(s); }
};
struct DestroyEvent {
    void operator()(cudaEvent_t e) const { cudaEventDestroy(e); }
};
using Device = std::unique_ptr<float, FreeDevice>;
using Host = std::unique_ptr<float, FreeHost>;
using Stream = std::unique_ptr<std::remove_pointer_t<cudaStream_t>, DestroyStream>;
using Event = std::unique_ptr<std::remove_pointer_t<cudaEvent_t>, DestroyEvent>;

static Device device(size_t n)
{
    float *p = nullptr;
    must(cudaMalloc(&p, n * sizeof *p), "cudaMalloc");
    return Device(p);
}

static Host host(size_t n)
{
    float *p = nullptr;
    must(cudaHostAlloc(&p, n * sizeof *p, cudaHostAllocDefault), "cudaHostAlloc");
    return Host(p);
}

static Stream stream()
{
    cudaStream_t s;
    must(cudaStreamCreate(&s), "cudaStreamCreate");
    return Stream(s);
}

static Event event()
{
    cudaEvent_t e;
    must(cudaEventCreateWithFlags(&e, cudaEventDisableTiming), "cudaEventCreateWithFlags");
    return Event(e);
}

template <typename T>
__global__ void add(const T *a, const T *b, T *c, size_t n)
{
    for (size_t i = blockIdx.x * (size_t)blockDim.x + threadIdx.x; i < n; i += (size_t)gridDim.x * blockDim.x)
        c[i] = a[i] + b[i];
}

static double run(size_t n)
{
    if (n == 0)
        return 0;
    Host a = host(n), b = host(n), c = host(n);
    Device da = device(n), db = device(n), dc = device(n);
    for (size_t i = 0; i < n; i++) {
        a.get()[i] = i % 1000;
        b.get()[i] = i % 7;
    }
    std::vector<Stream> streams;
    std::vector<Event> done;
    for (int k = 0; k < 2; k++) {
        streams.push_back(stream());
        done.push_back(event());
    }
    Event ready = event();
    size_t cut = n / 2;
    // All of b goes over in the second stream; the first one must wait for that.
    cudaStream_t one = streams[0].get(), two = streams[1].get();
    must(cudaMemcpyAsync(db.get(), b.get(), n * sizeof(float), cudaMemcpyHostToDevice, two), "cudaMemcpyAsync of b");
    must(cudaEventRecord(ready.get(), two), "cudaEventRecord");
    for (int k = 0; k < 2; k++) {
        cudaStream_t s = streams[k].get();
        size_t begin = k == 0 ? 0 : cut, count = k == 0 ? cut : n - cut;
        if (count > 0) {
            must(cudaMemcpyAsync(da.get() + begin, a.get() + begin, count * sizeof(float), cudaMemcpyHostToDevice, s),
                 "cudaMemcpyAsync of a");
            if (s == one)
                must(cudaStreamWaitEvent(s, ready.get(), 0), "cudaStreamWaitEvent");
            add<float><<<4, 128, 0, s>>>(da.get() + begin, db.get() + begin, dc.get() + begin, count);
            must(cudaPeekAtLastError(), "add<<<>>>");
            must(cudaEventRecord(done[k].get(), s), "cudaEventRecord");
            must(cudaMemcpyAsync(c.get() + begin, dc.get() + begin, count * sizeof(float), cudaMemcpyDeviceToHost, s),
                 "cudaMemcpyAsync of c");
        }
    }
    for (auto &e : done)
        must(cudaEventSynchronize(e.get()), "cudaEventSynchronize");
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += c.get()[i];
    return sum;
}

int main(int argc, char **argv)
try {
    if (argc != 2)
        return 2;
    int count = 0;
    cudaError_t error = cudaGetDeviceCount(&count);
    if (error == cudaErrorNoDevice) {
        fprintf(stderr, "no device\n");
        return 3;
    }
    must(error, "cudaGetDeviceCount");
    must(cudaSetDevice(0), "cudaSetDevice");
    printf("%.1f\n", run(strtoull(argv[1], nullptr, 10)));
    return 0;
} catch (const Failure &failure) {
    fprintf(stderr, "prog: %s\n", failure.text.c_str());
    return 1;
}
