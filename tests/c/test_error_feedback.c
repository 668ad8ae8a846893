/*
 * test_error_feedback.c - rounding with error feedback against its definition: the factors give the correlations back,
 * integers stay what kernels and wire can carry, and outputs are closer than those of rounding to the nearest, on
 * inputs that calibration has not seen too.
 */
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "error_feedback.h"
#include "quantize.h"
#include "quantize_int4.h"
#include "test.h"
#include "wire.h"

enum { ROWS = 203, COLUMNS = 400, FACTORS = 24 }; /* a block of 384, and a rest */

static uint64_t state = 20260;

static double gauss(void) {
    double sum = -6;
    for (int i = 0; i < 12; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        sum += (double)(state >> 11) / 9007199254740992.0;
    }
    return sum;
}

/* Inputs as those of encoders: a few causes that all channels share, and noise; some channels are larger. */
static void fill_inputs(float *x, uint32_t rows) {
    static float mixing[FACTORS][COLUMNS];
    if (mixing[0][0] == 0) {
        for (int f = 0; f < FACTORS; f++) {
            for (int k = 0; k < COLUMNS; k++) mixing[f][k] = (float)gauss();
        }
    }
    for (uint32_t r = 0; r < rows; r++) {
        float cause[FACTORS];
        for (int f = 0; f < FACTORS; f++) cause[f] = (float)gauss();
        for (uint32_t k = 0; k < COLUMNS; k++) {
            double value = 2 * gauss();
            for (int f = 0; f < FACTORS; f++) value += (double)(cause[f] * mixing[f][k]);
            x[r * COLUMNS + k] = (float)(k % 50 == 7 ? 4 * value : value);
        }
    }
}

static uint32_t block_size(uint32_t first) {
    return COLUMNS - first < BT_FEEDBACK_BLOCK ? COLUMNS - first : BT_FEEDBACK_BLOCK;
}

typedef struct {
    float *gram, *factor;
    bt_feedback feedback;
} calibrated;

static calibrated calibrate(const float *x, uint32_t rows) {
    calibrated c = {calloc(bt_blocks_length(COLUMNS), sizeof(float)), calloc(COLUMNS, sizeof(float)), {0}};
    bt_add_gram(c.gram, x, rows, COLUMNS);
    for (uint32_t k = 0; k < COLUMNS; k++) c.factor[k] = k % 3 ? 1.0f : 0.5f;
    c.feedback.blocks = calloc(bt_blocks_length(COLUMNS), sizeof(float));
    c.feedback.order = calloc(COLUMNS, sizeof(uint16_t));
    c.feedback.columns = COLUMNS;
    return c;
}

static void discard(calibrated c) {
    free(c.gram);
    free(c.factor);
    free(c.feedback.blocks);
    free(c.feedback.order);
}

static void test_factors_give_the_correlations_back(void) {
    static float x[ROWS * COLUMNS];
    fill_inputs(x, ROWS);
    calibrated c = calibrate(x, ROWS);
    CHECK(bt_factor_gram(&c.feedback, c.gram, c.factor) == 1);
    const float *block = c.feedback.blocks;
    for (uint32_t first = 0; first < COLUMNS; first += BT_FEEDBACK_BLOCK) {
        const uint32_t n = block_size(first);
        const uint16_t *order = c.feedback.order + first;
        double trace = 0, *h = calloc((size_t)n * n, sizeof *h);
        for (uint32_t i = 0; i < n; i++) {
            for (uint32_t j = 0; j < n; j++) {
                for (uint32_t r = 0; r < ROWS; r++) {
                    const float *row = x + r * COLUMNS + first;
                    h[i * n + j] += (double)row[order[i]] * (double)row[order[j]];
                }
                h[i * n + j] *= (double)(c.factor[first + order[i]] * c.factor[first + order[j]]);
            }
            trace += h[i * n + i];
            CHECK(i == 0 || h[i * n + i] <= h[(i - 1) * n + i - 1] * (1 + 1e-5));
        }
        for (uint32_t i = 0; i < n; i++) {
            for (uint32_t j = i; j < n; j++) {
                double product = 0; /* of (1 + U) D (1 + U)' */
                for (uint32_t k = j; k < n; k++) {
                    const double d = (double)block[k * n + k];
                    product += (i == k ? 1 : (double)block[i * n + k]) * d * (j == k ? 1 : (double)block[j * n + k]);
                }
                const double wanted = h[i * n + j] + (i == j ? 0.1 * trace / n : 0);
                CHECK(fabs(product - wanted) < 1e-5 * trace);
            }
        }
        free(h);
        block += (size_t)n * n;
    }
    discard(c);
}

/* The mean square of what a row of weights gives on inputs, less what its integers give. */
static double output_error(const float *x, uint32_t rows, const float *w, const int8_t *q, double scale,
                           const float *factor) {
    double sum = 0;
    for (uint32_t r = 0; r < rows; r++) {
        double difference = 0;
        for (uint32_t k = 0; k < COLUMNS; k++) {
            difference += (w[k] - scale * q[k]) * (double)(x[r * COLUMNS + k] * factor[k]);
        }
        sum += difference * difference / rows;
    }
    return sum;
}

static void check_integers(const int8_t *q, uint32_t depth, bool int4) {
    for (uint32_t begin = 0; begin < COLUMNS; begin += 4 * depth) {
        int sums[2][2] = {{0}};
        for (uint32_t k = begin; k < begin + 4 * depth; k++) {
            CHECK(q[k] != -128);
            sums[k % 4 / 2][q[k] < 0] += abs(q[k]);
        }
        for (int i = 0; i < 4; i++) CHECK(sums[i / 2][i % 2] <= 258);
    }
    const bt_wire_layout row = {BT_WIRE_ROWS, bt_int4_group(COLUMNS), COLUMNS};
    uint8_t wire[8 + COLUMNS];
    if (int4) {
        CHECK(bt_wire_pack(wire, (const uint8_t *)q, COLUMNS, &row) > 0);
    }
}

static void test_outputs_are_closer(void) {
    static float x[ROWS * COLUMNS], fresh[ROWS * COLUMNS], w[COLUMNS], scratch[BT_FEEDBACK_SCRATCH * COLUMNS];
    static int8_t q[COLUMNS], nearest[COLUMNS], again[COLUMNS], multipliers[COLUMNS];
    fill_inputs(x, ROWS);
    fill_inputs(fresh, ROWS);
    calibrated c = calibrate(x, ROWS);
    CHECK(bt_factor_gram(&c.feedback, c.gram, c.factor) == 1);
    for (uint32_t depth = 1; depth <= 4; depth *= 2) {
        for (int int4 = 0; int4 <= 1; int4++) {
            double before = 0, after = 0;
            for (int output = 0; output < 16; output++) {
                for (uint32_t k = 0; k < COLUMNS; k++) w[k] = (float)(0.02 * gauss());
                const float plain = int4 ? bt_quantize_column_int4(nearest, multipliers, w, COLUMNS, depth)
                                         : bt_quantize_column(nearest, w, COLUMNS, depth);
                memcpy(q, nearest, COLUMNS);
                memcpy(again, nearest, COLUMNS);
                bt_rounded rounded = {q, w, int4 ? multipliers : NULL, bt_int4_group(COLUMNS), depth};
                const float scale = bt_feed_back(&rounded, &c.feedback, plain, scratch);
                check_integers(q, depth, int4);
                rounded.q = again;
                CHECK(bt_feed_back(&rounded, &c.feedback, plain, scratch) == scale);
                CHECK(memcmp(q, again, COLUMNS) == 0);
                before += output_error(fresh, ROWS, w, nearest, (double)plain, c.factor);
                after += output_error(fresh, ROWS, w, q, (double)scale, c.factor);
            }
            printf("depth %u, %s: error of outputs %.2f of that without feedback\n", depth, int4 ? "int4" : "int8",
                   sqrt(after / before));
            CHECK(after < 0.75 * before);
        }
    }
    discard(c);
}

/* A layer comes out as one output after the other, and without calibration as if there were no feedback. */
static void test_layers(void) {
    static float x[ROWS * COLUMNS], w[8 * COLUMNS], bias[8];
    fill_inputs(x, ROWS);
    for (uint32_t i = 0; i < 8 * COLUMNS; i++) w[i] = (float)(0.02 * gauss());
    calibrated c = calibrate(x, ROWS), blank = calibrate(x, 0);
    bt_linear_source source = {.weights = w, .bias = bias, .outputs = 8, .inputs = COLUMNS, .depth = 4, .int4 = 1};
    const size_t nbytes = bt_linear_nbytes(8, COLUMNS);
    void *scratch = aligned_alloc(64, (bt_quantize_linear_scratch_nbytes(COLUMNS) + 63) / 64 * 64);
    uint8_t *tensors[3];
    const float *grams[3] = {NULL, blank.gram, c.gram};
    for (int i = 0; i < 3; i++) {
        tensors[i] = aligned_alloc(64, nbytes);
        source.gram = grams[i];
        CHECK(bt_quantize_linear(tensors[i], &source, scratch) == BT_OK);
    }
    CHECK(memcmp(tensors[0], tensors[1], nbytes) == 0);
    CHECK(memcmp(tensors[0], tensors[2], nbytes) != 0);
    for (int i = 0; i < 3; i++) free(tensors[i]);
    free(scratch);
    discard(c);
    discard(blank);
}

/* What floats cannot hold is refused, and wild weights keep what they had. */
static void test_wild_numbers(void) {
    static float x[4 * COLUMNS], w[COLUMNS], scratch[BT_FEEDBACK_SCRATCH * COLUMNS];
    static int8_t q[COLUMNS];
    for (uint32_t i = 0; i < 4 * COLUMNS; i++) x[i] = 1e25f;
    calibrated huge = calibrate(x, 4);
    CHECK(bt_factor_gram(&huge.feedback, huge.gram, huge.factor) == 0);
    discard(huge);

    fill_inputs(x, 4);
    calibrated c = calibrate(x, 4);
    CHECK(bt_factor_gram(&c.feedback, c.gram, c.factor) == 1);
    static const double magnitudes[] = {0, 1e-42, 1e-30, 1e30, 3e37};
    for (int i = 0; i < 5; i++) {
        for (uint32_t k = 0; k < COLUMNS; k++) w[k] = (float)(magnitudes[i] * gauss());
        const float plain = bt_quantize_column(q, w, COLUMNS, 4);
        const float scale = bt_feed_back(&(bt_rounded){q, w, NULL, 16, 4}, &c.feedback, plain, scratch);
        CHECK(isfinite(scale) && (plain == 0 ? scale == 0 : scale > 0));
        check_integers(q, 4, false);
    }
    discard(c);
}

int main(void) {
    test_factors_give_the_correlations_back();
    test_outputs_are_closer();
    test_layers();
    test_wild_numbers();
    return test_end();
}
