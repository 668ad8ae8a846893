/*
 * rounding.h - what the quantisers of int8 and int4 share: one vector of weights, and the integers tried for it.
 */
#ifndef BT_ROUNDING_H
#define BT_ROUNDING_H

#include "elementary.h"

/* One output's weights, or an embedding row. */
typedef struct {
    const float *w; /* [columns] */
    uint32_t columns;
} bt_weights;

/* Above every squared error. */
#define BT_NO_LIMIT 0x1p1023

static inline float bt_largest_magnitude(const float *w, uint32_t count) {
    float largest = 0;
    for (uint32_t k = 0; k < count; k++) largest = bt_max(largest, w[k] < 0 ? -w[k] : w[k]);
    return largest;
}

/* The squared error of integers with this scale. */
static inline double bt_squared_error(const int8_t *q, const bt_weights *v, float scale) {
    double error = 0;
    for (uint32_t k = 0; k < v->columns; k++) {
        const double residual = v->w[k] - (double)scale * q[k];
        error += residual * residual;
    }
    return error;
}

/* The next column of the lane group that k belongs to: 0 1 4 5 8 9 ... or 2 3 6 7 10 11 ... */
static inline uint32_t bt_next_in_group(uint32_t k) { return k % 2 ? k + 3 : k + 1; }

/* The scale that suits given integers best, in the sense of least squares; the given one where they are all 0. */
static inline float bt_fitted_scale(const int8_t *q, const bt_weights *v, float scale) {
    double product = 0, square = 0;
    for (uint32_t k = 0; k < v->columns; k++) {
        product += (double)q[k] * v->w[k];
        square += (double)q[k] * q[k];
    }
    return square > 0 && product > 0 ? (float)(product / square) : scale;
}

#endif
