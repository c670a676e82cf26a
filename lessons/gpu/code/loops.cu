// A loop that ends for most n.

// ANCHOR: doubles
extern "C" __global__ void count_levels(int* levels, int n)
{
    int count = 0;
    for (int width = 1; width < n; width *= 2) {
        count++;
    }
    levels[0] = count;
}
// ANCHOR_END: doubles

// ANCHOR: waits
extern "C" __global__ void in_turn(int* turn, float* sum, const float* in)
{
    if (threadIdx.x == 0) {
        while (*(volatile int*)turn != (int)blockIdx.x) {
        }
        *sum += in[blockIdx.x];
        __threadfence();
        *(volatile int*)turn = blockIdx.x + 1;
    }
}
// ANCHOR_END: waits
