// The same million points, kept in two ways.

// ANCHOR: structs
struct Point {
    float x, y, z, weight;
};

extern "C" __global__ void lift(Point* points, float by, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        points[i].z += by;
    }
}
// ANCHOR_END: structs

// ANCHOR: arrays
extern "C" __global__ void lift_array(float* z, float by, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n) {
        z[i] += by;
    }
}
// ANCHOR_END: arrays
