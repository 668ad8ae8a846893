#include "strict.h"

#include "encoder.h"

#include <string.h>

#include "elementary.h"

/* -------------------------------------------------------------------------------------------------- embeddings -- */

static const int8_t *word_row(const bt_model *model, uint32_t id, float *scale) {
    const bt_rows *rows = &model->words;
    if (id >= rows->rows) {
        id -= rows->rows;
        rows = &model->tail;
    }
    *scale = rows->scale[id];
    return rows->q + (size_t)id * rows->columns;
}

/* One row: scale q of the word, plus scale q of the position. */
static void add_embeddings(float *restrict x, const bt_model *model, uint32_t id, uint32_t position) {
    const uint32_t hidden = model->info.hidden_size;
    float word_scale;
    const int8_t *restrict word = word_row(model, id, &word_scale);
    const int8_t *restrict place = model->positions.q + (size_t)position * hidden;
    const float place_scale = model->positions.scale[position];
    for (uint32_t i = 0; i < hidden; i++) x[i] = word_scale * (float)word[i] + place_scale * (float)place[i];
}

void bt_embed(bt_session *s, const int32_t *ids) {
    const bt_model *model = s->model;
    const uint32_t hidden = model->info.hidden_size;
    for (uint32_t t = 0; t < s->count; t++) {
        uint32_t position = BT_ID_PAD; /* of a <pad> that the user typed; others count on from there */
        for (uint32_t r = s->offsets[t]; r < s->offsets[t + 1]; r++) {
            const bool pad = ids[r] == BT_ID_PAD;
            if (!pad) position++;
            add_embeddings(s->x + (size_t)r * hidden, model, (uint32_t)ids[r], pad ? BT_ID_PAD : position);
        }
    }
    s->kernels->layer_norm(s->x, s->offsets[s->count], hidden, &model->embeddings_norm, model->info.layer_norm_eps);
}

/* ---------------------------------------------------------------------------------------------- linear layers -- */

/* Quantises rows of `in` for a linear layer; the session keeps them for any number of products. */
static void quantize(bt_activations *activations, const bt_session *s, const float *in, uint32_t rows,
                     const bt_linear *linear) {
    *activations = s->activations;
    activations->rows = rows;
    s->kernels->quantize(activations, in, linear->sources, linear);
}

/* out = epilogue(linear(in)); both are [rows] without gaps. */
static void apply_linear(const bt_session *s, float *out, const float *in, uint32_t rows, const bt_linear *linear,
                         bt_epilogue epilogue) {
    bt_activations activations;
    quantize(&activations, s, in, rows, linear);
    s->kernels->matmul(out, linear->outputs, &activations, linear, 0, linear->outputs / BT_PANEL, epilogue,
                       s->matmul_scratch);
}

/* --------------------------------------------------------------------------------------------------- attention -- */

/* Texts first .. last - 1, whose rows are in the session's work memory. */
typedef struct {
    uint32_t first;
    uint32_t last;
    bool only_first_rows; /* the only queries are the texts' first rows */
} group;

static uint32_t group_rows(const bt_session *s, const group *g) { return s->offsets[g->last] - s->offsets[g->first]; }

/* As many whole texts, from first on, as fit. */
static group next_group(const bt_session *s, uint32_t first, bool only_first_rows) {
    group g = {first, first + 1, only_first_rows};
    while (g.last < s->count && s->offsets[g.last + 1] - s->offsets[first] <= s->group_rows) g.last++;
    return g;
}

/* Moves the first row of each text of the group to the row with the text's number. Rows move down, past nothing that
 * is still needed. */
static void keep_first_rows(bt_session *s, const group *g) {
    const uint32_t hidden = s->model->info.hidden_size;
    for (uint32_t t = g->first; t < g->last; t++) {
        memmove(s->x + (size_t)t * hidden, s->x + (size_t)s->offsets[t] * hidden, hidden * sizeof(float));
    }
}

/* Every head of every text of the group, independently; the result replaces q. */
static void attend(const bt_session *s, const group *g, float *q, const float *kv) {
    const uint32_t hidden = s->model->info.hidden_size, heads = s->model->info.num_heads;
    const uint32_t head_size = hidden / heads;
    bt_attention a = {.scratch = s->attention_scratch, .q_stride = hidden, .kv_stride = 2 * (size_t)hidden,
                      .head_size = head_size, .factor = bt_rsqrt(head_size)};
    for (uint32_t t = g->first; t < g->last; t++) {
        a.rows = s->offsets[t + 1] - s->offsets[t];
        a.queries = g->only_first_rows ? 1 : a.rows;
        for (uint32_t head = 0; head < heads; head++) {
            a.out = q + (size_t)head * head_size;
            a.q = a.out;
            a.k = kv + (size_t)head * head_size;
            a.v = a.k + hidden;
            s->kernels->attention(&a);
        }
        q += (size_t)a.queries * hidden;
        kv += (size_t)a.rows * 2 * hidden;
    }
}

static void attention_of_group(bt_session *s, const bt_layer *layer, const group *g) {
    const uint32_t hidden = s->model->info.hidden_size, panels = hidden / BT_PANEL;
    const bt_linear *qkv = &layer->self_attention;
    float *x = s->x + (size_t)s->offsets[g->first] * hidden;
    float *q = s->work, *kv = s->work + (size_t)s->group_rows * hidden;
    uint32_t queries = group_rows(s, g);

    bt_activations activations;
    quantize(&activations, s, x, queries, qkv);
    s->kernels->matmul(kv, 2 * (size_t)hidden, &activations, qkv, panels, 3 * panels, BT_STORE, s->matmul_scratch);
    if (g->only_first_rows) {
        keep_first_rows(s, g);
        x = s->x + (size_t)g->first * hidden;
        queries = g->last - g->first;
        quantize(&activations, s, x, queries, qkv);
    }
    s->kernels->matmul(q, hidden, &activations, qkv, 0, panels, BT_STORE, s->matmul_scratch);
    attend(s, g, q, kv);
    apply_linear(s, x, q, queries, &layer->attention_output, BT_ADD);
    s->kernels->layer_norm(x, queries, hidden, &layer->attention_norm, s->model->info.layer_norm_eps);
}

/* ------------------------------------------------------------------------------------------------------- layer -- */

static void feed_forward(bt_session *s, const bt_layer *layer, float *x, uint32_t rows) {
    apply_linear(s, s->work, x, rows, &layer->intermediate, BT_GELU);
    apply_linear(s, x, s->work, rows, &layer->output, BT_ADD);
    s->kernels->layer_norm(x, rows, s->model->info.hidden_size, &layer->output_norm, s->model->info.layer_norm_eps);
}

static uint32_t chunk_of(uint32_t rows) { return rows < BT_CHUNK ? rows : BT_CHUNK; }

void bt_encoder_layer(bt_session *s, uint32_t index) {
    const bt_layer *layer = &s->model->layers[index];
    const bool last_layer = index + 1 == s->model->info.num_layers;

    for (uint32_t t = 0; t < s->count;) {
        const group g = next_group(s, t, last_layer);
        attention_of_group(s, layer, &g);
        t = g.last;
    }
    const uint32_t rows = last_layer ? s->count : s->offsets[s->count];
    for (uint32_t r = 0; r < rows; r += BT_CHUNK) {
        feed_forward(s, layer, s->x + (size_t)r * s->model->info.hidden_size, chunk_of(rows - r));
    }
}

/* -------------------------------------------------------------------------------------------------------- head -- */

void bt_head(const bt_session *s, float *logits) {
    const bt_model *model = s->model;
    const uint32_t hidden = model->info.hidden_size, labels = model->info.num_labels;
    for (uint32_t t = 0; t < s->count; t += BT_CHUNK) {
        const uint32_t rows = chunk_of(s->count - t);
        apply_linear(s, s->work, s->x + (size_t)t * hidden, rows, &model->dense, BT_STORE);
        for (size_t i = 0; i < (size_t)rows * hidden; i++) s->work[i] = bt_tanh(s->work[i]);
        for (uint32_t r = 0; r < rows; r++) {
            const float *h = s->work + (size_t)r * hidden;
            for (uint32_t l = 0; l < labels; l++) {
                const float *w = model->out_proj + (size_t)l * (hidden + 1);
                logits[(size_t)(t + r) * labels + l] = bt_dot_scalar(h, w, hidden) + w[hidden];
            }
        }
    }
}
