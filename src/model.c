/*
 * model.c - opens an image: walks the fixed list of tensors of models/MODEL.md, section 4, and checks all of it.
 *
 * An image is read once from its first byte to the end of its resident part. The reader remembers the first thing that
 * was wrong, in words, and does nothing more from then on; so the code below reads as the list itself.
 */
#include "strict.h"

#include "model.h"

#include <stdbool.h>

#include "elementary.h"
#include "kernels.h"

#define ENTRY_NBYTES 80
#define NAME_NBYTES 48
#define VERSION 2 /* of images as converters write them now; 1 has other position embeddings */

enum { TYPE_U32 = 1, TYPE_F32 = 2, TYPE_ROWS = 3, TYPE_LINEAR = 4 };

/* For a number of rows or columns: the table's word is taken. */
#define ANY UINT32_MAX

/* What is read where, and the first fault. */
typedef struct {
    const uint8_t *image;
    const uint8_t *at;     /* end of what has been read */
    const uint8_t *limit;  /* end of what may be read */
    uint32_t next_entry;   /* index in the tensor table */
    char name[NAME_NBYTES]; /* of the tensor being read, NUL-padded as in the table; "header" before the first */
    bt_status status;
    bt_fault *fault;
} reader;

typedef struct {
    uint32_t rows;
    uint32_t columns;
} shape;

/* ------------------------------------------------------------------------------------------------------ faults -- */

/* Appends as much of a string as fits behind *length characters; field stays NUL-terminated. */
static void append(char *field, size_t capacity, size_t *length, const char *string) {
    while (*string != '\0' && *length + 1 < capacity) field[(*length)++] = *string++;
    field[*length] = '\0';
}

static void fail(reader *r, bt_status status, const char *what, uint64_t expected, uint64_t found) {
    if (r->status != BT_OK) return;
    r->status = status;
    if (r->fault == NULL) return;
    size_t length = 0;
    append(r->fault->field, sizeof r->fault->field, &length, r->name);
    append(r->fault->field, sizeof r->fault->field, &length, ": ");
    append(r->fault->field, sizeof r->fault->field, &length, what);
    r->fault->expected = expected;
    r->fault->found = found;
}

static void expect(reader *r, const char *what, uint64_t expected, uint64_t found) {
    if (found != expected) fail(r, BT_BAD_IMAGE, what, expected, found);
}

/* A size that the library's packing rules limit. */
static void expect_size(reader *r, const char *what, uint32_t low, uint32_t high, uint32_t found) {
    if (found < low) fail(r, BT_UNSUPPORTED, what, low, found);
    if (found > high) fail(r, BT_UNSUPPORTED, what, high, found);
}

static void expect_multiple(reader *r, const char *what, uint32_t factor, uint32_t found) {
    if (found % factor != 0) fail(r, BT_UNSUPPORTED, what, found - found % factor + factor, found);
}

/* How many of count values come before the first that is not finite (and, if not_negative, not below 0). */
static uint32_t count_good(const float *values, uint32_t count, bool not_negative) {
    for (uint32_t i = 0; i < count; i++) {
        if (!bt_is_finite(values[i]) || (not_negative && values[i] < 0)) return i;
    }
    return count;
}

static void expect_finite(reader *r, const char *what, const float *values, uint32_t count) {
    if (r->status == BT_OK) expect(r, what, count, count_good(values, count, false));
}

/* ------------------------------------------------------------------------------------------------------ header -- */

static uint32_t read_u32(const uint8_t *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static uint64_t read_u64(const uint8_t *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

/* The fields that are not part of bt_model_info. */
typedef struct {
    uint32_t version;
    uint32_t kind;
    uint32_t num_tensors;
    uint32_t word_split;
} header;

static bool is_zero(const uint8_t *from, const uint8_t *to) {
    uint8_t any = 0;
    while (from < to) any |= *from++;
    return any == 0;
}

static void read_sizes(header *h, bt_model_info *info, const uint8_t *at) {
    h->version = read_u32(at + 8);
    h->kind = read_u32(at + 12);
    h->num_tensors = read_u32(at + 20);
    h->word_split = read_u32(at + 68);
    *info = (bt_model_info){
        .hidden_size = read_u32(at + 40),
        .num_layers = read_u32(at + 44),
        .num_heads = read_u32(at + 48),
        .intermediate_size = read_u32(at + 52),
        .num_positions = read_u32(at + 56),
        .num_labels = read_u32(at + 60),
        .layer_norm_eps = bt_float(read_u32(at + 64)),
        .vocab_size = read_u32(at + 72),
        .mask_id = read_u32(at + 76),
        .image_nbytes = read_u64(at + 24),
        .resident_nbytes = read_u64(at + 32),
    };
    info->max_tokens = info->num_positions == 0 ? 0 : info->num_positions - 2; /* positions begin at pad_token_id + 1 */
}

static void check_classifier_sizes(reader *r, const header *h, const bt_model_info *info) {
    expect_size(r, "hidden_size", 16, BT_MAX_SIZE, info->hidden_size);
    expect_multiple(r, "hidden_size, multiple of 16", 16, info->hidden_size);
    expect_size(r, "num_layers", 1, BT_MAX_LAYERS, info->num_layers);
    expect_size(r, "num_heads", 1, info->hidden_size / 4, info->num_heads);
    if (r->status != BT_OK) return;
    expect_multiple(r, "hidden_size, multiple of 4 num_heads", 4 * info->num_heads, info->hidden_size);
    expect_size(r, "intermediate_size", 16, BT_MAX_SIZE, info->intermediate_size);
    expect_multiple(r, "intermediate_size, multiple of 16", 16, info->intermediate_size);
    expect_size(r, "num_positions", 4, BT_MAX_POSITIONS, info->num_positions);
    expect_size(r, "num_labels", 1, BT_MAX_LABELS, info->num_labels);
    if (!(info->layer_norm_eps > 0 && info->layer_norm_eps < 1)) {
        fail(r, BT_BAD_IMAGE, "layer_norm_eps between 0 and 1, as bits", 0, bt_bits(info->layer_norm_eps));
    }
    expect_size(r, "word_split", 1, info->vocab_size, h->word_split);
    const uint32_t tail = h->word_split < info->vocab_size ? 1 : 0;
    expect(r, "num_tensors", 4 + 3 + 6 * info->num_layers + 2 + tail, h->num_tensors);
}

/* Reads and checks the 128 bytes; that the tensors fill image_nbytes is seen when they have been read. */
static void read_header(reader *r, header *h, bt_model_info *info, size_t nbytes) {
    const uint8_t *at = r->image;
    append(r->name, sizeof r->name, &(size_t){0}, "header");
    if (nbytes < BT_HEADER_NBYTES || memcmp(at, "bertweet", 8) != 0) {
        fail(r, BT_BAD_MAGIC, "magic", 0, 0);
        return;
    }
    read_sizes(h, info, at);
    if (h->version < 1 || h->version > VERSION) fail(r, BT_BAD_VERSION, "version", VERSION, h->version);
    if (h->kind != BT_KIND_CLASSIFIER && h->kind != BT_KIND_TOKENIZER) {
        fail(r, BT_BAD_VERSION, "kind", BT_KIND_CLASSIFIER, h->kind);
    }
    if (read_u32(at + 16) != 0) fail(r, BT_BAD_VERSION, "flags", 0, read_u32(at + 16));
    if (!is_zero(at + 80, at + BT_HEADER_NBYTES)) fail(r, BT_BAD_IMAGE, "reserved", 0, 1);

    expect_size(r, "vocab_size", BT_ID_UNK + 1, INT32_MAX, info->vocab_size);
    if (info->mask_id >= info->vocab_size) fail(r, BT_BAD_IMAGE, "mask_id", info->vocab_size - 1, info->mask_id);
    if (h->kind == BT_KIND_CLASSIFIER) {
        check_classifier_sizes(r, h, info);
    } else {
        if (!is_zero(at + 40, at + 72)) fail(r, BT_BAD_IMAGE, "sizes of a tokenizer image", 0, 1);
        expect(r, "num_tensors", 4, h->num_tensors);
    }
    expect(r, "image_nbytes, multiple of 64", 0, info->image_nbytes % BT_ALIGNMENT);
    expect(r, "resident_nbytes, multiple of 64", 0, info->resident_nbytes % BT_ALIGNMENT);
    if (info->resident_nbytes > info->image_nbytes) {
        fail(r, BT_BAD_IMAGE, "resident_nbytes", info->image_nbytes, info->resident_nbytes);
    }
}

/* ----------------------------------------------------------------------------------------------------- tensors -- */

static uint64_t tensor_nbytes(uint32_t type, shape s) {
    const uint64_t rows = s.rows, columns = s.columns;
    switch (type) {
    case TYPE_ROWS:
        return bt_aligned(rows * sizeof(float)) + rows * columns;
    case TYPE_LINEAR:
        return bt_packed_nbytes(rows, columns);
    default:
        return rows * columns * sizeof(uint32_t);
    }
}

/* The next nbytes, from the next multiple of 64 on; what lies between is zero. Only within a tensor that fits. */
static const void *take(reader *r, uint64_t nbytes) {
    const uint8_t *begin = r->image + bt_aligned((uint64_t)(r->at - r->image));
    if (!is_zero(r->at, begin)) fail(r, BT_BAD_IMAGE, "zeros before it or within", 0, 1);
    r->at = begin + nbytes;
    return begin;
}

/* Reads the next entry of the tensor table and compares it with what has to stand there. */
static shape next_tensor(reader *r, const char *name, uint32_t type, uint32_t rows, uint32_t columns,
                         uint32_t sources) {
    if (r->status != BT_OK) return (shape){0};
    memset(r->name, 0, sizeof r->name);
    append(r->name, sizeof r->name, &(size_t){0}, name);

    const uint8_t *entry = r->image + BT_HEADER_NBYTES + (size_t)ENTRY_NBYTES * r->next_entry;
    if (memcmp(entry, r->name, NAME_NBYTES) != 0) fail(r, BT_BAD_IMAGE, "name of tensor", r->next_entry, r->next_entry);
    expect(r, "type", type, read_u32(entry + 48));
    const shape found = {read_u32(entry + 52), read_u32(entry + 56)};
    if (rows != ANY) expect(r, "rows", rows, found.rows);
    if (columns != ANY) expect(r, "columns", columns, found.columns);
    if (found.rows > INT32_MAX) fail(r, BT_BAD_IMAGE, "rows", INT32_MAX, found.rows);
    if (found.columns > BT_MAX_COLUMNS) fail(r, BT_UNSUPPORTED, "columns", BT_MAX_COLUMNS, found.columns);
    expect(r, "sources", sources, read_u32(entry + 60));
    expect(r, "offset", bt_aligned((uint64_t)(r->at - r->image)), read_u64(entry + 64));
    const uint64_t nbytes = tensor_nbytes(type, found);
    expect(r, "nbytes", nbytes, read_u64(entry + 72));
    const uint64_t end = bt_aligned((uint64_t)(r->at - r->image)) + nbytes;
    if (end > (uint64_t)(r->limit - r->image)) fail(r, BT_BAD_IMAGE, "end", (uint64_t)(r->limit - r->image), end);
    r->next_entry++;
    return r->status == BT_OK ? found : (shape){0};
}

static const uint32_t *read_u32_tensor(reader *r, const char *name, uint32_t rows, uint32_t columns, uint32_t *found) {
    const shape s = next_tensor(r, name, TYPE_U32, rows, columns, 0);
    if (found != NULL) *found = s.rows;
    return r->status == BT_OK ? take(r, tensor_nbytes(TYPE_U32, s)) : NULL;
}

static const float *read_f32_tensor(reader *r, const char *name, uint32_t rows, uint32_t columns) {
    const shape s = next_tensor(r, name, TYPE_F32, rows, columns, 0);
    if (r->status != BT_OK) return NULL;
    const float *values = take(r, tensor_nbytes(TYPE_F32, s));
    expect_finite(r, "finite values", values, rows * columns);
    return values;
}

static bt_norm read_norm(reader *r, const char *name, uint32_t size) {
    const float *values = read_f32_tensor(r, name, 2, size);
    return values == NULL ? (bt_norm){0} : (bt_norm){.weight = values, .bias = values + size};
}

/* Looks at the table only: the tail may not have arrived. */
static bt_rows place_rows(reader *r, const char *name, uint32_t rows, uint32_t columns) {
    next_tensor(r, name, TYPE_ROWS, rows, columns, 0);
    if (r->status != BT_OK) return (bt_rows){0};
    const uint8_t *scale = r->image + bt_aligned((uint64_t)(r->at - r->image));
    const uint8_t *q = scale + bt_aligned(rows * (uint64_t)sizeof(float));
    return (bt_rows){.scale = (const void *)scale, .q = (const void *)q, .rows = rows, .columns = columns};
}

static bt_rows read_rows(reader *r, const char *name, uint32_t rows, uint32_t columns) {
    const bt_rows placed = place_rows(r, name, rows, columns);
    if (r->status != BT_OK) return placed;
    take(r, rows * (uint64_t)sizeof(float));
    take(r, (uint64_t)rows * columns);
    expect_finite(r, "finite scales", placed.scale, rows);
    return placed;
}

/* ---------------------------------------------------------------------------------------------- linear layers -- */

static void check_columns(reader *r, bt_linear *linear) {
    const uint32_t columns = linear->columns;
    expect_finite(r, "finite factors", linear->factor, columns);
    uint32_t good = 0;
    while (good < columns && linear->source[good] < linear->sources) good++;
    expect(r, "source, columns below sources", columns, good);
    uint32_t straight = 0;
    while (straight < columns && linear->source[straight] == straight) straight++;
    linear->straight = straight / 4 * 4;
}

static bool is_depth(uint32_t depth, uint32_t quads) {
    return depth >= 1 && depth <= BT_MAX_DEPTH && (depth & (depth - 1)) == 0 && quads % depth == 0;
}

/* The 16-bit bound and the column sums. */
static void check_weights(reader *r, const bt_linear *linear) {
    const bt_kernels *kernels = bt_kernels_find(BT_KERNEL_BEST);
    const int8_t *panel = linear->weights;
    for (uint32_t p = 0; p < linear->outputs / BT_PANEL && r->status == BT_OK; p++) {
        if (!is_depth(linear->depth[p], linear->columns / 4)) fail(r, BT_BAD_IMAGE, "depth", 4, linear->depth[p]);
        if (r->status != BT_OK) return;
        int32_t colsum[BT_PANEL];
        if (!kernels->check_panel(colsum, panel, linear->columns, linear->depth[p])) {
            fail(r, BT_BAD_IMAGE, "panels within the 16-bit bound", linear->outputs / BT_PANEL, p);
        }
        for (uint32_t n = 0; n < BT_PANEL; n++) {
            const int32_t stated = linear->colsum[p * BT_PANEL + n];
            if (stated != colsum[n]) fail(r, BT_BAD_IMAGE, "colsum", (uint32_t)colsum[n], (uint32_t)stated);
        }
        panel += (size_t)BT_PANEL * linear->columns;
    }
}

static bt_linear read_linear(reader *r, const char *name, uint32_t outputs, uint32_t sources) {
    const shape s = next_tensor(r, name, TYPE_LINEAR, outputs, ANY, sources);
    if (r->status == BT_OK && s.columns < sources) fail(r, BT_BAD_IMAGE, "columns", sources, s.columns);
    expect_multiple(r, "columns, multiple of 16", 16, s.columns);
    if (r->status != BT_OK) return (bt_linear){0};

    bt_linear linear = {.outputs = outputs, .columns = s.columns, .sources = sources};
    linear.factor = take(r, s.columns * sizeof(float));
    linear.source = take(r, s.columns * sizeof(uint16_t));
    linear.depth = take(r, outputs / BT_PANEL);
    linear.scale = take(r, outputs * sizeof(float));
    linear.colsum = take(r, outputs * sizeof(int32_t));
    linear.bias = take(r, outputs * sizeof(float));
    linear.weights = take(r, (uint64_t)outputs * s.columns);

    check_columns(r, &linear);
    expect(r, "scale, finite and not negative", outputs, count_good(linear.scale, outputs, true));
    expect_finite(r, "finite bias", linear.bias, outputs);
    check_weights(r, &linear);
    return linear;
}

/* ------------------------------------------------------------------------------------------------------- model -- */

static void read_tokenizer(reader *r, bt_model *model) {
    bt_bpe *bpe = &model->bpe;
    bpe->vocab_size = model->info.vocab_size;
    bpe->mask_id = model->info.mask_id;
    bpe->code_points = read_u32_tensor(r, "tokenizer.code_points", ANY, 3, &bpe->num_code_points);
    bpe->symbol_ids = read_u32_tensor(r, "tokenizer.symbol_ids", ANY, 2, &bpe->num_symbols);
    bpe->merge_rows = read_u32_tensor(r, "tokenizer.merge_rows", bpe->num_symbols + 1, 1, NULL);
    bpe->merges = read_u32_tensor(r, "tokenizer.merges", ANY, 3, &bpe->num_merges);
    if (r->status == BT_OK) r->status = bt_bpe_open(bpe, r->fault);
}

/* "encoder.layer.11." and what follows, in the reader's own memory of names. */
static const char *layer_name(char name[NAME_NBYTES], uint32_t layer, const char *rest) {
    const char digits[3] = {(char)('0' + layer / 10), (char)('0' + layer % 10), '\0'};
    size_t length = 0;
    append(name, NAME_NBYTES, &length, "encoder.layer.");
    append(name, NAME_NBYTES, &length, layer < 10 ? digits + 1 : digits);
    append(name, NAME_NBYTES, &length, rest);
    return name;
}

static void read_layer(reader *r, bt_layer *layer, uint32_t i, const bt_model_info *info) {
    const uint32_t hidden = info->hidden_size, intermediate = info->intermediate_size;
    char name[NAME_NBYTES];
    layer->self_attention = read_linear(r, layer_name(name, i, ".attention.self"), 3 * hidden, hidden);
    layer->attention_output = read_linear(r, layer_name(name, i, ".attention.output.dense"), hidden, hidden);
    layer->attention_norm = read_norm(r, layer_name(name, i, ".attention.output.LayerNorm"), hidden);
    layer->intermediate = read_linear(r, layer_name(name, i, ".intermediate.dense"), intermediate, hidden);
    layer->output = read_linear(r, layer_name(name, i, ".output.dense"), hidden, intermediate);
    layer->output_norm = read_norm(r, layer_name(name, i, ".output.LayerNorm"), hidden);
}

static void read_network(reader *r, bt_model *model, const header *h) {
    const bt_model_info *info = &model->info;
    const uint32_t hidden = info->hidden_size;
    const char *positions = "embeddings.position_embeddings";
    model->words = read_rows(r, "embeddings.word_embeddings", h->word_split, hidden);
    if (h->version == 1) model->rounded_positions = read_rows(r, positions, info->num_positions, hidden);
    else model->positions = read_f32_tensor(r, positions, info->num_positions, hidden);
    model->embeddings_norm = read_norm(r, "embeddings.LayerNorm", hidden);
    for (uint32_t i = 0; i < info->num_layers; i++) read_layer(r, &model->layers[i], i, info);
    model->dense = read_linear(r, "classifier.dense", hidden, hidden);
    model->out_proj = read_f32_tensor(r, "classifier.out_proj", info->num_labels, hidden + 1);
}

/* The tail begins at resident_nbytes and ends the image; without one the resident part does. */
static void read_ending(reader *r, bt_model *model, uint32_t word_split) {
    const bt_model_info *info = &model->info;
    if (r->status != BT_OK) return;
    take(r, 0);
    expect(r, "resident_nbytes", (uint64_t)(r->at - r->image), info->resident_nbytes);
    r->limit = r->image + info->image_nbytes;
    if (model->kind == BT_KIND_CLASSIFIER && word_split < info->vocab_size) {
        const uint32_t rows = info->vocab_size - word_split;
        model->tail = place_rows(r, "embeddings.word_embeddings.tail", rows, info->hidden_size);
        r->at += tensor_nbytes(TYPE_ROWS, (shape){rows, info->hidden_size});
    }
    if (r->status == BT_OK) expect(r, "image_nbytes", bt_aligned((uint64_t)(r->at - r->image)), info->image_nbytes);
}

/* ------------------------------------------------------------------------------------------------------ public -- */

size_t bt_model_nbytes(void) { return sizeof(bt_model); }

bt_status bt_model_peek(bt_model_info *info, const void *image, size_t nbytes, bt_fault *fault) {
    reader r = {.image = image, .fault = fault};
    header h;
    bt_model_info found;
    read_header(&r, &h, &found, nbytes);
    if (r.status == BT_OK) *info = found;
    return r.status;
}

bt_status bt_model_open(bt_model **out, void *room, const void *image, size_t image_nbytes, size_t present_nbytes,
                        bt_fault *fault) {
    reader r = {.image = image, .fault = fault};
    bt_model *model = room;
    memset(model, 0, sizeof *model);
    header h;
    read_header(&r, &h, &model->info, present_nbytes);
    if (r.status != BT_OK) return r.status;
    model->kind = h.kind;

    const bt_model_info *info = &model->info;
    expect(&r, "image_nbytes", info->image_nbytes, image_nbytes);
    if (present_nbytes < info->resident_nbytes || present_nbytes > image_nbytes) {
        fail(&r, BT_BAD_IMAGE, "bytes present", info->resident_nbytes, present_nbytes);
    }
    const uint64_t table_end = BT_HEADER_NBYTES + (uint64_t)ENTRY_NBYTES * h.num_tensors;
    if (table_end > info->resident_nbytes) fail(&r, BT_BAD_IMAGE, "resident_nbytes", table_end, info->resident_nbytes);
    if (r.status != BT_OK) return r.status;

    r.at = r.image + table_end;
    r.limit = r.image + info->resident_nbytes;
    read_tokenizer(&r, model);
    if (model->kind == BT_KIND_CLASSIFIER) read_network(&r, model, &h);
    read_ending(&r, model, h.word_split);
    if (r.status == BT_OK) r.status = bt_model_extend(model, present_nbytes, fault);
    if (r.status == BT_OK) *out = model;
    return r.status;
}

bt_status bt_model_extend(bt_model *model, size_t present_nbytes, bt_fault *fault) {
    if (model->tail.rows == 0) return BT_OK;
    const uint8_t *image = (const uint8_t *)model->tail.scale - model->info.resident_nbytes;
    const uint64_t begin = (uint64_t)((const uint8_t *)model->tail.q - image);
    const uint64_t arrived = present_nbytes < begin ? 0 : (present_nbytes - begin) / model->tail.columns;
    const uint32_t rows = arrived < model->tail.rows ? (uint32_t)arrived : model->tail.rows;
    if (rows <= model->tail_present) return BT_OK;

    reader r = {.fault = fault, .name = "embeddings.word_embeddings.tail"};
    const uint32_t fresh = rows - model->tail_present;
    expect_finite(&r, "finite scales", model->tail.scale + model->tail_present, fresh);
    if (r.status == BT_OK) model->tail_present = rows;
    return r.status;
}

void bt_model_get_info(const bt_model *model, bt_model_info *info) { *info = model->info; }
