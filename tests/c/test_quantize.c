/*
 * test_quantize.c - the quantiser against its contract: the 16-bit bound always, the packing to the byte, and errors
 * as small as a search by brute force finds.
 */
#include <math.h>
#include <stdlib.h>

#include "half.h"
#include "quantize.h"
#include "test.h"

/* ---------------------------------------------------------------------------------------------- weights -- */

static uint64_t state = 251;

static double uniform(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (double)(state >> 11) / 9007199254740992.0;
}

static float gauss(void) { return (float)(sqrt(-2 * log(1 - uniform())) * cos(6.283185307179586 * uniform())); }

typedef enum { GAUSS, HEAVY, FLAT, EQUAL, ALTERNATING, OUTLIER, ZERO, TINY, HUGE_VALUES, KINDS } kind;

static void fill(float *w, uint32_t count, kind which) {
    for (uint32_t k = 0; k < count; k++) {
        const float g = gauss();
        switch (which) {
        case GAUSS: w[k] = 0.02f * g; break;
        case HEAVY: w[k] = 0.02f * g * g * g; break;
        case FLAT: w[k] = (float)(uniform() - 0.5); break;
        case EQUAL: w[k] = 0.5f; break;
        case ALTERNATING: w[k] = k % 2 ? -1.0f : 1.0f; break;
        case OUTLIER: w[k] = k == 5 ? 3.0f : 0.01f * g; break;
        case TINY: w[k] = 1e-42f * g; break;
        case HUGE_VALUES: w[k] = 1e38f * (float)(uniform() - 0.5); break;
        default: w[k] = 0; break;
        }
    }
}

static double squared_error(const int8_t *q, const float *w, uint32_t columns, double scale) {
    double sum = 0;
    for (uint32_t k = 0; k < columns; k++) sum += (w[k] - scale * q[k]) * (w[k] - scale * q[k]);
    return sum;
}

static double relative_error(const int8_t *q, const float *w, uint32_t columns, double scale) {
    static const int8_t nothing[65536];
    return sqrt(squared_error(q, w, columns, scale) / squared_error(nothing, w, columns, 0));
}

/* The bound as MODEL.md states it, by the definition. */
static int obeys_bound(const int8_t *q, uint32_t columns, uint32_t depth) {
    for (uint32_t begin = 0; begin < columns; begin += 4 * depth) {
        for (uint32_t half = 0; half < 2; half++) {
            int positive = 0, negative = 0;
            for (uint32_t k = begin; k < begin + 4 * depth; k++) {
                if (k % 4 / 2 != half) continue;
                if (q[k] > 0) positive += q[k];
                if (q[k] < 0) negative -= q[k];
            }
            if (positive > 258 || negative > 258) return 0;
        }
    }
    return 1;
}

/* ---------------------------------------------------------------------------------------------- columns -- */

static void test_columns_obey_the_bound(void) {
    static float w[3072];
    static int8_t q[3072], again[3072];
    for (kind which = GAUSS; which < KINDS; which++) {
        for (uint32_t depth = 1; depth <= 16; depth *= 2) {
            for (uint32_t columns = 4 * depth; columns <= 3072; columns *= 3) {
                fill(w, columns, which);
                const float scale = bt_quantize_column(q, w, columns, depth);
                CHECK(scale >= 0 && isfinite(scale));
                CHECK(obeys_bound(q, columns, depth));
                for (uint32_t k = 0; k < columns; k++) CHECK(q[k] != -128);
                CHECK(bt_quantize_column(again, w, columns, depth) == scale);
                CHECK(memcmp(q, again, columns) == 0);
                if (which == ZERO || which == TINY) CHECK(scale == 0 && q[0] == 0 && q[columns - 1] == 0);
            }
        }
    }
}

/* No scale that needs no repair does better, of a thousand. */
static void test_columns_beat_plain_rounding(void) {
    static float w[768];
    static int8_t q[768], plain[768];
    for (kind which = GAUSS; which <= OUTLIER; which++) {
        for (uint32_t depth = 1; depth <= 8; depth *= 2) {
            fill(w, 768, which);
            const float scale = bt_quantize_column(q, w, 768, depth);
            double best = HUGE_VAL, largest = 0;
            for (uint32_t k = 0; k < 768; k++) largest = fmax(largest, fabs((double)w[k]));
            for (int levels = 8; levels < 160; levels++) {
                const double step = largest / levels;
                for (uint32_t k = 0; k < 768; k++) plain[k] = (int8_t)fmax(-127, fmin(127, rint(w[k] / step)));
                const double error = squared_error(plain, w, 768, step);
                if (obeys_bound(plain, 768, depth) && error < best) best = error;
            }
            CHECK(squared_error(q, w, 768, (double)scale) <= 1.06 * best + 1e-12);
        }
    }
}

/* What rounding costs at each depth; design figures for gaussian weights, per cent: .77 .95 1.47 2.34. */
static void test_errors_of_gaussian_weights(void) {
    static const double most[] = {0.78, 0.80, 0.99, 1.48, 2.35};
    static float w[768];
    static int8_t q[768];
    for (uint32_t i = 0; i < 5; i++) {
        double sum = 0;
        for (int column = 0; column < 64; column++) {
            fill(w, 768, GAUSS);
            const float scale = bt_quantize_column(q, w, 768, 1u << i);
            sum += relative_error(q, w, 768, (double)scale) / 64;
        }
        printf("gaussian weights, depth %2u: relative error %.3f %%\n", 1u << i, 100 * sum);
        CHECK(100 * sum <= most[i]);
    }
}

static void test_rows(void) {
    static float w[1024];
    static int8_t q[1024];
    for (kind which = GAUSS; which < KINDS; which++) {
        fill(w, 1024, which);
        float largest = 0;
        for (uint32_t k = 0; k < 1024; k++) largest = fmaxf(largest, fabsf(w[k]));
        const float scale = bt_quantize_row(q, w, 1024);
        if (which == ZERO || which == TINY) {
            CHECK(scale == 0 && q[7] == 0);
            continue;
        }
        const double step = (double)largest / 127, bound = 1024 * step * step / 12;
        CHECK(squared_error(q, w, 1024, (double)scale) <= 1.1 * bound);
        for (uint32_t k = 0; k < 1024; k++) CHECK(q[k] != -128);
    }
}

/* ----------------------------------------------------------------------------------------------- layers -- */

#define OUTPUTS 24
#define INPUTS 40

typedef struct {
    float weights[OUTPUTS][INPUTS];
    float bias[OUTPUTS];
    float smoothing[INPUTS];
    uint16_t splits[INPUTS];
} layer;

static layer random_layer(void) {
    layer made;
    fill(&made.weights[0][0], OUTPUTS * INPUTS, GAUSS);
    fill(made.bias, OUTPUTS, GAUSS);
    for (uint32_t i = 0; i < INPUTS; i++) {
        made.smoothing[i] = (float)exp2(floor(6 * uniform()) - 3);
        made.splits[i] = (uint16_t)(i % 11 == 0 ? 3 : 1);
    }
    return made;
}

static size_t align64(size_t nbytes) { return (nbytes + 63) / 64 * 64; }

/* Reads a packed layer by MODEL.md's drawing and multiplies back: each weight of the source, as the layer sees it. */
static void test_layer(const layer *from, uint32_t depth, int smoothed, int split) {
    const bt_linear_source source = {
        .weights = &from->weights[0][0], .bias = from->bias, .smoothing = smoothed ? from->smoothing : NULL,
        .splits = split ? from->splits : NULL, .outputs = OUTPUTS, .inputs = INPUTS, .depth = depth,
    };
    const uint32_t used = split ? INPUTS + 2 * 4 : INPUTS, columns = bt_linear_columns(&source);
    CHECK(columns >= used && columns % 16 == 0 && columns / 4 % depth == 0);
    const size_t nbytes = bt_linear_nbytes(OUTPUTS, columns);
    uint8_t *tensor = aligned_alloc(64, align64(nbytes) + 64);
    void *scratch = aligned_alloc(64, align64(bt_quantize_linear_scratch_nbytes(columns)));
    memset(tensor, 0xAA, nbytes + 64);
    CHECK(bt_quantize_linear(tensor, &source, scratch) == BT_OK);
    for (size_t i = nbytes; i < nbytes + 64; i++) CHECK(tensor[i] == 0xAA);

    const uint8_t *at = tensor;
    const float *factor = (const void *)at;
    const uint16_t *channel = (const void *)(at += align64(4 * columns));
    const uint8_t *depths = at += align64(2 * columns);
    const float *scale = (const void *)(at += align64(OUTPUTS / 8));
    const int32_t *colsum = (const void *)(at += align64(4 * OUTPUTS));
    const float *bias = (const void *)(at += align64(4 * OUTPUTS));
    const int8_t *q = (const int8_t *)(at += align64(4 * OUTPUTS));
    CHECK(q + OUTPUTS * columns == (const int8_t *)tensor + nbytes);

    for (uint32_t k = used; k < columns; k++) CHECK(factor[k] == 0 && channel[k] == 0);
    for (uint32_t n = 0; n < OUTPUTS; n++) {
        int8_t flat[256];
        double effective[INPUTS] = {0};
        int32_t sum = 0;
        for (uint32_t k = 0; k < columns; k++) {
            flat[k] = q[((n / 8 * (columns / 4) + k / 4) * 8 + n % 8) * 4 + k % 4];
            effective[channel[k]] += (double)factor[k] * (double)scale[n] * flat[k];
            sum += flat[k];
        }
        CHECK(depths[n / 8] == depth && colsum[n] == sum && bias[n] == from->bias[n]);
        CHECK(obeys_bound(flat, columns, depth));
        double error = 0, signal = 0;
        for (uint32_t i = 0; i < INPUTS; i++) {
            const double smoothing = smoothed ? (double)from->smoothing[i] : 1, wanted = (double)from->weights[n][i];
            error += pow((effective[i] - wanted) * smoothing, 2);
            signal += pow(wanted * smoothing, 2);
        }
        CHECK(sqrt(error / signal) < 0.03);
        /* An error of 1 % of the scale alone would not be seen in that. */
        double product = 0, square = 0;
        for (uint32_t k = 0; k < used; k++) {
            const uint32_t i = channel[k];
            product += (double)from->weights[n][i] * (smoothed ? (double)from->smoothing[i] : 1) * flat[k];
            square += flat[k] * flat[k];
        }
        CHECK(fabs((double)scale[n] * square / product - 1) < 1e-6);
    }
    free(tensor);
    free(scratch);
}

static void test_layers(void) {
    const layer from = random_layer();
    for (uint32_t depth = 1; depth <= 8; depth *= 2) {
        for (int variant = 0; variant < 4; variant++) test_layer(&from, depth, variant & 1, variant >> 1);
    }
}

static void test_smoothing(void) {
    static float weights[OUTPUTS][INPUTS], activations[INPUTS], smoothing[INPUTS];
    fill(&weights[0][0], OUTPUTS * INPUTS, GAUSS);
    for (uint32_t i = 0; i < INPUTS; i++) activations[i] = (float)(0.1 + uniform()) * (i == 7 ? 60.0f : 1.0f);
    activations[9] = 0;
    for (uint32_t n = 0; n < OUTPUTS; n++) weights[n][11] = 0;
    bt_find_smoothing(smoothing, activations, &weights[0][0], OUTPUTS, INPUTS);

    double largest_weight = 0, largest_activation = 0, magnitude[INPUTS] = {0};
    for (uint32_t i = 0; i < INPUTS; i++) {
        for (uint32_t n = 0; n < OUTPUTS; n++) magnitude[i] = fmax(magnitude[i], fabs((double)weights[n][i]));
        largest_weight = fmax(largest_weight, magnitude[i]);
        largest_activation = fmax(largest_activation, (double)activations[i]);
    }
    for (uint32_t i = 0; i < INPUTS; i++) {
        const double expected = sqrt(fmax((double)activations[i], largest_activation / 256) /
                                     fmax(magnitude[i], largest_weight / 256));
        CHECK(fabs((double)smoothing[i] / expected - 1) < 1e-6);
    }

    fill(activations, INPUTS, ZERO);
    bt_find_smoothing(smoothing, activations, &weights[0][0], OUTPUTS, INPUTS);
    for (uint32_t i = 0; i < INPUTS; i++) CHECK(smoothing[i] == 1);
}

static void test_not_finite(void) {
    static _Alignas(64) uint8_t tensor[16384];
    static const float broken[] = {NAN, INFINITY, -INFINITY};
    const uint32_t columns = bt_linear_columns(&(bt_linear_source){.inputs = INPUTS, .depth = 1});
    void *scratch = aligned_alloc(64, align64(bt_quantize_linear_scratch_nbytes(columns)));
    CHECK(bt_linear_nbytes(OUTPUTS, columns) <= sizeof tensor);
    for (size_t i = 0; i < 3; i++) {
        layer from = random_layer();
        const bt_linear_source source = {
            .weights = &from.weights[0][0], .bias = from.bias, .outputs = OUTPUTS, .inputs = INPUTS, .depth = 1,
        };
        CHECK(bt_quantize_linear(tensor, &source, scratch) == BT_OK);
        from.weights[17][39] = broken[i];
        CHECK(bt_quantize_linear(tensor, &source, scratch) == BT_NOT_FINITE);
        from.weights[17][39] = 0;
        from.bias[23] = broken[i];
        CHECK(bt_quantize_linear(tensor, &source, scratch) == BT_NOT_FINITE);
        CHECK(bt_all_finite(from.bias, 23) && !bt_all_finite(from.bias, 24));
    }
    free(scratch);
}

/* ----------------------------------------------------------------------------------------------- halves -- */

static void test_halves(void) {
    for (uint32_t bits = 0; bits < 65536; bits++) {
        const uint16_t half = (uint16_t)bits;
        float value, brain;
        bt_float16_to_float32(&value, &half, 1);
        bt_bfloat16_to_float32(&brain, &half, 1);

        const int exponent = bits >> 10 & 31, fraction = bits & 1023;
        const double sign = bits >> 15 ? -1 : 1;
        const double expected = exponent == 31 ? (fraction ? NAN : INFINITY)
                              : exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
        if (isnan(expected)) CHECK(isnan(value));
        else CHECK((double)value == sign * expected && !signbit(value) == (sign > 0));

        const uint32_t wide = bits << 16;
        CHECK(memcmp(&brain, &wide, 4) == 0);
    }
}

int main(void) {
    test_columns_obey_the_bound();
    test_columns_beat_plain_rounding();
    test_errors_of_gaussian_weights();
    test_rows();
    test_layers();
    test_smoothing();
    test_not_finite();
    test_halves();
    return test_end();
}
