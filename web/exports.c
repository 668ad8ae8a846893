/*
 * exports.c - bertweet.h for JavaScript: every argument and result is an i32 or an f32.
 *
 * Memory is imported (env.memory). Below __heap_base lie the stack and the module's data; from there on everything is
 * laid out by web/wasm.js: image, model, session, scratch. Pointers are byte offsets into that memory; alignments and
 * sizes are those of bertweet.h, which says what each call does. Where it has an out-pointer for the object made in
 * memory the caller brought, that memory is the object: the address given as room or memory is the handle afterwards.
 *
 * Structures are read by JavaScript at these offsets (bytes, little-endian):
 *
 *   bt_model_info, 56 bytes: u32 hidden_size 0, num_layers 4, num_heads 8, intermediate_size 12, vocab_size 16,
 *     num_positions 20, num_labels 24, max_tokens 28, mask_id 32; f32 layer_norm_eps 36; u64 image_nbytes 40,
 *     resident_nbytes 48
 *   bt_fault, 96 bytes: char field[80] 0; u64 expected 80, found 88
 *   bt_tokens, 32 bytes: ids 0 (i32[length]), u32 length 4, u32 truncated 8, text 12 (u8[text_nbytes]),
 *     text_nbytes 16, begins 20 (u32[length]), ends 24 (u32[length]), inner 28 (u8[length])
 */
#include "strict.h"

#include "bertweet.h"

#pragma GCC diagnostic ignored "-Wmissing-prototypes" /* the only callers are in web/wasm.js */

_Static_assert(sizeof(void *) == 4, "this file is for wasm32");
_Static_assert(offsetof(bt_model_info, mask_id) == 32 && offsetof(bt_model_info, layer_norm_eps) == 36 &&
               offsetof(bt_model_info, image_nbytes) == 40 && offsetof(bt_model_info, resident_nbytes) == 48 &&
               sizeof(bt_model_info) == 56, "bt_model_info");
_Static_assert(offsetof(bt_fault, expected) == 80 && offsetof(bt_fault, found) == 88 && sizeof(bt_fault) == 96,
               "bt_fault");
_Static_assert(offsetof(bt_tokens, length) == 4 && offsetof(bt_tokens, truncated) == 8 &&
               offsetof(bt_tokens, text) == 12 && offsetof(bt_tokens, text_nbytes) == 16 &&
               offsetof(bt_tokens, begins) == 20 && offsetof(bt_tokens, ends) == 24 &&
               offsetof(bt_tokens, inner) == 28 && sizeof(bt_tokens) == 32, "bt_tokens");

/* NUL-terminated ASCII. */
const char *btw_status_message(uint32_t status) { return bt_status_message((bt_status)status); }

/* ----------------------------------------------------------------------------------------------------- model -- */

size_t btw_model_nbytes(void) { return bt_model_nbytes(); }

/* Returns a bt_status; room is the model afterwards. */
uint32_t btw_model_open(void *room, const void *image, size_t image_nbytes, size_t present_nbytes, bt_fault *fault) {
    bt_model *model;
    return bt_model_open(&model, room, image, image_nbytes, present_nbytes, fault);
}

/* Returns a bt_status. */
uint32_t btw_model_extend(bt_model *model, size_t present_nbytes, bt_fault *fault) {
    return bt_model_extend(model, present_nbytes, fault);
}

/* Returns a bt_status. */
uint32_t btw_wire_expand(void *image, size_t image_nbytes, const void *wire, size_t wire_nbytes) {
    return bt_wire_expand(image, image_nbytes, wire, wire_nbytes);
}

void btw_model_get_info(const bt_model *model, bt_model_info *info) { bt_model_get_info(model, info); }

/* ------------------------------------------------------------------------------------------------------ text -- */

size_t btw_tokenize_nbytes(uint32_t mode, size_t text_nbytes) { return bt_tokenize_nbytes(mode, text_nbytes); }

/* out: a bt_tokens, written on BT_OK. Returns a bt_status. */
uint32_t btw_tokenize(bt_tokens *out, const bt_model *model, uint32_t mode, const void *text, size_t text_nbytes,
                      uint32_t max_tokens, void *scratch, size_t scratch_nbytes) {
    return bt_tokenize(out, model, mode, text, text_nbytes, max_tokens, scratch, scratch_nbytes);
}

/* ------------------------------------------------------------------------------------------------- inference -- */

size_t btw_session_nbytes(const bt_model *model, uint32_t max_rows, uint32_t threads) {
    return bt_session_nbytes(model, max_rows, threads);
}

/* kernel: a bt_kernel. Returns a bt_status; memory is the session afterwards. */
uint32_t btw_session_open(const bt_model *model, uint32_t max_rows, uint32_t threads, uint32_t kernel, void *memory,
                          size_t memory_nbytes) {
    bt_session *session;
    return bt_session_open(&session, model, max_rows, threads, (bt_kernel)kernel, memory, memory_nbytes);
}

/* For a thread with an instance and a stack of its own (__stack_pointer). Returns when the thread is ended. */
void btw_help(bt_session *session, uint32_t thread) { bt_help(session, thread); }

/* The bt_kernel in use, and the name of one, NUL-terminated ASCII. */
uint32_t btw_session_kernel(const bt_session *session) { return bt_session_kernel(session); }

const char *btw_kernel_name(uint32_t kernel) { return bt_kernel_name((bt_kernel)kernel); }

/* ids: i32, the texts' rows one after the other; lengths: u32[count]. Returns a bt_status. */
uint32_t btw_begin(bt_session *session, const int32_t *ids, const uint32_t *lengths, uint32_t count) {
    return bt_begin(session, ids, lengths, count);
}

/* Returns a bt_status. */
uint32_t btw_run_layer(bt_session *session, uint32_t layer) { return bt_run_layer(session, layer); }

/* logits: f32[count of btw_begin][num_labels], written on BT_OK. Returns a bt_status. */
uint32_t btw_finish(bt_session *session, float *logits) { return bt_finish(session, logits); }

/* ---------------------------------------------------------------------------------------------------- scores -- */

/* out, logits: f32[count], may be the same. */
void btw_softmax(float *out, const float *logits, uint32_t count, float temperature) {
    bt_softmax(out, logits, count, temperature);
}

void btw_sigmoid(float *out, const float *logits, uint32_t count, float temperature) {
    bt_sigmoid(out, logits, count, temperature);
}

/* digest: 32 bytes. */
void btw_sha256(uint8_t *digest, const void *data, size_t nbytes) { bt_sha256(digest, data, nbytes); }
