// saxpy: y[i] = a * x[i] + y[i], for each i from 0 to n - 1. The grid has 8 blocks, whatever n is.
//
// This starter has a thread for an element, and 8 blocks of threads are soon used up. Follow the TODOs.

extern "C" __global__ void saxpy(float a, const float* x, float* y, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;

    // TODO: there may be fewer elements than threads. Which threads have nothing to do?
    // TODO: there may be far more elements than threads. Whose turn is it next, and which element is
    //       it, so that the lanes of a warp stay neighbours?
    y[i] = a * x[i] + y[i];
}
