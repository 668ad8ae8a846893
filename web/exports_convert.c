/*
 * exports_convert.c - half.h, quantize.h, wire.h and reference.h for JavaScript: what the converter needs beyond
 * exports.c.
 *
 * Arguments are addresses and numbers as there. Structures are written by JavaScript at these offsets (bytes):
 *
 *   bt_linear_source, 36 bytes: weights 0, bias 4, smoothing 8, splits 12, gram 16; u32 outputs 20, inputs 24,
 *     depth 28, int4 32
 *   bt_reference_shape, 20 bytes: u32 hidden_size 0, num_heads 4, intermediate_size 8, num_labels 12; f32
 *     layer_norm_eps 16
 *   bt_reference_batch, 12 bytes: lengths 0 (u32[count]), u32 count 4, u32 rows 8
 *   bt_reference_inputs, 36 bytes: u32 rows 0, then largest and gram of self 4, attention_output 12, intermediate 20,
 *     output 28
 */
#include "strict.h"

#include "error_feedback.h"
#include "half.h"
#include "quantize.h"
#include "quantize_int4.h"
#include "reference.h"
#include "wire.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes" /* the only callers are in web/wasm-convert.js */

_Static_assert(offsetof(bt_linear_source, splits) == 12 && offsetof(bt_linear_source, outputs) == 20 &&
               sizeof(bt_linear_source) == 36, "bt_linear_source");
_Static_assert(offsetof(bt_reference_shape, layer_norm_eps) == 16 && sizeof(bt_reference_shape) == 20,
               "bt_reference_shape");
_Static_assert(offsetof(bt_reference_batch, rows) == 8 && sizeof(bt_reference_batch) == 12, "bt_reference_batch");
_Static_assert(offsetof(bt_reference_inputs, output) == 28 && sizeof(bt_reference_inputs) == 36,
               "bt_reference_inputs");

/* ---------------------------------------------------------------------------------------------------- numbers -- */

void btw_float16_to_float32(float *out, const uint16_t *in, size_t count) { bt_float16_to_float32(out, in, count); }

void btw_bfloat16_to_float32(float *out, const uint16_t *in, size_t count) { bt_bfloat16_to_float32(out, in, count); }

/* 1 or 0. */
int32_t btw_all_finite(const float *values, size_t count) { return bt_all_finite(values, count); }

/* ----------------------------------------------------------------------------------------------- quantisation -- */

/* bt_quantize_row for each row: scales f32[rows], q i8[rows][columns] from values f32[rows][columns]. */
void btw_quantize_rows(float *scales, int8_t *q, const float *values, uint32_t rows, uint32_t columns) {
    for (uint32_t r = 0; r < rows; r++) {
        scales[r] = bt_quantize_row(q + (size_t)r * columns, values + (size_t)r * columns, columns);
    }
}

/* The same with bt_quantize_row_int4. */
void btw_quantize_rows_int4(float *scales, int8_t *q, const float *values, uint32_t rows, uint32_t columns) {
    for (uint32_t r = 0; r < rows; r++) {
        scales[r] = bt_quantize_row_int4(q + (size_t)r * columns, values + (size_t)r * columns, columns);
    }
}

/* Floats of a linear layer's gram. */
uint32_t btw_blocks_length(uint32_t columns) { return (uint32_t)bt_blocks_length(columns); }

void btw_find_smoothing(float *smoothing, const float *activations, const float *weights, uint32_t outputs,
                        uint32_t inputs) {
    bt_find_smoothing(smoothing, activations, weights, outputs, inputs);
}

uint32_t btw_linear_columns(const bt_linear_source *source) { return bt_linear_columns(source); }

size_t btw_linear_nbytes(uint32_t outputs, uint32_t columns) { return bt_linear_nbytes(outputs, columns); }

size_t btw_quantize_linear_scratch_nbytes(uint32_t columns) { return bt_quantize_linear_scratch_nbytes(columns); }

/* Returns a bt_status. */
uint32_t btw_quantize_linear(void *tensor, const bt_linear_source *source, void *scratch) {
    return bt_quantize_linear(tensor, source, scratch);
}

/* -------------------------------------------------------------------------------------------------- the wire -- */

uint32_t btw_int4_group(uint32_t columns) { return bt_int4_group(columns); }

/* kind: a bt_wire_kind. */
uint32_t btw_wire_unit(uint32_t kind, uint32_t group, uint32_t columns) {
    return bt_wire_unit(&(bt_wire_layout){(bt_wire_kind)kind, group, columns});
}

size_t btw_wire_pack(uint8_t *wire, const uint8_t *image, uint32_t nbytes, uint32_t kind, uint32_t group,
                     uint32_t columns) {
    return bt_wire_pack(wire, image, nbytes, &(bt_wire_layout){(bt_wire_kind)kind, group, columns});
}

/* -------------------------------------------------------------------------------------------- the fp32 path -- */

void btw_reference_embed(float *x, const float *positions, const uint32_t *at, uint32_t rows, const float *norm,
                         const bt_reference_shape *shape) {
    bt_reference_embed(x, positions, at, rows, norm, shape);
}

size_t btw_reference_layer_length(const bt_reference_shape *shape) { return bt_reference_layer_length(shape); }

size_t btw_reference_scratch_nbytes(const bt_reference_shape *shape, uint32_t rows) {
    return bt_reference_scratch_nbytes(shape, rows);
}

void btw_reference_run_layer(float *x, const bt_reference_batch *batch, const float *weights,
                             const bt_reference_shape *shape, const bt_reference_inputs *inputs, void *scratch) {
    bt_reference_run_layer(x, batch, weights, shape, inputs, scratch);
}

void btw_reference_head(float *logits, const float *x, const bt_reference_batch *batch, const float *dense,
                        const float *out_proj, const bt_reference_shape *shape, const bt_reference_inputs *inputs,
                        float *scratch) {
    bt_reference_head(logits, x, batch, dense, out_proj, shape, inputs, scratch);
}

/* ---------------------------------------------------------------------------------------------------- hashes -- */

/* bt_sha256_context takes 104 bytes; JavaScript keeps it between calls. */
_Static_assert(sizeof(bt_sha256_context) == 104, "bt_sha256_context");

void btw_sha256_begin(bt_sha256_context *context) { bt_sha256_begin(context); }

void btw_sha256_update(bt_sha256_context *context, const void *data, size_t nbytes) {
    bt_sha256_update(context, data, nbytes);
}

void btw_sha256_end(const bt_sha256_context *context, uint8_t *digest) { bt_sha256_end(context, digest); }
