// Loads, stores, atomics, fences and barriers which compilers seldom make.
extern "C" __global__ void ptx_atomics(unsigned long long* wide, unsigned* narrow, unsigned short* cells, float* sums, int n) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= n) return;
    long long x = i * 1000003LL - 20000000LL;
    asm volatile("red.global.min.s64 [%0], %1;" ::"l"(wide), "l"(x) : "memory");
    asm volatile("red.global.max.s64 [%0], %1;" ::"l"(wide + 1), "l"(x) : "memory");
    unsigned long long before;
    asm volatile("atom.relaxed.gpu.global.add.u64 %0, [%1], %2;" : "=l"(before) : "l"(wide + 2), "l"(x) : "memory");
    asm volatile("atom.acq_rel.gpu.exch.b64 %0, [%1], %2;" : "=l"(before) : "l"(wide + 3), "l"(77ll) : "memory");
    asm volatile("red.relaxed.cta.global.or.b32 [%0], %1;" ::"l"(narrow + blockIdx.x), "r"(1u << (threadIdx.x & 31)) : "memory");
    unsigned short old;
    do {
        unsigned short seen = *(volatile unsigned short*)cells;
        asm volatile("atom.global.cas.b16 %0, [%1], %2, %3;" : "=h"(old) : "l"(cells), "h"(seen), "h"((unsigned short)(seen + 1)) : "memory");
        if (old == seen) break;
    } while (true);
    asm volatile("red.global.add.noftz.f16x2 [%0], %1;" ::"l"(cells + 2), "r"(0x38003c00u) : "memory");  // 1.0 and 0.5
    asm volatile("red.global.add.f32 [%0], %1;" ::"l"(sums), "f"(0.5f) : "memory");
}

extern "C" __global__ void ptx_loads(const int* in, int* out) {
    __shared__ __align__(16) int cells[128];
    int t = threadIdx.x, a, b, c, d;
    asm volatile("ld.global.nc.v4.u32 {%0, %1, %2, %3}, [%4];" : "=r"(a), "=r"(b), "=r"(c), "=r"(d) : "l"(in + 4 * t));
    unsigned at = (unsigned)__cvta_generic_to_shared(&cells[4 * t]);
    asm volatile("st.shared.v2.u32 [%0], {%1, %2};" ::"r"(at), "r"(d), "r"(c) : "memory");
    asm volatile("st.volatile.shared.u32 [%0+8], %1;" ::"r"(at), "r"(b) : "memory");
    asm volatile("st.relaxed.cta.shared.u32 [%0+12], %1;" ::"r"(at), "r"(a) : "memory");
    asm volatile("membar.cta;" ::: "memory");
    asm volatile("fence.acq_rel.gpu;" ::: "memory");
    asm volatile("fence.sc.sys;" ::: "memory");
    asm volatile("barrier.sync.aligned 0;" ::: "memory");
    unsigned from = (unsigned)__cvta_generic_to_shared(&cells[124 - 4 * t]);
    asm volatile("ld.shared.v4.b32 {%0, %1, %2, %3}, [%4];" : "=r"(a), "=r"(b), "=r"(c), "=r"(d) : "r"(from) : "memory");
    asm volatile("prefetch.global.L1 [%0];" ::"l"(in));
    asm volatile("st.global.cg.v4.s32 [%0], {%1, %2, %3, %4};" ::"l"(out + 4 * t), "r"(a), "r"(b), "r"(c), "r"(d) : "memory");
    asm volatile("ld.global.L1::no_allocate.L2::128B.s32 %0, [%1];" : "=r"(a) : "l"(in + t));
    asm volatile("ldu.global.u32 %0, [%1];" : "=r"(b) : "l"(in + 5));
    out[128 + t] = a - b;
}

extern "C" __global__ void ptx_copies(const int* in, int* out, int n) {
    __shared__ __align__(16) int cells[96];
    int t = threadIdx.x;
    unsigned at = (unsigned)__cvta_generic_to_shared(&cells[t]);
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"(at), "l"(in + t) : "memory");
    unsigned pair = (unsigned)__cvta_generic_to_shared(&cells[32 + 2 * t]);
    // Of the second half only what exists is read; the rest becomes 0.
    int bytes = 32 + 2 * t + 2 <= n ? 8 : 0;
    asm volatile("cp.async.ca.shared.global [%0], [%1], 8, %2;" ::"r"(pair), "l"(in + (bytes ? 32 + 2 * t : 0)), "r"(bytes) : "memory");
    asm volatile("cp.async.wait_all;" ::: "memory");
    __syncthreads();
    for (int k = 0; k < 3; ++k) out[32 * k + t] = cells[95 - (32 * k + t)];
}

extern "C" __global__ void ptx_barriers(const int* in, int* out) {
    int t = threadIdx.x, count, every, some;
    asm volatile("{ .reg .pred p, q; setp.gt.s32 p, %3, 50;\n"
                 "  barrier.cta.red.popc.aligned.u32 %0, 3, 64, p;\n"
                 "  bar.red.and.pred q, 4, p; selp.s32 %1, 1, 0, q;\n"
                 "  bar.red.or.pred q, 5, 64, !p; selp.s32 %2, 1, 0, q; }"
                 : "=r"(count), "=r"(every), "=r"(some)
                 : "r"(in[t])
                 : "memory");
    out[t] = count * 100 + every * 10 + some;
    asm volatile("nanosleep.u32 10;");
    asm volatile("pmevent 1;");
    unsigned leader;
    asm volatile("{ .reg .pred p; elect.sync %0|p, 0xffffffff; }" : "=r"(leader) :: "memory");
    out[64 + t] = leader < 32;
    unsigned sub, blocks, thread, block, warp;
    asm("mov.u32 %0, %%nctaid.x;" : "=r"(blocks));
    asm("mov.u32 %0, %%ntid.x;" : "=r"(thread));
    asm("mov.u32 %0, %%ctaid.x;" : "=r"(block));
    asm volatile("mov.u32 %0, %%warpid;" : "=r"(warp));
    asm volatile("activemask.b32 %0;" : "=r"(sub));
    out[128 + t] = blocks * 1000 + thread * 10 + block + ((sub >> (t & 31)) & 1) + (warp < 32);
    // Leaves the kernel in the middle.
    if (t == 7) asm volatile("exit;");
    out[192 + t] = t;
}

// What caches, tools and the compiler are told; and addresses in one state space, there and back.
__constant__ int seven = 7;
extern "C" __global__ void told(const int* in, int* out) {
    __shared__ int cells[32];
    int t = threadIdx.x, local[2] = {t, in[t]};
    __assume(t < 32);
    __prof_trigger(0);
    asm volatile("prefetchu.L1 [%0];" ::"l"(in));
    asm volatile("applypriority.global.L2::evict_normal [%0], 128;" ::"l"(in));
    asm volatile("discard.global.L2 [%0], 128;" ::"l"(out));
    cells[t] = in[t];
    const int* shared = (const int*)__cvta_shared_to_generic(__cvta_generic_to_shared(&cells[t]));
    const int* global = (const int*)__cvta_global_to_generic(__cvta_generic_to_global(in + t));
    const int* own = (const int*)__cvta_local_to_generic(__cvta_generic_to_local(&local[1]));
    const int* constant = (const int*)__cvta_constant_to_generic(__cvta_generic_to_constant(&seven));
    out[t] = *shared + *global + *own + *constant;
    out[32 + t] = (__isConstant(&seven) != 0) + 2 * (__isConstant(in) != 0);
    __stcs(out + 64 + t, t == 0 ? 2.0 : 3.5f);
    __stcg((float*)out + 96 + t, t);
    __stwt((unsigned char*)(out + 128) + t, t + 250);
    __stwb((double*)(out + 136) + t, 1.5f);
}
