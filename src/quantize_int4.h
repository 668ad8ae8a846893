/*
 * quantize_int4.h - weights that the wire encoding `int4` can carry: integers that are, in each group, codes -8 .. 7
 * times one multiplier -15 .. 15 (models/MODEL.md, section 4). Only the converter needs it.
 *
 * For a weight it is scale * multiplier[group] * code: 4.25 bits on the wire with groups of 32. A multiplier's sign
 * says which side of the group gets the eighth step. Each group takes the multiplier whose rounding, clipping included,
 * has the least squared error; the scale is the one of a ladder with which that works best; then it is fitted to the
 * integers by least squares.
 */
#ifndef BT_QUANTIZE_INT4_H
#define BT_QUANTIZE_INT4_H

#include "bertweet.h"

/* Weights that share a multiplier: 32, where columns are a multiple of it, else 16. */
uint32_t bt_int4_group(uint32_t columns);

/*
 * bt_quantize_column and bt_quantize_row of quantize.h with such integers, in groups of bt_int4_group(columns)
 * neighbours; columns a multiple of 16. multipliers: [columns / group] receives them; they mean nothing where the scale
 * is 0.
 */
float bt_quantize_column_int4(int8_t *q, int8_t *multipliers, const float *w, uint32_t columns, uint32_t depth);
float bt_quantize_row_int4(int8_t *q, const float *row, uint32_t columns);

#endif
