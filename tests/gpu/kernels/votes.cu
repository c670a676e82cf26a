// Votes, ballots, matches, and which lanes are active.
#define RESULT(k, value) out[(k) * blockDim.x + t] = (unsigned)(value)
#define ALL 0xffffffffu

extern "C" __global__ void votes(const unsigned* in, unsigned* out) {
    unsigned t = threadIdx.x, x = in[t], lane = t & 31;
    RESULT(0, __any_sync(ALL, x == 3));
    RESULT(1, __all_sync(ALL, x < 8));
    RESULT(2, __ballot_sync(ALL, x & 1));
    RESULT(3, __match_any_sync(ALL, x));
    int same;
    RESULT(4, __match_all_sync(ALL, x / 8, &same));
    RESULT(5, same);
    unsigned few = 0;
    if (lane < 12) few = __ballot_sync(0xfffu, x > 3);
    RESULT(6, few);
    RESULT(7, (__activemask() >> lane) & 1);
    unsigned odd = __ballot_sync(ALL, x & 1), group = 0;
    if (x & 1) group = __ballot_sync(odd, x > 4);
    RESULT(8, group);
    unsigned uniform;
    asm volatile("{ .reg .pred p, q; setp.ne.u32 p, %1, 0; vote.sync.uni.pred q, p, 0xffffffff; selp.u32 %0, 1, 0, q; }"
                 : "=r"(uniform)
                 : "r"(x / 8));
    RESULT(9, uniform);
    RESULT(10, __match_any_sync(ALL, (unsigned long long)x << 40));
}

extern "C" __global__ void lanes(unsigned* out) {
    unsigned t = threadIdx.x;
    unsigned lt, le, eq, ge, gt, lane;
    asm("mov.u32 %0, %%lanemask_lt;" : "=r"(lt));
    asm("mov.u32 %0, %%lanemask_le;" : "=r"(le));
    asm("mov.u32 %0, %%lanemask_eq;" : "=r"(eq));
    asm("mov.u32 %0, %%lanemask_ge;" : "=r"(ge));
    asm("mov.u32 %0, %%lanemask_gt;" : "=r"(gt));
    asm("mov.u32 %0, %%laneid;" : "=r"(lane));
    RESULT(0, lt);
    RESULT(1, le);
    RESULT(2, eq);
    RESULT(3, ge);
    RESULT(4, gt);
    RESULT(5, lane);
    RESULT(6, warpSize);
}

// Reductions over a warp by one instruction; hardware has it from sm_80 on.
extern "C" __global__ void reduced(const int* in, int* out) {
    unsigned t = threadIdx.x;
    int x = in[t], r;
    asm volatile("redux.sync.add.s32 %0, %1, 0xffffffff;" : "=r"(r) : "r"(x));
    RESULT(0, r);
    asm volatile("redux.sync.min.s32 %0, %1, 0xffffffff;" : "=r"(r) : "r"(x));
    RESULT(1, r);
    asm volatile("redux.sync.max.u32 %0, %1, 0xffffffff;" : "=r"(r) : "r"(x));
    RESULT(2, r);
    asm volatile("redux.sync.and.b32 %0, %1, 0xffffffff;" : "=r"(r) : "r"(x));
    RESULT(3, r);
    asm volatile("redux.sync.or.b32 %0, %1, 0xffffffff;" : "=r"(r) : "r"(x));
    RESULT(4, r);
    asm volatile("redux.sync.xor.b32 %0, %1, 0xffffffff;" : "=r"(r) : "r"(x));
    RESULT(5, r);
}
