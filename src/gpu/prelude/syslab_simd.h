// Two halfwords or four bytes in a word, each for itself; dot products of them; sums and choices in one. See
// the CUDA Math API, "SIMD Intrinsics" and "Integer Intrinsics".
#ifndef SYSLAB_SIMD_H
#define SYSLAB_SIMD_H

// The part of a word that begins at a bit, as a number; a number as that part of a word.
template <typename T>
SYSLAB_DEVICE int syslab_part(unsigned word, int at) {
  return (T)(word >> at);
}
template <typename T>
SYSLAB_DEVICE unsigned syslab_word(int part, int at) {
  return ((unsigned)part & ((1u << 8 * sizeof(T)) - 1)) << at;
}
// The number of that type that is nearest.
template <typename T>
SYSLAB_DEVICE int syslab_clamped(int x) {
  constexpr bool is_signed = (T)-1 < (T)0;
  constexpr int high = (1 << (8 * sizeof(T) - is_signed)) - 1;
  constexpr int low = is_signed ? -high - 1 : 0;
  return x < low ? low : x > high ? high : x;
}

#define SYSLAB_PARTS(name, half_t, byte_t, result)                            \
  template <typename T>                                                       \
  SYSLAB_DEVICE unsigned syslab_##name(unsigned a, unsigned b, int at) {      \
    int x = syslab_part<T>(a, at), y = syslab_part<T>(b, at);                 \
    return syslab_word<T>(result, at);                                        \
  }                                                                           \
  SYSLAB_DEVICE unsigned __##name##2(unsigned a, unsigned b) {                \
    return syslab_##name<half_t>(a, b, 0) | syslab_##name<half_t>(a, b, 16);  \
  }                                                                           \
  SYSLAB_DEVICE unsigned __##name##4(unsigned a, unsigned b) {                \
    return syslab_##name<byte_t>(a, b, 0) | syslab_##name<byte_t>(a, b, 8) |  \
           syslab_##name<byte_t>(a, b, 16) | syslab_##name<byte_t>(a, b, 24); \
  }
#define SYSLAB_SIGNED(name, result) \
  SYSLAB_PARTS(name, short, signed char, result)
#define SYSLAB_UNSIGNED(name, result) \
  SYSLAB_PARTS(name, unsigned short, unsigned char, result)

SYSLAB_UNSIGNED(vadd, x + y)
SYSLAB_SIGNED(vaddss, syslab_clamped<T>(x + y))
SYSLAB_UNSIGNED(vaddus, syslab_clamped<T>(x + y))
SYSLAB_UNSIGNED(vsub, x - y)
SYSLAB_SIGNED(vsubss, syslab_clamped<T>(x - y))
SYSLAB_UNSIGNED(vsubus, syslab_clamped<T>(x - y))
SYSLAB_SIGNED(vabsdiffs, x < y ? y - x : x - y)
SYSLAB_UNSIGNED(vabsdiffu, x < y ? y - x : x - y)
// From the middle away from zero: the PTX ISA, "SIMD Video Instructions".
SYSLAB_SIGNED(vavgs, (x + y + (x + y >= 0)) >> 1)
SYSLAB_UNSIGNED(vavgu, (x + y + 1) >> 1)
SYSLAB_UNSIGNED(vhaddu, (x + y) >> 1)
SYSLAB_SIGNED(vmaxs, x > y ? x : y)
SYSLAB_UNSIGNED(vmaxu, x > y ? x : y)
SYSLAB_SIGNED(vmins, x < y ? x : y)
SYSLAB_UNSIGNED(vminu, x < y ? x : y)
// All bits where it is true; or 1.
#define SYSLAB_TRUTH(name, kind, op)                \
  SYSLAB_##kind(vcmp##name, x op y ? -1 : 0)        \
  SYSLAB_##kind(vset##name, x op y ? 1 : 0)
SYSLAB_TRUTH(eq, UNSIGNED, ==)
SYSLAB_TRUTH(ne, UNSIGNED, !=)
SYSLAB_TRUTH(ges, SIGNED, >=)
SYSLAB_TRUTH(geu, UNSIGNED, >=)
SYSLAB_TRUTH(gts, SIGNED, >)
SYSLAB_TRUTH(gtu, UNSIGNED, >)
SYSLAB_TRUTH(les, SIGNED, <=)
SYSLAB_TRUTH(leu, UNSIGNED, <=)
SYSLAB_TRUTH(lts, SIGNED, <)
SYSLAB_TRUTH(ltu, UNSIGNED, <)
#undef SYSLAB_TRUTH
#undef SYSLAB_UNSIGNED
#undef SYSLAB_SIGNED
#undef SYSLAB_PARTS

#define SYSLAB_OF_ONE(name, of)                                               \
  SYSLAB_DEVICE unsigned __##name##2(unsigned a) { return __##of##2(0, a); }  \
  SYSLAB_DEVICE unsigned __##name##4(unsigned a) { return __##of##4(0, a); }
SYSLAB_OF_ONE(vneg, vsub)
SYSLAB_OF_ONE(vnegss, vsubss)
SYSLAB_OF_ONE(vabs, vabsdiffs)
#undef SYSLAB_OF_ONE
SYSLAB_DEVICE unsigned __vabsss2(unsigned a) {
  return __vmaxs2(a, __vnegss2(a));
}
SYSLAB_DEVICE unsigned __vabsss4(unsigned a) {
  return __vmaxs4(a, __vnegss4(a));
}

// The sum of the differences, which may be more than one part holds.
#define SYSLAB_SUM(name, half_t, byte_t)                                    \
  template <typename T>                                                     \
  SYSLAB_DEVICE unsigned syslab_##name(unsigned a, unsigned b, int at) {    \
    int x = syslab_part<T>(a, at), y = syslab_part<T>(b, at);               \
    return (unsigned)(x < y ? y - x : x - y);                               \
  }                                                                         \
  SYSLAB_DEVICE unsigned __##name##2(unsigned a, unsigned b) {              \
    return syslab_##name<half_t>(a, b, 0) + syslab_##name<half_t>(a, b, 16); \
  }                                                                         \
  SYSLAB_DEVICE unsigned __##name##4(unsigned a, unsigned b) {              \
    return syslab_##name<byte_t>(a, b, 0) + syslab_##name<byte_t>(a, b, 8) + \
           syslab_##name<byte_t>(a, b, 16) + syslab_##name<byte_t>(a, b, 24); \
  }
SYSLAB_SUM(vsads, short, signed char)
SYSLAB_SUM(vsadu, unsigned short, unsigned char)
#undef SYSLAB_SUM

// Dot products: of four bytes each; of two halfwords and two of four bytes.
SYSLAB_DEVICE int __dp4a(char4 a, char4 b, int c) {
  return __dp4a(__builtin_bit_cast(int, a), __builtin_bit_cast(int, b), c);
}
SYSLAB_DEVICE unsigned __dp4a(uchar4 a, uchar4 b, unsigned c) {
  return __dp4a(__builtin_bit_cast(unsigned, a),
                __builtin_bit_cast(unsigned, b), c);
}
#define SYSLAB_DOT(name, at, word_t, half_t, byte_t, halves_t, bytes_t)        \
  SYSLAB_DEVICE word_t name(word_t a, word_t b, word_t c) {                    \
    int low = syslab_part<half_t>((unsigned)a, 0) *                            \
              syslab_part<byte_t>((unsigned)b, at);                            \
    int high = syslab_part<half_t>((unsigned)a, 16) *                          \
               syslab_part<byte_t>((unsigned)b, at + 8);                       \
    return (word_t)((unsigned)low + (unsigned)high + (unsigned)c);             \
  }                                                                            \
  SYSLAB_DEVICE word_t name(halves_t a, bytes_t b, word_t c) {                 \
    return name(__builtin_bit_cast(word_t, a), __builtin_bit_cast(word_t, b),  \
                c);                                                            \
  }
SYSLAB_DOT(__dp2a_lo, 0, int, short, signed char, short2, char4)
SYSLAB_DOT(__dp2a_lo, 0, unsigned, unsigned short, unsigned char, ushort2, uchar4)
SYSLAB_DOT(__dp2a_hi, 16, int, short, signed char, short2, char4)
SYSLAB_DOT(__dp2a_hi, 16, unsigned, unsigned short, unsigned char, ushort2, uchar4)
#undef SYSLAB_DOT

// The greater and the lesser of numbers and of sums, which wrap around; _relu: and of 0.
SYSLAB_DEVICE int syslab_max(int a, int b) { return a > b ? a : b; }
SYSLAB_DEVICE int syslab_min(int a, int b) { return a < b ? a : b; }
SYSLAB_DEVICE int syslab_add(int a, int b) {
  return (int)((unsigned)a + (unsigned)b);
}
SYSLAB_DEVICE unsigned syslab_add(unsigned a, unsigned b) { return a + b; }
#define SYSLAB_CHOICE(op, suffix, type, choose, add)                          \
  SYSLAB_DEVICE type __vi##op##3_##suffix(type a, type b, type c) {           \
    return choose(choose(a, b), c);                                           \
  }                                                                           \
  SYSLAB_DEVICE type __viadd##op##_##suffix(type a, type b, type c) {         \
    return choose(add(a, b), c);                                              \
  }
#define SYSLAB_RELU(op, suffix, type, most)                                   \
  SYSLAB_DEVICE type __vi##op##_##suffix##_relu(type a, type b) {             \
    return most(__vi##op##3_##suffix(a, b, b), 0);                            \
  }                                                                           \
  SYSLAB_DEVICE type __vi##op##3_##suffix##_relu(type a, type b, type c) {    \
    return most(__vi##op##3_##suffix(a, b, c), 0);                            \
  }                                                                           \
  SYSLAB_DEVICE type __viadd##op##_##suffix##_relu(type a, type b, type c) {  \
    return most(__viadd##op##_##suffix(a, b, c), 0);                          \
  }
SYSLAB_CHOICE(max, s32, int, syslab_max, syslab_add)
SYSLAB_CHOICE(min, s32, int, syslab_min, syslab_add)
SYSLAB_CHOICE(max, u32, unsigned, umax, syslab_add)
SYSLAB_CHOICE(min, u32, unsigned, umin, syslab_add)
SYSLAB_CHOICE(max, s16x2, unsigned, __vmaxs2, __vadd2)
SYSLAB_CHOICE(min, s16x2, unsigned, __vmins2, __vadd2)
SYSLAB_CHOICE(max, u16x2, unsigned, __vmaxu2, __vadd2)
SYSLAB_CHOICE(min, u16x2, unsigned, __vminu2, __vadd2)
SYSLAB_RELU(max, s32, int, syslab_max)
SYSLAB_RELU(min, s32, int, syslab_max)
SYSLAB_RELU(max, s16x2, unsigned, __vmaxs2)
SYSLAB_RELU(min, s16x2, unsigned, __vmaxs2)
#undef SYSLAB_RELU
#undef SYSLAB_CHOICE

// And whether the first is chosen.
#define SYSLAB_CHOSEN(op, is)                                                 \
  SYSLAB_DEVICE int __vib##op##_s32(int a, int b, bool *first) {              \
    return (*first = a is b) ? a : b;                                         \
  }                                                                           \
  SYSLAB_DEVICE unsigned __vib##op##_u32(unsigned a, unsigned b,              \
                                         bool *first) {                       \
    return (*first = a is b) ? a : b;                                         \
  }                                                                           \
  SYSLAB_DEVICE unsigned __vib##op##_s16x2(unsigned a, unsigned b,            \
                                           bool *high, bool *low) {           \
    *high = syslab_part<short>(a, 16) is syslab_part<short>(b, 16);           \
    *low = syslab_part<short>(a, 0) is syslab_part<short>(b, 0);              \
    return __v##op##s2(a, b);                                                 \
  }                                                                           \
  SYSLAB_DEVICE unsigned __vib##op##_u16x2(unsigned a, unsigned b,            \
                                           bool *high, bool *low) {           \
    *high = (a >> 16) is(b >> 16);                                            \
    *low = (a & 0xffff) is(b & 0xffff);                                       \
    return __v##op##u2(a, b);                                                 \
  }
SYSLAB_CHOSEN(max, >=)
SYSLAB_CHOSEN(min, <=)
#undef SYSLAB_CHOSEN

#endif
