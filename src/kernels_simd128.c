/*
 * kernels_simd128.c - the kernels for WebAssembly SIMD (128 bits, without relaxed instructions).
 *
 * The product: WebAssembly's only integer dot product here is i32x4.dot_i16x8_s, which adds pairs of 16-bit products in
 * one instruction of x86-64. So both operands are widened to 16 bits once, activations when they are quantised and
 * weights panel by panel into a scratch that stays in the first-level cache, and a tile of 4 rows x 8 outputs keeps its
 * sums in 8 registers:
 *
 *     for each panel: widen it
 *         for each tile of rows: for each quad of columns: 4 vectors of weights x 4 rows -> 16 dot products
 *                                requantise while the sums are in registers
 *
 * ARM has no such instruction, and engines make it of three. Browsers there that lack relaxed SIMD, as WebKit does,
 * take simd128-deep: i16x8.mul, whose products stay in 16 bits over as many quads of columns as a panel's depth says.
 */
#include "strict.h"

#include "kernels.h"

#ifdef __wasm_simd128__

#include <wasm_simd128.h>

#include "elementary.h"
#include "requantize.h"

/* b < a ? b : a and a < b ? b : a in one instruction each. */
static inline v128_t vmin(v128_t a, v128_t b) { return wasm_f32x4_pmin(a, b); }
static inline v128_t vmax(v128_t a, v128_t b) { return wasm_f32x4_pmax(a, b); }

/* ---------------------------------------------------------------------------------------------------- quantize -- */

/* The two largest magnitudes of each lane. */
typedef struct {
    v128_t first, second;
} magnitudes;

/* v[0 .. 3] = x factor[0 .. 3], counted among the magnitudes from now on. */
static inline void smooth_four(float *v, v128_t x, const float *factor, magnitudes *m) {
    const v128_t y = wasm_f32x4_mul(x, wasm_v128_load(factor));
    wasm_v128_store(v, y);
    const v128_t magnitude = wasm_f32x4_abs(y);
    m->second = vmax(m->second, vmin(m->first, magnitude));
    m->first = vmax(m->first, magnitude);
}

/* v[k] = row[source[k]] factor[k] for all columns; finds the largest magnitudes. */
static void smooth(float *restrict v, const float *restrict row, const bt_linear *linear, float largest[BT_SPIKES]) {
    magnitudes m = {wasm_f32x4_const_splat(0), wasm_f32x4_const_splat(0)};
    uint32_t k = 0;
    for (; k < linear->straight; k += 4) smooth_four(v + k, wasm_v128_load(row + k), linear->factor + k, &m);
    for (; k < linear->columns; k += 4) {
        const uint16_t *source = linear->source + k;
        const v128_t x = wasm_f32x4_make(row[source[0]], row[source[1]], row[source[2]], row[source[3]]);
        smooth_four(v + k, x, linear->factor + k, &m);
    }
    float first[4], second[4];
    wasm_v128_store(first, m.first);
    wasm_v128_store(second, m.second);
    bt_merge_largest(largest, first, second);
}

static inline v128_t has_magnitude(const float *v, v128_t magnitude) {
    return wasm_f32x4_eq(wasm_f32x4_abs(wasm_v128_load(v)), magnitude);
}

/* bt_take_spike, sixteen columns at a time. */
static bt_spike take_spike(float *row, uint32_t n, float magnitude) {
    const v128_t m = wasm_f32x4_splat(magnitude);
    uint32_t k = 0;
    for (; k + 16 < n; k += 16) {
        const v128_t low = wasm_v128_or(has_magnitude(row + k, m), has_magnitude(row + k + 4, m));
        const v128_t high = wasm_v128_or(has_magnitude(row + k + 8, m), has_magnitude(row + k + 12, m));
        if (wasm_v128_any_true(wasm_v128_or(low, high))) break;
    }
    return bt_take_spike(row, k, n, magnitude);
}

/* The smallest and largest of v, 0 included. */
static void find_range(const float *v, uint32_t n, float *low, float *high) {
    v128_t lows = wasm_f32x4_const_splat(0), highs = wasm_f32x4_const_splat(0);
    for (uint32_t k = 0; k < n; k += 4) {
        const v128_t y = wasm_v128_load(v + k);
        lows = vmin(lows, y);
        highs = vmax(highs, y);
    }
    *low = bt_min(bt_min(wasm_f32x4_extract_lane(lows, 0), wasm_f32x4_extract_lane(lows, 1)),
                  bt_min(wasm_f32x4_extract_lane(lows, 2), wasm_f32x4_extract_lane(lows, 3)));
    *high = bt_max(bt_max(wasm_f32x4_extract_lane(highs, 0), wasm_f32x4_extract_lane(highs, 1)),
                   bt_max(wasm_f32x4_extract_lane(highs, 2), wasm_f32x4_extract_lane(highs, 3)));
}

/* Four quantised values in the low bytes of the lanes. */
static inline v128_t quantize_four(const float *v, v128_t inverse, v128_t zero) {
    const v128_t rounding = wasm_f32x4_const_splat(BT_ROUNDING);
    v128_t q = wasm_f32x4_mul(wasm_v128_load(v), inverse);
    q = wasm_f32x4_sub(wasm_f32x4_add(q, rounding), rounding);
    q = vmin(vmax(wasm_f32x4_const_splat(0), wasm_f32x4_add(q, zero)), wasm_f32x4_const_splat(127));
    return wasm_v128_and(wasm_f32x4_add(q, rounding), wasm_i32x4_const_splat(127));
}

/* Sixteen quantised values, in bytes. */
static inline v128_t quantize_sixteen(const float *v, v128_t inverse, v128_t zero) {
    const v128_t low = wasm_i16x8_narrow_i32x4(quantize_four(v, inverse, zero), quantize_four(v + 4, inverse, zero));
    const v128_t high = wasm_i16x8_narrow_i32x4(quantize_four(v + 8, inverse, zero),
                                                quantize_four(v + 12, inverse, zero));
    return wasm_u8x16_narrow_i16x8(low, high);
}

static void quantize_row(uint8_t *out, const float *v, uint32_t columns, const bt_row_scale *s) {
    const v128_t inverse = wasm_f32x4_splat(s->inverse), zero = wasm_f32x4_splat(s->zero);
    for (uint32_t k = 0; k < columns; k += 16, out += 16 * BT_TILE) {
        const v128_t bytes = quantize_sixteen(v + k, inverse, zero);
        wasm_v128_store32_lane(out, bytes, 0);
        wasm_v128_store32_lane(out + 4 * BT_TILE, bytes, 1);
        wasm_v128_store32_lane(out + 8 * BT_TILE, bytes, 2);
        wasm_v128_store32_lane(out + 12 * BT_TILE, bytes, 3);
    }
}

static void quantize_row_wide(int16_t *out, const float *v, uint32_t columns, const bt_row_scale *s) {
    const v128_t inverse = wasm_f32x4_splat(s->inverse), zero = wasm_f32x4_splat(s->zero);
    for (uint32_t k = 0; k < columns; k += 16, out += 16 * BT_TILE) {
        const v128_t bytes = quantize_sixteen(v + k, inverse, zero);
        const v128_t low = wasm_u16x8_extend_low_u8x16(bytes), high = wasm_u16x8_extend_high_u8x16(bytes);
        wasm_v128_store64_lane(out, low, 0);
        wasm_v128_store64_lane(out + 4 * BT_TILE, low, 1);
        wasm_v128_store64_lane(out + 8 * BT_TILE, high, 0);
        wasm_v128_store64_lane(out + 12 * BT_TILE, high, 1);
    }
}

/* bt_kernels.quantize; wide is a constant where this is inlined. */
static inline void quantize(bt_activations *x, uint32_t tile, const float *in, size_t stride, const bt_linear *linear,
                            float *row, bool wide) {
    const uint32_t columns = linear->columns;
    for (uint32_t r = tile * BT_TILE; r < (tile + 1) * BT_TILE; r++) {
        bt_row_scale s = {0};
        if (r < x->rows) {
            float largest[BT_SPIKES], low, high;
            smooth(row, in + r * stride, linear, largest);
            for (int i = 0; i < BT_SPIKES; i++) x->spikes[r][i] = take_spike(row, columns, largest[i]);
            find_range(row, columns, &low, &high);
            s = bt_find_scale(low, high);
        } else {
            memset(row, 0, columns * sizeof *row);
        }
        x->scale[r] = s.scale;
        x->zero[r] = (int32_t)s.zero;
        const size_t index = bt_activation_index(r, columns);
        if (wide) quantize_row_wide((int16_t *)x->q + index, row, columns, &s);
        else quantize_row((uint8_t *)x->q + index, row, columns, &s);
    }
}

void bt_quantize_simd128(bt_activations *x, uint32_t tile, const float *in, size_t stride, const bt_linear *linear,
                         void *scratch) {
    quantize(x, tile, in, stride, linear, scratch, false);
}

static void bt_quantize_wide(bt_activations *x, uint32_t tile, const float *in, size_t stride, const bt_linear *linear,
                             void *scratch) {
    quantize(x, tile, in, stride, linear, scratch, true);
}

/* ------------------------------------------------------------------------------------------------------ matmul -- */

/* [K/4][8][4] int8 to [K/4][2][8][2] int16: halves of a quad apart, so that each lane of a dot product is an output. */
static void widen_panel(int16_t *restrict wide, const int8_t *restrict panel, uint32_t columns) {
    for (uint32_t k = 0; k < columns; k += 4, panel += 4 * BT_PANEL, wide += 4 * BT_PANEL) {
        for (int half = 0; half < 2; half++) {
            const v128_t four = wasm_v128_load(panel + 16 * half);
            const v128_t apart = wasm_i8x16_shuffle(four, four, 0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15);
            wasm_v128_store(wide + 8 * half, wasm_i16x8_extend_low_i8x16(apart));
            wasm_v128_store(wide + 16 + 8 * half, wasm_i16x8_extend_high_i8x16(apart));
        }
    }
}

/* kernels_wasm.S, by the rows of a tile that are wanted, less 1; short functions of their own, so that engines replace
 * their first, slow code for them within the first layer. */
typedef void multiply_tile(const int16_t *tile, const int16_t *panel, uint32_t rounds, int32_t out[BT_TILE][BT_PANEL]);
multiply_tile bt_tile_wide1_1, bt_tile_wide1_2, bt_tile_wide1_3, bt_tile_wide1_4;
static multiply_tile *const wide1[BT_TILE] = {bt_tile_wide1_1, bt_tile_wide1_2, bt_tile_wide1_3, bt_tile_wide1_4};

static void bt_matmul_simd128(float *out, size_t stride, const bt_activations *x, const bt_linear *linear,
                              uint32_t first, uint32_t last, bt_epilogue epilogue, void *scratch) {
    const uint32_t columns = linear->columns;
    const int16_t *rows = x->q;
    int16_t *panel = scratch;
    for (uint32_t p = first; p < last; p++) {
        widen_panel(panel, linear->weights + (size_t)p * BT_PANEL * columns, columns);
        for (uint32_t r = 0; r < x->rows; r += BT_TILE) {
            int32_t acc[BT_TILE][BT_PANEL];
            const uint32_t wanted = x->rows - r < BT_TILE ? x->rows - r : BT_TILE;
            wide1[wanted - 1](rows + (size_t)r * columns, panel, columns / 4, acc);
            bt_requantize_rows(out + r * stride + (size_t)(p - first) * BT_PANEL, stride, acc, x, r, wanted, linear, p,
                               epilogue);
        }
    }
}

/* ------------------------------------------------------------------------------------------------ matmul, deep -- */

/* [K/4][8][4] int8 to int16. */
static void widen_straight(int16_t *restrict wide, const int8_t *restrict panel, uint32_t columns) {
    for (uint32_t i = 0; i < columns * BT_PANEL; i += 16) {
        const v128_t bytes = wasm_v128_load(panel + i);
        wasm_v128_store(wide + i, wasm_i16x8_extend_low_i8x16(bytes));
        wasm_v128_store(wide + i + 8, wasm_i16x8_extend_high_i8x16(bytes));
    }
}

/* kernels_wasm.S, by rows, less 1. */
multiply_tile bt_tile_mul1_1, bt_tile_mul1_2, bt_tile_mul4_1, bt_tile_mul4_2;
static multiply_tile *const mul1[2] = {bt_tile_mul1_1, bt_tile_mul1_2};
static multiply_tile *const mul4[2] = {bt_tile_mul4_1, bt_tile_mul4_2};

static void matmul_deep(float *out, size_t stride, const bt_activations *x, const bt_linear *linear, uint32_t first,
                        uint32_t last, bt_epilogue epilogue, void *scratch) {
    const uint32_t columns = linear->columns;
    const int16_t *rows = x->q;
    int16_t *panel = scratch;
    for (uint32_t p = first; p < last; p++, out += BT_PANEL) {
        widen_straight(panel, linear->weights + (size_t)p * BT_PANEL * columns, columns);
        const bool four = linear->depth[p] % 4 == 0;
        multiply_tile *const *multiply = four ? mul4 : mul1;
        for (uint32_t r = 0; r < x->rows; r += 2) {
            int32_t acc[BT_TILE][BT_PANEL];
            const uint32_t wanted = x->rows - r < 2 ? 1 : 2;
            multiply[wanted - 1](rows + bt_activation_index(r, columns), panel, columns / (four ? 16 : 4), acc);
            bt_requantize_rows(out + r * stride, stride, acc, x, r, wanted, linear, p, epilogue);
        }
    }
}

/* --------------------------------------------------------------------------------------------------- attention -- */

/* The sums in lanes of four vectors of partial sums, side by side. */
static inline v128_t add_lanes(v128_t a, v128_t b, v128_t c, v128_t d) {
    const v128_t ab_low = wasm_i32x4_shuffle(a, b, 0, 4, 1, 5), ab_high = wasm_i32x4_shuffle(a, b, 2, 6, 3, 7);
    const v128_t cd_low = wasm_i32x4_shuffle(c, d, 0, 4, 1, 5), cd_high = wasm_i32x4_shuffle(c, d, 2, 6, 3, 7);
    const v128_t s0 = wasm_i64x2_shuffle(ab_low, cd_low, 0, 2), s1 = wasm_i64x2_shuffle(ab_low, cd_low, 1, 3);
    const v128_t s2 = wasm_i64x2_shuffle(ab_high, cd_high, 0, 2), s3 = wasm_i64x2_shuffle(ab_high, cd_high, 1, 3);
    return wasm_f32x4_add(wasm_f32x4_add(s0, s1), wasm_f32x4_add(s2, s3));
}

/* p[i][0 .. 3] = q[i] . k[0 .. 3] factor, for each query; queries is a constant where this is inlined. */
static inline void score_four(float *p, size_t p_stride, const float *q, const float *k, const bt_attention *a,
                              size_t queries) {
    v128_t s[BT_QUERIES][4];
    for (size_t i = 0; i < queries; i++) {
        for (int j = 0; j < 4; j++) s[i][j] = wasm_f32x4_const_splat(0);
    }
    for (uint32_t e = 0; e < a->head_size; e += 4) {
        v128_t x[BT_QUERIES];
        for (size_t i = 0; i < queries; i++) x[i] = wasm_v128_load(q + i * a->q_stride + e);
        for (size_t j = 0; j < 4; j++) {
            const v128_t y = wasm_v128_load(k + j * a->kv_stride + e);
            for (size_t i = 0; i < queries; i++) s[i][j] = wasm_f32x4_add(s[i][j], wasm_f32x4_mul(x[i], y));
        }
    }
    for (size_t i = 0; i < queries; i++) {
        const v128_t sums = add_lanes(s[i][0], s[i][1], s[i][2], s[i][3]);
        wasm_v128_store(p + i * p_stride, wasm_f32x4_mul(sums, wasm_f32x4_splat(a->factor)));
    }
}

/* out[i][0 .. 4 vectors - 1] = (sum over j of p[i][j] v[j]) / total[i], for each query; vectors and queries are
 * constants where this is inlined. */
static inline void mix(float *out, const float *p, size_t p_stride, const float *v, const bt_attention *a,
                       const float *total, int vectors, size_t queries) {
    v128_t s[BT_QUERIES][8];
    for (size_t i = 0; i < queries; i++) {
        for (int n = 0; n < vectors; n++) s[i][n] = wasm_f32x4_const_splat(0);
    }
    for (uint32_t j = 0; j < a->rows; j++, v += a->kv_stride) {
        v128_t x[BT_QUERIES];
        for (size_t i = 0; i < queries; i++) x[i] = wasm_v128_load32_splat(p + i * p_stride + j);
        for (int n = 0; n < vectors; n++) {
            const v128_t y = wasm_v128_load(v + 4 * n);
            for (size_t i = 0; i < queries; i++) s[i][n] = wasm_f32x4_add(s[i][n], wasm_f32x4_mul(x[i], y));
        }
    }
    for (size_t i = 0; i < queries; i++) {
        for (int n = 0; n < vectors; n++) {
            wasm_v128_store(out + i * a->q_stride + 4 * n, wasm_f32x4_div(s[i][n], wasm_f32x4_splat(total[i])));
        }
    }
}

/* Queries first .. first + queries - 1; queries has to be a constant, or sums are kept in memory. */
static inline __attribute__((always_inline)) void attend(const bt_attention *a, uint32_t first, size_t queries) {
    const float *q = a->q + first * a->q_stride;
    float *p = a->scratch, *out = a->out + first * a->q_stride;
    const size_t p_stride = (size_t)bt_padded(a->rows);
    const uint32_t fours = a->rows / 4 * 4;
    for (uint32_t j = 0; j < fours; j += 4) score_four(p + j, p_stride, q, a->k + j * a->kv_stride, a, queries);
    float total[BT_QUERIES];
    for (size_t i = 0; i < queries; i++) {
        for (uint32_t j = fours; j < a->rows; j++) {
            p[i * p_stride + j] = bt_dot_scalar(q + i * a->q_stride, a->k + j * a->kv_stride, a->head_size) * a->factor;
        }
        total[i] = bt_exp_all(p + i * p_stride, a->rows);
    }
    uint32_t e = 0;
    for (; e + 16 <= a->head_size; e += 16) mix(out + e, p, p_stride, a->v + e, a, total, 4, queries);
    for (; e < a->head_size; e += 4) mix(out + e, p, p_stride, a->v + e, a, total, 1, queries);
}

/* Two queries at a time, as each key and value that is loaded then serves both. */
void bt_attention_simd128(const bt_attention *a) {
    uint32_t i = 0;
    for (; i + BT_QUERIES <= a->queries; i += BT_QUERIES) attend(a, i, BT_QUERIES);
    for (; i < a->queries; i++) attend(a, i, 1);
}

/* ----------------------------------------------------------------------------------------------- 16-bit bound -- */

/* What is known of four outputs: lanes of 16 bits are the lane groups, two for each output. */
typedef struct {
    v128_t worst, lowest, colsum;
} bound;

static inline void check_four(bound *b, const int8_t *quads, uint32_t depth) {
    v128_t positive = wasm_i16x8_const_splat(0), negative = wasm_i16x8_const_splat(0);
    for (uint32_t d = 0; d < depth; d++) {
        const v128_t zero = wasm_i8x16_const_splat(0);
        const v128_t w = wasm_v128_load(quads + (size_t)d * 4 * BT_PANEL);
        const v128_t plus = wasm_i8x16_max(w, zero), minus = wasm_i8x16_max(wasm_i8x16_sub(zero, w), zero);
        positive = wasm_i16x8_add(positive, wasm_u16x8_extadd_pairwise_u8x16(plus));
        negative = wasm_i16x8_add(negative, wasm_u16x8_extadd_pairwise_u8x16(minus));
        b->lowest = wasm_i8x16_min(b->lowest, w);
    }
    b->worst = wasm_i16x8_max(b->worst, wasm_i16x8_max(positive, negative));
    b->colsum = wasm_i32x4_add(b->colsum, wasm_i32x4_extadd_pairwise_i16x8(wasm_i16x8_sub(positive, negative)));
}

bool bt_check_panel_simd128(int32_t colsum[BT_PANEL], const int8_t *panel, uint32_t columns, uint32_t depth) {
    bound b[2] = {0};
    for (uint32_t quad = 0; quad < columns / 4; quad += depth) {
        const int8_t *group = panel + (size_t)quad * 4 * BT_PANEL;
        check_four(&b[0], group, depth);
        check_four(&b[1], group + 2 * BT_PANEL, depth);
    }
    v128_t bad = wasm_i32x4_const_splat(0);
    for (int half = 0; half < 2; half++) {
        wasm_v128_store(colsum + 4 * half, b[half].colsum);
        bad = wasm_v128_or(bad, wasm_i16x8_gt(b[half].worst, wasm_i16x8_const_splat(BT_LANE_LIMIT)));
        bad = wasm_v128_or(bad, wasm_i8x16_eq(b[half].lowest, wasm_i8x16_const_splat(-128)));
    }
    return !wasm_v128_any_true(bad);
}

/* ------------------------------------------------------------------------------------------------------ choice -- */

/* ARM shows in the sign of the NaN that 0 / 0 is, which the specification leaves open: it is set on x86-64 alone. */
const bt_kernels *bt_kernels_simd128_best(void) {
    volatile float zero = 0; /* so that no compiler answers by itself */
    return bt_bits(zero / zero) >> 31 ? &bt_kernels_simd128 : &bt_kernels_simd128_deep;
}

const bt_kernels bt_kernels_simd128 = {
    .kernel = BT_KERNEL_SIMD128,
    .name = "simd128",
    .q_nbytes = 2,
    .quantize = bt_quantize_wide,
    .matmul = bt_matmul_simd128,
    .layer_norm = bt_layer_norm_scalar,
    .attention = bt_attention_simd128,
    .check_panel = bt_check_panel_simd128,
};

const bt_kernels bt_kernels_simd128_deep = {
    .kernel = BT_KERNEL_SIMD128_DEEP,
    .name = "simd128-deep",
    .q_nbytes = 2,
    .quantize = bt_quantize_wide,
    .matmul = matmul_deep,
    .layer_norm = bt_layer_norm_scalar,
    .attention = bt_attention_simd128,
    .check_panel = bt_check_panel_simd128,
};

#endif
