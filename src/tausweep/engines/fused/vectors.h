/* Vectors of numbers, as wide as the instruction set has them, and functions of every number. */
#pragma once

#include <math.h>
#include <stdint.h>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

#define INLINE static inline __attribute__((always_inline))

#if defined(__AVX512F__)
#define VECTOR 64
#elif defined(__AVX__)
#define VECTOR 32
#else
#define VECTOR 16
#endif

typedef REAL vec __attribute__((vector_size(VECTOR)));
typedef INTEGER mask __attribute__((vector_size(VECTOR)));

#define LANES ((int)(VECTOR / sizeof(REAL)))

/* x in every lane; written so that no rounding and no addition comes of it. */
INLINE vec all(REAL x) { return x - (vec){0}; }

/* x where a comparison holds, elsewhere 0. */
INLINE vec where(mask holds, vec x) { return (vec)((mask)x & holds); }

INLINE vec relu(vec x) { return where(x > 0, x); }

INLINE REAL sum(vec x) {
    REAL total = 0;
    for (int l = 0; l < LANES; l++) total += x[l];
    return total;
}

/* x cut off at ±end, with NaN left as it is; in the instructions that compilers do not make of
   plain C. */
#if SINGLE
INLINE vec clip(vec x, REAL end) {
#if defined(__AVX512F__)
    return (vec)_mm512_max_ps((__m512)all(-end), _mm512_min_ps((__m512)all(end), (__m512)x));
#elif defined(__AVX__)
    return (vec)_mm256_max_ps((__m256)all(-end), _mm256_min_ps((__m256)all(end), (__m256)x));
#elif defined(__SSE2__)
    return (vec)_mm_max_ps((__m128)all(-end), _mm_min_ps((__m128)all(end), (__m128)x));
#else
    mask above = x > end, below = x < -end;
    return (vec)((mask)where(above, all(end)) | (mask)where(below, all(-end)) |
                 (mask)where(~(above | below), x));
#endif
}
#endif

/* tanh. In double by the C library. In float x·P(x²)/Q(x²), fitted to 1.3e-8 (relative) on
   |x| < 8.6, beyond which float's tanh is 1: with its roundings off by less than 4e-7. */
INLINE vec tanh_of(vec x) {
#if SINGLE
    x = clip(x, 8.6f);
    vec u = x * x;
    vec p = all(1.40822834e-08f), q = all(8.07055904e-07f);
    p = p * u + 2.11222429e-05f, q = q * u + 0.000333625637f;
    p = p * u + 0.00352639305f, q = q * u + 0.0259938674f;
    p = p * u + 0.134068681f, q = q * u + 0.467401897f;
    p = p * u + 1.0f, q = q * u + 1.0f;
    return x * p / q;
#else
    for (int l = 0; l < LANES; l++) x[l] = tanh(x[l]);
    return x;
#endif
}

/* The logistic function, by its identity with tanh. */
INLINE vec sigmoid(vec x) { return (REAL)0.5 + (REAL)0.5 * tanh_of((REAL)0.5 * x); }
