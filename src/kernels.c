/*
 * kernels.c - the kernels in portable C, and the choice among the sets a build has.
 *
 * Sums "in lanes" keep four partial sums, and inner loops have constant lengths: so compilers can use SIMD registers
 * without changing the order of a single addition.
 */
#include "strict.h"

#include "kernels.h"

#include "elementary.h"
#include "requantize.h"

/* ----------------------------------------------------------------------------------------------- sums in lanes -- */

static inline float add_lanes(const float s[4]) { return (s[0] + s[1]) + (s[2] + s[3]); }

float bt_dot_scalar(const float *x, const float *y, uint32_t n) {
    float s[4] = {0};
    for (uint32_t i = 0; i < n; i += 4) {
        for (int j = 0; j < 4; j++) s[j] += x[i + (uint32_t)j] * y[i + (uint32_t)j];
    }
    return add_lanes(s);
}

static float sum(const float *x, uint32_t n) {
    float s[4] = {0};
    for (uint32_t i = 0; i < n; i += 4) {
        for (int j = 0; j < 4; j++) s[j] += x[i + (uint32_t)j];
    }
    return add_lanes(s);
}

/* ---------------------------------------------------------------------------------------------------- quantize -- */

/* v[k] = row[source[k]] factor[k], for all columns. */
static void smooth(float *restrict v, const float *restrict row, const bt_linear *linear) {
    const float *restrict factor = linear->factor;
    uint32_t k = 0;
    for (; k < linear->straight; k++) v[k] = row[k] * factor[k];
    for (; k < linear->columns; k++) v[k] = row[linear->source[k]] * factor[k];
}

/* The two largest magnitudes, each number counted once. */
static void find_largest(const float *v, uint32_t n, float largest[BT_SPIKES]) {
    float first[4] = {0}, second[4] = {0};
    for (uint32_t k = 0; k < n; k += 4) {
        for (int j = 0; j < 4; j++) {
            const float x = bt_magnitude(v[k + (uint32_t)j]);
            second[j] = bt_max(second[j], bt_min(first[j], x));
            first[j] = bt_max(first[j], x);
        }
    }
    bt_merge_largest(largest, first, second);
}

bt_spike bt_take_spike(float *row, uint32_t k, uint32_t n, float magnitude) {
    while (k + 1 < n && bt_magnitude(row[k]) != magnitude) k++;
    const bt_spike spike = {row[k], k};
    row[k] = 0;
    return spike;
}

static void find_range(const float *v, uint32_t n, float *lowest, float *highest) {
    float low[4] = {0}, high[4] = {0};
    for (uint32_t k = 0; k < n; k += 4) {
        for (int j = 0; j < 4; j++) {
            low[j] = bt_min(low[j], v[k + (uint32_t)j]);
            high[j] = bt_max(high[j], v[k + (uint32_t)j]);
        }
    }
    *lowest = bt_min(bt_min(low[0], low[1]), bt_min(low[2], low[3]));
    *highest = bt_max(bt_max(high[0], high[1]), bt_max(high[2], high[3]));
}

bt_row_scale bt_find_scale(float low, float high) {
    const float range = high - low;
    if (range < 0x1p-80f) return (bt_row_scale){0};
    const float inverse = 127.0f / range;
    return (bt_row_scale){range / 127.0f, inverse, bt_min(bt_max(0.0f, bt_rint(-low * inverse)), 127.0f)};
}

/* 0..127 also for what is not a number, which the order of the operands of max turns into 0. */
static inline uint8_t quantize_one(float v, bt_row_scale s) {
    const float q = bt_min(bt_max(0.0f, bt_rint(v * s.inverse) + s.zero), 127.0f);
    return (uint8_t)(bt_bits(q + BT_ROUNDING) & 127u);
}

void bt_quantize_scalar(bt_activations *x, uint32_t tile, const float *in, size_t stride, const bt_linear *linear,
                        void *scratch) {
    const uint32_t columns = linear->columns;
    float *row = scratch;
    for (uint32_t r = tile * BT_TILE; r < (tile + 1) * BT_TILE; r++) {
        bt_row_scale s = {0};
        if (r < x->rows) {
            smooth(row, in + r * stride, linear);
            float largest[BT_SPIKES], low, high;
            find_largest(row, columns, largest);
            for (int i = 0; i < BT_SPIKES; i++) x->spikes[r][i] = bt_take_spike(row, 0, columns, largest[i]);
            find_range(row, columns, &low, &high);
            s = bt_find_scale(low, high);
        } else {
            memset(row, 0, columns * sizeof *row);
        }
        x->scale[r] = s.scale;
        x->zero[r] = (int32_t)s.zero;
        uint8_t *out = (uint8_t *)x->q + bt_activation_index(r, columns);
        for (uint32_t k = 0; k < columns; k += 4, out += 4 * BT_TILE) {
            for (uint32_t j = 0; j < 4; j++) out[j] = quantize_one(row[k + j], s);
        }
    }
}

/* ------------------------------------------------------------------------------------------------------ matmul -- */

/* [K/4][8][4] int8 to [K][8] int16: the outputs side by side. */
static void widen_panel(int16_t *restrict wide, const int8_t *restrict panel, uint32_t columns) {
    for (uint32_t k = 0; k < columns; k++) {
        const int8_t *from = panel + (size_t)(k / 4) * 4 * BT_PANEL + k % 4;
        for (int n = 0; n < BT_PANEL; n++) wide[(size_t)k * BT_PANEL + (size_t)n] = from[4 * n];
    }
}

/* acc = row r of a tile times a panel. tile: [K/4][4][4], from row r on. */
static void multiply_row(int32_t *restrict acc, const uint8_t *restrict row, const int16_t *restrict wide,
                         uint32_t columns) {
    int32_t sums[BT_PANEL] = {0};
    for (uint32_t k = 0; k < columns; k += 4, row += 4 * BT_TILE, wide += 4 * BT_PANEL) {
        for (int j = 0; j < 4; j++) {
            const int16_t q = row[j];
            for (int n = 0; n < BT_PANEL; n++) sums[n] += q * wide[j * BT_PANEL + n];
        }
    }
    memcpy(acc, sums, sizeof sums);
}

void bt_matmul_scalar(float *out, size_t stride, const bt_activations *x, const bt_linear *linear, uint32_t first,
                      uint32_t last, bt_epilogue epilogue, void *scratch) {
    const uint32_t columns = linear->columns;
    int16_t *wide = scratch;
    for (uint32_t p = first; p < last; p++) {
        widen_panel(wide, linear->weights + (size_t)p * BT_PANEL * columns, columns);
        for (uint32_t r = 0; r < x->rows; r++) {
            int32_t acc[BT_PANEL];
            float *to = out + r * stride + (size_t)(p - first) * BT_PANEL;
            multiply_row(acc, (const uint8_t *)x->q + bt_activation_index(r, columns), wide, columns);
            bt_requantize(to, acc, x, r, linear, p, epilogue);
            if (epilogue == BT_GELU) bt_gelu_rows(to, stride, 1);
        }
    }
}

/* -------------------------------------------------------------------------------------------------- layer norm -- */

void bt_layer_norm_scalar(float *x, uint32_t rows, uint32_t n, const bt_norm *norm, float eps) {
    const float *restrict weight = norm->weight;
    const float *restrict bias = norm->bias;
    for (uint32_t r = 0; r < rows; r++) {
        float *restrict row = x + (size_t)r * n;
        const float mean = sum(row, n) / (float)n;
        for (uint32_t i = 0; i < n; i++) row[i] = row[i] - mean;
        const float variance = bt_dot_scalar(row, row, n) / (float)n;
        const float factor = bt_rsqrt((double)variance + (double)eps);
        for (uint32_t i = 0; i < n; i++) row[i] = (row[i] * factor) * weight[i] + bias[i];
    }
}

/* --------------------------------------------------------------------------------------------------- attention -- */

/* count: a multiple of 4, and not 0. */
static float largest(const float *values, uint32_t count) {
    float m[4] = {values[0], values[1], values[2], values[3]};
    for (uint32_t i = 4; i < count; i += 4) {
        for (int j = 0; j < 4; j++) m[j] = bt_max(m[j], values[i + (uint32_t)j]);
    }
    return bt_max(bt_max(m[0], m[1]), bt_max(m[2], m[3]));
}

float bt_exp_all(float *values, uint32_t count) {
    const uint32_t padded = (uint32_t)bt_padded(count);
    for (uint32_t i = count; i < padded; i++) values[i] = values[0];
    const float m = largest(values, padded);
    for (uint32_t i = 0; i < padded; i += 4) {
        for (int j = 0; j < 4; j++) values[i + (uint32_t)j] = bt_exp(values[i + (uint32_t)j] - m);
    }
    for (uint32_t i = count; i < padded; i++) values[i] = 0;
    return sum(values, padded);
}

/* out[0 .. 3] = (sum over j of p[j] v[j][0 .. 3]) / total */
static void mix(float *out, const float *p, const float *v, size_t stride, uint32_t rows, float total) {
    float s[4] = {0};
    for (uint32_t j = 0; j < rows; j++, v += stride) {
        for (int e = 0; e < 4; e++) s[e] += p[j] * v[e];
    }
    for (int e = 0; e < 4; e++) out[e] = s[e] / total;
}

void bt_attention_scalar(const bt_attention *a) {
    for (uint32_t i = 0; i < a->queries; i++) {
        const float *q = a->q + i * a->q_stride;
        float *p = a->scratch;
        for (uint32_t j = 0; j < a->rows; j++) {
            p[j] = bt_dot_scalar(q, a->k + j * a->kv_stride, a->head_size) * a->factor;
        }
        const float total = bt_exp_all(p, a->rows);
        float *out = a->out + i * a->q_stride;
        for (uint32_t e = 0; e < a->head_size; e += 4) mix(out + e, p, a->v + e, a->kv_stride, a->rows, total);
    }
}

/* ----------------------------------------------------------------------------------------------- 16-bit bound -- */

bool bt_check_panel_scalar(int32_t colsum[BT_PANEL], const int8_t *panel, uint32_t columns, uint32_t depth) {
    enum { HALVES = 2 * BT_PANEL }; /* lane groups side by side: output n has n * 2 and n * 2 + 1 */
    int worst = 0, lowest = 0;
    for (int n = 0; n < BT_PANEL; n++) colsum[n] = 0;
    for (uint32_t quad = 0; quad < columns / 4; quad += depth) {
        int16_t positive[HALVES] = {0}, negative[HALVES] = {0};
        for (uint32_t d = 0; d < depth; d++, panel += 2 * HALVES) {
            for (int h = 0; h < HALVES; h++) {
                const int16_t a = panel[2 * h], b = panel[2 * h + 1];
                positive[h] = (int16_t)(positive[h] + (a > 0 ? a : 0) + (b > 0 ? b : 0));
                negative[h] = (int16_t)(negative[h] - (a < 0 ? a : 0) - (b < 0 ? b : 0));
                const int16_t smaller = a < b ? a : b;
                lowest = smaller < lowest ? smaller : lowest;
            }
        }
        for (int h = 0; h < HALVES; h++) {
            const int larger = positive[h] > negative[h] ? positive[h] : negative[h];
            worst = larger > worst ? larger : worst;
            colsum[h / 2] += positive[h] - negative[h];
        }
    }
    return worst <= BT_LANE_LIMIT && lowest > -128;
}

/* ------------------------------------------------------------------------------------------------------ choice -- */

const bt_kernels bt_kernels_scalar = {
    .kernel = BT_KERNEL_SCALAR,
    .name = "scalar",
    .q_nbytes = 1,
    .quantize = bt_quantize_scalar,
    .matmul = bt_matmul_scalar,
    .layer_norm = bt_layer_norm_scalar,
    .attention = bt_attention_scalar,
    .check_panel = bt_check_panel_scalar,
};

static const bt_kernels *const sets[] = {
#ifdef __wasm_relaxed_simd__
    &bt_kernels_relaxed_dot,
    &bt_kernels_relaxed_deep,
#endif
#ifdef __wasm_simd128__
    &bt_kernels_simd128,
    &bt_kernels_simd128_deep,
#endif
    &bt_kernels_scalar,
};

static const bt_kernels *find_best(void) {
#if defined __wasm_relaxed_simd__
    return bt_kernels_relaxed_best();
#elif defined __wasm_simd128__
    return bt_kernels_simd128_best();
#else
    return &bt_kernels_scalar;
#endif
}

const bt_kernels *bt_kernels_find(bt_kernel kernel) {
    if (kernel == BT_KERNEL_BEST) return find_best();
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        if (sets[i]->kernel == kernel) return sets[i];
    }
    return NULL;
}

const char *bt_kernel_name(bt_kernel kernel) {
    switch (kernel) {
    case BT_KERNEL_BEST: return "best";
    case BT_KERNEL_SCALAR: return "scalar";
    case BT_KERNEL_SIMD128: return "simd128";
    case BT_KERNEL_RELAXED_DOT: return "relaxed-dot";
    case BT_KERNEL_RELAXED_DEEP: return "relaxed-deep";
    case BT_KERNEL_SIMD128_DEEP: return "simd128-deep";
    }
    return "unknown";
}
