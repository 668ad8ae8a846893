#include "strict.h"

#include "reference.h"

#include "elementary.h"
#include "error_feedback.h"
#include "kernels.h"

/* ------------------------------------------------------------------------------------------------ lanes -- */

/* Four partial sums of a dot product; MODEL.md, section 3, "lane sums". */
#ifdef __wasm_simd128__

#include <wasm_simd128.h>

typedef v128_t lanes;

static inline lanes lanes_zero(void) { return wasm_f32x4_const_splat(0); }

static inline lanes lanes_load(const float *x) { return wasm_v128_load(x); }

static inline lanes lanes_add_product(lanes sum, lanes x, lanes y) {
    return wasm_f32x4_add(sum, wasm_f32x4_mul(x, y));
}

static inline float lanes_total(lanes sum) {
    return (wasm_f32x4_extract_lane(sum, 0) + wasm_f32x4_extract_lane(sum, 1)) +
           (wasm_f32x4_extract_lane(sum, 2) + wasm_f32x4_extract_lane(sum, 3));
}

#else

typedef struct {
    float lane[4];
} lanes;

static inline lanes lanes_zero(void) { return (lanes){{0, 0, 0, 0}}; }

static inline lanes lanes_load(const float *x) { return (lanes){{x[0], x[1], x[2], x[3]}}; }

static inline lanes lanes_add_product(lanes sum, lanes x, lanes y) {
    for (int i = 0; i < 4; i++) sum.lane[i] += x.lane[i] * y.lane[i];
    return sum;
}

static inline float lanes_total(lanes sum) {
    return (sum.lane[0] + sum.lane[1]) + (sum.lane[2] + sum.lane[3]);
}

#endif

/* ----------------------------------------------------------------------------------------------- linear -- */

/* A tile keeps 4 x 2 partial sums of 4 lanes in registers, so that 6 loads serve 8 products. */
#define TILE_ROWS 4
#define TILE_OUTPUTS 2

/* Rows whose inputs stay in the cache while the weights pass by once. */
#define BLOCK_ROWS 32

/* y[r][n] for TILE_ROWS rows and TILE_OUTPUTS outputs, from the first ones given. */
static void linear_tile(float *y, const float *x, const float *weight, const float *bias, uint32_t outputs,
                        uint32_t inputs) {
    lanes sums[TILE_ROWS][TILE_OUTPUTS];
    for (int r = 0; r < TILE_ROWS; r++) {
        for (int n = 0; n < TILE_OUTPUTS; n++) sums[r][n] = lanes_zero();
    }
    for (uint32_t k = 0; k < inputs; k += 4) {
        lanes w[TILE_OUTPUTS];
        for (uint32_t n = 0; n < TILE_OUTPUTS; n++) w[n] = lanes_load(weight + (size_t)n * inputs + k);
        for (uint32_t r = 0; r < TILE_ROWS; r++) {
            const lanes v = lanes_load(x + (size_t)r * inputs + k);
            for (int n = 0; n < TILE_OUTPUTS; n++) sums[r][n] = lanes_add_product(sums[r][n], v, w[n]);
        }
    }
    for (uint32_t r = 0; r < TILE_ROWS; r++) {
        for (uint32_t n = 0; n < TILE_OUTPUTS; n++) y[(size_t)r * outputs + n] = lanes_total(sums[r][n]) + bias[n];
    }
}

static float dot(const float *x, const float *y, uint32_t length) {
    lanes sum = lanes_zero();
    for (uint32_t k = 0; k < length; k += 4) sum = lanes_add_product(sum, lanes_load(x + k), lanes_load(y + k));
    return lanes_total(sum);
}

/* What tiles leave over at the edges. */
static void linear_edge(float *y, const float *x, const float *weight, const float *bias, uint32_t rows,
                        uint32_t outputs, uint32_t inputs, uint32_t first_output) {
    for (uint32_t r = 0; r < rows; r++) {
        for (uint32_t n = first_output; n < outputs; n++) {
            y[(size_t)r * outputs + n] =
                dot(x + (size_t)r * inputs, weight + (size_t)n * inputs, inputs) + bias[n];
        }
    }
}

void bt_reference_linear(float *y, const float *x, uint32_t rows, const float *weight, const float *bias,
                         uint32_t outputs, uint32_t inputs) {
    const uint32_t tiled_outputs = outputs / TILE_OUTPUTS * TILE_OUTPUTS;
    for (uint32_t begin = 0; begin < rows; begin += BLOCK_ROWS) {
        const uint32_t end = rows - begin < BLOCK_ROWS ? rows : begin + BLOCK_ROWS;
        const uint32_t tiled_end = end - (end - begin) % TILE_ROWS;
        for (uint32_t n = 0; n < tiled_outputs; n += TILE_OUTPUTS) {
            for (uint32_t r = begin; r < tiled_end; r += TILE_ROWS) {
                linear_tile(y + (size_t)r * outputs + n, x + (size_t)r * inputs, weight + (size_t)n * inputs,
                            bias + n, outputs, inputs);
            }
        }
        float *rest = y + (size_t)tiled_end * outputs;
        linear_edge(y + (size_t)begin * outputs, x + (size_t)begin * inputs, weight, bias, tiled_end - begin, outputs,
                    inputs, tiled_outputs);
        linear_edge(rest, x + (size_t)tiled_end * inputs, weight, bias, end - tiled_end, outputs, inputs, 0);
    }
}

/* ---------------------------------------------------------------------------------------------- network -- */

/* What weights are read from, part by part. */
typedef struct {
    const float *next;
} reader;

static const float *take(reader *weights, size_t length) {
    const float *part = weights->next;
    weights->next += length;
    return part;
}

/* The memory of one layer. */
typedef struct {
    float *wide;   /* [rows][max(3 hidden, intermediate)]: query, key and value; then gelu's input and output */
    float *narrow; /* [rows][hidden] what is added to x */
    float *scores; /* bt_attention_scratch_nbytes(rows) bytes */
} workspace;

static size_t wide_width(const bt_reference_shape *shape) {
    const size_t attention = 3 * (size_t)shape->hidden_size;
    return attention > shape->intermediate_size ? attention : shape->intermediate_size;
}

static workspace lay_out(const bt_reference_shape *shape, uint32_t rows, float *scratch) {
    workspace work;
    work.wide = scratch;
    work.narrow = work.wide + rows * wide_width(shape);
    work.scores = work.narrow + (size_t)rows * shape->hidden_size;
    return work;
}

size_t bt_reference_scratch_nbytes(const bt_reference_shape *shape, uint32_t rows) {
    return sizeof(float) * rows * (wide_width(shape) + shape->hidden_size) +
           (size_t)bt_attention_scratch_nbytes(rows);
}

size_t bt_reference_layer_length(const bt_reference_shape *shape) {
    const size_t h = shape->hidden_size, i = shape->intermediate_size;
    return 3 * h * (h + 1) + h * (h + 1) + 2 * h + i * (h + 1) + h * (i + 1) + 2 * h;
}

static void layer_norm(float *x, uint32_t rows, const float *weight, const float *bias,
                       const bt_reference_shape *shape) {
    const bt_norm norm = {weight, bias};
    bt_kernels_find(BT_KERNEL_BEST)->layer_norm(x, rows, shape->hidden_size, &norm, shape->layer_norm_eps);
}

static void add(float *x, const float *y, size_t count) {
    for (size_t i = 0; i < count; i++) x[i] += y[i];
}

static void observe(const bt_reference_input *input, const float *x, uint32_t rows, uint32_t columns) {
    if (input->gram) bt_add_gram(input->gram, x, rows, columns);
    for (uint32_t r = 0; r < rows; r++, x += columns) {
        for (uint32_t i = 0; i < columns; i++) input->largest[i] = bt_max(input->largest[i], bt_magnitude(x[i]));
    }
}

/* Self-attention of each text on the rows of qkv: [rows][3 hidden]; the result takes the place of the queries and is
 * then moved together, to [rows][hidden] at the same address. */
static void attend(float *qkv, const bt_reference_batch *batch, const bt_reference_shape *shape, float *scores) {
    const uint32_t hidden = shape->hidden_size, head_size = hidden / shape->num_heads;
    const size_t stride = 3 * (size_t)hidden;
    size_t row = 0;
    for (uint32_t text = 0; text < batch->count; text++) {
        for (uint32_t head = 0; head < shape->num_heads; head++) {
            float *q = qkv + row * stride + (size_t)head * head_size;
            const bt_attention operands = {
                .out = q, .q = q, .k = q + hidden, .v = q + 2 * (size_t)hidden, .scratch = scores, .q_stride = stride,
                .kv_stride = stride, .queries = batch->lengths[text], .rows = batch->lengths[text],
                .head_size = head_size, .factor = bt_rsqrt(head_size),
            };
            bt_kernels_find(BT_KERNEL_BEST)->attention(&operands);
        }
        row += batch->lengths[text];
    }
    for (size_t r = 1; r < batch->rows; r++) {
        for (size_t i = 0; i < hidden; i++) qkv[r * hidden + i] = qkv[r * stride + i];
    }
}

void bt_reference_embed(float *x, const float *positions, const uint32_t *at, uint32_t rows, const float *norm,
                        const bt_reference_shape *shape) {
    const uint32_t hidden = shape->hidden_size;
    for (uint32_t r = 0; r < rows; r++) add(x + (size_t)r * hidden, positions + (size_t)at[r] * hidden, hidden);
    layer_norm(x, rows, norm, norm + hidden, shape);
}

void bt_reference_run_layer(float *x, const bt_reference_batch *batch, const float *weights,
                            const bt_reference_shape *shape, const bt_reference_inputs *inputs, void *scratch) {
    const uint32_t hidden = shape->hidden_size, intermediate = shape->intermediate_size, rows = batch->rows;
    const size_t count = (size_t)rows * hidden;
    const workspace work = lay_out(shape, rows, scratch);
    reader from = {weights};

    if (inputs) observe(&inputs->self, x, inputs->rows, hidden);
    const float *self = take(&from, 3 * (size_t)hidden * hidden);
    bt_reference_linear(work.wide, x, rows, self, take(&from, 3 * (size_t)hidden), 3 * hidden, hidden);
    attend(work.wide, batch, shape, work.scores);

    if (inputs) observe(&inputs->attention_output, work.wide, inputs->rows, hidden);
    const float *attention_output = take(&from, (size_t)hidden * hidden);
    bt_reference_linear(work.narrow, work.wide, rows, attention_output, take(&from, hidden), hidden, hidden);
    add(x, work.narrow, count);
    const float *attention_norm = take(&from, 2 * (size_t)hidden);
    layer_norm(x, rows, attention_norm, attention_norm + hidden, shape);

    if (inputs) observe(&inputs->intermediate, x, inputs->rows, hidden);
    const float *up = take(&from, (size_t)intermediate * hidden);
    bt_reference_linear(work.wide, x, rows, up, take(&from, intermediate), intermediate, hidden);
    for (size_t i = 0; i < (size_t)rows * intermediate; i++) work.wide[i] = bt_gelu(work.wide[i]);

    if (inputs) observe(&inputs->output, work.wide, inputs->rows, intermediate);
    const float *down = take(&from, (size_t)hidden * intermediate);
    bt_reference_linear(work.narrow, work.wide, rows, down, take(&from, hidden), hidden, intermediate);
    add(x, work.narrow, count);
    const float *output_norm = take(&from, 2 * (size_t)hidden);
    layer_norm(x, rows, output_norm, output_norm + hidden, shape);
}

void bt_reference_head(float *logits, const float *x, const bt_reference_batch *batch, const float *dense,
                       const float *out_proj, const bt_reference_shape *shape, const bt_reference_inputs *inputs,
                       float *scratch) {
    const uint32_t hidden = shape->hidden_size;
    uint32_t row = 0;
    for (uint32_t text = 0; text < batch->count; text++) {
        if (inputs && row < inputs->rows) observe(&inputs->self, x, 1, hidden);
        bt_reference_linear(scratch, x, 1, dense, dense + (size_t)hidden * hidden, hidden, hidden);
        for (uint32_t i = 0; i < hidden; i++) scratch[i] = bt_tanh(scratch[i]);
        for (uint32_t label = 0; label < shape->num_labels; label++) {
            const float *weights = out_proj + (size_t)label * (hidden + 1);
            *logits++ = dot(scratch, weights, hidden) + weights[hidden];
        }
        row += batch->lengths[text];
        x += (size_t)batch->lengths[text] * hidden;
    }
}
