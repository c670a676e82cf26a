// Conversions of any float to whole numbers: clamped to the target's range, NaN to 0 (PTX ISA, "cvt").
#define RESULT(k, value) out[(k) * n + i] = (long long)(value)
#define TO32(k, op, from, value) { int r; asm(op " %0, %1;" : "=r"(r) : from(value)); RESULT(k, r); }
#define TO64(k, op, from, value) { long long r; asm(op " %0, %1;" : "=l"(r) : from(value)); RESULT(k, r); }
#define TO16(k, op, from, value) { short r; asm(op " %0, %1;" : "=h"(r) : from(value)); RESULT(k, r); }

extern "C" __global__ void clamp_conversions(const double* a, long long* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    double x = a[i];
    float f = (float)x;
    TO32(0, "cvt.rni.s32.f32", "f", f);
    TO32(1, "cvt.rzi.s32.f32", "f", f);
    TO32(2, "cvt.rmi.s32.f32", "f", f);
    TO32(3, "cvt.rpi.s32.f32", "f", f);
    TO32(4, "cvt.rni.u32.f32", "f", f);
    TO32(5, "cvt.rzi.u32.f32", "f", f);
    TO64(6, "cvt.rni.s64.f32", "f", f);
    TO64(7, "cvt.rzi.u64.f32", "f", f);
    TO32(8, "cvt.rni.s32.f64", "d", x);
    TO32(9, "cvt.rzi.u32.f64", "d", x);
    TO64(10, "cvt.rmi.s64.f64", "d", x);
    TO64(11, "cvt.rpi.u64.f64", "d", x);
    TO16(12, "cvt.rzi.s16.f32", "f", f);
    TO16(13, "cvt.rni.u16.f64", "d", x);
    RESULT(14, __float2int_rn(f));
    RESULT(15, __float2int_rz(f));
    RESULT(16, __float2int_ru(f));
    RESULT(17, __float2int_rd(f));
    RESULT(18, __float2uint_rn(f));
    RESULT(19, __double2int_rn(x));
}

// Whole numbers that are clamped to a narrower type.
extern "C" __global__ void saturate(const int* a, int* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    int x = a[i];
#define NARROW(k, op) { int r; asm("{ .reg .b16 t; " op "; }" : "=r"(r) : "r"(x)); RESULT(k, r); }
    NARROW(0, "cvt.sat.s16.s32 t, %1; cvt.s32.s16 %0, t");
    NARROW(1, "cvt.sat.u16.s32 t, %1; cvt.s32.u16 %0, t");
    NARROW(2, "cvt.sat.s8.s32 t, %1; cvt.s32.s8 %0, t");
    NARROW(3, "cvt.sat.u8.s32 t, %1; cvt.u32.u8 %0, t");
    NARROW(4, "cvt.sat.u32.s32 %0, %1");
    NARROW(5, "cvt.sat.s32.u32 %0, %1");
    NARROW(6, "add.sat.s32 %0, %1, %1");
    NARROW(7, "sub.sat.s32 %0, 0x7fffffff, %1");
}
