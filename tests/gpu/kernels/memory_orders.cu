// Loads and stores that say how: volatile, cached otherwise, read-only, acquire, release; fences.
extern "C" __global__ void hints(const int* __restrict__ in, int* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    int sum = __ldg(&in[i]) + __ldcs(&in[i]) + __ldcg(&in[i]) + __ldca(&in[i]);
    sum += *(const volatile int*)&in[i];
    __stcs(&out[i], sum);
    __stcg(&out[n + i], sum + 1);
    *(volatile int*)&out[2 * n + i] = sum + 2;
    __threadfence_block();
    __threadfence();
    __threadfence_system();
}

// A flag from one block to another, by release and acquire.
extern "C" __global__ void released(int* data, int* flag, int* out) {
    if (blockIdx.x == 0) {
        data[threadIdx.x] = threadIdx.x * 5;
        __syncthreads();
        if (threadIdx.x == 0) asm volatile("st.release.gpu.global.u32 [%0], %1;" ::"l"(flag), "r"(1) : "memory");
    } else {
        if (threadIdx.x == 0) {
            int seen;
            do asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(seen) : "l"(flag) : "memory");
            while (seen == 0);
        }
        __syncthreads();
        out[threadIdx.x] = data[threadIdx.x];
    }
}

// Copies from global to shared memory that do not pass through registers: cp.async of sm_80.
extern "C" __global__ void copied(const int* in, int* out) {
    __shared__ __align__(16) int cells[128];
    int t = threadIdx.x;
    unsigned at = (unsigned)__cvta_generic_to_shared(&cells[t * 4]);
    asm volatile("cp.async.ca.shared.global [%0], [%1], 16;" ::"r"(at), "l"(&in[t * 4]) : "memory");
    asm volatile("cp.async.commit_group;" ::: "memory");
    asm volatile("cp.async.wait_group 0;" ::: "memory");
    __syncthreads();
    for (int k = 0; k < 4; ++k) out[t * 4 + k] = cells[127 - (t * 4 + k)];
}
