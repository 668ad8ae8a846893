/*
 * requantize.h - from the exact integers of a matrix product back to floats: the end of every matmul kernel.
 */
#ifndef BT_REQUANTIZE_H
#define BT_REQUANTIZE_H

#include "elementary.h"
#include "kernels.h"

/* One row of one panel. acc: the sums of products; out: [8]; scale, zero: of the row of activations. */
static inline void bt_requantize(float *restrict out, const int32_t *restrict acc, float scale, int32_t zero,
                                 const bt_linear *linear, uint32_t panel, bt_epilogue epilogue) {
    const float *scales = linear->scale + (size_t)panel * BT_PANEL;
    const int32_t *colsum = linear->colsum + (size_t)panel * BT_PANEL;
    const float *bias = linear->bias + (size_t)panel * BT_PANEL;

    float y[BT_PANEL];
    for (int n = 0; n < BT_PANEL; n++) y[n] = (float)(acc[n] - zero * colsum[n]) * (scale * scales[n]) + bias[n];
    switch (epilogue) {
    case BT_STORE:
        for (int n = 0; n < BT_PANEL; n++) out[n] = y[n];
        break;
    case BT_GELU:
        for (int n = 0; n < BT_PANEL; n++) out[n] = bt_gelu(y[n]);
        break;
    case BT_ADD:
        for (int n = 0; n < BT_PANEL; n++) out[n] = out[n] + y[n];
        break;
    }
}

/* One tile, of rows r .. r + 3 of x or as many as there are. acc: its sums; out: row r, panel's first output. */
static inline void bt_requantize_tile(float *out, size_t stride, int32_t acc[BT_TILE][BT_PANEL],
                                      const bt_activations *x, uint32_t r, const bt_linear *linear, uint32_t panel,
                                      bt_epilogue epilogue) {
    for (uint32_t i = 0; i < BT_TILE && r + i < x->rows; i++) {
        bt_requantize(out + i * stride, acc[i], x->scale[r + i], x->zero[r + i], linear, panel, epilogue);
    }
}

#endif
