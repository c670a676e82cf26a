// Every conversion between numbers that C++ has, for values which the target can hold.
#define RESULT(k, value) out[(k) * n + i] = (value)

extern "C" __global__ void from_int(const long long* a, double* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    long long x = a[i];
    RESULT(0, (float)(signed char)x);
    RESULT(1, (float)(unsigned char)x);
    RESULT(2, (float)(short)x);
    RESULT(3, (float)(unsigned short)x);
    RESULT(4, (float)(int)x);
    RESULT(5, (float)(unsigned)x);
    RESULT(6, (float)x);
    RESULT(7, (float)(unsigned long long)x);
    RESULT(8, (double)(signed char)x);
    RESULT(9, (double)(unsigned char)x);
    RESULT(10, (double)(short)x);
    RESULT(11, (double)(unsigned short)x);
    RESULT(12, (double)(int)x);
    RESULT(13, (double)(unsigned)x);
    RESULT(14, (double)x);
    RESULT(15, (double)(unsigned long long)x);
    RESULT(16, (float)((x & 1) != 0));
}

extern "C" __global__ void from_float(const double* a, long long* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    double x = a[i];  // between -100 and 100
    float f = (float)x;
    RESULT(0, (signed char)f);
    RESULT(1, (unsigned char)fabsf(f));
    RESULT(2, (short)(f * 300));
    RESULT(3, (unsigned short)fabsf(f * 600));
    RESULT(4, (int)(f * 1e7f));
    RESULT(5, (unsigned)fabsf(f * 4e7f));
    RESULT(6, (long long)(f * 9e16f));
    RESULT(7, (long long)(unsigned long long)fabsf(f * 1.8e17f));
    RESULT(8, (signed char)x);
    RESULT(9, (unsigned char)fabs(x));
    RESULT(10, (short)(x * 300));
    RESULT(11, (unsigned short)fabs(x * 600));
    RESULT(12, (int)(x * 1e7));
    RESULT(13, (unsigned)fabs(x * 4e7));
    RESULT(14, (long long)(x * 9e16));
    RESULT(15, (long long)(unsigned long long)fabs(x * 1.8e17));
    RESULT(16, (bool)f);
    RESULT(17, __float_as_int(f));
    RESULT(18, __double_as_longlong(x));
    RESULT(19, __float_as_int(__int_as_float(0x7fffffff & __float_as_int(f))));
    RESULT(20, __double2loint(x));
    RESULT(21, __double2hiint(x));
}

extern "C" __global__ void from_integer(const long long* a, long long* out, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    long long x = a[i];
    RESULT(0, (signed char)x);
    RESULT(1, (unsigned char)x);
    RESULT(2, (short)x);
    RESULT(3, (unsigned short)x);
    RESULT(4, (int)x);
    RESULT(5, (unsigned)x);
    RESULT(6, (short)(signed char)x);
    RESULT(7, (unsigned short)(signed char)x);
    RESULT(8, (unsigned)(short)x);
    RESULT(9, (long long)(unsigned long long)(unsigned)(int)(signed char)x);
    RESULT(10, (bool)x);
}
