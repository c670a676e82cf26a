// Loads and stores of vectors: 2, 4, 8 and 16 bytes at once.
extern "C" __global__ void vectors(const float4* a, const int2* b, const uchar4* c, const double2* d, float4* e,
                                   int2* f, uchar4* g, double2* h, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    float4 p = a[i];
    e[i] = make_float4(p.w, p.z, p.y, p.x);
    int2 q = b[i];
    f[i] = make_int2(q.y + 1, q.x - 1);
    uchar4 r = c[i];
    g[i] = make_uchar4(r.x + r.y, r.y + r.z, r.z + r.w, r.w + r.x);
    double2 s = d[i];
    s.x = -s.x;
    h[i] = s;
}

extern "C" __global__ void more_vectors(const short2* a, const uint4* b, const longlong2* c, const float2* d, short2* e,
                                        uint4* f, longlong2* g, float2* h, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    short2 p = a[i];
    e[i] = make_short2(p.y, -p.x);
    uint4 q = b[i];
    f[i] = make_uint4(q.x ^ q.y, q.y ^ q.z, q.z ^ q.w, q.w);
    longlong2 r = c[i];
    g[i] = make_longlong2(r.y, r.x + r.y);
    float2 s = d[i];
    h[i] = make_float2(s.y, s.x);
}

// A float array read four at a time, with a tail.
extern "C" __global__ void reinterpreted(const float* in, float* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n / 4) {
        float4 four = reinterpret_cast<const float4*>(in)[i];
        four.x += 1.0f;
        four.y += 2.0f;
        four.z += 3.0f;
        four.w += 4.0f;
        reinterpret_cast<float4*>(out)[i] = four;
    }
    int rest = n / 4 * 4 + i;
    if (i < n % 4) out[rest] = in[rest];
}
