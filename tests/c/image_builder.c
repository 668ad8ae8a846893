#include "image_builder.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { U32 = 1, F32 = 2, ROWS = 3, LINEAR = 4 };

#define HEADER_NBYTES 128
#define ENTRY_NBYTES 80
#define MAX_TENSORS 512
#define LANE_LIMIT 258

/* ------------------------------------------------------------------------------------------------------ basics -- */

uint64_t test_random(uint64_t *state) {
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

int32_t test_random_int(uint64_t *state, int32_t low, int32_t high) {
    return low + (int32_t)(test_random(state) % (uint64_t)(high - low));
}

float test_random_float(uint64_t *state) { return (float)(test_random(state) >> 40) * 0x1p-24f; }

uint32_t test_read_u32(const uint8_t *at) {
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

uint64_t test_read_u64(const uint8_t *at) {
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

void test_write_u32(uint8_t *at, uint32_t value) { memcpy(at, &value, sizeof value); }
void test_write_u64(uint8_t *at, uint64_t value) { memcpy(at, &value, sizeof value); }

static size_t aligned(size_t nbytes) { return (nbytes + 63) / 64 * 64; }

/* ------------------------------------------------------------------------------------------------------ layout -- */

typedef struct {
    char name[48];
    uint32_t type, rows, columns, sources;
    size_t offset, nbytes;
} tensor;

/* The images's tensors, before there are bytes. */
typedef struct {
    tensor tensors[MAX_TENSORS];
    uint32_t count;
} plan;

static void add(plan *p, const char *name, uint32_t type, uint32_t rows, uint32_t columns, uint32_t sources) {
    tensor *t = &p->tensors[p->count++];
    snprintf(t->name, sizeof t->name, "%.47s", name);
    t->type = type, t->rows = rows, t->columns = columns, t->sources = sources;
    const size_t cells = (size_t)rows * columns;
    if (type == ROWS) t->nbytes = aligned(4 * (size_t)rows) + cells;
    else if (type == LINEAR) {
        t->nbytes = aligned(4 * (size_t)columns) + aligned(2 * (size_t)columns) + aligned(rows / 8) +
                    3 * aligned(4 * (size_t)rows) + cells;
    } else t->nbytes = 4 * cells;
}

static void add_linear(plan *p, const test_shape *shape, const char *name, uint32_t outputs, uint32_t inputs) {
    add(p, name, LINEAR, outputs, inputs + shape->extra_columns, inputs);
}

static void plan_tokenizer(plan *p) {
    add(p, "tokenizer.code_points", U32, 2, 3, 0);
    add(p, "tokenizer.symbol_ids", U32, 5, 2, 0);
    add(p, "tokenizer.merge_rows", U32, 6, 1, 0);
    add(p, "tokenizer.merges", U32, 2, 3, 0);
}

static void plan_layer(plan *p, const test_shape *s, uint32_t i) {
    char name[64];
    const uint32_t h = s->hidden_size;
    snprintf(name, sizeof name, "encoder.layer.%u.attention.self", i);
    add_linear(p, s, name, 3 * h, h);
    snprintf(name, sizeof name, "encoder.layer.%u.attention.output.dense", i);
    add_linear(p, s, name, h, h);
    snprintf(name, sizeof name, "encoder.layer.%u.attention.output.LayerNorm", i);
    add(p, name, F32, 2, h, 0);
    snprintf(name, sizeof name, "encoder.layer.%u.intermediate.dense", i);
    add_linear(p, s, name, s->intermediate_size, h);
    snprintf(name, sizeof name, "encoder.layer.%u.output.dense", i);
    add_linear(p, s, name, h, s->intermediate_size);
    snprintf(name, sizeof name, "encoder.layer.%u.output.LayerNorm", i);
    add(p, name, F32, 2, h, 0);
}

static void plan_network(plan *p, const test_shape *s) {
    const uint32_t h = s->hidden_size;
    add(p, "embeddings.word_embeddings", ROWS, s->word_split, h, 0);
    add(p, "embeddings.position_embeddings", s->version == 1 ? ROWS : F32, s->num_positions, h, 0);
    add(p, "embeddings.LayerNorm", F32, 2, h, 0);
    for (uint32_t i = 0; i < s->num_layers; i++) plan_layer(p, s, i);
    add_linear(p, s, "classifier.dense", h, h);
    add(p, "classifier.out_proj", F32, s->num_labels, h + 1, 0);
    if (s->word_split < s->vocab_size) {
        add(p, "embeddings.word_embeddings.tail", ROWS, s->vocab_size - s->word_split, h, 0);
    }
}

/* --------------------------------------------------------------------------------------------------- contents -- */

/* "a" and "b"; a b -> ab and, at the end of a word, ab</w>. Ids 4 to 8. */
static void fill_tokenizer(uint8_t *bytes, const tensor *t) {
    static const uint32_t code_points[] = {'a', 0, 0xFFFFFFFF, 'b', 1, 2};
    static const uint32_t symbol_ids[] = {4, 3, 5, 3, 3, 6, 7, 3, 3, 8};
    static const uint32_t merge_rows[] = {0, 2, 2, 2, 2, 2};
    static const uint32_t merges[] = {1, 0, 3, 2, 1, 4};
    memcpy(bytes + t[0].offset, code_points, sizeof code_points);
    memcpy(bytes + t[1].offset, symbol_ids, sizeof symbol_ids);
    memcpy(bytes + t[2].offset, merge_rows, sizeof merge_rows);
    memcpy(bytes + t[3].offset, merges, sizeof merges);
}

static void fill_rows(uint8_t *at, const tensor *t, uint64_t *random) {
    float *scale = (float *)(void *)at;
    int8_t *q = (int8_t *)(at + aligned(4 * (size_t)t->rows));
    for (uint32_t r = 0; r < t->rows; r++) scale[r] = (0.5f + test_random_float(random)) / 127;
    for (size_t i = 0; i < (size_t)t->rows * t->columns; i++) q[i] = (int8_t)test_random_int(random, -127, 128);
}

static void fill_norm(uint8_t *at, const tensor *t, uint64_t *random) {
    float *values = (float *)(void *)at;
    for (uint32_t i = 0; i < t->columns; i++) values[i] = 0.75f + 0.5f * test_random_float(random);
    for (uint32_t i = 0; i < t->columns; i++) values[t->columns + i] = 0.4f * (test_random_float(random) - 0.5f);
}

/* The next weight of a lane group, of which so much is left in both directions. */
static int draw_weight(test_weights kind, int *positive, int *negative, uint64_t *random) {
    const int high = *positive < 127 ? *positive : 127, low = *negative < 127 ? *negative : 127;
    int w;
    if (kind == WEIGHTS_AT_BOUND) w = high > 0 ? high : -low;
    else if (kind == WEIGHTS_SMALL) w = test_random_int(random, -3, 4);
    else w = test_random_int(random, -low, high + 1);
    if (w > high) w = high;
    if (w < -low) w = -low;
    if (w > 0) *positive -= w;
    else *negative += w;
    return w;
}

/* One lane group: the weights of output n and half h in quads first .. first + depth - 1. */
static void fill_group(int8_t *panel, uint32_t first, uint32_t depth, uint32_t n, uint32_t h, test_weights kind,
                       uint64_t *random) {
    int positive = LANE_LIMIT, negative = LANE_LIMIT;
    const uint32_t turn = (uint32_t)test_random(random) % depth; /* so that the large ones are not always first */
    for (uint32_t d = 0; d < depth; d++) {
        int8_t *quad = panel + (size_t)(first + (d + turn) % depth) * 32 + n * 4 + h * 2;
        for (int k = 0; k < 2; k++) quad[k] = (int8_t)draw_weight(kind, &positive, &negative, random);
    }
}

static uint32_t panel_depth(const test_shape *shape, uint32_t panel, uint32_t quads) {
    uint32_t depth = shape->depth != 0 ? shape->depth : 1u << panel % 5;
    while (quads % depth != 0) depth /= 2;
    return depth;
}

static void fill_panels(uint8_t *depths, int32_t *colsum, int8_t *weights, const tensor *t, const test_shape *shape,
                        uint64_t *random) {
    for (uint32_t p = 0; p < t->rows / 8; p++) {
        int8_t *panel = weights + (size_t)p * 8 * t->columns;
        const uint32_t quads = t->columns / 4, depth = panel_depth(shape, p, quads);
        depths[p] = (uint8_t)depth;
        for (uint32_t first = 0; first < quads; first += depth) {
            for (uint32_t lane = 0; lane < 16; lane++) {
                fill_group(panel, first, depth, lane / 2, lane % 2, shape->weights, random);
            }
        }
        for (uint32_t n = 0; n < 8; n++) {
            colsum[p * 8 + n] = 0;
            for (uint32_t k = 0; k < t->columns; k++) colsum[p * 8 + n] += panel[(size_t)(k / 4) * 32 + n * 4 + k % 4];
        }
    }
}

static void fill_linear(uint8_t *at, const tensor *t, const test_shape *shape, uint64_t *random) {
    float *factor = (float *)(void *)at;
    at += aligned(4 * (size_t)t->columns);
    uint16_t *source = (uint16_t *)(void *)at;
    at += aligned(2 * (size_t)t->columns);
    uint8_t *depth = at;
    at += aligned(t->rows / 8);
    float *scale = (float *)(void *)at;
    at += aligned(4 * (size_t)t->rows);
    int32_t *colsum = (int32_t *)(void *)at;
    at += aligned(4 * (size_t)t->rows);
    float *bias = (float *)(void *)at;
    at += aligned(4 * (size_t)t->rows);

    for (uint32_t k = 0; k < t->columns; k++) {
        factor[k] = 0.5f + test_random_float(random);
        const uint32_t plain = k < t->sources ? k : (uint32_t)test_random(random) % t->sources;
        source[k] = (uint16_t)(shape->shuffled ? (plain * 7 + 3) % t->sources : plain);
    }
    fill_panels(depth, colsum, (int8_t *)at, t, shape, random);
    const float size = shape->weights == WEIGHTS_SMALL ? 0.5f : 0.025f;
    for (uint32_t n = 0; n < t->rows; n++) {
        scale[n] = size * (0.5f + test_random_float(random)) / sqrtf((float)t->columns);
        bias[n] = 0.2f * (test_random_float(random) - 0.5f);
    }
}

static void fill_tensor(uint8_t *bytes, const tensor *t, const test_shape *shape, uint64_t *random) {
    uint8_t *at = bytes + t->offset;
    if (t->type == ROWS) fill_rows(at, t, random);
    else if (t->type == LINEAR) fill_linear(at, t, shape, random);
    else if (strstr(t->name, "LayerNorm") != NULL) fill_norm(at, t, random);
    else {
        for (uint32_t i = 0; i < t->rows * t->columns; i++) {
            ((float *)(void *)at)[i] = 2.0f * (test_random_float(random) - 0.5f);
        }
    }
}

/* ------------------------------------------------------------------------------------------------------- image -- */

static void write_header(uint8_t *bytes, const plan *p, uint32_t kind, size_t nbytes, size_t resident,
                         const test_shape *shape) {
    const uint32_t sizes[6] = {shape->hidden_size, shape->num_layers, shape->num_heads, shape->intermediate_size,
                               shape->num_positions, shape->num_labels};
    const float eps = 1e-5f;
    memcpy(bytes, "bertweet", 8);
    test_write_u32(bytes + 8, shape->version == 0 ? 2 : shape->version);
    test_write_u32(bytes + 12, kind);
    test_write_u32(bytes + 20, p->count);
    test_write_u64(bytes + 24, nbytes);
    test_write_u64(bytes + 32, resident);
    if (kind == 1) {
        memcpy(bytes + 40, sizes, sizeof sizes);
        memcpy(bytes + 64, &eps, sizeof eps);
        test_write_u32(bytes + 68, shape->word_split);
    }
    test_write_u32(bytes + 72, shape->vocab_size);
    test_write_u32(bytes + 76, shape->vocab_size - 1);
}

static void write_entry(uint8_t *at, const tensor *t) {
    memcpy(at, t->name, sizeof t->name);
    test_write_u32(at + 48, t->type);
    test_write_u32(at + 52, t->rows);
    test_write_u32(at + 56, t->columns);
    test_write_u32(at + 60, t->sources);
    test_write_u64(at + 64, t->offset);
    test_write_u64(at + 72, t->nbytes);
}

static test_image write_image(plan *p, uint32_t kind, const test_shape *shape) {
    size_t end = HEADER_NBYTES + ENTRY_NBYTES * (size_t)p->count;
    for (uint32_t i = 0; i < p->count; i++) {
        p->tensors[i].offset = aligned(end);
        end = p->tensors[i].offset + p->tensors[i].nbytes;
    }
    const tensor *last = &p->tensors[p->count - 1];
    const int tail = strcmp(last->name, "embeddings.word_embeddings.tail") == 0;
    test_image image = {.nbytes = aligned(end), .resident_nbytes = tail ? last->offset : aligned(end)};
    image.bytes = aligned_alloc(64, image.nbytes);
    memset(image.bytes, 0, image.nbytes);
    write_header(image.bytes, p, kind, image.nbytes, image.resident_nbytes, shape);
    uint64_t random = shape->seed;
    for (uint32_t i = 0; i < p->count; i++) {
        write_entry(image.bytes + HEADER_NBYTES + ENTRY_NBYTES * (size_t)i, &p->tensors[i]);
        if (p->tensors[i].type != U32) fill_tensor(image.bytes, &p->tensors[i], shape, &random);
    }
    fill_tokenizer(image.bytes, p->tensors);
    return image;
}

test_image test_build_image(const test_shape *shape) {
    plan *p = calloc(1, sizeof *p);
    plan_tokenizer(p);
    plan_network(p, shape);
    const test_image image = write_image(p, 1, shape);
    free(p);
    return image;
}

test_image test_build_tokenizer_image(const test_shape *shape) {
    plan *p = calloc(1, sizeof *p);
    plan_tokenizer(p);
    const test_image image = write_image(p, 2, shape);
    free(p);
    return image;
}

uint8_t *test_copy_image(const test_image *image, size_t nbytes) {
    uint8_t *copy = aligned_alloc(64, aligned(nbytes > 0 ? nbytes : 1));
    memcpy(copy, image->bytes, nbytes);
    return copy;
}

size_t test_find_entry(const test_image *image, const char *name) {
    size_t at = HEADER_NBYTES;
    while (strcmp((const char *)image->bytes + at, name) != 0) at += ENTRY_NBYTES;
    return at;
}

size_t test_find_tensor(const test_image *image, const char *name) {
    return (size_t)test_read_u64(image->bytes + test_find_entry(image, name) + 64);
}
