/*
 * reference.h - the fp32 reference path of models/MODEL.md, section 3: the network on the checkpoint's own weights.
 *
 * It says what the int8 path should have said. The converter runs it beside the quantisation, one layer at a time, so
 * that only one layer's f32 weights are ever in memory; nothing of it is needed to classify.
 *
 *     x = words + positions, bt_reference_embed(x)                            [rows][hidden]
 *     for each layer: load its weights, bt_reference_run_layer(x)
 *     bt_reference_head(logits, x)                                            [texts][labels]
 *
 * Rows are the tokens of all texts, one text after the other, without padding. As everywhere in this library, the
 * result of a text does not depend on the others, and scalar and SIMD builds give the same bits.
 */
#ifndef BT_REFERENCE_H
#define BT_REFERENCE_H

#include "bertweet.h"

/* Constants of the network, by their names in config.json. */
typedef struct {
    uint32_t hidden_size; /* multiples of 16, as MODEL.md asks */
    uint32_t num_heads;
    uint32_t intermediate_size;
    uint32_t num_labels;
    float layer_norm_eps;
} bt_reference_shape;

/* A batch: lengths of its texts in rows; their sum is rows. */
typedef struct {
    const uint32_t *lengths; /* [count] */
    uint32_t count;
    uint32_t rows;
} bt_reference_batch;

/*
 * y[r][n] = lanes(x[r] . weight[n]) + bias[n]
 *
 * y       [rows][outputs]
 * x       [rows][inputs], inputs a multiple of 4
 * weight  [outputs][inputs], as torch.nn.Linear keeps it
 * bias    [outputs]
 */
void bt_reference_linear(float *y, const float *x, uint32_t rows, const float *weight, const float *bias,
                         uint32_t outputs, uint32_t inputs);

/*
 * x = LayerNorm(words + positions), in place.
 *
 * x          [rows][hidden] holds the word embedding of each row's id
 * positions  [num_positions][hidden], token type row 0 added
 * at         [rows] position of each row
 * norm       [2][hidden] weight, bias
 */
void bt_reference_embed(float *x, const float *positions, const uint32_t *at, uint32_t rows, const float *norm,
                        const bt_reference_shape *shape);

/*
 * The weights of one layer stand in one array, in this order (h = hidden_size, i = intermediate_size):
 *
 *     attention.self           weight [3 h][h]: query, key, value; bias [3 h]
 *     attention.output.dense   weight [h][h], bias [h]
 *     attention.output.LayerNorm      weight [h], bias [h]
 *     intermediate.dense       weight [i][h], bias [i]
 *     output.dense             weight [h][i], bias [h]
 *     output.LayerNorm         weight [h], bias [h]
 */
size_t bt_reference_layer_length(const bt_reference_shape *shape);

/* Bytes of scratch that a batch of so many rows takes in bt_reference_run_layer. */
size_t bt_reference_scratch_nbytes(const bt_reference_shape *shape, uint32_t rows);

/* What a linear layer was given, for calibration. Both are added to: zero them first. */
typedef struct {
    float *largest; /* [inputs] the largest magnitude of each input channel */
    float *gram;    /* bt_blocks_length(inputs) floats, for bt_add_gram (error_feedback.h); NULL: not wanted */
} bt_reference_input;

/* The same of a layer's linear layers, in the first `rows` rows of the batch. */
typedef struct {
    uint32_t rows;
    bt_reference_input self;             /* of attention.self, h inputs */
    bt_reference_input attention_output; /* of attention.output.dense, h */
    bt_reference_input intermediate;     /* of intermediate.dense, h */
    bt_reference_input output;           /* of output.dense, i */
} bt_reference_inputs;

/* Runs one layer on x: [rows][hidden], in place. inputs may be NULL. scratch: aligned to 64. */
void bt_reference_run_layer(float *x, const bt_reference_batch *batch, const float *weights,
                            const bt_reference_shape *shape, const bt_reference_inputs *inputs, void *scratch);

/*
 * The classification head on each text's first row.
 *
 * logits    [count][num_labels]
 * dense     classifier.dense: weight [h][h], bias [h]
 * out_proj  [num_labels][h + 1]: weights, then the bias, of each label
 * inputs    self receives what classifier.dense was given, of texts that begin within `rows`; the others are not used;
 *           may be NULL
 * scratch   [h]
 */
void bt_reference_head(float *logits, const float *x, const bt_reference_batch *batch, const float *dense,
                       const float *out_proj, const bt_reference_shape *shape, const bt_reference_inputs *inputs,
                       float *scratch);

#endif
