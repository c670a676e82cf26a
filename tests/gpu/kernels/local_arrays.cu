// Arrays of a thread's own, indexed by what is only known when it runs.
extern "C" __global__ void sorted(const int* in, int* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    int own[9];
    for (int k = 0; k < 9; ++k) own[k] = in[i * 9 + k];
    for (int k = 1; k < 9; ++k) {
        int x = own[k], j = k;
        for (; j > 0 && own[j - 1] > x; --j) own[j] = own[j - 1];
        own[j] = x;
    }
    for (int k = 0; k < 9; ++k) out[i * 9 + k] = own[k];
}

// How often each digit occurs, in bytes of local memory.
extern "C" __global__ void digits(const unsigned* in, unsigned* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    unsigned char counts[10] = {0};
    for (unsigned x = in[i]; x; x /= 10) counts[x % 10]++;
    unsigned packed = 0;
    for (int k = 0; k < 10; ++k) packed = packed * 7 + counts[k];
    out[i] = packed;
}

// Queens on a board of n: recursion by a stack in local memory.
extern "C" __global__ void queens(int* out, int n) {
    int first = threadIdx.x, solutions = 0, row = 1;
    unsigned columns[10];
    if (first >= n) return;
    columns[0] = first;
    columns[1] = 0;
    while (row > 0) {
        if (columns[row] >= n) {
            if (--row > 0) columns[row]++;
            continue;
        }
        bool safe = true;
        for (int k = 0; k < row; ++k) {
            int gap = (int)columns[row] - (int)columns[k];
            if (gap == 0 || gap == row - k || gap == k - row) safe = false;
        }
        if (!safe)
            columns[row]++;
        else if (row == n - 1) {
            solutions++;
            columns[row]++;
        } else
            columns[++row] = 0;
    }
    out[first] = solutions;
}
