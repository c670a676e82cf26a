/* Small vectors, and dim3; CUDA C++ Programming Guide, "Built-in Vector Types". */
#ifndef SYSLAB_VECTOR_TYPES_H
#define SYSLAB_VECTOR_TYPES_H

#ifdef __CUDA__
#define SYSLAB_BOTH __attribute__((host)) __attribute__((device)) static inline
#else
#define SYSLAB_BOTH static inline
#endif

#define SYSLAB_VECTORS(NAME, TYPE)                                                          \
    typedef struct NAME##1 { TYPE x; } NAME##1;                                             \
    typedef struct __attribute__((aligned(2 * sizeof(TYPE)))) NAME##2 { TYPE x, y; } NAME##2; \
    typedef struct NAME##3 { TYPE x, y, z; } NAME##3;                                       \
    typedef struct                                                                          \
        __attribute__((aligned(4 * sizeof(TYPE) > 16 ? 16 : 4 * sizeof(TYPE)))) NAME##4 {   \
        TYPE x, y, z, w;                                                                    \
    } NAME##4;                                                                              \
    SYSLAB_BOTH NAME##2 make_##NAME##2(TYPE x, TYPE y)                                      \
    {                                                                                       \
        NAME##2 made = {x, y};                                                              \
        return made;                                                                        \
    }                                                                                       \
    SYSLAB_BOTH NAME##3 make_##NAME##3(TYPE x, TYPE y, TYPE z)                              \
    {                                                                                       \
        NAME##3 made = {x, y, z};                                                           \
        return made;                                                                        \
    }                                                                                       \
    SYSLAB_BOTH NAME##4 make_##NAME##4(TYPE x, TYPE y, TYPE z, TYPE w)                      \
    {                                                                                       \
        NAME##4 made = {x, y, z, w};                                                        \
        return made;                                                                        \
    }

SYSLAB_VECTORS(char, signed char)
SYSLAB_VECTORS(uchar, unsigned char)
SYSLAB_VECTORS(short, short)
SYSLAB_VECTORS(ushort, unsigned short)
SYSLAB_VECTORS(int, int)
SYSLAB_VECTORS(uint, unsigned int)
SYSLAB_VECTORS(long, long)
SYSLAB_VECTORS(ulong, unsigned long)
SYSLAB_VECTORS(longlong, long long)
SYSLAB_VECTORS(ulonglong, unsigned long long)
SYSLAB_VECTORS(float, float)
SYSLAB_VECTORS(double, double)

typedef struct dim3 {
    unsigned int x, y, z;
#ifdef __cplusplus
#ifdef __CUDA__
#define SYSLAB_MEMBER __attribute__((host)) __attribute__((device)) constexpr
#else
#define SYSLAB_MEMBER constexpr
#endif
    SYSLAB_MEMBER dim3(unsigned int x = 1, unsigned int y = 1, unsigned int z = 1)
        : x(x), y(y), z(z)
    {
    }
    SYSLAB_MEMBER dim3(uint3 v) : x(v.x), y(v.y), z(v.z) {}
    SYSLAB_MEMBER operator uint3() const { return uint3{x, y, z}; }
#undef SYSLAB_MEMBER
#endif
} dim3;

#endif
