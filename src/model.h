/*
 * model.h - an open image: typed views of its tensors.
 *
 * models/MODEL.md, section 4, draws the image; bt_model_open (bertweet.h) checks it and fills these structures, whose
 * pointers lead into it. What the fields promise (bounds, finiteness, source[k] < sources) has been checked.
 */
#ifndef BT_MODEL_H
#define BT_MODEL_H

#include "bertweet.h"
#include "bpe.h"

#define BT_MAX_LAYERS 64
#define BT_MAX_SIZE 16384    /* hidden_size, intermediate_size */
#define BT_MAX_COLUMNS 65520 /* of a linear: a multiple of 16 for which no sum of products leaves 32 bits */
#define BT_MAX_POSITIONS 2050
#define BT_MAX_LABELS 1024
#define BT_MAX_DEPTH 16
#define BT_LANE_LIMIT 258 /* of the 16-bit bound */

/* Tensors of an image, what they consist of, and the parts of a session begin at multiples of this. */
#define BT_ALIGNMENT 64
static inline uint64_t bt_aligned(uint64_t nbytes) { return (nbytes + BT_ALIGNMENT - 1) / BT_ALIGNMENT * BT_ALIGNMENT; }

/* Embedding rows: row r is scale[r] * q[r][0 .. columns - 1]. */
typedef struct {
    const float *scale; /* [rows] */
    const int8_t *q;    /* [rows][columns] */
    uint32_t rows;
    uint32_t columns;
} bt_rows;

/* LayerNorm's parameters, [hidden_size] each. */
typedef struct {
    const float *weight;
    const float *bias;
} bt_norm;

/* An int8 linear layer, y = W x + b, with what its input goes through before. N outputs, K columns. */
typedef struct {
    const float *factor;    /* [K] */
    const uint16_t *source; /* [K] input channel of each column */
    const uint8_t *depth;   /* [N/8] quads that may be summed in 16 bits */
    const float *scale;     /* [N] */
    const int32_t *colsum;  /* [N] */
    const float *bias;      /* [N] */
    const int8_t *weights;  /* [N/8][K/4][8][4] */
    uint32_t outputs;       /* N, a multiple of 8 */
    uint32_t columns;       /* K, a multiple of 16 */
    uint32_t sources;       /* input channels */
    uint32_t straight;      /* source[k] == k for all k below, a multiple of 4: no gathering there */
} bt_linear;

/* Bytes of a linear layer in an image, or of so many outputs of one. */
static inline uint64_t bt_packed_nbytes(uint64_t outputs, uint64_t columns) {
    return bt_aligned(columns * sizeof(float)) + bt_aligned(columns * sizeof(uint16_t)) + bt_aligned(outputs / 8) +
           3 * bt_aligned(outputs * sizeof(float)) + outputs * columns;
}

typedef struct {
    bt_linear self_attention; /* query, key, value side by side: 3 hidden_size outputs */
    bt_linear attention_output;
    bt_norm attention_norm;
    bt_linear intermediate;
    bt_linear output;
    bt_norm output_norm;
} bt_layer;

struct bt_model {
    bt_model_info info;
    uint32_t kind; /* BT_KIND_CLASSIFIER or BT_KIND_TOKENIZER */
    bt_bpe bpe;

    /* All that follows is for classifiers. */
    bt_rows words;                  /* ids 0 .. words.rows - 1 */
    const float *positions;         /* [num_positions][hidden_size]; NULL: */
    bt_rows rounded_positions;      /* of an image of version 1 */
    bt_norm embeddings_norm;
    bt_layer layers[BT_MAX_LAYERS];
    bt_linear dense;       /* of the head */
    const float *out_proj; /* [num_labels][hidden_size + 1]: weights, then the bias */

    bt_rows tail;          /* ids words.rows .. vocab_size - 1 */
    uint32_t tail_present; /* rows of it that have arrived */
};

#define BT_KIND_CLASSIFIER 1u
#define BT_KIND_TOKENIZER 2u

#endif
