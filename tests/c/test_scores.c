/*
 * Scores are numbers from 0 to 1, whatever the logits and however the model's weights were chosen: what a label's score
 * is can be argued about, that it is one cannot.
 */
#include "bertweet.h"
#include "elementary.h"
#include "model.h"

#include <stdlib.h>
#include <string.h>

#include "image_builder.h"
#include "test.h"

/* Finite logits of every size: any bits, some that are equal, some far apart. */
static float draw_logit(uint64_t *random, int kind) {
    switch (kind) {
    case 0: return (float)test_random_int(random, -20, 21);
    case 1: return (test_random_float(random) - 0.5f) * 10;
    case 2: return test_random(random) % 2 ? 3e38f : -3e38f;
    case 3: return bt_float((uint32_t)test_random(random) & 0x807FFFFF); /* denormal, or 0 of either sign */
    default: {
        const float any = bt_float((uint32_t)test_random(random));
        return bt_is_finite(any) ? any : 0.0f;
    }
    }
}

static void check_sum(const float *scores, uint32_t count) {
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) {
        CHECK(scores[i] >= 0 && scores[i] <= 1);
        sum += (double)scores[i];
    }
    CHECK(sum > 1 - 1e-6 && sum < 1 + 1e-6);
}

static void test_softmax_and_sigmoid(void) {
    static const float temperatures[] = {1.0f, 0.01f, 1e-45f, 1e-30f, 100.0f, 3e38f};
    static float logits[BT_MAX_LABELS], scores[BT_MAX_LABELS];
    uint64_t random = 1;
    for (int round = 0; round < 3000; round++) {
        const uint32_t count = round % 3 == 0 ? (uint32_t)test_random_int(&random, 1, BT_MAX_LABELS + 1)
                                              : (uint32_t)test_random_int(&random, 1, 8);
        for (uint32_t i = 0; i < count; i++) logits[i] = draw_logit(&random, round % 5);
        const float temperature = temperatures[round % 6];
        bt_softmax(scores, logits, count, temperature);
        check_sum(scores, count);
        uint32_t best = 0;
        for (uint32_t i = 1; i < count; i++) best = logits[i] > logits[best] ? i : best;
        for (uint32_t i = 0; i < count; i++) CHECK(scores[i] <= scores[best]);

        bt_sigmoid(scores, logits, count, temperature);
        for (uint32_t i = 0; i < count; i++) {
            CHECK(scores[i] >= 0 && scores[i] <= 1);
            CHECK(logits[i] == 0 ? scores[i] == 0.5f : (logits[i] > 0) == (scores[i] >= 0.5f) || scores[i] == 0.5f);
        }
    }
}

static const test_shape shape = {.hidden_size = 32, .num_layers = 2, .num_heads = 4, .intermediate_size = 48,
                                 .num_positions = 20, .num_labels = 3, .vocab_size = 20, .word_split = 20,
                                 .depth = 4, .seed = 3};

/* Runs one text; BT_OK only with scores that are some. */
static bt_status classify(const test_image *image) {
    bt_model *model;
    bt_session *session;
    void *room = aligned_alloc(64, (bt_model_nbytes() + 63) / 64 * 64);
    bt_status status = bt_model_open(&model, room, image->bytes, image->nbytes, image->nbytes, NULL);
    if (status == BT_OK) {
        static const int32_t ids[] = {0, 4, 9, 19, 1, 2};
        const uint32_t length = 6;
        float logits[3], scores[3];
        const size_t nbytes = bt_session_nbytes(model, 18, 1);
        void *memory = aligned_alloc(64, nbytes);
        CHECK_INT(bt_session_open(&session, model, 18, 1, BT_KERNEL_BEST, memory, nbytes), BT_OK);
        CHECK_INT(bt_begin(session, ids, &length, 1), BT_OK);
        for (uint32_t layer = 0; layer < shape.num_layers; layer++) CHECK_INT(bt_run_layer(session, layer), BT_OK);
        status = bt_finish(session, logits);
        if (status == BT_OK) {
            for (int i = 0; i < 3; i++) CHECK(bt_is_finite(logits[i]));
            bt_softmax(scores, logits, 3, 1.0f);
            check_sum(scores, 3);
        }
        free(memory);
    }
    free(room);
    return status;
}

/* The first numbers of every kind of tensor, replaced by each of these: refused when the model is opened, or when it
 * has run, or there are scores. All three happen. */
static void test_broken_weights(void) {
    static const uint32_t values[] = {0x7F800000, 0xFF800000, 0x7FC00000, 0x7F7FFFFF, 0xFF7FFFFF, 0x7E000000,
                                      0x5F000000, 0x00000001, 0x807FFFFF, 0x00800000, 0};
    static const char *const tensors[] = {
        "embeddings.word_embeddings", "embeddings.position_embeddings", "embeddings.LayerNorm",
        "encoder.layer.0.attention.self", "encoder.layer.0.attention.output.dense",
        "encoder.layer.0.attention.output.LayerNorm", "encoder.layer.0.intermediate.dense",
        "encoder.layer.0.output.dense", "encoder.layer.0.output.LayerNorm", "encoder.layer.1.attention.self",
        "encoder.layer.1.output.LayerNorm", "classifier.dense", "classifier.out_proj"};
    test_image image = test_build_image(&shape);
    uint32_t seen[16] = {0};
    for (size_t t = 0; t < sizeof tensors / sizeof *tensors; t++) {
        const size_t at = test_find_tensor(&image, tensors[t]);
        for (size_t v = 0; v < sizeof values / sizeof *values; v++) {
            for (size_t place = 0; place < 64; place += 4) {
                /* One of them, then more and more. */
                uint8_t kept[64];
                memcpy(kept, image.bytes + at, sizeof kept);
                for (size_t i = 0; i <= place; i += 4) test_write_u32(image.bytes + at + i, values[v]);
                const bt_status status = classify(&image);
                CHECK(status == BT_OK || status == BT_BAD_IMAGE || status == BT_NOT_FINITE);
                seen[status]++;
                memcpy(image.bytes + at, kept, sizeof kept);
            }
        }
    }
    CHECK(seen[BT_OK] > 0 && seen[BT_BAD_IMAGE] > 0 && seen[BT_NOT_FINITE] > 0);
    printf("of the broken models %u were refused, %u gave no number, %u gave scores\n", seen[BT_BAD_IMAGE],
           seen[BT_NOT_FINITE], seen[BT_OK]);
    free(image.bytes);
}

int main(void) {
    test_softmax_and_sigmoid();
    test_broken_weights();
    return test_end();
}
