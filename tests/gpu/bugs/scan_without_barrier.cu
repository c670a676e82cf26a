// A cell is overwritten while its right neighbour may still have to read it.
// RUN: grid=1 block=128 in=128 out=128 n=128
extern "C" __global__ void kernel(const int* in, int* out, int n) {
    __shared__ int cells[128];
    int t = threadIdx.x;
    int mine = in[t];
    cells[t] = mine;
    __syncthreads();
    for (int step = 1; step < blockDim.x; step *= 2) {
        int left = t >= step ? cells[t - step] : 0;  // FAULT: race
        mine += left;
        cells[t] = mine;  // OTHER
        __syncthreads();
    }
    out[t] = mine;
}
