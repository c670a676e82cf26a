// A matrix instruction: the simulator must say that it cannot, and where.
extern "C" __global__ void kernel(float* out, unsigned a, unsigned b) {
    float d0, d1, d2, d3;
    asm volatile("mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"  // UNSUPPORTED
                 : "=f"(d0), "=f"(d1), "=f"(d2), "=f"(d3)
                 : "r"(a), "r"(a), "r"(b));
    out[threadIdx.x] = d0 + d1 + d2 + d3;
}
