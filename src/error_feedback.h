/*
 * error_feedback.h - rounding in which each weight makes up for the errors of those before it: GPTQ (Frantar et al.
 * 2022, arXiv:2210.17323), in the form of LDLQ (Chee et al. 2023, arXiv:2307.13304). Only the converter needs it.
 *
 * A layer's output is off by sum e[k] x[k], e being the errors of its weights, and by the square of that on average
 *
 *     loss = sum over k and l of e[k] H[k][l] e[l]                 H[k][l]: the mean of x[k] x[l], from calibration
 *
 * Rounding to the nearest only looks at the e[k]. Inputs are correlated, so an error in one weight can be taken back,
 * in part, by those that are rounded after it. With H = (1 + U) D (1 + U)' and U strictly upper triangular
 *
 *     loss = sum over k of D[k] (e[k] + sum over j < k of e[j] U[j][k])^2
 *
 * and weight k is to be as close to w[k] + sum e[j] U[j][k] as integers allow. Weights whose inputs are largest come
 * first, when there are most that can make up for them. Columns that are far from each other count as uncorrelated:
 * H consists of blocks of at most BT_FEEDBACK_BLOCK columns along its diagonal, which bounds memory and time.
 */
#ifndef BT_ERROR_FEEDBACK_H
#define BT_ERROR_FEEDBACK_H

#include "bertweet.h"

#define BT_FEEDBACK_BLOCK 384u

/* Floats that hold the blocks, one after the other, each [n][n]. */
static inline size_t bt_blocks_length(uint32_t columns) {
    const size_t whole = columns / BT_FEEDBACK_BLOCK, rest = columns % BT_FEEDBACK_BLOCK;
    return whole * BT_FEEDBACK_BLOCK * BT_FEEDBACK_BLOCK + rest * rest;
}

/* Adds x[r][i] x[r][j] of all rows to gram[i][j], j >= i, for i and j of the same block. x: [rows][columns]. */
void bt_add_gram(float *gram, const float *x, uint32_t rows, uint32_t columns);

/* D and U of all blocks, each with its own order of columns. */
typedef struct {
    float *blocks;   /* [n][n] each: D on the diagonal, U above, in that order; what is below means nothing */
    uint16_t *order; /* [columns] first in each block the column with the largest input; indices within the block */
    uint32_t columns;
} bt_feedback;

/*
 * Fills feedback, whose arrays are the caller's, from what bt_add_gram summed up. Inputs are multiplied with factor
 * before they meet the weights. To the diagonal of each block a tenth of its mean is added: texts of calibration are
 * few, and the noise of 7-bit inputs is not correlated.
 *
 * Returns 0 where calibration saw nothing, or nothing that floats can hold; feedback must then not be used.
 */
int bt_factor_gram(bt_feedback *feedback, const float *gram, const float *factor);

/* The integers of one output, and what they may be. */
typedef struct {
    int8_t *q;                 /* [columns] rounded already, within the 16-bit bound of quantize.h */
    const float *w;            /* [columns] */
    const int8_t *multipliers; /* q is a multiple of multipliers[k / group]; NULL: any integer */
    uint32_t group;            /* of the wire encoding int4 */
    uint32_t depth;            /* of the bound */
} bt_rounded;

/* Floats of scratch for each column. */
#define BT_FEEDBACK_SCRATCH 3

/*
 * Rounds again, with feedback, and fits the scale: the one given is that of the integers as they are. They are left
 * alone if the loss does not become smaller. scratch: BT_FEEDBACK_SCRATCH * columns floats. Returns the scale.
 */
float bt_feed_back(const bt_rounded *rounded, const bt_feedback *feedback, float scale, float *scratch);

#endif
