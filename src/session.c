/*
 * session.c - memory of a session, and the order of calls.
 */
#include "strict.h"

#include "session.h"

#include <string.h>

#include "arena.h"
#include "elementary.h"
#include "encoder.h"


static uint32_t larger(uint32_t a, uint32_t b) { return a < b ? b : a; }
static uint64_t larger_nbytes(uint64_t a, uint64_t b) { return a < b ? b : a; }
static uint32_t smaller(uint32_t a, uint32_t b) { return b < a ? b : a; }

/* ------------------------------------------------------------------------------------------------------ memory -- */

/* Columns of the widest linear layers: of those that take whole texts, and of those that take chunks. */
typedef struct {
    uint32_t attention;
    uint32_t rest;
} widths;

static widths find_widths(const bt_model *model) {
    widths w = {0, model->dense.columns};
    for (uint32_t i = 0; i < model->info.num_layers; i++) {
        const bt_layer *layer = &model->layers[i];
        w.attention = larger(w.attention, larger(layer->self_attention.columns, layer->attention_output.columns));
        w.rest = larger(w.rest, larger(layer->intermediate.columns, layer->output.columns));
    }
    return w;
}

static uint32_t group_rows(const bt_model *model, uint32_t max_rows) {
    return smaller(max_rows, larger(BT_CHUNK, model->info.max_tokens));
}

/* What a thread's kernels need at a time. */
static uint64_t scratch_nbytes(const bt_model *model) {
    const widths w = find_widths(model);
    return bt_aligned(larger_nbytes(bt_scratch_nbytes(larger(w.attention, w.rest)),
                                    bt_attention_scratch_nbytes(model->info.max_tokens)));
}

/* The parts of a session's memory, in order. */
enum { SESSION, OFFSETS, X, WORK, Q, SCALE, ZERO, SPIKES, SCRATCH, NUM_PARTS };

/* Bytes of each part, multiples of 64; returns their sum. */
static uint64_t measure(uint64_t nbytes[NUM_PARTS], const bt_model *model, uint32_t max_rows, uint32_t threads) {
    const uint64_t hidden = model->info.hidden_size, intermediate = model->info.intermediate_size;
    const widths w = find_widths(model);
    const uint32_t group = group_rows(model, max_rows), chunk = smaller(max_rows, BT_CHUNK);
    const uint64_t group_tiles = bt_tiles(group), chunk_tiles = bt_tiles(chunk);

    nbytes[SESSION] = sizeof(bt_session);
    nbytes[OFFSETS] = ((uint64_t)max_rows + 1) * sizeof(uint32_t);
    nbytes[X] = max_rows * hidden * sizeof(float);
    nbytes[WORK] = larger_nbytes(group * (hidden + bt_kv_stride(model->info.hidden_size)),
                                 chunk * larger_nbytes(hidden, intermediate)) * sizeof(float);
    nbytes[Q] = larger_nbytes(group_tiles * w.attention, chunk_tiles * w.rest) * BT_TILE * sizeof(int16_t);
    nbytes[SCALE] = group_tiles * BT_TILE * sizeof(float);
    nbytes[ZERO] = group_tiles * BT_TILE * sizeof(int32_t);
    nbytes[SPIKES] = group_tiles * BT_TILE * BT_SPIKES * sizeof(bt_spike);
    nbytes[SCRATCH] = threads * scratch_nbytes(model);

    uint64_t total = 0;
    for (int part = 0; part < NUM_PARTS; part++) {
        nbytes[part] = bt_aligned(nbytes[part]);
        total += nbytes[part];
    }
    return total;
}

size_t bt_session_nbytes(const bt_model *model, uint32_t max_rows, uint32_t threads) {
    if (model->kind != BT_KIND_CLASSIFIER) return 0;
    uint64_t nbytes[NUM_PARTS];
    const uint64_t total = measure(nbytes, model, max_rows, threads);
    return total > SIZE_MAX ? SIZE_MAX : (size_t)total;
}

bt_status bt_session_open(bt_session **out, const bt_model *model, uint32_t max_rows, uint32_t threads,
                          bt_kernel kernel, void *memory, size_t memory_nbytes) {
    if (model->kind != BT_KIND_CLASSIFIER || threads == 0) return BT_BAD_CALL;
    const bt_kernels *kernels = bt_kernels_find(kernel);
    if (kernels == NULL) return BT_UNSUPPORTED;
    uint64_t nbytes[NUM_PARTS];
    if (measure(nbytes, model, max_rows, threads) > memory_nbytes) return BT_NO_MEMORY;

    bt_arena arena = bt_arena_make(memory, memory_nbytes);
    void *parts[NUM_PARTS];
    for (int part = 0; part < NUM_PARTS; part++) parts[part] = bt_arena_take(&arena, (size_t)nbytes[part]);

    bt_session *session = parts[SESSION];
    *session = (bt_session){
        .model = model,
        .kernels = kernels,
        .max_rows = max_rows,
        .group_rows = group_rows(model, max_rows),
        .offsets = parts[OFFSETS],
        .x = parts[X],
        .work = parts[WORK],
        .activations = {.q = parts[Q], .scale = parts[SCALE], .zero = parts[ZERO], .spikes = parts[SPIKES]},
        .scratch = parts[SCRATCH],
        .scratch_nbytes = (size_t)scratch_nbytes(model),
    };
    bt_pool_open(&session->pool, threads);
    *out = session;
    return BT_OK;
}

bt_kernel bt_session_kernel(const bt_session *session) { return session->kernels->kernel; }

/* ----------------------------------------------------------------------------------------------------- threads -- */

void bt_help(bt_session *session, uint32_t thread) { bt_pool_help(&session->pool, thread); }

void bt_dismiss(bt_session *session) { bt_pool_dismiss(&session->pool); }

/* ------------------------------------------------------------------------------------------------------- calls -- */

/* BT_OK if the batch fits the session. */
static bt_status check_lengths(const bt_session *s, const uint32_t *lengths, uint32_t count) {
    uint32_t left = s->max_rows;
    if (count == 0) return BT_BAD_IDS;
    for (uint32_t t = 0; t < count; t++) {
        if (lengths[t] == 0 || lengths[t] > s->model->info.max_tokens || lengths[t] > left) return BT_BAD_IDS;
        left -= lengths[t];
    }
    return BT_OK;
}

static bt_status check_ids(const bt_model *model, const int32_t *ids, uint32_t rows) {
    const uint32_t present = model->words.rows + model->tail_present;
    bool pending = false;
    for (uint32_t i = 0; i < rows; i++) {
        if (ids[i] < 0 || (uint32_t)ids[i] >= model->info.vocab_size) return BT_BAD_IDS;
        if ((uint32_t)ids[i] >= present) pending = true;
    }
    return pending ? BT_PENDING : BT_OK;
}

bt_status bt_begin(bt_session *s, const int32_t *ids, const uint32_t *lengths, uint32_t count) {
    bt_status status = check_lengths(s, lengths, count);
    if (status != BT_OK) return status;
    uint32_t rows = 0;
    for (uint32_t t = 0; t < count; t++) rows += lengths[t];
    status = check_ids(s->model, ids, rows);
    if (status != BT_OK) return status;

    s->count = count;
    s->next_layer = 0;
    s->offsets[0] = 0;
    for (uint32_t t = 0; t < count; t++) s->offsets[t + 1] = s->offsets[t] + lengths[t];
    bt_embed(s, ids);
    return BT_OK;
}

bt_status bt_run_layer(bt_session *s, uint32_t layer) {
    if (s->count == 0 || layer != s->next_layer || layer >= s->model->info.num_layers) return BT_BAD_CALL;
    bt_encoder_layer(s, layer);
    s->next_layer++;
    return s->pool.is_lost ? BT_THREAD_LOST : BT_OK;
}

static bool all_finite(const float *values, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!bt_is_finite(values[i])) return false;
    }
    return true;
}

bt_status bt_finish(bt_session *s, float *logits) {
    const bt_model_info *info = &s->model->info;
    if (s->count == 0 || s->next_layer != info->num_layers) return BT_BAD_CALL;
    bt_head(s, logits);
    if (s->pool.is_lost) return BT_THREAD_LOST;
    /* Quantising hides what is not finite from the head, so its input is looked at as well. */
    if (!all_finite(s->x, (size_t)s->count * info->hidden_size)) return BT_NOT_FINITE;
    if (!all_finite(logits, (size_t)s->count * info->num_labels)) return BT_NOT_FINITE;
    s->count = 0;
    return BT_OK;
}
