/*
 * elementary.h - exp, erf, tanh, gelu and 1/sqrt of the library's own: the same bits on every machine.
 *
 * libm differs between systems, so nothing here calls it. Each function is a fixed sequence of IEEE 754 additions,
 * multiplications, divisions, comparisons and moves of bits, without branches and loops: compilers turn loops over it
 * into SIMD code, and whether they do cannot change a bit.
 *
 * Error bounds are measured over all floats in the domain by tests/c/test_elementary.c, which asserts them; an ulp is
 * that of the correctly rounded result.
 */
#ifndef BT_ELEMENTARY_H
#define BT_ELEMENTARY_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The smaller and the larger; a where they are equal or b is not a number. This order of operands is part of the
 * arithmetic: wasm, SSE and NEON minima differ from each other in just these cases. */
static inline float bt_min(float a, float b) { return b < a ? b : a; }
static inline float bt_max(float a, float b) { return a < b ? b : a; }

static inline uint32_t bt_bits(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static inline float bt_float(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static inline bool bt_is_finite(float x) { return (bt_bits(x) & 0x7F800000u) != 0x7F800000u; }

/* Added to |x| <= 2^22, it leaves no bit for the fraction: the sum is x rounded to an integer, to nearest and ties to
 * even, and that integer, in two's complement, is the low 22 bits of the sum. 1.5 * 2^23. */
#define BT_ROUNDING 12582912.0f

static inline float bt_rint(float x) { return (x + BT_ROUNDING) - BT_ROUNDING; }

/*
 * e^x within 1 ulp for x in [-87, 88]; 0 below, e^88 above: results are zero or normal numbers, so no product with a
 * weight of ordinary size is slowed down as denormal.
 *
 * x = n ln 2 + r with n an integer: e^x = 2^n e^r, |r| <= ln(2) / 2. ln 2 is subtracted in two parts, the first with so
 * few bits that n times it is exact. Polynomial and split: Cephes, expf.c (Moshier 1989).
 */
static inline float bt_exp(float x) {
    const float clamped = bt_min(bt_max(x, -87.0f), 88.0f);
    const float sum = clamped * 1.44269504f + BT_ROUNDING;
    const float n = sum - BT_ROUNDING;
    const float r = (clamped - n * 0.693359375f) - n * -2.12194440e-4f;

    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;

    const float power = bt_float((bt_bits(sum) + 127u) << 23); /* 2^n: the bits above the exponent's fall away */
    return x < -87.0f ? 0.0f : p * power;
}

/*
 * erf within 4.3e-7; odd; exactly 1 from 3.8325 on, so that gelu is exactly 0 far below 0.
 *
 * x P(x^2) / Q(x^2), minimax up to where erf rounds to 1: XLA, math.cc, ErfImpl32. Nearly all of the error is rounding,
 * which gelu tolerates: its own bound is better.
 */
#define BT_ERF_LIMIT 3.8325069f
enum { BT_ERF_P = 5, BT_ERF_Q = 7 };
static const float bt_erf_p[BT_ERF_P] = {
    2.2905065861350646e-4f, 3.4082910107109506e-3f, 5.0955695062380861e-2f, 1.8520832239976145e-1f, 1.128379143519084f
};
static const float bt_erf_q[BT_ERF_Q] = {
    -1.1791602954261697e-7f, 2.3547966471313185e-5f, 1.0179625278914885e-3f, 1.4070470171167667e-2f,
    1.1098505178285362e-1f, 4.9746925110067538e-1f, 1.0f
};

static inline float bt_erf(float x) {
    const float clamped = bt_min(bt_max(x, -BT_ERF_LIMIT), BT_ERF_LIMIT);
    const float z = clamped * clamped;
    float p = bt_erf_p[0], q = bt_erf_q[0];
    for (int i = 1; i < BT_ERF_P; i++) p = p * z + bt_erf_p[i];
    for (int i = 1; i < BT_ERF_Q; i++) q = q * z + bt_erf_q[i];
    return bt_min(bt_max(clamped * p / q, -1.0f), 1.0f);
}

/*
 * tanh within 2.5e-7; odd; constant from 8.0177 on.
 *
 * x P(x^2) / Q(x^2), minimax: Eigen, MathFunctionsImpl.h, generic_fast_tanh_float. Evaluated in binary64, as rounding
 * in binary32 costs more than the approximation, and only the head calls it.
 */
static inline float bt_tanh(float x) {
    const float clamped = bt_min(bt_max(x, -8.0177336f), 8.0177336f);
    const double z = (double)clamped * clamped;

    double p = 1.394553628e-8;
    p = p * z + 2.102733560e-5;
    p = p * z + 3.520756727e-3;
    p = p * z + 1.340216100e-1;
    p = p * z + 1.0;

    double q = 8.015776984e-7;
    q = q * z + 3.326951409e-4;
    q = q * z + 2.597254514e-2;
    q = q * z + 4.673548340e-1;
    q = q * z + 1.0;

    return (float)(clamped * p / q);
}

/* The gelu of BERT, x times the normal distribution's Phi(x), within 2.7e-7 max(1, |x|). */
#define BT_RSQRT_2 0.707106781f

static inline float bt_gelu(float x) { return (x * 0.5f) * (1.0f + bt_erf(x * BT_RSQRT_2)); }

/*
 * 1 / sqrt(x) in binary64 and rounded once, for LayerNorm and attention; x > 0 and normal.
 *
 * Newton's iteration from the well-known first guess by halving the exponent (Lomont 2003, the constant for 64 bits):
 * relative errors 3.4e-2, 1.8e-3, 4.6e-6, 3.2e-11, then that of binary64.
 */
static inline float bt_rsqrt(double x) {
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits = 0x5FE6EC85E7DE30DAu - (bits >> 1);
    double y;
    memcpy(&y, &bits, sizeof y);
    const double half = 0.5 * x;
    for (int i = 0; i < 4; i++) y = y * (1.5 - half * y * y);
    return (float)y;
}

#endif
