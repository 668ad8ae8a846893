/*
 * The quantizer on arbitrary floats: its integers obey the bounds that the kernels and the wire rely on, whatever the
 * weights; what it packs is what the reader of images accepts; and it is no worse than its own rule.
 *
 * Input: u8 shape, u8 options, u8 how weights are made, then the numbers.
 */
#include "fuzz.h"

#include "../c/image_builder.h"
#include "bertweet.h"
#include "elementary.h"
#include "error_feedback.h"
#include "half.h"
#include "kernels.h"
#include "model.h"
#include "quantize.h"
#include "quantize_int4.h"
#include "wire.h"

enum { MAX_COLUMNS = 256, MAX_OUTPUTS = 16, MAX_INPUTS = 64, MAX_SEEN = 6 };

/* ------------------------------------------------------------------------------------------------------ numbers -- */

/* Finite floats: any bits, 16-bit ones, small integers, or a few large among many small. */
static float read_float(fuzz_bytes *in, unsigned how) {
    float value;
    const uint16_t half = (uint16_t)fuzz_u16(in);
    switch (how % 4) {
    case 0: value = bt_float((uint32_t)half << 16 | (how >= 4 ? fuzz_u16(in) : 0)); break;
    case 1: bt_float16_to_float32(&value, &half, 1); break;
    case 2: value = (float)(int8_t)half / 64.0f; break;
    default: value = (half & 0xF000) == 0 ? (float)(half & 0xFFF) : (float)(int16_t)half * 0x1p-20f;
    }
    return bt_is_finite(value) ? value : 1.0f;
}

static void read_floats(float *out, size_t count, fuzz_bytes *in, unsigned how) {
    for (size_t i = 0; i < count; i++) out[i] = read_float(in, how);
}

static float magnitude(float x) { return x < 0 ? -x : x; }

/* -------------------------------------------------------------------------------------------------- properties -- */

/* models/MODEL.md: no lane group adds up to more than 258 in either direction. q: in the order of the columns. */
static void check_bound(const int8_t *q, uint32_t columns, uint32_t depth) {
    for (uint32_t first = 0; first < columns; first += 4 * depth) {
        for (uint32_t half = 0; half < 4; half += 2) {
            int positive = 0, negative = 0;
            for (uint32_t quad = 0; quad < depth; quad++) {
                for (uint32_t i = 0; i < 2; i++) {
                    const int value = q[first + 4 * quad + half + i];
                    REQUIRE(value >= -127 && value <= 127);
                    if (value > 0) positive += value;
                    else negative -= value;
                }
            }
            REQUIRE(positive <= BT_LANE_LIMIT && negative <= BT_LANE_LIMIT);
        }
    }
}

/* The wire carries the integers of rows as they are. */
static void check_wire(const int8_t *q, uint32_t columns) {
    const uint32_t group = bt_int4_group(columns);
    uint8_t wire[BT_WIRE_HEADER_NBYTES + MAX_COLUMNS];
    int8_t back[MAX_COLUMNS];
    const bt_wire_layout row = {BT_WIRE_ROWS, group, columns};
    const size_t nbytes = bt_wire_pack(wire, (const uint8_t *)q, columns, &row);
    REQUIRE(nbytes > 0 && nbytes <= sizeof wire);
    REQUIRE(bt_wire_expand(back, columns, wire, nbytes) == BT_OK);
    REQUIRE(memcmp(back, q, columns) == 0);
}

static double squared_error(const float *w, const int8_t *q, uint32_t columns, float scale) {
    double error = 0;
    for (uint32_t k = 0; k < columns; k++) {
        const double residual = (double)w[k] - (double)scale * q[k];
        error += residual * residual;
    }
    return error;
}

/* The scale is sound, and all the integers 0 would not be better. */
static void check_scale(const float *w, const int8_t *q, uint32_t columns, float scale, int judge) {
    static const int8_t zeros[MAX_COLUMNS];
    REQUIRE(bt_is_finite(scale) && scale >= 0);
    float largest = 0;
    for (uint32_t k = 0; k < columns; k++) largest = bt_max(largest, magnitude(w[k]));
    if (largest < 0x1p-100f) {
        REQUIRE(scale == 0 && memcmp(q, zeros, columns) == 0);
    } else {
        REQUIRE(scale > 0);
        if (judge) REQUIRE(squared_error(w, q, columns, scale) <= squared_error(w, zeros, columns, 0));
    }
}

static void check_columns(const float *w, uint32_t columns, uint32_t depth) {
    int8_t *multipliers = fuzz_alloc_exact(columns / bt_int4_group(columns));
    int8_t *q = fuzz_alloc_exact(columns), *again = fuzz_alloc_exact(columns);
    const float scale = bt_quantize_column(q, w, columns, depth);
    check_bound(q, columns, depth);
    check_scale(w, q, columns, scale, 1);
    REQUIRE(bt_bits(bt_quantize_column(again, w, columns, depth)) == bt_bits(scale));
    REQUIRE(memcmp(q, again, columns) == 0);

    const float scale_int4 = bt_quantize_column_int4(q, multipliers, w, columns, depth);
    check_bound(q, columns, depth);
    check_scale(w, q, columns, scale_int4, 1);
    check_wire(q, columns);

    check_scale(w, q, columns, bt_quantize_row(q, w, columns), 1);
    check_bound(q, columns, 1);
    check_scale(w, q, columns, bt_quantize_row_int4(q, w, columns), 1);
    check_wire(q, columns);
    free(multipliers);
    free(q);
    free(again);
}

/* Any lane group of two may hold 254: the bound at depth 1 is that of the type. Panels as the reader checks them. */
static void check_layer(const bt_linear_source *source) {
    const uint32_t columns = bt_linear_columns(source), outputs = source->outputs;
    REQUIRE(columns % 16 == 0 && columns % (4 * source->depth) == 0);
    const size_t nbytes = bt_linear_nbytes(outputs, columns);
    uint8_t *tensor = fuzz_alloc(nbytes);
    void *scratch = fuzz_alloc(bt_quantize_linear_scratch_nbytes(columns));
    const bt_status status = bt_quantize_linear(tensor, source, scratch);
    REQUIRE(status == BT_OK || status == BT_NOT_FINITE);
    if (status == BT_OK) {
        const size_t part = (4 * (size_t)outputs + 63) / 64 * 64;
        const size_t depth = (4 * (size_t)columns + 63) / 64 * 64 + (2 * (size_t)columns + 63) / 64 * 64;
        const uint8_t *scale = tensor + depth + (outputs / 8 + 63) / 64 * 64;
        for (uint32_t k = 0; k < columns; k++) REQUIRE(bt_is_finite(((const float *)(const void *)tensor)[k]));
        for (uint32_t n = 0; n < outputs; n++) {
            float value;
            memcpy(&value, scale + 4 * (size_t)n, sizeof value);
            REQUIRE(bt_is_finite(value) && value >= 0);
        }
        for (uint32_t p = 0; p < outputs / 8; p++) {
            int32_t sums[BT_PANEL];
            const int8_t *panel = (const int8_t *)scale + 3 * part + (size_t)p * BT_PANEL * columns;
            REQUIRE(tensor[depth + p] == source->depth);
            REQUIRE(bt_check_panel_scalar(sums, panel, columns, source->depth));
            REQUIRE(memcmp(sums, scale + part + 4 * (size_t)p * BT_PANEL, sizeof sums) == 0);
        }
    }
    free(tensor);
    free(scratch);
}

/* ------------------------------------------------------------------------------------------------------- input -- */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes) {
    fuzz_bytes in = {data, nbytes};
    const uint32_t shape = fuzz_u8(&in), options = fuzz_u8(&in), how = fuzz_u8(&in);
    const uint32_t depth = 1u << shape % 5, inputs = 16 * (1 + shape / 8 % 4), outputs = 8 * (1 + shape / 64 % 2);
    const uint32_t columns = (inputs + 4 * depth - 1) / (4 * depth) * (4 * depth);
    float w[MAX_OUTPUTS * MAX_COLUMNS], bias[MAX_OUTPUTS], smoothing[MAX_COLUMNS], activations[MAX_COLUMNS];
    float seen[MAX_SEEN * MAX_INPUTS], gram[MAX_INPUTS * MAX_INPUTS] = {0};
    uint16_t splits[MAX_COLUMNS];

    read_floats(w, columns, &in, how);
    check_columns(w, columns, depth);

    read_floats(w, (size_t)outputs * inputs, &in, how);
    read_floats(bias, outputs, &in, how >> 3);
    read_floats(activations, inputs, &in, how >> 3);
    for (uint32_t i = 0; i < inputs; i++) {
        activations[i] = magnitude(activations[i]);
        splits[i] = (uint16_t)(1 + (options & 8 ? fuzz_u8(&in) % 3 : 0));
    }
    read_floats(seen, (size_t)MAX_SEEN * inputs, &in, how >> 3);
    bt_add_gram(gram, seen, options & 1 ? MAX_SEEN : 0, inputs);
    bt_find_smoothing(smoothing, activations, w, outputs, inputs);
    for (uint32_t i = 0; i < inputs; i++) REQUIRE(bt_is_finite(smoothing[i]) && smoothing[i] > 0);
    check_layer(&(bt_linear_source){.weights = w, .bias = bias, .smoothing = options & 2 ? smoothing : NULL,
                                    .splits = options & 8 ? splits : NULL,
                                    .gram = options & 1 ? gram : NULL, .outputs = outputs, .inputs = inputs,
                                    .depth = depth, .int4 = options >> 2 & 1});
    return 0;
}

size_t fuzz_seed(uint8_t *out, size_t capacity, uint64_t *random) {
    (void)capacity;
    const size_t length = (size_t)test_random_int(random, 3, 1200);
    for (size_t i = 0; i < length; i++) out[i] = (uint8_t)test_random(random);
    return length;
}
