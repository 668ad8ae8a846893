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

/* kernels_wasm.S */
void bt_tile_deep1(const uint8_t *tile, const int8_t *panel, uint32_t rounds, int32_t out[BT_TILE][BT_PANEL]);
void bt_tile_deep4(const uint8_t *tile, const int8_t *panel, uint32_t rounds, int32_t out[BT_TILE][BT_PANEL]);
void bt_tile_deep8(const uint8_t *tile, const int8_t *panel, uint32_t rounds, int32_t out[BT_TILE][BT_PANEL]);
void bt_tile_dot4(const uint8_t *tile, const int8_t *panel, uint32_t rounds, int32_t out[BT_TILE][BT_PANEL]);

/* Depth 16 gains nothing over 8, and 2 is rare. */
static inline void multiply_deep(int32_t acc[BT_TILE][BT_PANEL], const uint8_t *tile, const int8_t *panel,
                                 uint32_t columns, uint32_t depth) {
    if (depth % 8 == 0) bt_tile_deep8(tile, panel, columns / 32, acc);
    else if (depth == 4) bt_tile_deep4(tile, panel, columns / 16, acc);
    else bt_tile_deep1(tile, panel, columns / 4, acc);
}

/* bt_kernels.matmul; deep is a constant where this is inlined. */
static inline void matmul(float *out, size_t stride, const bt_activations *x, const bt_linear *linear, uint32_t first,
                          uint32_t last, bt_epilogue epilogue, bool deep) {
    const uint32_t columns = linear->columns;
    for (uint32_t p = first; p < last; p++, out += BT_PANEL) {
        const int8_t *panel = linear->weights + (size_t)p * BT_PANEL * columns;
        for (uint32_t r = 0; r < x->rows; r += BT_TILE) {
            const uint8_t *tile = (const uint8_t *)x->q + (size_t)r * columns;
            int32_t acc[BT_TILE][BT_PANEL];
            if (deep) multiply_deep(acc, tile, panel, columns, linear->depth[p]);
            else bt_tile_dot4(tile, panel, columns / 16, acc);
            bt_requantize_tile(out + r * stride, stride, acc, x, r, linear, p, epilogue);
        }
    }
}

static void matmul_dot(float *out, size_t stride, const bt_activations *x, const bt_linear *linear, uint32_t first,
                       uint32_t last, bt_epilogue epilogue, void *scratch) {
    (void)scratch;
    matmul(out, stride, x, linear, first, last, epilogue, false);
}

static void matmul_deep(float *out, size_t stride, const bt_activations *x, const bt_linear *linear, uint32_t first,
                        uint32_t last, bt_epilogue epilogue, void *scratch) {
    (void)scratch;
    matmul(out, stride, x, linear, first, last, epilogue, true);
}

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
