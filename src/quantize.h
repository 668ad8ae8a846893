/*
 * quantize.h - f32 weights to the int8 tensors of an image (models/MODEL.md, section 4). Only the converter needs it.
 *
 * A linear layer is quantised one output at a time, symmetrically: w[k] ~ scale * q[k]. Two things are wanted of the
 * integers: a small squared error, and the 16-bit bound of the kernels, which limits the sum of each lane group: the
 * 2 * depth weights with k = 0, 1 (or 2, 3) mod 4 within depth consecutive quads,
 *
 *     sum max(q, 0) <= 258 and sum max(-q, 0) <= 258        127 * 258 = 32,766 fits 16 bits
 *
 * A fine scale rounds well and breaks the bound in some groups, where weights must then be moved away from their
 * nearest integer; a coarse scale obeys it everywhere. bt_quantize_column tries a ladder of scales, repairs each at the
 * least cost, and keeps the best. It is deterministic: the same input gives the same bytes.
 */
#ifndef BT_QUANTIZE_H
#define BT_QUANTIZE_H

#include "bertweet.h"

/*
 * One output: scale and integers.
 *
 * q        [columns] receives the integers, -127..127, within the 16-bit bound of this depth
 * w        [columns] finite
 * columns  multiple of 4 * depth
 * depth    1, 2, 4, 8 or 16
 *
 * Returns the scale: 0 where no weight reaches 2^-100, and q then is 0 too.
 */
float bt_quantize_column(int8_t *q, const float *w, uint32_t columns, uint32_t depth);

/*
 * One row of an embedding: scale and integers, -127..127, not bounded otherwise. row: [columns] finite, columns a
 * multiple of 4. Returns the scale, as above.
 */
float bt_quantize_row(int8_t *q, const float *row, uint32_t columns);

/*
 * A smoothing vector for a linear layer: SmoothQuant (Xiao et al. 2022, arXiv:2211.10438) with strength 1/2,
 *
 *     smoothing[i] = sqrt(activations[i] / largest magnitude of weights[..][i])
 *
 * which splits the spread of a channel evenly between activations and weights. A channel that calibration hardly
 * touched, or that hardly any weight reads, counts as 1/256 of the largest.
 *
 * activations  [inputs] largest magnitude of each input, as calibration saw it; all 0: no smoothing
 * weights      [outputs][inputs] finite
 */
void bt_find_smoothing(float *smoothing, const float *activations, const float *weights, uint32_t outputs,
                       uint32_t inputs);

/* What a linear layer is made of. outputs: multiple of 8. */
typedef struct {
    const float *weights;    /* [outputs][inputs], as torch.nn.Linear keeps them */
    const float *bias;       /* [outputs] */
    const float *smoothing;  /* [inputs] divides the activations and multiplies the weights, > 0; NULL: all 1 */
    const uint16_t *splits;  /* [inputs] columns that share a channel, each carrying an equal part, >= 1; NULL: all 1 */
    const float *gram;       /* bt_blocks_length(inputs) floats, what bt_add_gram made of the inputs before smoothing:
                                weights are rounded with error_feedback.h. To the nearest if NULL, and
                                where columns are not the inputs: split, or filled up */
    uint32_t outputs;
    uint32_t inputs;
    uint32_t depth; /* of every panel */
    uint32_t int4;  /* 1: only integers that the wire encoding int4 can carry (quantize_int4.h); 0: any */
} bt_linear_source;

/* Columns of the packed layer: the sum of splits, filled up to a multiple of 16 and of 4 * depth. */
uint32_t bt_linear_columns(const bt_linear_source *source);

/* Bytes of the packed tensor `linear` of this shape, and of the scratch that bt_quantize_linear wants. */
size_t bt_linear_nbytes(uint32_t outputs, uint32_t columns);
size_t bt_quantize_linear_scratch_nbytes(uint32_t columns);

/*
 * Packs a whole linear layer: factor, source, depth, scale, colsum, bias, weights. Columns that fill up have factor 0
 * and weight 0. tensor and scratch are aligned to 64.
 *
 * BT_OK; BT_NOT_FINITE if a weight (after smoothing) or bias is not finite: nothing useful is in tensor then.
 */
bt_status bt_quantize_linear(void *tensor, const bt_linear_source *source, void *scratch);

/* 1 if all values are finite, else 0. */
int bt_all_finite(const float *values, size_t count);

#endif
