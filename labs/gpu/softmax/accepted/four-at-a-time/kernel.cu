// Loads and stores of sixteen bytes where rows are whole fours, and single ones elsewhere.

struct Running {
    float largest, sum;

    __device__ void take(float value) { add(value, value == -INFINITY ? 0.0f : 1.0f); }

    __device__ void add(float value, float weight)
    {
        if (weight == 0.0f)
            return;
        if (value > largest) {
            sum = sum == 0.0f ? 0.0f : sum * expf(largest - value);
            largest = value;
        }
        sum += weight * expf(value - largest);
    }
};

extern "C" __global__ void softmax(const float* in, float* out, int rows, int cols)
{
    __shared__ float largest_of[1024], sum_of[1024];
    if (int(blockIdx.x) >= rows)
        return;
    const int wide = cols % 4 == 0 ? cols / 4 : 0;
    const float* x = in + blockIdx.x * cols;
    float* y = out + blockIdx.x * cols;
    const float4* x4 = reinterpret_cast<const float4*>(x);

    Running mine = {-INFINITY, 0.0f};
    for (int i = threadIdx.x; i < wide; i += blockDim.x) {
        float4 v = x4[i];
        mine.take(v.x);
        mine.take(v.y);
        mine.take(v.z);
        mine.take(v.w);
    }
    for (int i = 4 * wide + threadIdx.x; i < cols; i += blockDim.x)
        mine.take(x[i]);
    largest_of[threadIdx.x] = mine.largest;
    sum_of[threadIdx.x] = mine.sum;
    __syncthreads();

    // Thread 0 of each warp gathers for the others of its warp: every warp comes to the same result.
    __shared__ Running result[32];
    const int lane = threadIdx.x % 32, warp = threadIdx.x / 32;
    if (lane == 0) {
        Running gathered = {-INFINITY, 0.0f};
        for (int k = 32 * warp; k < 32 * warp + 32; k++)
            gathered.add(largest_of[k], sum_of[k]);
        result[warp] = gathered;
    }
    __syncthreads();
    Running all = {-INFINITY, 0.0f};
    for (int k = 0; k < int(blockDim.x / 32); k++)
        all.add(result[k].largest, result[k].sum);

    const float scale = all.sum == 0.0f ? 0.0f : 1.0f / all.sum;
    auto of = [&](float value) { return value == -INFINITY ? 0.0f * scale : expf(value - all.largest) * scale; };
    for (int i = threadIdx.x; i < wide; i += blockDim.x) {
        float4 v = x4[i];
        reinterpret_cast<float4*>(y)[i] = make_float4(of(v.x), of(v.y), of(v.z), of(v.w));
    }
    for (int i = 4 * wide + threadIdx.x; i < cols; i += blockDim.x)
        y[i] = of(x[i]);
}
