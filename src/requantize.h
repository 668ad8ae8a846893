/*
 * requantize.h - from the exact integers of a matrix product back to floats: the end of every matmul kernel.
 */
#ifndef BT_REQUANTIZE_H
#define BT_REQUANTIZE_H

#include "elementary.h"
#include "kernels.h"

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

/* y += a spike times its weights. quads: the panel's. */
static inline void bt_add_spike(float y[BT_PANEL], bt_spike spike, const int8_t *quads) {
    uint32_t quad[BT_PANEL];
    memcpy(quad, quads + (size_t)(spike.column / 4) * sizeof quad, sizeof quad);
    const uint32_t above = 24 - spike.column % 4 * 8; /* bits above the weight in its quad */
    for (int n = 0; n < BT_PANEL; n++) y[n] = y[n] + spike.value * (float)((int32_t)(quad[n] << above) >> 24);
}

/* Row r of x times one panel, but for gelu. acc: the sums of products; out: [8]. */
static inline void bt_requantize(float *restrict out, const int32_t *restrict acc, const bt_activations *x, uint32_t r,
                                 const bt_linear *linear, uint32_t panel, bt_epilogue epilogue) {
    const float scale = x->scale[r];
    const int32_t zero = x->zero[r];
    const int8_t *quads = linear->weights + (size_t)panel * BT_PANEL * linear->columns;
    const float *scales = linear->scale + (size_t)panel * BT_PANEL;
    const int32_t *colsum = linear->colsum + (size_t)panel * BT_PANEL;
    const float *bias = linear->bias + (size_t)panel * BT_PANEL;

    float y[BT_PANEL];
    for (int n = 0; n < BT_PANEL; n++) y[n] = (float)(acc[n] - zero * colsum[n]) * scale;
    for (int i = 0; i < BT_SPIKES; i++) bt_add_spike(y, x->spikes[r][i], quads);
    for (int n = 0; n < BT_PANEL; n++) y[n] = y[n] * scales[n] + bias[n];
    if (epilogue == BT_ADD) {
        for (int n = 0; n < BT_PANEL; n++) out[n] = out[n] + y[n];
    } else {
        for (int n = 0; n < BT_PANEL; n++) out[n] = y[n];
    }
}

#ifdef __wasm_simd128__

/* sum = sum x + coefficient, one step of a polynomial for each of four vectors. */
static inline void bt_horner_16(v128_t sum[4], const v128_t x[4], const float *coefficient) {
    const v128_t c = wasm_v128_load32_splat(coefficient);
    for (int i = 0; i < 4; i++) sum[i] = wasm_f32x4_add(wasm_f32x4_mul(sum[i], x[i]), c);
}

/* gelu in place, of two rows of eight. */
static inline void bt_gelu_16(float *const rows[2]) {
    const v128_t limit = wasm_f32x4_const_splat(BT_ERF_LIMIT), one = wasm_f32x4_const_splat(1);
    v128_t x[4], clamped[4], z[4], p[4], q[4];
    for (int i = 0; i < 4; i++) {
        x[i] = wasm_v128_load(rows[i / 2] + 4 * (i % 2));
        clamped[i] = wasm_f32x4_mul(x[i], wasm_f32x4_const_splat(BT_RSQRT_2));
        clamped[i] = wasm_f32x4_pmin(wasm_f32x4_pmax(clamped[i], wasm_f32x4_neg(limit)), limit);
        z[i] = wasm_f32x4_mul(clamped[i], clamped[i]);
        p[i] = wasm_v128_load32_splat(bt_erf_p);
        q[i] = wasm_v128_load32_splat(bt_erf_q);
    }
#pragma clang loop unroll(disable)
    for (int k = 1; k < BT_ERF_P; k++) {
        bt_horner_16(p, z, bt_erf_p + k);
        bt_horner_16(q, z, bt_erf_q + k);
    }
#pragma clang loop unroll(disable)
    for (int k = BT_ERF_P; k < BT_ERF_Q; k++) bt_horner_16(q, z, bt_erf_q + k);
    for (int i = 0; i < 4; i++) {
        v128_t erf = wasm_f32x4_div(wasm_f32x4_mul(clamped[i], p[i]), q[i]);
        erf = wasm_f32x4_pmin(wasm_f32x4_pmax(erf, wasm_f32x4_neg(one)), one);
        const v128_t half = wasm_f32x4_mul(x[i], wasm_f32x4_const_splat(0.5f));
        wasm_v128_store(rows[i / 2] + 4 * (i % 2), wasm_f32x4_mul(half, wasm_f32x4_add(one, erf)));
    }
}

#endif

/*
 * gelu of `rows` rows of eight, in place; rows are `stride` floats apart.
 *
 * With SIMD, two rows at a time go through the polynomials side by side, coefficient by coefficient: one row alone
 * would wait for its own results, and engines make a constant that stands in the code anew wherever it is used.
 */
static inline void bt_gelu_rows(float *x, size_t stride, uint32_t rows) {
#ifdef __wasm_simd128__
    for (uint32_t i = 0; i < rows; i += 2) {
        float *const at[2] = {x + i * stride, x + (i + 1 < rows ? i + 1 : i) * stride};
        bt_gelu_16(at);
    }
#else
    for (uint32_t i = 0; i < rows; i++) {
        for (uint32_t n = 0; n < BT_PANEL; n++) x[i * stride + n] = bt_gelu(x[i * stride + n]);
    }
#endif
}

/* Rows r .. r + rows - 1 of x. acc: their sums; out: row r, panel's first output. */
static inline void bt_requantize_rows(float *out, size_t stride, int32_t acc[][BT_PANEL], const bt_activations *x,
                                      uint32_t r, uint32_t rows, const bt_linear *linear, uint32_t panel,
                                      bt_epilogue epilogue) {
    for (uint32_t i = 0; i < rows; i++) {
        bt_requantize(out + i * stride, acc[i], x, r + i, linear, panel, epilogue);
    }
    if (epilogue == BT_GELU) bt_gelu_rows(out, stride, rows);
}

#endif
