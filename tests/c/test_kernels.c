/*
 * Every kernel of every set in this build, against plain loops: odd shapes, ranges of panels, edges of quantisation.
 */
#include "strict.h"

#include "kernels.h"

#include <math.h>
#include <stdlib.h>

#include "elementary.h"
#include "image_builder.h"
#include "test.h"

#define MAX_ROWS 14
#define MAX_COLUMNS 336
#define MAX_OUTPUTS 48

/* A linear layer of its own. */
typedef struct {
    bt_linear linear;
    float factor[MAX_COLUMNS], scale[MAX_OUTPUTS], bias[MAX_OUTPUTS];
    uint16_t source[MAX_COLUMNS];
    int32_t colsum[MAX_OUTPUTS];
    uint8_t depth[MAX_OUTPUTS / BT_PANEL];
    int8_t weights[MAX_OUTPUTS * MAX_COLUMNS];
} layer;

static void *take(size_t nbytes) { return aligned_alloc(64, (nbytes + 63) / 64 * 64); }

/* Panels of all depths that columns have, with weights that obey the 16-bit bound. */
static layer *make_layer(uint32_t outputs, uint32_t columns, uint32_t sources, uint32_t straight, uint64_t *random) {
    layer *l = take(sizeof *l);
    memset(l, 0, sizeof *l);
    for (uint32_t k = 0; k < columns; k++) {
        l->factor[k] = 0.5f + test_random_float(random);
        l->source[k] = (uint16_t)(k < straight ? k : (uint32_t)test_random(random) % sources);
    }
    for (uint32_t p = 0; p < outputs / BT_PANEL; p++) {
        l->depth[p] = (uint8_t)(1u << p % 5);
        while (columns / 4 % l->depth[p] != 0) l->depth[p] /= 2;
    }
    for (uint32_t n = 0; n < outputs; n++) {
        const int32_t bound = BT_LANE_LIMIT / (2 * l->depth[n / BT_PANEL]), size = bound < 127 ? bound : 127;
        l->scale[n] = 0.001f + 0.01f * test_random_float(random);
        l->bias[n] = test_random_float(random) - 0.5f;
        for (uint32_t k = 0; k < columns; k++) {
            const int8_t w = (int8_t)test_random_int(random, -size, size + 1);
            l->weights[(n / 8) * 8 * columns + k / 4 * 32 + n % 8 * 4 + k % 4] = w;
            l->colsum[n] += w;
        }
    }
    l->linear = (bt_linear){.factor = l->factor, .source = l->source, .scale = l->scale, .colsum = l->colsum,
                            .bias = l->bias, .depth = l->depth, .weights = l->weights, .outputs = outputs,
                            .columns = columns, .sources = sources, .straight = straight};
    return l;
}

/* Room for activations of 16 bits. */
static bt_activations make_activations(uint32_t rows, uint32_t columns) {
    const size_t padded = (size_t)bt_tiles(rows) * BT_TILE;
    bt_activations x = {.q = take(2 * padded * columns), .scale = take(padded * 4), .zero = take(padded * 4),
                        .spikes = take(padded * sizeof *x.spikes), .rows = rows};
    memset(x.q, 0xEE, 2 * padded * columns);
    memset(x.spikes, 0, padded * sizeof *x.spikes);
    return x;
}

static void free_activations(bt_activations *x) {
    free(x->q);
    free(x->scale);
    free(x->zero);
    free(x->spikes);
}

static size_t index_of(uint32_t r, uint32_t k, uint32_t columns) {
    return (size_t)(r / 4) * 4 * columns + k / 4 * 16 + r % 4 * 4 + k % 4;
}

static int quantized(const bt_kernels *kernels, const bt_activations *x, uint32_t r, uint32_t k, uint32_t columns) {
    const size_t index = index_of(r, k, columns);
    return kernels->q_nbytes == 1 ? ((const uint8_t *)x->q)[index] : ((const int16_t *)x->q)[index];
}

static void set_quantized(const bt_kernels *kernels, bt_activations *x, size_t index, int value) {
    if (kernels->q_nbytes == 1) ((uint8_t *)x->q)[index] = (uint8_t)value;
    else ((int16_t *)x->q)[index] = (int16_t)value;
}

/* Tile by tile, the last first: their order is no matter. */
static void quantize(const bt_kernels *kernels, bt_activations *x, const float *in, size_t stride,
                     const bt_linear *linear) {
    void *scratch = take((size_t)bt_scratch_nbytes(linear->columns));
    for (uint32_t tile = bt_tiles(x->rows); tile-- > 0;) kernels->quantize(x, tile, in, stride, linear, scratch);
    free(scratch);
}

/* ---------------------------------------------------------------------------------------------------- quantize -- */

static void check_quantized_row(const bt_kernels *kernels, const bt_activations *x, uint32_t r, const float *row,
                                const bt_linear *linear) {
    float low = 0, high = 0, v[MAX_COLUMNS];
    for (uint32_t k = 0; k < linear->columns; k++) {
        v[k] = row[linear->source[k]] * linear->factor[k];
    }
    for (int i = 0; i < BT_SPIKES; i++) {
        const bt_spike spike = x->spikes[r][i];
        uint32_t larger = 0;
        for (uint32_t k = 0; k < linear->columns; k++) {
            const float size = fabsf(v[spike.column]);
            larger += fabsf(v[k]) > size || (k < spike.column && fabsf(v[k]) == size);
        }
        CHECK_INT(larger, 0);
        CHECK(spike.value == v[spike.column]);
        v[spike.column] = 0;
    }
    for (uint32_t k = 0; k < linear->columns; k++) {
        low = v[k] < low ? v[k] : low;
        high = high < v[k] ? v[k] : high;
    }
    const float range = high - low;
    const bool empty = range < 0x1p-80f;
    const float inverse = empty ? 0 : 127 / range;
    const int zero = empty ? 0 : (int)rintf(-low * inverse);
    CHECK(x->scale[r] == (empty ? 0 : range / 127));
    CHECK_INT(x->zero[r], zero);
    uint32_t wrong = 0;
    int smallest = 127, largest = 0;
    for (uint32_t k = 0; k < linear->columns; k++) {
        const float q = rintf(v[k] * inverse) + (float)zero;
        const int found = quantized(kernels, x, r, k, linear->columns);
        wrong += found != (q < 0 ? 0 : q > 127 ? 127 : (int)q);
        smallest = found < smallest ? found : smallest;
        largest = found > largest ? found : largest;
    }
    CHECK_INT(wrong, 0);
    CHECK(empty || low == 0 || smallest == 0);
    CHECK(empty || high == 0 || largest >= 126); /* 127, or less by the rounding of zero */
}

static void test_quantize(const bt_kernels *kernels) {
    uint64_t random = 1;
    for (uint32_t rows = 1; rows <= MAX_ROWS; rows++) {
        for (uint32_t columns = 16; columns <= MAX_COLUMNS; columns += 80) {
            const uint32_t sources = columns < 48 ? columns : columns - 32, stride = sources + rows % 3;
            layer *l = make_layer(8, columns, sources, rows % 2 ? sources / 4 * 4 : 0, &random);
            bt_activations x = make_activations(rows, columns);
            float *in = take(4 * (size_t)rows * stride);
            const float shift = 0.25f * (float)(rows % 5);
            for (uint32_t i = 0; i < rows * stride; i++) in[i] = 8 * (test_random_float(&random) - shift);
            for (uint32_t i = 0; i < stride; i++) in[(rows - 1) * stride + i] *= rows == 3 ? 0 : rows == 4 ? 1e-30f : 1;
            quantize(kernels, &x, in, stride, &l->linear);
            for (uint32_t r = 0; r < rows; r++) check_quantized_row(kernels, &x, r, in + r * stride, &l->linear);
            for (uint32_t r = rows; r < bt_tiles(rows) * BT_TILE; r++) {
                CHECK(x.scale[r] == 0 && x.zero[r] == 0);
                for (uint32_t k = 0; k < columns; k++) CHECK_INT(quantized(kernels, &x, r, k, columns), 0);
            }
            free_activations(&x);
            free(in);
            free(l);
        }
    }
}

/* What is not a number becomes 0 and nothing is out of 0..127, so that broken weights do no harm. */
static void test_quantize_not_finite(const bt_kernels *kernels) {
    uint64_t random = 2;
    const float infinity = bt_float(0x7F800000), nan = bt_float(0x7FC00000);
    const float bad[] = {nan, infinity, -infinity, 3e38f, -3e38f};
    layer *l = make_layer(8, 32, 32, 32, &random);
    for (uint32_t b = 0; b < 25; b++) {
        bt_activations x = make_activations(1, 32);
        float in[32];
        for (uint32_t i = 0; i < 32; i++) in[i] = test_random_float(&random);
        in[b] = bad[b % 5];
        in[31] = bad[b / 5];
        quantize(kernels, &x, in, 32, &l->linear);
        CHECK(x.zero[0] >= 0 && x.zero[0] <= 127);
        for (uint32_t k = 0; k < 32; k++) CHECK(quantized(kernels, &x, 0, k, 32) <= 127);
        if (b == 0) CHECK_INT(quantized(kernels, &x, 0, 31, 32), 0);
        free_activations(&x);
    }
    free(l);
}

/* ------------------------------------------------------------------------------------------------------ matmul -- */

static float product(const bt_kernels *kernels, const bt_activations *x, const bt_linear *linear, uint32_t r,
                     uint32_t n) {
    const uint32_t columns = linear->columns;
    int32_t acc = 0;
    for (uint32_t k = 0; k < columns; k++) {
        const int8_t weight = linear->weights[n / 8 * 8 * columns + k / 4 * 32 + n % 8 * 4 + k % 4];
        acc += quantized(kernels, x, r, k, columns) * weight;
    }
    float y = (float)(acc - x->zero[r] * linear->colsum[n]) * x->scale[r];
    for (int i = 0; i < BT_SPIKES; i++) {
        const uint32_t k = x->spikes[r][i].column;
        y += x->spikes[r][i].value * (float)linear->weights[n / 8 * 8 * columns + k / 4 * 32 + n % 8 * 4 + k % 4];
    }
    return y * linear->scale[n] + linear->bias[n];
}

/* One range of panels and one epilogue; nothing beside the range may change. */
static void check_matmul(const bt_kernels *kernels, const bt_activations *x, const bt_linear *linear, uint32_t first,
                         uint32_t last, bt_epilogue epilogue) {
    const uint32_t width = (last - first) * BT_PANEL, stride = width + 8;
    float *out = take(4 * (size_t)x->rows * stride);
    void *scratch = take((size_t)bt_scratch_nbytes(linear->columns));
    for (uint32_t i = 0; i < x->rows * stride; i++) out[i] = (float)(i % 7);
    kernels->matmul(out, stride, x, linear, first, last, epilogue, scratch);
    uint32_t wrong = 0;
    for (uint32_t r = 0; r < x->rows; r++) {
        for (uint32_t c = 0; c < stride; c++) {
            const float before = (float)((r * stride + c) % 7);
            const float y = c < width ? product(kernels, x, linear, r, first * BT_PANEL + c) : 0;
            const float expected = c >= width               ? before
                                   : epilogue == BT_STORE ? y
                                   : epilogue == BT_GELU  ? bt_gelu(y)
                                                          : before + y;
            wrong += out[r * stride + c] != expected;
        }
    }
    CHECK_INT(wrong, 0);
    free(out);
    free(scratch);
}

static void test_matmul(const bt_kernels *kernels) {
    uint64_t random = 3;
    for (uint32_t rows = 1; rows <= MAX_ROWS; rows++) {
        for (uint32_t columns = 16; columns <= MAX_COLUMNS; columns += 80) {
            layer *l = make_layer(MAX_OUTPUTS, columns, columns, columns, &random);
            bt_activations x = make_activations(rows, columns);
            float *in = take(4 * (size_t)rows * columns);
            for (uint32_t i = 0; i < rows * columns; i++) in[i] = test_random_float(&random) - 0.4f;
            quantize(kernels, &x, in, columns, &l->linear);
            const uint32_t panels = MAX_OUTPUTS / BT_PANEL;
            for (bt_epilogue epilogue = BT_STORE; epilogue <= BT_ADD; epilogue++) {
                check_matmul(kernels, &x, &l->linear, 0, panels, epilogue);
                check_matmul(kernels, &x, &l->linear, rows % panels, rows % panels + 1, epilogue);
            }
            check_matmul(kernels, &x, &l->linear, 1, panels, BT_STORE); /* an odd number */
            free_activations(&x);
            free(in);
            free(l);
        }
    }
}

/* The largest sums there can be, of both signs, do not leave 32 bits. */
static void test_extremes(const bt_kernels *kernels) {
    const uint32_t columns = BT_MAX_COLUMNS;
    int8_t *weights = take((size_t)BT_PANEL * columns);
    int32_t colsum[BT_PANEL];
    const float scale[BT_PANEL] = {1, 1, 1, 1, 1, 1, 1, 1}, bias[BT_PANEL] = {0};
    const uint8_t depth = 1;
    for (uint32_t i = 0; i < BT_PANEL * columns; i++) weights[i] = (int8_t)(i / 4 % 2 ? -127 : 127);
    for (int n = 0; n < BT_PANEL; n++) colsum[n] = (n % 2 ? -127 : 127) * (int32_t)columns;
    const bt_linear linear = {.weights = weights, .colsum = colsum, .scale = scale, .bias = bias,
                              .depth = &depth, .outputs = BT_PANEL, .columns = columns};
    bt_activations x = make_activations(1, columns);
    void *scratch = take((size_t)bt_scratch_nbytes(columns));
    for (int zero = 0; zero <= 127; zero += 127) {
        for (uint32_t i = 0; i < 4 * columns; i++) set_quantized(kernels, &x, i, 127 - zero);
        for (int r = 0; r < 4; r++) x.scale[r] = 1, x.zero[r] = zero;
        float out[BT_PANEL];
        kernels->matmul(out, BT_PANEL, &x, &linear, 0, 1, BT_STORE, scratch);
        for (int n = 0; n < BT_PANEL; n++) {
            const int sign = (n % 2 ? -1 : 1) * (zero ? -1 : 1);
            CHECK(out[n] == (float)(sign * 127 * 127 * (int32_t)columns));
        }
    }
    free_activations(&x);
    free(scratch);
    free(weights);
}

/* Weight i of a lane group: sums of one sign as large as the 16-bit bound allows, where there is room of the other
 * too. */
static int lane_weight(uint32_t i, uint32_t depth, int sign) {
    const uint32_t half = depth >= 4 ? depth : 2 * depth;
    const int left = BT_LANE_LIMIT - 127 * (int)(i % half);
    return (left < 0 ? 0 : left < 127 ? left : 127) * (i < half ? sign : -sign);
}

static void test_lane_bound(const bt_kernels *kernels) {
    enum { COLUMNS = 192, ROWS = 5 };
    const float scale[BT_PANEL] = {1, 1, 1, 1, 1, 1, 1, 1}, bias[BT_PANEL] = {0};
    for (uint8_t depth = 1; depth <= BT_MAX_DEPTH; depth *= 2) {
        int8_t weights[COLUMNS * BT_PANEL];
        for (uint32_t i = 0; i < sizeof weights; i++) {
            const uint32_t quad = i / 32, lane = i / 2 % 16;
            weights[i] = (int8_t)lane_weight(quad % depth * 2 + i % 2, depth, lane % 3 == 0 ? -1 : 1);
        }
        int32_t colsum[BT_PANEL];
        CHECK(kernels->check_panel(colsum, weights, COLUMNS, depth));
        const bt_linear linear = {.weights = weights, .colsum = colsum, .scale = scale, .bias = bias,
                                  .depth = &depth, .outputs = BT_PANEL, .columns = COLUMNS};
        bt_activations x = make_activations(ROWS, COLUMNS);
        for (uint32_t r = 0; r < bt_tiles(ROWS) * BT_TILE; r++) {
            x.scale[r] = 1, x.zero[r] = (int32_t)r;
            for (uint32_t k = 0; k < COLUMNS; k++) { /* rows 1 and 4 meet weights of one sign only */
                const bool off = r % 3 == 1 && k / 4 % depth >= (depth + 1u) / 2;
                set_quantized(kernels, &x, index_of(r, k, COLUMNS), off ? 0 : 127);
            }
        }
        check_matmul(kernels, &x, &linear, 0, 1, BT_STORE);
        free_activations(&x);
    }
}

/* ------------------------------------------------------------------------------------- layer norm and attention -- */

static float in_lanes(const float *x, const float *y, uint32_t n) {
    float s[4] = {0};
    for (uint32_t i = 0; i < n; i++) s[i % 4] += y == NULL ? x[i] : x[i] * y[i];
    return (s[0] + s[1]) + (s[2] + s[3]);
}

static void test_layer_norm(const bt_kernels *kernels) {
    uint64_t random = 4;
    float x[3 * 48], y[48], weight[48], bias[48];
    for (int i = 0; i < 48; i++) weight[i] = test_random_float(&random), bias[i] = test_random_float(&random);
    for (int i = 0; i < 3 * 48; i++) x[i] = i < 96 ? test_random_float(&random) : 2; /* the last row is constant */
    const bt_norm norm = {weight, bias};
    float before[3 * 48];
    memcpy(before, x, sizeof x);
    kernels->layer_norm(x, 3, 48, &norm, 1e-5f);
    for (int r = 0; r < 3; r++) {
        const float mean = in_lanes(before + 48 * r, NULL, 48) / 48;
        for (int i = 0; i < 48; i++) y[i] = before[48 * r + i] - mean;
        const float factor = (float)(1 / sqrt((double)(in_lanes(y, y, 48) / 48) + (double)1e-5f));
        for (int i = 0; i < 48; i++) y[i] = (y[i] * factor) * weight[i] + bias[i];
        CHECK(memcmp(y, x + 48 * r, sizeof y) == 0);
    }
}

static void check_attention(const bt_kernels *kernels, uint32_t rows, uint32_t head_size, float size,
                            uint64_t *random) {
    const size_t q_stride = head_size + 4, kv_stride = 2 * head_size + 8;
    float *q = take(4 * rows * q_stride), *kv = take(4 * rows * kv_stride);
    float *p = take((size_t)bt_attention_scratch_nbytes(rows));
    float *expected = take(4 * rows * head_size);
    for (size_t i = 0; i < rows * q_stride; i++) q[i] = size * (test_random_float(random) - 0.5f);
    for (size_t i = 0; i < rows * kv_stride; i++) kv[i] = test_random_float(random) - 0.5f;
    bt_attention a = {.out = q, .q = q, .k = kv, .v = kv + head_size, .scratch = p, .q_stride = q_stride,
                      .kv_stride = kv_stride, .queries = rows, .rows = rows, .head_size = head_size,
                      .factor = bt_rsqrt(head_size)};
    for (uint32_t i = 0; i < rows; i++) {
        float m = 0;
        for (uint32_t j = 0; j < rows; j++) {
            p[j] = in_lanes(q + i * q_stride, kv + j * kv_stride, head_size) * a.factor;
            m = j == 0 || m < p[j] ? p[j] : m;
        }
        for (uint32_t j = 0; j < rows; j++) p[j] = bt_exp(p[j] - m);
        const float total = in_lanes(p, NULL, rows);
        for (uint32_t e = 0; e < head_size; e++) {
            float s = 0;
            for (uint32_t j = 0; j < rows; j++) s += p[j] * a.v[j * kv_stride + e];
            expected[i * head_size + e] = s / total;
        }
    }
    kernels->attention(&a);
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < rows; i++) {
        wrong += memcmp(q + i * q_stride, expected + i * head_size, 4 * head_size) != 0;
    }
    CHECK_INT(wrong, 0);
    free(q);
    free(kv);
    free(p);
    free(expected);
}

static void test_attention(const bt_kernels *kernels) {
    uint64_t random = 5;
    for (uint32_t rows = 1; rows <= 13; rows++) {
        for (uint32_t head_size = 4; head_size <= 100; head_size += 12) {
            check_attention(kernels, rows, head_size, 4, &random);
            check_attention(kernels, rows, head_size, 1000, &random); /* all but one probability vanish */
        }
    }
}

/* ------------------------------------------------------------------------------------------------ 16-bit bound -- */

static bool obeys(const int8_t *panel, uint32_t columns, uint32_t depth) {
    for (uint32_t first = 0; first < columns / 4; first += depth) {
        for (uint32_t lane = 0; lane < 16; lane++) {
            int positive = 0, negative = 0;
            for (uint32_t d = 0; d < depth; d++) {
                for (uint32_t k = 0; k < 2; k++) {
                    const int w = panel[(first + d) * 32 + lane * 2 + k];
                    if (w == -128) return false;
                    if (w > 0) positive += w;
                    else negative -= w;
                }
            }
            if (positive > 258 || negative > 258) return false;
        }
    }
    return true;
}

static void test_check_panel(const bt_kernels *kernels) {
    uint64_t random = 6;
    enum { COLUMNS = 128 };
    uint32_t good = 0, bad = 0;
    for (uint32_t round = 0; round < 4000; round++) {
        const uint32_t depth = 1u << round % 5;
        int8_t panel[COLUMNS * BT_PANEL];
        /* Mostly small weights, so that both answers are frequent, and now and then an extreme one. */
        const int32_t size = depth == 1 ? 127 : 40 / (int32_t)depth + 24;
        for (size_t i = 0; i < sizeof panel; i++) {
            const bool extreme = round % 3 == 0 && test_random_int(&random, 0, 300) == 0;
            const int32_t low = extreme ? -128 : -size, high = extreme ? 127 : size;
            panel[i] = (int8_t)test_random_int(&random, low, high + 1);
        }
        int32_t colsum[BT_PANEL], wrong = 0;
        const bool expected = obeys(panel, COLUMNS, depth);
        CHECK(kernels->check_panel(colsum, panel, COLUMNS, depth) == expected);
        good += expected, bad += !expected;
        for (uint32_t n = 0; n < BT_PANEL && expected; n++) {
            int32_t s = 0;
            for (uint32_t k = 0; k < COLUMNS; k++) s += panel[k / 4 * 32 + n * 4 + k % 4];
            wrong += s != colsum[n];
        }
        CHECK_INT(wrong, 0);
    }
    CHECK(good > 400 && bad > 400);
}

int main(void) {
    static const bt_kernel numbers[] = {BT_KERNEL_SCALAR, BT_KERNEL_SIMD128, BT_KERNEL_RELAXED_DOT,
                                        BT_KERNEL_RELAXED_DEEP, BT_KERNEL_SIMD128_DEEP};
    uint32_t tested = 0;
    CHECK(bt_kernels_find(BT_KERNEL_SCALAR) == &bt_kernels_scalar);
    CHECK(bt_kernels_find(BT_KERNEL_BEST) != NULL);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        const bt_kernels *kernels = bt_kernels_find(numbers[i]);
        if (kernels == NULL) continue;
        CHECK_INT(kernels->kernel, numbers[i]);
        CHECK_STRING(kernels->name, bt_kernel_name(numbers[i]));
        test_quantize(kernels);
        test_quantize_not_finite(kernels);
        test_matmul(kernels);
        test_extremes(kernels);
        test_lane_bound(kernels);
        test_layer_norm(kernels);
        test_attention(kernels);
        test_check_panel(kernels);
        tested++;
        printf("%s%s\n", kernels->name, kernels == bt_kernels_find(BT_KERNEL_BEST) ? ", the best here" : "");
    }
#if defined __wasm_relaxed_simd__
    CHECK_INT(tested, 5);
#elif defined __wasm_simd128__
    CHECK_INT(tested, 3);
#else
    CHECK_INT(tested, 1);
#endif
    return test_end();
}
