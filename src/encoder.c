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

/* One row: scale q of the word, plus the position's. */
static void add_embeddings(float *restrict x, const bt_model *model, uint32_t id, uint32_t position) {
    const uint32_t hidden = model->info.hidden_size;
    const size_t at = (size_t)position * hidden;
    float scale;
    const int8_t *restrict word = word_row(model, id, &scale);
    if (model->positions != NULL) {
        const float *restrict place = model->positions + at;
        for (uint32_t i = 0; i < hidden; i++) x[i] = scale * (float)word[i] + place[i];
    } else {
        const int8_t *restrict place = model->rounded_positions.q + at;
        const float place_scale = model->rounded_positions.scale[position];
        for (uint32_t i = 0; i < hidden; i++) x[i] = scale * (float)word[i] + place_scale * (float)place[i];
    }
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

/* ----------------------------------------------------------------------------------------- phases of the pool -- */

/* Panels in a chunk of a product: few enough that threads end together. */
#define CHUNK_PANELS 8

static void *scratch_of(const bt_session *s, uint32_t thread) { return s->scratch + thread * s->scratch_nbytes; }

static uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* What quantize_tile reads: rows for a linear layer. */
typedef struct {
    bt_session *session;
    const float *in;
    const bt_linear *linear;
} quantize_phase;

static void quantize_tile(void *context, uint32_t tile, uint32_t thread) {
    const quantize_phase *phase = context;
    bt_session *s = phase->session;
    s->kernels->quantize(&s->activations, tile, phase->in, phase->linear->sources, phase->linear,
                         scratch_of(s, thread));
}

/* Quantises rows of `in` for a linear layer; the session keeps them for any number of products. */
static void quantize(bt_session *s, const float *in, uint32_t rows, const bt_linear *linear) {
    s->activations.rows = rows;
    bt_pool_run(&s->pool, quantize_tile, &(quantize_phase){s, in, linear}, bt_tiles(rows));
}

/* What multiply_panels reads: panels first .. last - 1 of a linear layer, times the session's activations. */
typedef struct {
    const bt_session *session;
    float *out;
    size_t stride;
    const bt_linear *linear;
    uint32_t first, last;
    bt_epilogue epilogue;
} multiply_phase;

static void multiply_panels(void *context, uint32_t chunk, uint32_t thread) {
    const multiply_phase *phase = context;
    const bt_session *s = phase->session;
    const uint32_t first = phase->first + chunk * CHUNK_PANELS;
    s->kernels->matmul(phase->out + (size_t)chunk * CHUNK_PANELS * BT_PANEL, phase->stride, &s->activations,
                       phase->linear, first, smaller(first + CHUNK_PANELS, phase->last), phase->epilogue,
                       scratch_of(s, thread));
}

static void multiply(bt_session *s, float *out, size_t stride, const bt_linear *linear, uint32_t first, uint32_t last,
                     bt_epilogue epilogue) {
    bt_pool_run(&s->pool, multiply_panels, &(multiply_phase){s, out, stride, linear, first, last, epilogue},
                (last - first + CHUNK_PANELS - 1) / CHUNK_PANELS);
}

/* out = epilogue(linear(in)); both are [rows] without gaps. */
static void apply_linear(bt_session *s, float *out, const float *in, uint32_t rows, const bt_linear *linear,
                         bt_epilogue epilogue) {
    quantize(s, in, rows, linear);
    multiply(s, out, linear->outputs, linear, 0, linear->outputs / BT_PANEL, epilogue);
}

typedef struct {
    const bt_session *session;
    float *x;
    uint32_t rows;
    const bt_norm *norm;
} norm_phase;

static void normalize_tile(void *context, uint32_t tile, uint32_t thread) {
    (void)thread;
    const norm_phase *phase = context;
    const bt_model_info *info = &phase->session->model->info;
    const uint32_t first = tile * BT_TILE;
    phase->session->kernels->layer_norm(phase->x + (size_t)first * info->hidden_size,
                                        smaller(BT_TILE, phase->rows - first), info->hidden_size, phase->norm,
                                        info->layer_norm_eps);
}

static void normalize(bt_session *s, float *x, uint32_t rows, const bt_norm *norm) {
    bt_pool_run(&s->pool, normalize_tile, &(norm_phase){s, x, rows, norm}, bt_tiles(rows));
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

/* What attend_head reads: queries, keys and values of a group. */
typedef struct {
    const bt_session *session;
    const group *group;
    float *q;        /* [queries][hidden] */
    const float *kv; /* [rows], bt_kv_stride floats apart */
} attention_phase;

/* One head of one text; the result replaces its queries. */
static void attend_head(void *context, uint32_t chunk, uint32_t thread) {
    const attention_phase *phase = context;
    const bt_session *s = phase->session;
    const group *g = phase->group;
    const uint32_t hidden = s->model->info.hidden_size, heads = s->model->info.num_heads;
    const uint32_t head_size = hidden / heads;
    const uint32_t text = g->first + chunk / heads;
    const uint32_t row = s->offsets[text] - s->offsets[g->first];
    const size_t column = (size_t)(chunk % heads) * head_size;

    bt_attention a = {.scratch = scratch_of(s, thread), .q_stride = hidden, .kv_stride = bt_kv_stride(hidden),
                      .head_size = head_size, .factor = bt_rsqrt(head_size)};
    a.rows = s->offsets[text + 1] - s->offsets[text];
    a.queries = g->only_first_rows ? 1 : a.rows;
    a.out = phase->q + (size_t)(g->only_first_rows ? text - g->first : row) * hidden + column;
    a.q = a.out;
    a.k = phase->kv + (size_t)row * a.kv_stride + column;
    a.v = a.k + hidden;
    s->kernels->attention(&a);
}

static void attend(bt_session *s, const group *g, float *q, const float *kv) {
    bt_pool_run(&s->pool, attend_head, &(attention_phase){s, g, q, kv},
                (g->last - g->first) * s->model->info.num_heads);
}

static void attention_of_group(bt_session *s, const bt_layer *layer, const group *g) {
    const uint32_t hidden = s->model->info.hidden_size, panels = hidden / BT_PANEL;
    const bt_linear *qkv = &layer->self_attention;
    float *x = s->x + (size_t)s->offsets[g->first] * hidden;
    float *q = s->work, *kv = s->work + (size_t)s->group_rows * hidden;
    uint32_t queries = group_rows(s, g);

    quantize(s, x, queries, qkv);
    multiply(s, kv, bt_kv_stride(hidden), qkv, panels, 3 * panels, BT_STORE);
    if (g->only_first_rows) {
        keep_first_rows(s, g);
        x = s->x + (size_t)g->first * hidden;
        queries = g->last - g->first;
        quantize(s, x, queries, qkv);
    }
    multiply(s, q, hidden, qkv, 0, panels, BT_STORE);
    attend(s, g, q, kv);
    apply_linear(s, x, q, queries, &layer->attention_output, BT_ADD);
    normalize(s, x, queries, &layer->attention_norm);
}

/* ------------------------------------------------------------------------------------------------------- layer -- */

static void feed_forward(bt_session *s, const bt_layer *layer, float *x, uint32_t rows) {
    apply_linear(s, s->work, x, rows, &layer->intermediate, BT_GELU);
    apply_linear(s, x, s->work, rows, &layer->output, BT_ADD);
    normalize(s, x, rows, &layer->output_norm);
}

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
        feed_forward(s, layer, s->x + (size_t)r * s->model->info.hidden_size, smaller(BT_CHUNK, rows - r));
    }
}

/* -------------------------------------------------------------------------------------------------------- head -- */

void bt_head(bt_session *s, float *logits) {
    const bt_model *model = s->model;
    const uint32_t hidden = model->info.hidden_size, labels = model->info.num_labels;
    for (uint32_t t = 0; t < s->count; t += BT_CHUNK) {
        const uint32_t rows = smaller(BT_CHUNK, s->count - t);
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
