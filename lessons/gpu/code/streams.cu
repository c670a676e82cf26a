// Pieces of an array, on two streams.

#include "runtime.h"

__global__ void twice(float* x, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        x[i] *= 2.0f;
    }
}

#define CHECK(call)                  \
    do {                             \
        cudaError_t result = (call); \
        if (result != cudaSuccess) { \
            return result;           \
        }                            \
    } while (0)

// ANCHOR: pieces
cudaError_t issue(float* pinned, float* device, int n,
                  cudaStream_t streams[2])
{
    const int PIECE = 1 << 20;
    for (int first = 0, turn = 0; first < n; first += PIECE, turn ^= 1) {
        int here = n - first < PIECE ? n - first : PIECE;
        size_t bytes = here * sizeof(float);
        cudaStream_t stream = streams[turn];
        CHECK(cudaMemcpyAsync(device + first, pinned + first, bytes,
                              cudaMemcpyHostToDevice, stream));
        twice<<<(here + 255) / 256, 256, 0, stream>>>(device + first, here);
        CHECK(cudaGetLastError());
        CHECK(cudaMemcpyAsync(pinned + first, device + first, bytes,
                              cudaMemcpyDeviceToHost, stream));
    }
    return cudaSuccess;
}
// ANCHOR_END: pieces

// ANCHOR: wait
cudaError_t twice_in_pieces(float* pinned, float* device, int n,
                            cudaStream_t streams[2])
{
    cudaError_t error = issue(pinned, device, n, streams);
    for (int turn = 0; turn < 2; turn++) {
        cudaError_t ended = cudaStreamSynchronize(streams[turn]);
        error = error == cudaSuccess ? ended : error;
    }
    return error;
}
// ANCHOR_END: wait

// ANCHOR: event
cudaError_t after(cudaStream_t second, cudaStream_t first, cudaEvent_t event)
{
    CHECK(cudaEventRecord(event, first));
    CHECK(cudaStreamWaitEvent(second, event, 0));
    return cudaSuccess;
}
// ANCHOR_END: event
