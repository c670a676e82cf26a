// matmul: c = a b, where a is m x k, b is k x n, and c is m x n. Blocks of 16 x 16 threads, one of them for
// each element of c, and more at the edges.
//
// This starter takes all it needs from global memory, and knows no edge. Follow the TODOs.

extern "C" __global__ void matmul(const float* a, const float* b, float* c, int m, int n, int k)
{
    int row = blockIdx.y * blockDim.y + threadIdx.y;
    int col = blockIdx.x * blockDim.x + threadIdx.x;

    // TODO: the last blocks stick out over the edges of c. Which threads have no element?
    // TODO: the threads of a block read the same rows of a and the same columns of b, again and again. How
    //       much of that fits into shared memory at once, who brings it there, and when may it be replaced?
    float sum = 0.0f;
    for (int i = 0; i < k; i++)
        sum += a[row * k + i] * b[i * n + col];
    c[row * n + col] = sum;
}
