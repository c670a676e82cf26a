// Operations that the hardware has not, by compare-and-swap: 32, 64 and 16 bits.
__device__ float atomic_max(float* at, float value) {
    int* bits = (int*)at;
    int seen = *(volatile int*)bits;
    while (__int_as_float(seen) < value) {
        int assumed = seen;
        seen = atomicCAS(bits, assumed, __float_as_int(value));
        if (seen == assumed) break;
    }
    return __int_as_float(seen);
}

__device__ void atomic_multiply(double* at, double factor) {
    unsigned long long* bits = (unsigned long long*)at;
    unsigned long long seen = atomicAdd(bits, 0ull), assumed;
    do {
        assumed = seen;
        seen = atomicCAS(bits, assumed, (unsigned long long)__double_as_longlong(__longlong_as_double((long long)assumed) * factor));
    } while (seen != assumed);
}

extern "C" __global__ void cas_loops(const float* in, float* greatest, double* product, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    atomic_max(greatest, in[i]);
    atomic_multiply(product, i % 2 ? 2.0 : 0.5);
}

// A hash table with open addressing: a slot belongs to who swapped its key in.
extern "C" __global__ void count_words(const unsigned* words, int n, unsigned* keys, unsigned* counts, unsigned slots) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    unsigned word = words[i];
    for (unsigned slot = word * 2654435761u % slots;; slot = (slot + 1) % slots) {
        unsigned before = atomicCAS(&keys[slot], 0u, word);
        if (before == 0 || before == word) {
            atomicAdd(&counts[slot], 1u);
            return;
        }
    }
}

extern "C" __global__ void shared_swap(int* out) {
    __shared__ int turn;
    if (threadIdx.x == 0) turn = 0;
    __syncthreads();
    out[threadIdx.x] = atomicCAS(&turn, 0, (int)threadIdx.x + 1) == 0;
}
