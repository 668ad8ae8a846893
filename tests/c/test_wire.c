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

static const bt_wire_layout LAYOUTS[] = {
    {BT_WIRE_RAW, 0, 0},      {BT_WIRE_LINEAR, 16, 0}, {BT_WIRE_LINEAR, 32, 0}, {BT_WIRE_GROUPS, 16, 0},
    {BT_WIRE_GROUPS, 32, 0},  {BT_WIRE_ROWS, 16, 48},  {BT_WIRE_ROWS, 32, 96},  {BT_WIRE_SHORTS, 0, 0},
};

enum { UNITS = 43, MOST_BYTES = 8 * 32 * UNITS, NUM_LAYOUTS = sizeof LAYOUTS / sizeof *LAYOUTS };

/* Random multipliers and codes, and what they mean. Returns the end on the wire. */
static uint8_t *make_weights(uint8_t *wire, uint8_t *image, const bt_wire_layout *layout) {
    const uint32_t groups = layout->kind == BT_WIRE_LINEAR ? 8 : 1, block = groups * layout->group;
    const uint8_t *multipliers = wire;
    for (uint32_t g = 0; g < groups; g++) *wire++ = (uint8_t)((int)random_below(31) - 15);
    fill_randomly(wire, block / 2);
    for (uint32_t i = 0; i < block; i++) {
        const int multiplier = (int8_t)multipliers[layout->kind == BT_WIRE_LINEAR ? i / 4 % 8 : 0];
        image[i] = (uint8_t)(multiplier * code_at(wire, layout->kind, i));
    }
    return wire + block / 2;
}

static uint8_t *make_rows(uint8_t *wire, uint8_t *image, const bt_wire_layout *layout, uint32_t rows) {
    uint8_t *marks = wire;
    memset(marks, 0, (rows + 7) / 8);
    wire += (rows + 7) / 8;
    for (uint32_t r = 0; r < rows; r++, image += layout->columns) {
        if (r > 0 && random_below(2)) {
            marks[r / 8] |= (uint8_t)(1u << r % 8);
            memcpy(image, image - layout->columns, layout->columns);
            continue;
        }
        for (uint32_t k = 0; k < layout->columns; k += layout->group) wire = make_weights(wire, image + k, layout);
    }
    return wire;
}

/* A run of random numbers, and what it means. Returns its bytes on the wire. */
static size_t make_run(uint8_t *wire, uint8_t *image, const bt_wire_layout *layout, uint32_t units) {
    const uint32_t unit = bt_wire_unit(layout), length = unit * units;
    const uint8_t header[] = {(uint8_t)layout->kind, (uint8_t)layout->group, (uint8_t)layout->columns, 0,
                              (uint8_t)length, (uint8_t)(length >> 8), 0, 0};
    memcpy(wire, header, sizeof header);
    uint8_t *end = wire + sizeof header;
    if (layout->kind == BT_WIRE_RAW) {
        fill_randomly(end, length);
        memcpy(image, end, length);
        return sizeof header + length;
    }
    if (layout->kind == BT_WIRE_SHORTS) {
        fill_randomly(end, length / 2);
        memset(image, 0, length);
        for (uint32_t i = 0; i < length / 2; i++) image[i / 2 * 4 + i % 2] = end[i];
        return sizeof header + length / 2;
    }
    if (layout->kind == BT_WIRE_ROWS) return (size_t)(make_rows(end, image, layout, units) - wire);
    for (uint32_t u = 0; u < units; u++) end = make_weights(end, image + u * unit, layout);
    return (size_t)(end - wire);
}

static void test_expands_as_the_format_says(void) {
    static uint8_t wire[NUM_LAYOUTS * (MOST_BYTES + 8)], image[NUM_LAYOUTS * MOST_BYTES], expanded[sizeof image];
    size_t wire_nbytes = 0, image_nbytes = 0;
    for (uint32_t i = 0; i < NUM_LAYOUTS; i++) {
        wire_nbytes += make_run(wire + wire_nbytes, image + image_nbytes, &LAYOUTS[i], UNITS);
        image_nbytes += bt_wire_unit(&LAYOUTS[i]) * UNITS;
    }
    CHECK_INT(bt_wire_expand(expanded, image_nbytes, wire, wire_nbytes), BT_OK);
    CHECK(memcmp(expanded, image, image_nbytes) == 0);
    CHECK_INT(bt_wire_expand(expanded, 0, wire, 0), BT_OK);
}

/* What is packed means the same bytes, takes no more room than promised, and is as short as the format allows. */
static void test_packs_what_it_can(void) {
    static uint8_t made[MOST_BYTES + 8], wire[MOST_BYTES + 9], image[MOST_BYTES], expanded[MOST_BYTES];
    for (uint32_t i = 0; i < NUM_LAYOUTS; i++) {
        const bt_wire_layout *layout = &LAYOUTS[i];
        if (layout->kind == BT_WIRE_GROUPS) continue;
        const uint32_t length = bt_wire_unit(layout) * UNITS;
        const size_t made_nbytes = make_run(made, image, layout, UNITS);
        memset(wire, 0xA5, sizeof wire);
        const size_t nbytes = bt_wire_pack(wire, image, length, layout);
        CHECK(nbytes > 0 && nbytes <= made_nbytes);
        CHECK(wire[length + 8] == 0xA5);
        CHECK_INT(bt_wire_expand(expanded, length, wire, nbytes), BT_OK);
        CHECK(memcmp(expanded, image, length) == 0);
        if (layout->kind == BT_WIRE_RAW) continue;
        image[layout->kind == BT_WIRE_SHORTS ? 2 : 0] = 127;
        CHECK(bt_wire_pack(wire, image, length, layout) == 0);
    }
}

/* Rows that repeat cost a bit; others that are equal, but not neighbours, all they cost. */
static void test_rows_that_repeat_cost_a_bit(void) {
    enum { COLUMNS = 64, ROWS = 20, ROW_ON_WIRE = COLUMNS / 32 + COLUMNS / 2 };
    const bt_wire_layout layout = {BT_WIRE_ROWS, 32, COLUMNS};
    static uint8_t wire[8 + ROWS * COLUMNS], image[ROWS * COLUMNS];
    for (uint32_t r = 0; r < ROWS; r++) memset(image + r * COLUMNS, r < 18 ? 3 : r < 19 ? 6 : 4, COLUMNS);
    CHECK_INT((int)bt_wire_pack(wire, image, sizeof image, &layout), 8 + 3 + 3 * ROW_ON_WIRE);
    for (uint32_t r = 0; r < ROWS; r++) memset(image + r * COLUMNS, r % 2 ? 3 : 5, COLUMNS);
    CHECK_INT((int)bt_wire_pack(wire, image, sizeof image, &layout), 8 + 3 + ROWS * ROW_ON_WIRE);
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

static const bt_wire_layout PANELS = {BT_WIRE_LINEAR, 32, 0}, ROWS = {BT_WIRE_ROWS, 32, 32};

static void test_refuses_other_lengths(void) {
    uint8_t wire[2 * (8 + 136)], image[512];
    make_run(wire, image, &PANELS, 1);
    make_run(wire + 144, image + 256, &(bt_wire_layout){BT_WIRE_GROUPS, 32, 0}, 8);
    CHECK_INT(expand_exactly(wire, 288, 512), BT_OK);
    for (uint32_t nbytes = 0; nbytes < 288; nbytes++) {
        CHECK_INT(expand_exactly(wire, nbytes, 512), BT_BAD_IMAGE);
        CHECK_INT(expand_exactly(wire, nbytes, 256), nbytes == 144 ? BT_OK : BT_BAD_IMAGE);
    }
    for (uint32_t nbytes = 0; nbytes < 600; nbytes++) {
        CHECK_INT(expand_exactly(wire, 288, nbytes), nbytes == 512 ? BT_OK : BT_BAD_IMAGE);
    }
    const size_t whole = make_run(wire, image, &ROWS, 10);
    for (uint32_t nbytes = 0; nbytes <= whole; nbytes++) {
        CHECK_INT(expand_exactly(wire, nbytes, 320), nbytes == whole ? BT_OK : BT_BAD_IMAGE);
    }
}

static void test_refuses_each_wrong_field(void) {
    static const struct {
        uint32_t at, value;
    } changes[] = {{0, 5}, {0, 255}, {0, BT_WIRE_RAW}, {0, BT_WIRE_ROWS}, {0, BT_WIRE_SHORTS}, {1, 0}, {1, 8}, {1, 64},
                   {2, 1}, {2, 32}, {3, 1}, {4, 255}, {5, 0}, {5, 2}, {7, 255}, {8, 16}, {8, 0x80}, {15, 0xF0}};
    uint8_t wire[144], changed[144], image[256];
    make_run(wire, image, &PANELS, 1);
    for (uint32_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        memcpy(changed, wire, sizeof wire);
        changed[changes[i].at] = (uint8_t)changes[i].value;
        CHECK_INT(expand_exactly(changed, sizeof changed, 256), BT_BAD_IMAGE);
    }
    make_run(wire, image, &(bt_wire_layout){BT_WIRE_GROUPS, 32, 0}, 1);
    wire[8] = 0xF0; /* -16 */
    CHECK_INT(expand_exactly(wire, 25, 32), BT_BAD_IMAGE);
    wire[8] = 0xF1; /* -15 */
    CHECK_INT(expand_exactly(wire, 25, 32), BT_OK);
    /* What would be multipliers of -16 are numbers elsewhere. */
    memset(wire, 0xF0, sizeof wire);
    memcpy(wire, (uint8_t[]){BT_WIRE_SHORTS, 0, 0, 0, 8, 0, 0, 0}, 8);
    CHECK_INT(expand_exactly(wire, 12, 8), BT_OK);
    wire[4] = 6;
    CHECK_INT(expand_exactly(wire, 11, 6), BT_BAD_IMAGE);
}

static void test_refuses_marks_out_of_order(void) {
    const size_t row = 17;
    uint8_t wire[8 + 2 + 9 * 17], image[9 * 32];
    const uint8_t header[] = {BT_WIRE_ROWS, 32, 32, 0, 0x20, 1, 0, 0};
    memset(wire, 1, sizeof wire);
    memcpy(wire, header, sizeof header);
    wire[8] = wire[9] = 0;
    CHECK_INT(expand_exactly(wire, sizeof wire, sizeof image), BT_OK);
    wire[8] = 2; /* the second row again */
    CHECK_INT(expand_exactly(wire, sizeof wire, sizeof image), BT_BAD_IMAGE);
    CHECK_INT(expand_exactly(wire, sizeof wire - row, sizeof image), BT_OK);
    wire[8] = 1; /* nothing is before the first */
    CHECK_INT(expand_exactly(wire, sizeof wire - row, sizeof image), BT_BAD_IMAGE);
    wire[8] = 0;
    wire[9] = 2; /* there is no tenth */
    CHECK_INT(expand_exactly(wire, sizeof wire, sizeof image), BT_BAD_IMAGE);
    CHECK_INT(expand_exactly(wire, sizeof wire - row, sizeof image), BT_BAD_IMAGE);
}

static void test_reads_any_bytes_safely(void) {
    uint8_t wire[2 * (8 + 136)];
    uint8_t image[512];
    uint32_t accepted = 0;
    for (uint32_t trial = 0; trial < 20000; trial++) {
        size_t nbytes = make_run(wire, image, &PANELS, 1);
        nbytes += make_run(wire + nbytes, image + 256, &ROWS, 2);
        for (uint32_t change = random_below(4); change > 0; change--) {
            wire[random_below(2) ? random_below(16) : random_below((uint32_t)nbytes)] = (uint8_t)random_below(256);
        }
        accepted += expand_exactly(wire, nbytes - random_below(2), 256 + 64) == BT_OK;
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
                const bt_wire_layout row = {BT_WIRE_ROWS, bt_int4_group(columns), columns};
                CHECK(bt_wire_pack(wire, (const uint8_t *)q, columns, &row));
                CHECK(bt_quantize_column_int4(again, multipliers, w, columns, depth) == scale);
                CHECK(memcmp(q, again, columns) == 0);
                bt_quantize_row_int4(q, w, columns);
                CHECK(bt_wire_pack(wire, (const uint8_t *)q, columns, &row));
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
    test_rows_that_repeat_cost_a_bit();
    test_refuses_other_lengths();
    test_refuses_each_wrong_field();
    test_refuses_marks_out_of_order();
    test_reads_any_bytes_safely();
    test_rounds_what_the_wire_carries();
    test_rounds_nearly_as_well_as_free_scales();
    return test_end();
}
