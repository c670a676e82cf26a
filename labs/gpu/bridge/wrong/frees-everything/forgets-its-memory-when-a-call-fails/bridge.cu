// The C side of bridge.py: adds two vectors of floats on the GPU.
//
// No exception and no CUDA type crosses the border: the caller gets a number, and text that belongs to it.

#include <cuda_runtime.h>

#include <cstddef>
#include <cstdio>

namespace {

constexpr int kBlock = 256;

struct DeviceBuffer {
    float *data = nullptr;
};

struct Stream {
    cudaStream_t handle = nullptr;
    ~Stream()
    {
        if (handle != nullptr)
            cudaStreamDestroy(handle);
    }
};

__global__ void add(const float *a, const float *b, float *c, std::size_t n)
{
    std::size_t i = blockIdx.x * static_cast<std::size_t>(blockDim.x) + threadIdx.x;
    if (i < n)
        c[i] = a[i] + b[i];
}

// Writes which call failed into `message`, and returns its error.
cudaError_t said(cudaError_t code, const char *call, char *message, std::size_t room)
{
    if (code != cudaSuccess)
        std::snprintf(message, room, "%s: %s (%d)", call, cudaGetErrorString(code), static_cast<int>(code));
    return code;
}

} // namespace

#define TRY(call)                                                                      \
    do {                                                                               \
        cudaError_t code_ = said((call), #call, message, room);                        \
        if (code_ != cudaSuccess)                                                      \
            return code_;                                                              \
    } while (0)

// c = a + b, n elements each. Returns 0, or an error of CUDA's with its text in `message`.
//
// The pointers are those of the caller's arrays, which must live until this returns. Nothing else of them is
// kept.
extern "C" int bridge_add(const float *a, const float *b, float *c, std::size_t n, char *message, std::size_t room)
{
    if (n == 0)
        return 0;
    const std::size_t bytes = n * sizeof(float);
    DeviceBuffer da, db, dc;
    Stream stream;
    TRY(cudaStreamCreateWithFlags(&stream.handle, cudaStreamNonBlocking));
    TRY(cudaMalloc(&da.data, bytes));
    TRY(cudaMalloc(&db.data, bytes));
    TRY(cudaMalloc(&dc.data, bytes));
    TRY(cudaMemcpyAsync(da.data, a, bytes, cudaMemcpyHostToDevice, stream.handle));
    TRY(cudaMemcpyAsync(db.data, b, bytes, cudaMemcpyHostToDevice, stream.handle));
    add<<<static_cast<unsigned>((n + kBlock - 1) / kBlock), kBlock, 0, stream.handle>>>(da.data, db.data, dc.data, n);
    // An error of the launch is left where the next call finds it.
    TRY(cudaGetLastError());
    TRY(cudaMemcpyAsync(c, dc.data, bytes, cudaMemcpyDeviceToHost, stream.handle));
    TRY(cudaStreamSynchronize(stream.handle));
    cudaFree(da.data);
    cudaFree(db.data);
    cudaFree(dc.data);
    return 0;
}
