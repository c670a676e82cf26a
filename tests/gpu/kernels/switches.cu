// A dense switch (a jump table), a sparse one, and one that falls through.
__device__ __noinline__ int dense(int op, int x) {
    switch (op) {
        case 0: return x + 17;
        case 1: return x * x;
        case 2: return x ^ 0x3c;
        case 3: return x / 3;
        case 4: return -x;
        case 5: return x << 3;
        case 6: return x % 11;
        case 7: return x - 1000;
        default: return 99;
    }
}

__device__ int sparse(int op, int x) {
    switch (op) {
        case -5: return 1;
        case 7: return x;
        case 1000: return x + 2;
        case 100000: return x * 5;
    }
    return 0;
}

__device__ int falling(int op, int x) {
    int sum = 0;
    switch (op & 3) {
        case 3: sum += x;
        case 2: sum += 10;
        case 1: sum *= 2;
        case 0: sum += 1;
    }
    return sum;
}

extern "C" __global__ void switches(const int* op, const int* x, int* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    out[i] = dense(op[i], x[i]);
    out[n + i] = sparse(op[i], x[i]);
    out[2 * n + i] = falling(op[i], x[i]);
}

// A jump table by hand, as compilers make it of a dense switch.
extern "C" __global__ void jump_table(const int* op, int* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    int result;
    asm("{\n"
        "  targets: .branchtargets Jzero, Jone, Jtwo;\n"
        "  brx.idx %1, targets;\n"
        "Jzero: mov.u32 %0, 100; bra.uni Jdone;\n"
        "Jone: mov.u32 %0, 211; bra.uni Jdone;\n"
        "Jtwo: mov.u32 %0, 322;\n"
        "Jdone:\n"
        "}"
        : "=r"(result)
        : "r"(op[i]));
    out[i] = result;
}
