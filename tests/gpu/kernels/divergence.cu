// Threads of a warp that go different ways: early exits, nested branches, loops of different lengths.
extern "C" __global__ void collatz(const unsigned* in, int* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    unsigned x = in[i];
    int steps = 0;
    while (x != 1) {
        if (x & 1) {
            if (x > 1000000000u) {
                steps = -1;
                break;
            }
            x = 3 * x + 1;
        } else {
            x >>= 1;
        }
        ++steps;
    }
    out[i] = steps;
}

extern "C" __global__ void nested(const int* in, int* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    int x = in[i], sum = 0;
    if (x == 13) {
        out[i] = -13;
        return;
    }
    for (int k = 0; k < 12; ++k) {
        if (k % 5 == x % 5) continue;
        if (k > x) break;
        if (x & 1) {
            sum += k;
            if (x & 2) {
                sum *= 2;
                if (x & 4) sum ^= 0x55;
            } else {
                sum -= 3;
            }
        } else {
            for (int j = 0; j < (x & 3); ++j) {
                sum += j * k;
                if (sum > 50) goto out_of_both;
            }
        }
    }
out_of_both:
    out[i] = sum;
}

extern "C" __global__ void primes(int* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    out[i] = 0;
    if (i < 2) return;
    int d = 2;
    do {
        if (d * d > i) {
            out[i] = 1;
            return;
        }
    } while (i % d++ != 0);
}

__device__ bool found_in(const int* sorted, int n, int wanted) {
    int low = 0, high = n;
    while (low < high) {
        int middle = low + (high - low) / 2;
        if (sorted[middle] == wanted) return true;
        if (sorted[middle] < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

extern "C" __global__ void search(const int* sorted, int n, const int* wanted, int* out, int count) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < count) out[i] = found_in(sorted, n, wanted[i]);
}
