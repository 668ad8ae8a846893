/*
 * kernels.h - the loops in which the time goes; each exists for several instruction sets, with the same bits.
 *
 * A function's last word is its instruction set. The portable one, _scalar, is always there and is the definition; the
 * arithmetic is models/MODEL.md's, section 3, to the bit. A bt_kernels holds one full set, chosen once per session;
 * a set takes the portable function wherever compilers vectorise it well enough by themselves.
 *
 * Everything is written such that parts of the work can be done in any order and by anyone: rows, panels of outputs and
 * heads are independent of each other.
 */
#ifndef BT_KERNELS_H
#define BT_KERNELS_H

#include <stdbool.h>

#include "elementary.h"
#include "model.h"

/* A tile of activations has this many rows, a panel of weights this many outputs. */
#define BT_TILE 4
#define BT_PANEL 8

/* Spikes of a row, its numbers of largest magnitude. They are multiplied as floats and leave the 7 bits to the rest: in
 * transformers, single numbers are up to a hundred times larger than all others of their row. */
#define BT_SPIKES 2
typedef struct {
    float value;
    uint32_t column;
} bt_spike;

/* Rows of activations, quantised for one linear layer. Rows beyond `rows`, up to a full tile, are 0. */
typedef struct {
    void *q;       /* [tiles][K/4][4][4]: tile, quad of columns, row within the tile, column within the quad; 0..127, in
                      bytes or, for sets whose products want them wide, in 16 bits */
    float *scale;  /* [tiles * 4] */
    int32_t *zero; /* [tiles * 4] 0..127, what 0.0 became, and spikes */
    bt_spike (*spikes)[BT_SPIKES]; /* [tiles * 4] */
    uint32_t rows; /* 1 or more; tiles = rows / 4, rounded up */
} bt_activations;

/* Index of row r's first quad in q; the next one is 16 values further. */
static inline size_t bt_activation_index(uint32_t r, uint32_t columns) {
    return (size_t)(r / BT_TILE) * BT_TILE * columns + (size_t)(r % BT_TILE) * 4;
}

/* What becomes of a product y: */
typedef enum {
    BT_STORE, /* out = y */
    BT_GELU,  /* out = gelu(y) */
    BT_ADD    /* out = out + y, the residual */
} bt_epilogue;

/* The operands of one head of attention within one text. Strides are in floats, from one row to the next. */
typedef struct {
    float *out;         /* [queries][head_size], may be the same memory as q */
    const float *q;     /* [queries][head_size], same stride as out */
    const float *k;     /* [rows][head_size] */
    const float *v;     /* [rows][head_size], same stride as k */
    float *scratch;     /* bt_attention_scratch_nbytes(rows) bytes, one for each thread */
    size_t q_stride;
    size_t kv_stride;
    uint32_t queries;
    uint32_t rows;
    uint32_t head_size; /* multiple of 4 */
    float factor;       /* 1 / sqrt(head_size) */
} bt_attention;

typedef struct {
    bt_kernel kernel;
    const char *name;

    size_t q_nbytes; /* of a quantised activation: 1 or 2 */

    /*
     * Quantises tile number `tile` of x->rows rows of `in` for `linear`: gathers the source channels, multiplies with
     * the factors, takes out the spikes, and packs.
     * in: [rows] of linear->sources floats, `stride` floats apart.
     * scratch: bt_scratch_nbytes() bytes.
     */
    void (*quantize)(bt_activations *x, uint32_t tile, const float *in, size_t stride, const bt_linear *linear,
                     void *scratch);

    /*
     * out[r][8 (p - first) + n] for the panels p = first .. last - 1 of `linear`, n = 0 .. 7 and all rows r of x, which
     * was quantised for this layer. Rows of out are `stride` floats apart.
     * scratch: bt_scratch_nbytes() bytes.
     */
    void (*matmul)(float *out, size_t stride, const bt_activations *x, const bt_linear *linear, uint32_t first,
                   uint32_t last, bt_epilogue epilogue, void *scratch);

    /* x = LayerNorm(x) in place; x: [rows][n], n a multiple of 4. */
    void (*layer_norm)(float *x, uint32_t rows, uint32_t n, const bt_norm *norm, float eps);

    /* out[i] = softmax over j of (q[i] . k[j] factor), times v. */
    void (*attention)(const bt_attention *a);

    /*
     * True if a panel of weights ([columns/4][8][4]) obeys the 16-bit bound at this depth and has no -128; its eight
     * sums are written then. depth: a divisor of columns / 4.
     */
    bool (*check_panel)(int32_t colsum[BT_PANEL], const int8_t *panel, uint32_t columns, uint32_t depth);
} bt_kernels;

/* The set of this number; NULL if the build lacks it. BT_KERNEL_BEST is the fastest it has. */
const bt_kernels *bt_kernels_find(bt_kernel kernel);

extern const bt_kernels bt_kernels_scalar;
#ifdef __wasm_simd128__
extern const bt_kernels bt_kernels_simd128;
extern const bt_kernels bt_kernels_simd128_deep;

/* Which of the two is faster on this machine. */
const bt_kernels *bt_kernels_simd128_best(void);
#endif
#ifdef __wasm_relaxed_simd__
extern const bt_kernels bt_kernels_relaxed_dot;
extern const bt_kernels bt_kernels_relaxed_deep;

/* Which of the two is faster in this engine. */
const bt_kernels *bt_kernels_relaxed_best(void);
#endif

static inline uint32_t bt_tiles(uint32_t rows) { return (rows + BT_TILE - 1) / BT_TILE; }

/* What quantize and matmul need for at most so many columns, aligned to 64, one for each thread that calls them: a row
 * before it is quantised, or a panel of weights in 16 bits. */
static inline uint64_t bt_scratch_nbytes(uint32_t columns) { return (uint64_t)columns * BT_PANEL * sizeof(int16_t); }

/* Scratch of attention: scores of as many queries as a set takes at a time. */
#define BT_QUERIES 2
static inline uint64_t bt_padded(uint32_t rows) { return ((uint64_t)rows + 3) / 4 * 4; }
static inline uint64_t bt_attention_scratch_nbytes(uint32_t rows) {
    return BT_QUERIES * bt_padded(rows) * sizeof(float);
}

/* The functions that sets of other instruction sets borrow, the portable ones also for the fp32 path and the tests. */
void bt_quantize_scalar(bt_activations *x, uint32_t tile, const float *in, size_t stride, const bt_linear *linear,
                        void *scratch);
void bt_matmul_scalar(float *out, size_t stride, const bt_activations *x, const bt_linear *linear, uint32_t first,
                      uint32_t last, bt_epilogue epilogue, void *scratch);
void bt_layer_norm_scalar(float *x, uint32_t rows, uint32_t n, const bt_norm *norm, float eps);
void bt_attention_scalar(const bt_attention *a);
bool bt_check_panel_scalar(int32_t colsum[BT_PANEL], const int8_t *panel, uint32_t columns, uint32_t depth);
#ifdef __wasm_simd128__
void bt_quantize_simd128(bt_activations *x, uint32_t tile, const float *in, size_t stride, const bt_linear *linear,
                         void *scratch);
void bt_attention_simd128(const bt_attention *a);
bool bt_check_panel_simd128(int32_t colsum[BT_PANEL], const int8_t *panel, uint32_t columns, uint32_t depth);
#endif

/* How a row whose values lie within low .. high, 0 included, is quantised: q = clamp(rint(v inverse) + zero). All 0
 * for a row with nothing in it. */
typedef struct {
    float scale, inverse, zero;
} bt_row_scale;

bt_row_scale bt_find_scale(float low, float high);

/* Moves the first number of this magnitude out of a row, where 0 stays behind; of columns k .. n - 1, the last one if
 * there is none. */
bt_spike bt_take_spike(float *row, uint32_t k, uint32_t n, float magnitude);

static inline float bt_magnitude(float x) { return bt_float(bt_bits(x) & 0x7FFFFFFFu); }

/* The two largest of eight magnitudes: of the largest and the second largest of each lane. */
static inline void bt_merge_largest(float largest[BT_SPIKES], const float first[4], const float second[4]) {
    largest[0] = largest[1] = 0;
    for (int i = 0; i < 8; i++) {
        const float x = i < 4 ? first[i] : second[i - 4];
        largest[1] = bt_max(largest[1], bt_min(largest[0], x));
        largest[0] = bt_max(largest[0], x);
    }
}

/* The sum of x[i] y[i] in lanes; n: a multiple of 4. */
float bt_dot_scalar(const float *x, const float *y, uint32_t n);

/* values[i] = exp(values[i] - their maximum), and returns the sum in lanes. 0 is written behind the last value, up to a
 * multiple of 4. count >= 1. */
float bt_exp_all(float *values, uint32_t count);

#endif
