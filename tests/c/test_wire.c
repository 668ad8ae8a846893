/*
 * test_wire.c - the wire encoding int4: what is packed expands to the same bytes, an expander written down from
 * MODEL.md agrees, hostile streams are refused without a bad read or write; and the rounding that makes weights fit it.
 */
#include <math.h>
#include <stdlib.h>

#include "quantize_int4.h"
#include "test.h"
#include "wire.h"

static uint64_t state = 4;

static uint32_t random_below(uint32_t end) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(((state >> 32) * end) >> 32);
}

static float gauss(void) {
    const double u = (random_below(1u << 30) + 0.5) / (1u << 30), angle = random_below(1u << 30) * 0x1p-30;
    return (float)(sqrt(-2 * log(u)) * cos(6.283185307179586 * angle));
}

/* ----------------------------------------------------------------------------------------------- runs -- */

/* What MODEL.md says where code i of a unit stands: which half of which byte. */
static int code_at(const uint8_t *codes, bt_wire_kind kind, uint32_t i) {
    const uint32_t half = kind == BT_WIRE_LINEAR ? 16 : 8;
    const int pair = codes[i / (2 * half) * half + i % half];
    const int code = i / half % 2 ? pair >> 4 : pair & 15;
    return code < 8 ? code : code - 16;
}

static void fill_randomly(uint8_t *bytes, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) bytes[i] = (uint8_t)random_below(256);
}

/* A run of random codes and multipliers, and what it means. */
static void make_run(uint8_t *wire, uint8_t *image, bt_wire_kind kind, uint32_t group, uint32_t units) {
    const uint32_t unit = bt_wire_unit(kind, group), groups = unit / (kind == BT_WIRE_RAW ? 1 : group);
    const uint32_t length = unit * units;
    const uint8_t header[] = {(uint8_t)kind, (uint8_t)group, 0, 0, (uint8_t)length, (uint8_t)(length >> 8), 0, 0};
    memcpy(wire, header, sizeof header);
    wire += sizeof header;
    if (kind == BT_WIRE_RAW) {
        fill_randomly(wire, length);
        memcpy(image, wire, length);
        return;
    }
    for (uint32_t u = 0; u < units; u++, image += unit) {
        const uint8_t *multipliers = wire;
        for (uint32_t g = 0; g < groups; g++) *wire++ = (uint8_t)((int)random_below(31) - 15);
        fill_randomly(wire, unit / 2);
        for (uint32_t i = 0; i < unit; i++) {
            const int multiplier = (int8_t)multipliers[kind == BT_WIRE_LINEAR ? i / 4 % 8 : 0];
            image[i] = (uint8_t)(multiplier * code_at(wire, kind, i));
        }
        wire += unit / 2;
    }
}

enum { UNITS = 40, MOST_BYTES = 8 * 32 * UNITS };

static const struct {
    bt_wire_kind kind;
    uint32_t group;
} KINDS[] = {{BT_WIRE_RAW, 0}, {BT_WIRE_LINEAR, 16}, {BT_WIRE_LINEAR, 32}, {BT_WIRE_ROWS, 16}, {BT_WIRE_ROWS, 32}};

enum { NUM_KINDS = sizeof KINDS / sizeof *KINDS };

static void test_expands_as_the_format_says(void) {
    static uint8_t wire[NUM_KINDS * MOST_BYTES], image[NUM_KINDS * MOST_BYTES], expanded[NUM_KINDS * MOST_BYTES];
    size_t wire_nbytes = 0, image_nbytes = 0;
    for (uint32_t i = 0; i < NUM_KINDS; i++) {
        const uint32_t unit = bt_wire_unit(KINDS[i].kind, KINDS[i].group);
        make_run(wire + wire_nbytes, image + image_nbytes, KINDS[i].kind, KINDS[i].group, UNITS);
        wire_nbytes += bt_wire_run_nbytes(KINDS[i].kind, KINDS[i].group, unit * UNITS);
        image_nbytes += unit * UNITS;
    }
    CHECK_INT(bt_wire_expand(expanded, image_nbytes, wire, wire_nbytes), BT_OK);
    CHECK(memcmp(expanded, image, image_nbytes) == 0);
    CHECK_INT(bt_wire_expand(expanded, 0, wire, 0), BT_OK);
}

/* Packing finds the smallest multiplier; what it writes means the same weights and takes the bytes promised. */
static void test_packs_what_it_can(void) {
    static uint8_t wire[MOST_BYTES + 8], image[MOST_BYTES], expanded[MOST_BYTES];
    for (uint32_t i = 0; i < NUM_KINDS; i++) {
        const bt_wire_kind kind = KINDS[i].kind;
        const uint32_t group = KINDS[i].group, length = bt_wire_unit(kind, group) * UNITS;
        make_run(wire, image, kind, group, UNITS);
        memset(wire, 0xA5, sizeof wire);
        CHECK(bt_wire_pack(wire, image, length, kind, group));
        const size_t nbytes = bt_wire_run_nbytes(kind, group, length);
        CHECK(nbytes == sizeof wire || wire[nbytes] == 0xA5);
        CHECK_INT(bt_wire_expand(expanded, length, wire, nbytes), BT_OK);
        CHECK(memcmp(expanded, image, length) == 0);
        if (kind == BT_WIRE_RAW) continue;
        image[0] = 127;
        CHECK(!bt_wire_pack(wire, image, length, kind, group));
    }
}

/* ------------------------------------------------------------------------------------------ hostile streams -- */

/* Expands with exact allocations, so that sanitizers see every byte beyond. */
static bt_status expand_exactly(const uint8_t *wire, size_t wire_nbytes, size_t image_nbytes) {
    uint8_t *copy = malloc(wire_nbytes + 1), *image = malloc(image_nbytes + 1);
    memcpy(copy + 1, wire, wire_nbytes);
    const bt_status status = bt_wire_expand(image + 1, image_nbytes, copy + 1, wire_nbytes);
    free(copy);
    free(image);
    return status;
}

static void test_refuses_other_lengths(void) {
    uint8_t wire[2 * (8 + 136)], image[512];
    make_run(wire, image, BT_WIRE_LINEAR, 32, 1);
    make_run(wire + 144, image + 256, BT_WIRE_ROWS, 32, 8);
    CHECK_INT(expand_exactly(wire, 288, 512), BT_OK);
    for (uint32_t nbytes = 0; nbytes < 288; nbytes++) {
        CHECK_INT(expand_exactly(wire, nbytes, 512), BT_BAD_IMAGE);
        CHECK_INT(expand_exactly(wire, nbytes, 256), nbytes == 144 ? BT_OK : BT_BAD_IMAGE);
    }
    for (uint32_t nbytes = 0; nbytes < 600; nbytes++) {
        CHECK_INT(expand_exactly(wire, 288, nbytes), nbytes == 512 ? BT_OK : BT_BAD_IMAGE);
    }
}

static void test_refuses_each_wrong_field(void) {
    static const struct {
        uint32_t at, value;
    } changes[] = {{0, 3}, {0, 255}, {0, BT_WIRE_RAW}, {1, 0}, {1, 8}, {1, 64}, {2, 1}, {3, 1}, {4, 255}, {5, 0},
                   {5, 2}, {7, 255}, {8, 16}, {8, 0x80}, {15, 0xF0}};
    uint8_t wire[144], changed[144], image[256];
    make_run(wire, image, BT_WIRE_LINEAR, 32, 1);
    for (uint32_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        memcpy(changed, wire, sizeof wire);
        changed[changes[i].at] = (uint8_t)changes[i].value;
        CHECK_INT(expand_exactly(changed, sizeof changed, 256), BT_BAD_IMAGE);
    }
    make_run(wire, image, BT_WIRE_ROWS, 32, 1);
    wire[8] = 0xF0; /* -16 */
    CHECK_INT(expand_exactly(wire, 25, 32), BT_BAD_IMAGE);
    wire[8] = 0xF1; /* -15 */
    CHECK_INT(expand_exactly(wire, 25, 32), BT_OK);
}

static void test_reads_any_bytes_safely(void) {
    uint8_t wire[8 + 136 + 8 + 34];
    uint8_t image[256 + 64];
    uint32_t accepted = 0;
    for (uint32_t trial = 0; trial < 20000; trial++) {
        make_run(wire, image, BT_WIRE_LINEAR, 32, 1);
        make_run(wire + 144, image + 256, BT_WIRE_ROWS, 32, 2);
        for (uint32_t change = random_below(4); change > 0; change--) {
            wire[random_below(2) ? random_below(16) : random_below(sizeof wire)] = (uint8_t)random_below(256);
        }
        accepted += expand_exactly(wire, sizeof wire - random_below(2), sizeof image) == BT_OK;
    }
    CHECK(accepted > 1000 && accepted < 15000);
}

/* --------------------------------------------------------------------------------------------- rounding -- */

typedef enum { GAUSS, HEAVY, EQUAL, ALTERNATING, OUTLIER, ZERO, TINY, HUGE_VALUES, SHAPES } shape;

static void fill(float *w, uint32_t count, shape which) {
    for (uint32_t k = 0; k < count; k++) {
        const float g = gauss();
        const float values[] = {0.02f * g, 0.02f * g * g * g, 0.5f, k % 2 ? -1.0f : 1.0f, k == 5 ? 3.0f : 0.01f * g, 0,
                                1e-42f * g, 3e37f * g};
        w[k] = values[which];
    }
}

/* The bound as MODEL.md states it. */
static int obeys_bound(const int8_t *q, uint32_t columns, uint32_t depth) {
    for (uint32_t begin = 0; begin < columns; begin += 4 * depth) {
        int sums[2][2] = {{0}};
        for (uint32_t k = begin; k < begin + 4 * depth; k++) sums[k % 4 / 2][q[k] < 0] += abs(q[k]);
        for (int i = 0; i < 4; i++) {
            if (sums[i / 2][i % 2] > 258) return 0;
        }
    }
    return 1;
}

static void test_rounds_what_the_wire_carries(void) {
    static float w[768];
    static int8_t q[768], again[768], multipliers[48];
    static uint8_t wire[8 + 768];
    for (shape which = GAUSS; which < SHAPES; which++) {
        for (uint32_t depth = 1; depth <= 16; depth *= 2) {
            for (uint32_t columns = depth > 4 ? 64 : 48; columns <= 768; columns *= 4) {
                fill(w, columns, which);
                const float scale = bt_quantize_column_int4(q, multipliers, w, columns, depth);
                CHECK(isfinite(scale) && scale >= 0 && obeys_bound(q, columns, depth));
                CHECK(bt_wire_pack(wire, (const uint8_t *)q, columns, BT_WIRE_ROWS, bt_int4_group(columns)));
                CHECK(bt_quantize_column_int4(again, multipliers, w, columns, depth) == scale);
                CHECK(memcmp(q, again, columns) == 0);
                bt_quantize_row_int4(q, w, columns);
                CHECK(bt_wire_pack(wire, (const uint8_t *)q, columns, BT_WIRE_ROWS, bt_int4_group(columns)));
            }
        }
    }
}

static double relative_error(const int8_t *q, const float *w, uint32_t columns, double scale) {
    double error = 0, square = 0;
    for (uint32_t k = 0; k < columns; k++) {
        error += (w[k] - scale * q[k]) * (w[k] - scale * q[k]);
        square += (double)w[k] * w[k];
    }
    return sqrt(error / square);
}

/* Of gaussian weights, against 4-bit codes with a scale of any value, the best of many, for each group of 32. */
static void test_rounds_nearly_as_well_as_free_scales(void) {
    static float w[768];
    static int8_t q[768], free_q[32], multipliers[48];
    double found = 0, best = 0;
    for (int column = 0; column < 32; column++) {
        fill(w, 768, GAUSS);
        found += relative_error(q, w, 768, (double)bt_quantize_column_int4(q, multipliers, w, 768, 4)) / 32;
        for (uint32_t begin = 0; begin < 768; begin += 32) {
            double least = HUGE_VAL;
            for (double step = 0.002; step < 0.012; step *= 1.02) {
                for (uint32_t k = 0; k < 32; k++) {
                    free_q[k] = (int8_t)fmax(-7, fmin(7, rint(w[begin + k] / step)));
                }
                least = fmin(least, relative_error(free_q, w + begin, 32, step));
            }
            best += least / 24 / 32;
        }
    }
    printf("gaussian weights, 4 bits in groups of 32: relative error %.2f %%, with free scales %.2f %%\n", 100 * found,
           100 * best);
    CHECK(found < 1.01 * best);
}

int main(void) {
    test_expands_as_the_format_says();
    test_packs_what_it_can();
    test_refuses_other_lengths();
    test_refuses_each_wrong_field();
    test_reads_any_bytes_safely();
    test_rounds_what_the_wire_carries();
    test_rounds_nearly_as_well_as_free_scales();
    return test_end();
}
