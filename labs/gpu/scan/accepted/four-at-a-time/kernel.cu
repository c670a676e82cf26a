// Four elements a thread and 4096 a tile, with loads of sixteen bytes where there are four.

extern "C" __global__ void scan(const int* in, int* out, int n)
{
    __shared__ int sums[32];
    const int lane = threadIdx.x & 31, warp = threadIdx.x >> 5;
    int carry = 0;
    for (int first = 0; first < n; first += 4096) {
        const int i = first + 4 * threadIdx.x;
        int4 v = make_int4(0, 0, 0, 0);
        if (i + 3 < n) {
            v = *reinterpret_cast<const int4*>(in + i);
        } else {
            if (i < n) v.x = in[i];
            if (i + 1 < n) v.y = in[i + 1];
            if (i + 2 < n) v.z = in[i + 2];
        }
        const int own = v.x + v.y + v.z + v.w;
        int sum = own;
        for (int distance = 1; distance < 32; distance <<= 1) {
            int other = __shfl_up_sync(0xffffffffu, sum, distance);
            if (lane >= distance)
                sum += other;
        }
        if (lane == 31)
            sums[warp] = sum;
        __syncthreads();
        int before = 0, all = 0;
        for (int k = 0; k < 32; k++) {
            before += k < warp ? sums[k] : 0;
            all += sums[k];
        }
        int running = carry + before + sum - own;
        carry += all;
        if (i + 3 < n) {
            *reinterpret_cast<int4*>(out + i) =
                make_int4(running, running + v.x, running + v.x + v.y, running + v.x + v.y + v.z);
        } else {
            if (i < n) out[i] = running;
            if (i + 1 < n) out[i + 1] = running + v.x;
            if (i + 2 < n) out[i + 2] = running + v.x + v.y;
        }
        __syncthreads();
    }
}
