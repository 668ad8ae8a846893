/*
 * kernels_wasm.S - the inner loops of the products for WebAssembly: tiles of 4 rows x 8 outputs.
 *
 * void bt_tile_<kind>_<rows>(const void *tile, const void *panel, uint32_t rounds, int32_t out[4][8])
 *
 *   rows    1 to 4: so many of the tile's rows are computed, as the last tile is seldom full. Fewer cost less: 1 about
 *           two fifths, 2 half, 3 three quarters.
 *
 *   tile    activations [quads][4 rows][4], 0..127        (struct bt_activations, kernels.h)
 *   panel   weights     [quads][8 outputs][4], -127..127  (struct bt_linear, model.h)
 *   rounds  how often the loop runs, at least once; each takes as many quads of columns as the name says
 *   out     becomes the sums of products, exactly; of those rows
 *
 *   bt_tile_wide1         i32x4.dot_i16x8_s. Both operands are widened to 16 bits, and of the panel the halves of each
 *                         quad stand apart: [quads][2][8 outputs][2].
 *   bt_tile_mul1, 4       i16x8.mul, of rows 1 and 2 at most; see there
 *   bt_tile_dot4          i32x4.relaxed_dot_i8x16_i7x16_add_s: sums in 32 bits
 *   bt_tile_dot6          the same for six rows, see there
 *   bt_tile_pair          the same for one or two rows and two panels, see there
 *   bt_tile_deep1, 4, 8   i16x8.relaxed_dot_i8x16_i7x16_s: pairs of products in 16 bits; those of 1, 4 or 8 quads are
 *                         added before they are widened. The panel must obey the 16-bit bound (models/MODEL.md) of that
 *                         depth or of a multiple of it: part of a group never has larger sums than the whole.
 *
 * Why assembly: all depends on the order. A quad's weights (2 registers) meet each row's activations (1 register) while
 * 8 sums stay where they are: 11 registers, of 15 that engines have on x86-64. (The deep kernels' 8 sums in 32 bits are
 * wanted once a round; engines may keep them on the stack.) LLVM, given the same in C, computes one sum after another,
 * so that all weights of a round are live at once, on the stack. Binaryen's simplify-locals does the same to what the
 * assembler wrote, so the modules are not optimized with it, which costs 0.3 to 0.7 KB under brotli. GMAC/s in Chromium
 * 156 on a Zen 4 core, one thread, 32 x 768 x 768, best rounds of several runs on a busy machine:
 *
 *                                     wide1    deep4    deep8
 *     C, unrolled                         -       60       47
 *     C, a loop over quads               35       58       69
 *     this file, binaryen's order         -        -       64
 *     this file                          40       74       82
 *
 * Names of locals are numbers in this language; the preprocessor gives them names.
 */
#ifdef __wasm_simd128__

#define TILE 0
#define PANEL 1
#define ROUNDS 2
#define OUT 3
#define ONES 4 /* eight times 1: a dot product with it adds neighbours */
#define W0 5   /* weights of outputs 0..3 and 4..7 */
#define W1 6
#define X 7    /* activations of one row */
/* 8..15: sums in 16 bits (row 0 outputs 0..3, row 0 outputs 4..7, row 1 ...); 16..23: sums in 32 bits */

#define LOAD_ROW(at) local.get TILE; v128.load32_splat at; local.set X

#define ROW_WIDE(at, s0, s1, c0, c1) LOAD_ROW(at); \
    local.get c0; local.get W0; local.get X; i32x4.dot_i16x8_s; i32x4.add; local.set c0; \
    local.get c1; local.get W1; local.get X; i32x4.dot_i16x8_s; i32x4.add; local.set c1
#define PAIRS(w) local.get w; local.get X; i16x8.relaxed_dot_i8x16_i7x16_s
#define ROW_SET(at, s0, s1, c0, c1) LOAD_ROW(at); PAIRS(W0); local.set s0; PAIRS(W1); local.set s1
#define ROW_ADD(at, s0, s1, c0, c1) LOAD_ROW(at); \
    local.get s0; PAIRS(W0); i16x8.add; local.set s0; \
    local.get s1; PAIRS(W1); i16x8.add; local.set s1
#define DOT(c0, c1) \
    local.get W0; local.get X; local.get c0; i32x4.relaxed_dot_i8x16_i7x16_add_s; local.set c0; \
    local.get W1; local.get X; local.get c1; i32x4.relaxed_dot_i8x16_i7x16_add_s; local.set c1
#define ROW_DOT(at, s0, s1, c0, c1) LOAD_ROW(at); DOT(c0, c1)

/* The first N rows of a tile, and 8 registers for the sums of each: s0 and s1 in 16 bits, c0 and c1 in 32. */
#define ROWS_1(ROW, x0, x1, x2, x3) ROW(x0, 8, 9, 16, 17)
#define ROWS_2(ROW, x0, x1, x2, x3) ROWS_1(ROW, x0, x1, x2, x3); ROW(x1, 10, 11, 18, 19)
#define ROWS_3(ROW, x0, x1, x2, x3) ROWS_2(ROW, x0, x1, x2, x3); ROW(x2, 12, 13, 20, 21)
#define ROWS_4(ROW, x0, x1, x2, x3) ROWS_3(ROW, x0, x1, x2, x3); ROW(x3, 14, 15, 22, 23)

/* Numbers are byte offsets of the quad's weights and of its rows. */
#define QUAD(N, ROW, w0, w1, x0, x1, x2, x3) \
    local.get PANEL; v128.load w0; local.set W0; local.get PANEL; v128.load w1; local.set W1; \
    ROWS_##N(ROW, x0, x1, x2, x3)
#define QUAD_0(N, ROW) QUAD(N, ROW, 0, 16, 0, 4, 8, 12)
#define QUADS_1_TO_3(N, ROW) \
    QUAD(N, ROW, 32, 48, 16, 20, 24, 28); QUAD(N, ROW, 64, 80, 32, 36, 40, 44); QUAD(N, ROW, 96, 112, 48, 52, 56, 60)
#define QUADS_4_TO_7(N, ROW) \
    QUAD(N, ROW, 128, 144, 64, 68, 72, 76); QUAD(N, ROW, 160, 176, 80, 84, 88, 92); \
    QUAD(N, ROW, 192, 208, 96, 100, 104, 108); QUAD(N, ROW, 224, 240, 112, 116, 120, 124)

#define WIDEN(s, c) local.get s; local.get ONES; i32x4.dot_i16x8_s; local.get c; i32x4.add; local.set c
#define ROW_WIDEN(at, s0, s1, c0, c1) WIDEN(s0, c0); WIDEN(s1, c1)
#define STORE(c, at) local.get OUT; local.get c; v128.store at
#define STORE_1 STORE(16, 0); STORE(17, 16)
#define STORE_2 STORE_1; STORE(18, 32); STORE(19, 48)
#define STORE_3 STORE_2; STORE(20, 64); STORE(21, 80)
#define STORE_4 STORE_3; STORE(22, 96); STORE(23, 112)

#define BEGIN(name) \
    .section .text.name,"",@; .hidden name; .globl name; .type name,@function; \
    name: .functype name (i32, i32, i32, i32) -> (); \
    .local v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, \
           v128, v128, v128, v128, v128, v128, v128, v128, v128, v128; \
    v128.const 1, 1, 1, 1, 1, 1, 1, 1; local.set ONES; \
    loop
#define NEXT(tile_nbytes, panel_nbytes) \
    local.get TILE; i32.const tile_nbytes; i32.add; local.set TILE; \
    local.get PANEL; i32.const panel_nbytes; i32.add; local.set PANEL; \
    local.get ROUNDS; i32.const -1; i32.add; local.tee ROUNDS; br_if 0; \
    end_loop
#define END(N, tile_nbytes, panel_nbytes) NEXT(tile_nbytes, panel_nbytes); STORE_##N; end_function
#define FOR_ALL_ROWS(KIND) KIND(1); KIND(2); KIND(3); KIND(4)

#define WIDE1(N) BEGIN(bt_tile_wide1_##N); \
    QUAD(N, ROW_WIDE, 0, 16, 0, 8, 16, 24); \
    QUAD(N, ROW_WIDE, 32, 48, 4, 12, 20, 28); \
    END(N, 32, 64)
FOR_ALL_ROWS(WIDE1)

/*
 * bt_tile_mul<quads>_<rows>: one or two rows of a tile, the first of which `tile` points to. Both operands are widened
 * to 16 bits, in the order that they have as bytes: panel [quads][8 outputs][4]. Each lane adds the products of one
 * column of each of 1 or 4 quads in 16 bits, which are part of a lane group of the 16-bit bound.
 *
 * For ARM, where a dot product of 16-bit numbers takes three instructions (smull, smull2, addp) and a sum, for eight
 * products in all; here they take a product, a sum, and a quarter of two more. On x86-64 it is the other way round, 8
 * to 9.
 */
#define W2 4 /* in place of ONES */
#define W3 24
#define PRODUCT(w) local.get w; local.get X; i16x8.mul
#define SET_PRODUCT(s, w) PRODUCT(w); local.set s
#define ADD_PRODUCT(s, w) local.get s; PRODUCT(w); i16x8.add; local.set s
#define ROW_MUL(EACH, at, s0, s1, s2, s3) \
    local.get TILE; v128.load64_splat at; local.set X; EACH(s0, W0); EACH(s1, W1); EACH(s2, W2); EACH(s3, W3)
#define MULS_1(EACH, at, next) ROW_MUL(EACH, at, 8, 9, 10, 11)
#define MULS_2(EACH, at, next) MULS_1(EACH, at, next); ROW_MUL(EACH, next, 12, 13, 14, 15)
#define QUAD_MUL(N, EACH, w0, w1, w2, w3, at, next) \
    local.get PANEL; v128.load w0; local.set W0; local.get PANEL; v128.load w1; local.set W1; \
    local.get PANEL; v128.load w2; local.set W2; local.get PANEL; v128.load w3; local.set W3; \
    MULS_##N(EACH, at, next)
#define WIDEN_PAIRS(s, c) local.get s; i32x4.extadd_pairwise_i16x8_s; local.get c; i32x4.add; local.set c
#define WIDEN_FOUR(s0, s1, s2, s3, c0, c1, c2, c3) \
    WIDEN_PAIRS(s0, c0); WIDEN_PAIRS(s1, c1); WIDEN_PAIRS(s2, c2); WIDEN_PAIRS(s3, c3)
#define WIDEN_MULS_1 WIDEN_FOUR(8, 9, 10, 11, 16, 17, 18, 19)
#define WIDEN_MULS_2 WIDEN_MULS_1; WIDEN_FOUR(12, 13, 14, 15, 20, 21, 22, 23)
/* Of two registers with the sums of two outputs each, in halves: the four sums. */
#define STORE_FOUR(c0, c1, at) local.get OUT; \
    local.get c0; local.get c1; i8x16.shuffle 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27; \
    local.get c0; local.get c1; i8x16.shuffle 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31; \
    i32x4.add; v128.store at
#define STORE_MULS_1 STORE_FOUR(16, 17, 0); STORE_FOUR(18, 19, 16)
#define STORE_MULS_2 STORE_MULS_1; STORE_FOUR(20, 21, 32); STORE_FOUR(22, 23, 48)
#define BEGIN_MUL(name) \
    .section .text.name,"",@; .hidden name; .globl name; .type name,@function; \
    name: .functype name (i32, i32, i32, i32) -> (); \
    .local v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, v128, \
           v128, v128, v128, v128, v128, v128, v128, v128, v128, v128; \
    loop
#define END_MUL(N, tile_nbytes, panel_nbytes) \
    WIDEN_MULS_##N; NEXT(tile_nbytes, panel_nbytes); STORE_MULS_##N; end_function

#define MUL1(N) BEGIN_MUL(bt_tile_mul1_##N); \
    QUAD_MUL(N, SET_PRODUCT, 0, 16, 32, 48, 0, 8); \
    END_MUL(N, 32, 64)
MUL1(1); MUL1(2)

#define MUL4(N) BEGIN_MUL(bt_tile_mul4_##N); \
    QUAD_MUL(N, SET_PRODUCT, 0, 16, 32, 48, 0, 8); \
    QUAD_MUL(N, ADD_PRODUCT, 64, 80, 96, 112, 32, 40); \
    QUAD_MUL(N, ADD_PRODUCT, 128, 144, 160, 176, 64, 72); \
    QUAD_MUL(N, ADD_PRODUCT, 192, 208, 224, 240, 96, 104); \
    END_MUL(N, 128, 256)
MUL4(1); MUL4(2)

#ifdef __wasm_relaxed_simd__

#define DOT4(N) BEGIN(bt_tile_dot4_##N); \
    QUAD_0(N, ROW_DOT); \
    QUADS_1_TO_3(N, ROW_DOT); \
    END(N, 64, 128)
FOR_ALL_ROWS(DOT4)

/*
 * void bt_tile_dot6(const void *tile, const void *panel, uint32_t rounds, int32_t out[6][8], const void *two)
 *
 * A whole tile, and two rows of another one: two points to the first quad of the first of them. Their sums come last.
 *
 * A processor with one instruction for the four products can begin two of them at a time and has each result five
 * steps later, so 8 sums keep it waiting; 12 sums, weights and activations are all 15 registers. GMAC/s of this loop
 * alone, in Chromium 156 on a Xeon with AVX-VNNI that had other work: 4 rows 61, 5 rows 72, 6 rows 77; 2 rows by 16
 * outputs 66; 3 by 12 69.
 */
#define TWO 4 /* in place of ONES */
#define ROW_OF_TWO(at, c0, c1) local.get TWO; v128.load32_splat at; local.set X; DOT(c0, c1)
#define QUAD_OF_SIX(w0, w1, x0, x1, x2, x3) \
    QUAD(4, ROW_DOT, w0, w1, x0, x1, x2, x3); ROW_OF_TWO(x0, 8, 9); ROW_OF_TWO(x1, 10, 11)
    .section .text.bt_tile_dot6,"",@
    .hidden bt_tile_dot6
    .globl bt_tile_dot6
    .type bt_tile_dot6,@function
bt_tile_dot6:
    .functype bt_tile_dot6 (i32, i32, i32, i32, i32) -> ()
    .local v128, v128, v128, v128, v128, v128, v128, v128, v128, \
           v128, v128, v128, v128, v128, v128, v128, v128, v128, v128
    loop
    QUAD_OF_SIX(0, 16, 0, 4, 8, 12)
    QUAD_OF_SIX(32, 48, 16, 20, 24, 28)
    QUAD_OF_SIX(64, 80, 32, 36, 40, 44)
    QUAD_OF_SIX(96, 112, 48, 52, 56, 60)
    local.get TWO; i32.const 64; i32.add; local.set TWO
    NEXT(64, 128)
    STORE_4; STORE(8, 128); STORE(9, 144); STORE(10, 160); STORE(11, 176)
    end_function

/*
 * void bt_tile_pair_<rows>(const void *tile, const void *panel, uint32_t rounds, int32_t out[2][2][8],
 *                          const void *second)
 *
 * One row or two of a tile, the first of which `tile` points to, times two panels: out[panel][row]. Twice as many sums
 * at a time as one panel has for so few rows. GMAC/s beside bt_tile_dot4_<rows>, 768 x 768, on the same Xeon: one row
 * 26 and 19, two rows 60 and 39. Three rows gain nothing.
 */
#define SECOND 4 /* in place of ONES */
#define ROW_DOT_SECOND(at, s0, s1, c0, c1) LOAD_ROW(at); DOT(s0, s1)
#define QUAD_OF_PAIR(N, w0, w1, x0, x1) \
    QUAD(N, ROW_DOT, w0, w1, x0, x1, 0, 0); \
    local.get SECOND; v128.load w0; local.set W0; local.get SECOND; v128.load w1; local.set W1; \
    ROWS_##N(ROW_DOT_SECOND, x0, x1, 0, 0)
#define STORE_SECOND_1 STORE(8, 64); STORE(9, 80)
#define STORE_SECOND_2 STORE_SECOND_1; STORE(10, 96); STORE(11, 112)
#define PAIR(N) \
    .section .text.bt_tile_pair_##N,"",@; \
    .hidden bt_tile_pair_##N; .globl bt_tile_pair_##N; .type bt_tile_pair_##N,@function; \
    bt_tile_pair_##N: .functype bt_tile_pair_##N (i32, i32, i32, i32, i32) -> (); \
    .local v128, v128, v128, v128, v128, v128, v128, \
           v128, v128, v128, v128, v128, v128, v128, v128; \
    loop; \
    QUAD_OF_PAIR(N, 0, 16, 0, 4); \
    QUAD_OF_PAIR(N, 32, 48, 16, 20); \
    QUAD_OF_PAIR(N, 64, 80, 32, 36); \
    QUAD_OF_PAIR(N, 96, 112, 48, 52); \
    local.get SECOND; i32.const 128; i32.add; local.set SECOND; \
    NEXT(64, 128); STORE_##N; STORE_SECOND_##N; end_function
PAIR(1); PAIR(2)

#define WIDEN_ALL(N) ROWS_##N(ROW_WIDEN, 0, 0, 0, 0)

#define DEEP1(N) BEGIN(bt_tile_deep1_##N); \
    QUAD_0(N, ROW_SET); \
    WIDEN_ALL(N); \
    END(N, 16, 32)
FOR_ALL_ROWS(DEEP1)

#define DEEP4(N) BEGIN(bt_tile_deep4_##N); \
    QUAD_0(N, ROW_SET); \
    QUADS_1_TO_3(N, ROW_ADD); \
    WIDEN_ALL(N); \
    END(N, 64, 128)
FOR_ALL_ROWS(DEEP4)

#define DEEP8(N) BEGIN(bt_tile_deep8_##N); \
    QUAD_0(N, ROW_SET); \
    QUADS_1_TO_3(N, ROW_ADD); \
    QUADS_4_TO_7(N, ROW_ADD); \
    WIDEN_ALL(N); \
    END(N, 128, 256)
FOR_ALL_ROWS(DEEP8)

#endif
#endif
