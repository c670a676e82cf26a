// The rounding modes of PTX, saturation to [0, 1], and flushing of denormals: PTX ISA, "Floating Point Instructions".
#define RESULT(k, value) out[(k) * n + i] = (value)
#define BINARY(k, op) { float r; asm(op " %0, %1, %2;" : "=f"(r) : "f"(x), "f"(y)); RESULT(k, r); }
#define UNARY(k, op) { float r; asm(op " %0, %1;" : "=f"(r) : "f"(x)); RESULT(k, r); }

extern "C" __global__ void round_modes(const float* a, const float* b, float* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    float x = a[i], y = b[i];
    BINARY(0, "add.rn.f32");
    BINARY(1, "add.rz.f32");
    BINARY(2, "add.rm.f32");
    BINARY(3, "add.rp.f32");
    BINARY(4, "mul.rn.f32");
    BINARY(5, "mul.rz.f32");
    BINARY(6, "mul.rm.f32");
    BINARY(7, "mul.rp.f32");
    BINARY(8, "div.rn.f32");
    BINARY(9, "div.rz.f32");
    BINARY(10, "div.rm.f32");
    BINARY(11, "div.rp.f32");
    UNARY(12, "sqrt.rn.f32");
    UNARY(13, "sqrt.rz.f32");
    UNARY(14, "sqrt.rm.f32");
    UNARY(15, "sqrt.rp.f32");
    BINARY(16, "add.sat.f32");
    BINARY(17, "mul.sat.f32");
    BINARY(18, "sub.rz.f32");
    UNARY(19, "rcp.rm.f32");
    UNARY(20, "rcp.rp.f32");
}

extern "C" __global__ void flushes(const float* a, const float* b, float* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    float x = a[i], y = b[i];
    BINARY(0, "add.ftz.f32");
    BINARY(1, "mul.ftz.f32");
    BINARY(2, "add.f32");
    BINARY(3, "mul.f32");
    BINARY(4, "max.ftz.f32");
    UNARY(5, "abs.ftz.f32");
    UNARY(6, "neg.ftz.f32");
    float square;
    asm("mul.ftz.sat.f32 %0, %1, %1;" : "=f"(square) : "f"(x));
    RESULT(7, square);
}

extern "C" __global__ void narrow(const double* a, float* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    double x = a[i];
#define NARROW(k, op) { float r; asm(op " %0, %1;" : "=f"(r) : "d"(x)); RESULT(k, r); }
    NARROW(0, "cvt.rn.f32.f64");
    NARROW(1, "cvt.rz.f32.f64");
    NARROW(2, "cvt.rm.f32.f64");
    NARROW(3, "cvt.rp.f32.f64");
    NARROW(4, "cvt.rn.sat.f32.f64");
}
