/*
 * matmul.c - products of matrices alone, on operands made up, for kernels.js. Weights are at most 15, so that 8 quads
 * always fit 16 bits.
 */
#include "strict.h"

#include "kernels.h"

enum { MAX_ROWS = 128, MAX_COLUMNS = 3072, MAX_WEIGHTS = 768 * 3072, MAX_OUTPUTS = 3072, LARGEST = 15 };

static _Alignas(64) int16_t q[MAX_ROWS * MAX_COLUMNS];
static _Alignas(64) int8_t weights[MAX_WEIGHTS];
static _Alignas(64) int16_t scratch[BT_PANEL * MAX_COLUMNS];
static float row_scale[MAX_ROWS], out[MAX_ROWS * MAX_OUTPUTS], scale[MAX_OUTPUTS], bias[MAX_OUTPUTS];
static int32_t zero[MAX_ROWS], colsum[MAX_OUTPUTS];
static bt_spike spikes[MAX_ROWS][BT_SPIKES];
static uint8_t depth[MAX_OUTPUTS / BT_PANEL];
static bt_activations x = {.q = q, .scale = row_scale, .zero = zero, .spikes = spikes};
static bt_linear linear = {.depth = depth, .scale = scale, .colsum = colsum, .bias = bias, .weights = weights};

/* Whether this engine and build have the kernel. */
int bench_has(bt_kernel kernel);
/* Makes operands up for a kernel: activations [rows][columns], weights [outputs][columns], summed in 16 bits over so
 * many quads. */
void bench_prepare(bt_kernel kernel, uint32_t rows, uint32_t columns, uint32_t outputs, uint32_t quads);
/* Multiplies so many times. */
void bench_matmul(bt_kernel kernel, uint32_t times);

int bench_has(bt_kernel kernel) { return bt_kernels_find(kernel) != NULL; }

void bench_prepare(bt_kernel kernel, uint32_t rows, uint32_t columns, uint32_t outputs, uint32_t quads) {
    const bool wide = bt_kernels_find(kernel)->q_nbytes == 2;
    uint32_t state = 1;
    x.rows = rows;
    linear.columns = columns;
    linear.outputs = outputs;
    for (uint32_t i = 0; i < rows * columns; i++) {
        state = state * 1664525 + 1013904223;
        if (wide) q[i] = (int16_t)(state >> 25);
        else ((uint8_t *)q)[i] = (uint8_t)(state >> 25);
    }
    for (uint32_t i = 0; i < columns * outputs; i++) {
        state = state * 1664525 + 1013904223;
        weights[i] = (int8_t)((int32_t)((state >> 16) % (2 * LARGEST + 1)) - LARGEST);
    }
    for (uint32_t r = 0; r < rows; r++) {
        row_scale[r] = 0.01f;
        for (uint32_t i = 0; i < BT_SPIKES; i++) spikes[r][i] = (bt_spike){1, (7 * r + 13 * i) % columns};
    }
    for (uint32_t n = 0; n < outputs; n++) scale[n] = 0.01f;
    for (uint32_t p = 0; p < outputs / BT_PANEL; p++) depth[p] = (uint8_t)quads;
}

void bench_matmul(bt_kernel kernel, uint32_t times) {
    const bt_kernels *kernels = bt_kernels_find(kernel);
    for (uint32_t i = 0; i < times; i++) {
        kernels->matmul(out, linear.outputs, &x, &linear, 0, linear.outputs / BT_PANEL, BT_STORE, scratch);
    }
}
