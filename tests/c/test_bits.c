/*
 * The same bits everywhere: one number for the logits of seeded models, per kernel, whatever machine, compiler and
 * instruction set this program was built for. A change of the arithmetic changes the number, and must be wanted.
 */
#include "bertweet.h"

#include <inttypes.h>
#include <stdlib.h>

#include "image_builder.h"
#include "test.h"

#define EXPECTED 0x735E9B540CACA0F7u

#define TEXTS 6
#define ROWS 64

/* FNV-1a, 64 bits. */
static uint64_t add_bytes(uint64_t hash, const void *data, size_t nbytes) {
    const uint8_t *at = data;
    for (size_t i = 0; i < nbytes; i++) hash = (hash ^ at[i]) * 0x100000001B3u;
    return hash;
}

static test_shape draw_shape(uint64_t seed) {
    static const uint32_t sizes[][3] = {{16, 2, 16}, {64, 4, 256}, {192, 3, 304}, {320, 5, 128}};
    const uint32_t *size = sizes[seed % 4];
    return (test_shape){.hidden_size = size[0], .num_heads = size[1], .intermediate_size = size[2],
                        .num_layers = 1 + (uint32_t)(seed % 3), .num_positions = 40, .num_labels = 3,
                        .vocab_size = 300, .word_split = seed % 2 == 0 ? 300 : 100,
                        .extra_columns = 16 * (uint32_t)(seed % 3), .depth = seed % 5 == 0 ? 0 : 1u << seed % 5,
                        .shuffled = seed % 7 == 0, .weights = (test_weights)(seed % 3), .seed = seed};
}

/* Adds the logits of one model's texts, in one batch. */
static uint64_t add_model(uint64_t hash, uint64_t seed, bt_kernel kernel) {
    const test_shape shape = draw_shape(seed);
    test_image image = test_build_image(&shape);
    void *room = aligned_alloc(64, (bt_model_nbytes() + 63) / 64 * 64);
    bt_model *model;
    CHECK_INT(bt_model_open(&model, room, image.bytes, image.nbytes, image.nbytes, NULL), BT_OK);
    const size_t nbytes = bt_session_nbytes(model, ROWS, 1);
    void *memory = aligned_alloc(64, nbytes);
    bt_session *session;
    CHECK_INT(bt_session_open(&session, model, ROWS, 1, kernel, memory, nbytes), BT_OK);

    uint64_t random = seed;
    int32_t ids[ROWS];
    uint32_t lengths[TEXTS], rows = 0;
    for (uint32_t t = 0; t < TEXTS; t++) {
        lengths[t] = (uint32_t)test_random_int(&random, 1, 11);
        for (uint32_t i = 0; i < lengths[t]; i++) ids[rows++] = test_random_int(&random, 0, 300);
    }
    float logits[TEXTS * 3];
    CHECK_INT(bt_begin(session, ids, lengths, TEXTS), BT_OK);
    for (uint32_t i = 0; i < shape.num_layers; i++) CHECK_INT(bt_run_layer(session, i), BT_OK);
    CHECK_INT(bt_finish(session, logits), BT_OK);
    free(memory);
    free(room);
    free(image.bytes);
    return add_bytes(hash, logits, sizeof logits);
}

int main(void) {
    static const bt_kernel kernels[] = {
        BT_KERNEL_SCALAR,
#ifdef __wasm_simd128__
        BT_KERNEL_SIMD128,
#endif
#ifdef __wasm_relaxed_simd__
        BT_KERNEL_RELAXED_DOT,
        BT_KERNEL_RELAXED_DEEP,
#endif
    };
    for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++) {
        uint64_t hash = 0xCBF29CE484222325u;
        for (uint64_t seed = 1; seed <= 24; seed++) hash = add_model(hash, seed, kernels[k]);
        printf("%s: %016" PRIx64 "\n", bt_kernel_name(kernels[k]), hash);
        CHECK(hash == EXPECTED);
    }
    return test_end();
}
