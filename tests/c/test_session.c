/*
 * Inference against the oracle, to the bit, for every kernel this build has; and the order of calls.
 */
#include "bertweet.h"

#include <stdlib.h>
#include <string.h>

#include "oracle.h"
#include "test.h"

#define MAX_ROWS 512
#define MAX_TEXTS 64
#define MAX_LABELS 16

static const test_shape small = {.hidden_size = 32, .num_layers = 2, .num_heads = 4, .intermediate_size = 48,
                                 .num_positions = 66, .num_labels = 3, .vocab_size = 50, .word_split = 50,
                                 .depth = 4, .seed = 7};

/* An open model and its image. */
typedef struct {
    test_image image;
    bt_model *model;
    void *room;
} opened;

static opened open_shape(const test_shape *shape) {
    opened o = {.image = test_build_image(shape), .room = aligned_alloc(64, (bt_model_nbytes() + 63) / 64 * 64)};
    bt_fault fault = {0};
    CHECK_INT(bt_model_open(&o.model, o.room, o.image.bytes, o.image.nbytes, o.image.nbytes, &fault), BT_OK);
    CHECK_STRING(fault.field, "");
    return o;
}

static void close_model(opened *o) {
    free(o->image.bytes);
    free(o->room);
}

static bt_session *open_session(const bt_model *model, uint32_t rows, bt_kernel kernel) {
    const size_t nbytes = bt_session_nbytes(model, rows, 1);
    bt_session *session = NULL;
    void *memory = aligned_alloc(64, nbytes);
    memset(memory, 0xFF, nbytes); /* not a number, wherever it is read before it is written */
    CHECK_INT(bt_session_open(&session, model, rows, 1, kernel, memory, nbytes), BT_OK);
    CHECK(session == memory);
    return session;
}

static bt_status run(bt_session *session, const bt_model *model, float *logits, const int32_t *ids,
                     const uint32_t *lengths, uint32_t count) {
    bt_model_info info;
    bt_model_get_info(model, &info);
    bt_status status = bt_begin(session, ids, lengths, count);
    for (uint32_t i = 0; i < info.num_layers && status == BT_OK; i++) status = bt_run_layer(session, i);
    return status == BT_OK ? bt_finish(session, logits) : status;
}

/* Random texts of 1 .. longest ids, and now and then a <pad>; returns their number. */
static uint32_t draw_texts(int32_t *ids, uint32_t *lengths, uint32_t texts, uint32_t longest, uint32_t vocab,
                           uint64_t *random) {
    uint32_t rows = 0, count = 0;
    for (; count < texts; count++) {
        const uint32_t length = 1 + (uint32_t)test_random(random) % longest;
        if (rows + length > MAX_ROWS) break;
        lengths[count] = length;
        for (uint32_t i = 0; i < length; i++) {
            ids[rows++] = i == 0 ? BT_ID_BOS : test_random_int(random, 0, 20) == 0 ? BT_ID_PAD
                                             : test_random_int(random, 0, (int32_t)vocab);
        }
    }
    return count;
}

/* One shape: the batch, each text alone, and the oracle agree to the bit, with every kernel. */
static void test_shape_bits(const test_shape *shape, uint32_t texts, uint32_t longest) {
    static const bt_kernel kernels[] = {BT_KERNEL_SCALAR, BT_KERNEL_SIMD128};
    opened o = open_shape(shape);
    uint64_t random = shape->seed + 1;
    int32_t ids[MAX_ROWS];
    uint32_t lengths[MAX_TEXTS];
    const uint32_t count = draw_texts(ids, lengths, texts, longest, shape->vocab_size, &random);
    float expected[MAX_TEXTS * MAX_LABELS], found[MAX_TEXTS * MAX_LABELS], single[MAX_LABELS];
    const int32_t *at = ids;
    for (uint32_t t = 0; t < count; at += lengths[t++]) {
        oracle_logits(expected + t * shape->num_labels, &o.image, at, lengths[t]);
    }
    for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++) {
        bt_session *session;
        if (bt_session_open(&session, o.model, 64, 1, kernels[k], NULL, 0) == BT_UNSUPPORTED) continue;
        session = open_session(o.model, MAX_ROWS, kernels[k]);
        CHECK_INT(bt_session_kernel(session), kernels[k]);
        CHECK_INT(run(session, o.model, found, ids, lengths, count), BT_OK);
        CHECK(memcmp(found, expected, count * shape->num_labels * sizeof *found) == 0);
        at = ids;
        for (uint32_t t = 0; t < count; at += lengths[t++]) {
            CHECK_INT(run(session, o.model, single, at, lengths + t, 1), BT_OK);
            CHECK(memcmp(single, expected + t * shape->num_labels, shape->num_labels * sizeof *single) == 0);
        }
        free(session);
    }
    close_model(&o);
}

static void test_bits(void) {
    static const uint32_t hiddens[][2] = {{16, 1}, {16, 4}, {48, 3}, {64, 2}, {96, 1}, {320, 5}};
    static const test_weights kinds[] = {WEIGHTS_RANDOM, WEIGHTS_AT_BOUND, WEIGHTS_SMALL};
    uint64_t seed = 100;
    for (size_t h = 0; h < sizeof hiddens / sizeof *hiddens; h++) {
        for (size_t w = 0; w < 3; w++) {
            test_shape shape = small;
            shape.hidden_size = hiddens[h][0];
            shape.num_heads = hiddens[h][1];
            shape.intermediate_size = 16 * (1 + (uint32_t)(h * 3 + w) % 7);
            shape.num_layers = 1 + (uint32_t)(h + w) % 3;
            shape.num_labels = 1 + (uint32_t)(2 * h + w) % 4;
            shape.word_split = w == 1 ? 20 : 50;
            shape.extra_columns = w == 0 ? 0 : 16 * (uint32_t)(w + h % 2);
            shape.depth = w == 2 ? 0 : 1u << (h + w) % 5;
            shape.shuffled = h % 2;
            shape.weights = kinds[w];
            shape.seed = seed++;
            shape.version = h % 3 == 1 ? 1 : 0;
            test_shape_bits(&shape, 12, 9);
        }
    }
}

/* Texts of up to the most tokens: more than one group, more than one chunk of rows, tiles that are not full. */
static void test_long_batches(void) {
    test_shape shape = small;
    shape.num_positions = 150;
    shape.seed = 5;
    test_shape_bits(&shape, 9, 148);
    test_shape_bits(&shape, MAX_TEXTS, 3);
}

/* The logits of a text do not depend on the order of the batch. */
static void test_order(void) {
    opened o = open_shape(&small);
    bt_session *session = open_session(o.model, MAX_ROWS, BT_KERNEL_BEST);
    const int32_t forward[] = {0, 5, 2, 0, 7, 8, 9, 2}, backward[] = {0, 7, 8, 9, 2, 0, 5, 2};
    const uint32_t lengths[] = {3, 5}, reversed[] = {5, 3};
    float a[6], b[6];
    CHECK_INT(run(session, o.model, a, forward, lengths, 2), BT_OK);
    CHECK_INT(run(session, o.model, b, backward, reversed, 2), BT_OK);
    CHECK(memcmp(a, b + 3, 3 * sizeof *a) == 0);
    CHECK(memcmp(a + 3, b, 3 * sizeof *a) == 0);
    CHECK(memcmp(a, a + 3, 3 * sizeof *a) != 0);
    free(session);
    close_model(&o);
}

static void test_calls(void) {
    opened o = open_shape(&small);
    bt_session *session = open_session(o.model, 64, BT_KERNEL_BEST);
    const int32_t ids[] = {0, 5, 2, 0, 6, 7, 2};
    const uint32_t first = 3, second = 4;
    float whole[3], logits[3];
    CHECK_INT(bt_run_layer(session, 0), BT_BAD_CALL);
    CHECK_INT(bt_finish(session, logits), BT_BAD_CALL);
    CHECK_INT(run(session, o.model, whole, ids, &first, 1), BT_OK);
    CHECK_INT(bt_finish(session, logits), BT_BAD_CALL);
    CHECK_INT(bt_run_layer(session, 2), BT_BAD_CALL);

    /* A batch is abandoned by beginning another one, after any layer. */
    CHECK_INT(bt_begin(session, ids + 3, &second, 1), BT_OK);
    CHECK_INT(bt_begin(session, ids + 3, &second, 1), BT_OK);
    CHECK_INT(bt_run_layer(session, 0), BT_OK);
    CHECK_INT(bt_finish(session, logits), BT_BAD_CALL);
    CHECK_INT(bt_run_layer(session, 0), BT_BAD_CALL);
    CHECK_INT(run(session, o.model, logits, ids, &first, 1), BT_OK);
    CHECK(memcmp(whole, logits, sizeof logits) == 0);

    /* A call that fails is as if it had not been made. */
    CHECK_INT(bt_begin(session, ids, &first, 1), BT_OK);
    CHECK_INT(bt_run_layer(session, 0), BT_OK);
    CHECK_INT(bt_run_layer(session, 2), BT_BAD_CALL);
    const int32_t bad = 50;
    const uint32_t one = 1;
    CHECK_INT(bt_begin(session, &bad, &one, 1), BT_BAD_IDS);
    CHECK_INT(bt_run_layer(session, 1), BT_OK);
    CHECK_INT(bt_run_layer(session, 2), BT_BAD_CALL);
    CHECK_INT(bt_finish(session, logits), BT_OK);
    CHECK(memcmp(whole, logits, sizeof logits) == 0);
    free(session);
    close_model(&o);
}

static void test_bad_ids(void) {
    opened o = open_shape(&small);
    bt_session *session = open_session(o.model, 64, BT_KERNEL_BEST);
    int32_t ids[80] = {0};
    const uint32_t none[] = {3, 0}, many[] = {65}, most[] = {64}, overflow[] = {40, 25}, wrap[] = {2, UINT32_MAX};
    CHECK_INT(bt_begin(session, ids, many, 0), BT_BAD_IDS);
    CHECK_INT(bt_begin(session, ids, none, 2), BT_BAD_IDS);
    CHECK_INT(bt_begin(session, ids, many, 1), BT_BAD_IDS);
    CHECK_INT(bt_begin(session, ids, most, 1), BT_OK);
    CHECK_INT(bt_begin(session, ids, overflow, 2), BT_BAD_IDS);
    CHECK_INT(bt_begin(session, ids, wrap, 2), BT_BAD_IDS);
    const int32_t bad[] = {-1, 50, INT32_MAX, INT32_MIN};
    for (size_t i = 0; i < 4; i++) {
        ids[1] = bad[i];
        CHECK_INT(bt_begin(session, ids, none, 1), BT_BAD_IDS);
    }
    free(session);
    close_model(&o);
}

/* Rows of the tail become usable one by one as their bytes arrive. */
static void test_pending(void) {
    test_shape shape = small;
    shape.word_split = 44;
    test_image image = test_build_image(&shape);
    opened whole = open_shape(&shape);
    void *room = aligned_alloc(64, (bt_model_nbytes() + 63) / 64 * 64);
    uint8_t *base = aligned_alloc(64, image.nbytes);
    memset(base, 0xA5, image.nbytes); /* what has not arrived is anything */
    memcpy(base, image.bytes, image.resident_nbytes);
    bt_model *model;
    CHECK_INT(bt_model_open(&model, room, base, image.nbytes, image.resident_nbytes, NULL), BT_OK);
    bt_session *session = open_session(model, 64, BT_KERNEL_BEST);
    bt_session *reference = open_session(whole.model, 64, BT_KERNEL_BEST);

    const size_t begin = image.resident_nbytes + 64; /* the scales of 6 rows take 64 bytes */
    const uint32_t length = 3;
    float logits[3], expected[3];
    for (int32_t row = 0; row < 6; row++) {
        const int32_t ids[] = {0, 44 + row, 2};
        const size_t end = begin + (size_t)(row + 1) * shape.hidden_size;
        memcpy(base + image.resident_nbytes, image.bytes + image.resident_nbytes, end - 1 - image.resident_nbytes);
        CHECK_INT(bt_model_extend(model, end - 1, NULL), BT_OK);
        CHECK_INT(bt_begin(session, ids, &length, 1), BT_PENDING);
        base[end - 1] = image.bytes[end - 1];
        CHECK_INT(bt_model_extend(model, end, NULL), BT_OK);
        CHECK_INT(bt_model_extend(model, begin, NULL), BT_OK); /* never moves back */
        CHECK_INT(run(session, model, logits, ids, &length, 1), BT_OK);
        CHECK_INT(run(reference, whole.model, expected, ids, &length, 1), BT_OK);
        CHECK(memcmp(logits, expected, sizeof logits) == 0);
    }
    CHECK_INT(bt_model_extend(model, image.nbytes, NULL), BT_OK);
    free(session);
    free(reference);
    free(room);
    free(base);
    free(image.bytes);
    close_model(&whole);
}

/* Finite parameters that overflow: the answer is a status. */
static void test_not_finite(void) {
    test_image image = test_build_image(&small);
    float *norm = (float *)(void *)(image.bytes + test_find_tensor(&image, "encoder.layer.1.output.LayerNorm"));
    for (uint32_t i = 0; i < 2 * small.hidden_size; i++) norm[i] = 3e38f;
    void *room = aligned_alloc(64, (bt_model_nbytes() + 63) / 64 * 64);
    bt_model *model;
    CHECK_INT(bt_model_open(&model, room, image.bytes, image.nbytes, image.nbytes, NULL), BT_OK);
    bt_session *session = open_session(model, 64, BT_KERNEL_BEST);
    const int32_t ids[] = {0, 5, 2};
    const uint32_t length = 3;
    float logits[3];
    CHECK_INT(run(session, model, logits, ids, &length, 1), BT_NOT_FINITE);
    free(session);
    free(room);
    free(image.bytes);
}

static void test_open(void) {
    opened o = open_shape(&small);
    const size_t nbytes = bt_session_nbytes(o.model, 64, 1);
    void *memory = aligned_alloc(64, nbytes);
    bt_session *session;
    CHECK_INT(bt_session_open(&session, o.model, 64, 1, BT_KERNEL_BEST, memory, nbytes - 1), BT_NO_MEMORY);
    CHECK_INT(bt_session_open(&session, o.model, 64, 1, (bt_kernel)77, memory, nbytes), BT_UNSUPPORTED);
    CHECK_INT(bt_session_open(&session, o.model, 64, 1, BT_KERNEL_SCALAR, memory, nbytes), BT_OK);
    CHECK_STRING(bt_kernel_name(bt_session_kernel(session)), "scalar");
    CHECK(bt_session_nbytes(o.model, UINT32_MAX, 1) > ((uint64_t)1 << 31)); /* does not wrap */
    close_model(&o);

    const test_image image = test_build_tokenizer_image(&small);
    void *room = aligned_alloc(64, (bt_model_nbytes() + 63) / 64 * 64);
    bt_model *model;
    CHECK_INT(bt_model_open(&model, room, image.bytes, image.nbytes, image.nbytes, NULL), BT_OK);
    CHECK_INT(bt_session_nbytes(model, 64, 1), 0);
    CHECK_INT(bt_session_open(&session, model, 64, 1, BT_KERNEL_BEST, memory, nbytes), BT_BAD_CALL);
    free(room);
    free(image.bytes);
    free(memory);
}

int main(void) {
    test_open();
    test_bits();
    test_long_batches();
    test_order();
    test_calls();
    test_bad_ids();
    test_pending();
    test_not_finite();
    return test_end();
}
