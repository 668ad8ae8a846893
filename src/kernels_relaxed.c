/*
 * kernels_relaxed.c - the products with WebAssembly's relaxed SIMD; all else is kernels_simd128.c.
 *
 * Both kernels multiply 8-bit weights with 7-bit activations as they are stored, without widening either:
 *
 *     relaxed-dot    i32x4.relaxed_dot_i8x16_i7x16_add_s adds four products to each 32-bit sum. AVX-VNNI and ARM's dot
 *                    product extension have one instruction for it, other machines need five.
 *     relaxed-deep   i16x8.relaxed_dot_i8x16_i7x16_s adds two products, one instruction on every x86-64. Their sums
 *                    stay in 16 bits over as many quads of columns as a panel's depth says, then are widened once.
 *
 * "Relaxed" are the results for operands that this library never has: a second operand beyond 0..127, and pairs of
 * products beyond 16 bits. For ours, both instructions are exact on every machine (models/MODEL.md, section 3).
 */
#include "strict.h"

#include "kernels.h"

#ifdef __wasm_relaxed_simd__

#include <wasm_simd128.h>

#include "requantize.h"

/* kernels_wasm.S, by the rows of a tile that are wanted, less 1. */
typedef void multiply_tile(const uint8_t *tile, const int8_t *panel, uint32_t rounds, int32_t out[BT_TILE][BT_PANEL]);
multiply_tile bt_tile_dot4_1, bt_tile_dot4_2, bt_tile_dot4_3, bt_tile_dot4_4;
multiply_tile bt_tile_deep1_1, bt_tile_deep1_2, bt_tile_deep1_3, bt_tile_deep1_4;
multiply_tile bt_tile_deep4_1, bt_tile_deep4_2, bt_tile_deep4_3, bt_tile_deep4_4;
multiply_tile bt_tile_deep8_1, bt_tile_deep8_2, bt_tile_deep8_3, bt_tile_deep8_4;
static multiply_tile *const dot4[BT_TILE] = {bt_tile_dot4_1, bt_tile_dot4_2, bt_tile_dot4_3, bt_tile_dot4_4};
static multiply_tile *const deep1[BT_TILE] = {bt_tile_deep1_1, bt_tile_deep1_2, bt_tile_deep1_3, bt_tile_deep1_4};
static multiply_tile *const deep4[BT_TILE] = {bt_tile_deep4_1, bt_tile_deep4_2, bt_tile_deep4_3, bt_tile_deep4_4};
static multiply_tile *const deep8[BT_TILE] = {bt_tile_deep8_1, bt_tile_deep8_2, bt_tile_deep8_3, bt_tile_deep8_4};

/* --------------------------------------------------------------------------------------------- relaxed-dot -- */

void bt_tile_dot6(const uint8_t *tile, const int8_t *panel, uint32_t rounds, int32_t out[BT_TILE + 2][BT_PANEL],
                  const uint8_t *two);

/* One row or two, with this panel and the second. */
#define PAIR_ROWS 2
typedef void multiply_pair(const uint8_t *tile, const int8_t *panel, uint32_t rounds,
                           int32_t out[2][PAIR_ROWS][BT_PANEL], const int8_t *second);
multiply_pair bt_tile_pair_1, bt_tile_pair_2;
static multiply_pair *const pair[PAIR_ROWS] = {bt_tile_pair_1, bt_tile_pair_2};

/* Operands of a product with one panel. */
typedef struct {
    float *out; /* row 0, the panel's first output */
    size_t stride;
    const bt_activations *x;
    const bt_linear *linear;
    uint32_t panel;
    bt_epilogue epilogue;
} product;

static const int8_t *weights_of(const product *p) {
    return p->linear->weights + (size_t)p->panel * BT_PANEL * p->linear->columns;
}

static const uint8_t *row_of(const product *p, uint32_t r) {
    return (const uint8_t *)p->x->q + bt_activation_index(r, p->linear->columns);
}

/* As many of `rows` rows from r on as there are. */
static uint32_t wanted(const product *p, uint32_t r, uint32_t rows) {
    return p->x->rows - r < rows ? p->x->rows - r : rows;
}

static void requantize(const product *p, int32_t acc[][BT_PANEL], uint32_t r, uint32_t rows) {
    bt_requantize_rows(p->out + r * p->stride, p->stride, acc, p->x, r, rows, p->linear, p->panel, p->epilogue);
}

/* The tile at row r. */
static void multiply_four(const product *p, uint32_t r) {
    const uint32_t rows = wanted(p, r, BT_TILE);
    int32_t acc[BT_TILE][BT_PANEL];
    dot4[rows - 1](row_of(p, r), weights_of(p), p->linear->columns / 16, acc);
    requantize(p, acc, r, rows);
}

/* The tile at row r, and two rows, or the one there is, of a neighbour. */
static void multiply_six(const product *p, uint32_t r, uint32_t two) {
    int32_t acc[BT_TILE + 2][BT_PANEL];
    bt_tile_dot6(row_of(p, r), weights_of(p), p->linear->columns / 16, acc, row_of(p, two));
    requantize(p, acc, r, wanted(p, r, BT_TILE));
    requantize(p, acc + BT_TILE, two, wanted(p, two, 2));
}

/* Rows 0 .. rows - 1. Six at a time are fastest, and three tiles are twice six rows. */
static void multiply_rows(const product *p, uint32_t rows) {
    for (uint32_t r = 0; r < rows;) {
        const uint32_t left = rows - r;
        if (left > 10) {
            multiply_six(p, r, r + 4);
            multiply_six(p, r + 8, r + 6);
            r += 12;
        } else if (left == 5 || left == 6) {
            multiply_six(p, r, r + 4);
            r += 6;
        } else {
            multiply_four(p, r);
            r += BT_TILE;
        }
    }
}

/* The rows from r on with this panel and the next one. */
static void multiply_pair_of_panels(const product *p, uint32_t r) {
    const product next = {p->out + BT_PANEL, p->stride, p->x, p->linear, p->panel + 1, p->epilogue};
    const uint32_t rows = p->x->rows - r;
    int32_t acc[2][PAIR_ROWS][BT_PANEL];
    pair[rows - 1](row_of(p, r), weights_of(p), p->linear->columns / 16, acc, weights_of(&next));
    requantize(p, acc[0], r, rows);
    requantize(&next, acc[1], r, rows);
}

/* How many of the last rows go with pairs of panels: one or two beyond twelves, and beyond six more. */
static uint32_t rows_for_pairs(uint32_t rows) {
    const uint32_t beyond = rows % 6;
    return beyond <= 2 ? beyond : 0;
}

/* bt_kernels.matmul */
static void matmul_dot(float *out, size_t stride, const bt_activations *x, const bt_linear *linear, uint32_t first,
                       uint32_t last, bt_epilogue epilogue, void *scratch) {
    (void)scratch;
    product p = {out, stride, x, linear, first, epilogue};
    while (p.panel < last) {
        const uint32_t panels = last - p.panel > 1 ? 2 : 1;
        const uint32_t rows = panels == 2 ? x->rows - rows_for_pairs(x->rows) : x->rows;
        if (rows < x->rows) multiply_pair_of_panels(&p, rows);
        for (uint32_t i = 0; i < panels; i++, p.panel++, p.out += BT_PANEL) multiply_rows(&p, rows);
    }
}

/* -------------------------------------------------------------------------------------------- relaxed-deep -- */

/* What multiplies with a panel, and by how many columns in a round. Depth 16 gains nothing over 8, and 2 is rare. */
static multiply_tile *const *find_tiles(uint32_t depth, uint32_t *columns) {
    *columns = depth % 8 == 0 ? 32 : depth == 4 ? 16 : 4;
    return depth % 8 == 0 ? deep8 : depth == 4 ? deep4 : deep1;
}

static void matmul_deep(float *out, size_t stride, const bt_activations *x, const bt_linear *linear, uint32_t first,
                        uint32_t last, bt_epilogue epilogue, void *scratch) {
    (void)scratch;
    const uint32_t columns = linear->columns;
    for (uint32_t p = first; p < last; p++, out += BT_PANEL) {
        const int8_t *panel = linear->weights + (size_t)p * BT_PANEL * columns;
        uint32_t step;
        multiply_tile *const *multiply = find_tiles(linear->depth[p], &step);
        for (uint32_t r = 0; r < x->rows; r += BT_TILE) {
            const uint32_t rows = x->rows - r < BT_TILE ? x->rows - r : BT_TILE;
            int32_t acc[BT_TILE][BT_PANEL];
            multiply[rows - 1]((const uint8_t *)x->q + (size_t)r * columns, panel, columns / step, acc);
            bt_requantize_rows(out + r * stride, stride, acc, x, r, rows, linear, p, epilogue);
        }
    }
}

/* ------------------------------------------------------------------------------------------------- choice -- */

/*
 * What the engine makes of the dot product shows in results that the specification leaves open: 127 times the byte 0xFF
 * four times. The byte is 255 to AVX-VNNI (129540) and -1 to ARM (-508); where each pair is cut off at 32767, as
 * SSSE3's vpmaddubsw does (65534), the engine adds with three or four more instructions.
 */
const bt_kernels *bt_kernels_relaxed_best(void) {
    volatile int8_t byte = -1; /* so that no compiler answers by itself */
    const v128_t sum = wasm_i32x4_relaxed_dot_i8x16_i7x16_add(wasm_i8x16_const_splat(127), wasm_i8x16_splat(byte),
                                                              wasm_i32x4_const_splat(0));
    const int32_t result = wasm_i32x4_extract_lane(sum, 0);
    return result == 129540 || result == -508 ? &bt_kernels_relaxed_dot : &bt_kernels_relaxed_deep;
}

const bt_kernels bt_kernels_relaxed_dot = {
    .kernel = BT_KERNEL_RELAXED_DOT,
    .name = "relaxed-dot",
    .q_nbytes = 1,
    .quantize = bt_quantize_simd128,
    .matmul = matmul_dot,
    .layer_norm = bt_layer_norm_scalar,
    .attention = bt_attention_simd128,
    .check_panel = bt_check_panel_simd128,
};

const bt_kernels bt_kernels_relaxed_deep = {
    .kernel = BT_KERNEL_RELAXED_DEEP,
    .name = "relaxed-deep",
    .q_nbytes = 1,
    .quantize = bt_quantize_simd128,
    .matmul = matmul_deep,
    .layer_norm = bt_layer_norm_scalar,
    .attention = bt_attention_simd128,
    .check_panel = bt_check_panel_simd128,
};

#endif
