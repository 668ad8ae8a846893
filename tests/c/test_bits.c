/*
 * The same bits everywhere: one number for the logits of seeded models, per kernel, whatever machine, compiler and
 * instruction set this program was built for; one for a model of RoBERTa-base's shape; and, where there are files, one
 * for the default model, which tests/js/bits.js finds too. A change of the arithmetic changes the numbers, and must be
 * wanted; a change of the default model changes the last.
 *
 * usage: test_bits [<folder of make-goldens.mjs> 100|2000]
 */
#include "bertweet.h"

#include <inttypes.h>
#include <stdlib.h>

#include "fnv.h"
#include "image_builder.h"
#include "test.h"

#define EXPECTED 0x281039D496EA3E3Bu
#define EXPECTED_BASE 0xBA217C3C11CED0BFu

#define TEXTS 6
#define ROWS 64

static uint64_t add_bytes(uint64_t hash, const void *data, size_t nbytes) {
    const uint8_t *at = data;
    for (size_t i = 0; i < nbytes; i++) hash = fnv_byte(hash, at[i]);
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

/* An open image and its session. */
typedef struct {
    void *room, *memory;
    bt_model_info info;
    bt_session *session;
} running;

static running start(const uint8_t *image, size_t nbytes, uint32_t rows, bt_kernel kernel) {
    running r = {.room = aligned_alloc(64, (bt_model_nbytes() + 63) / 64 * 64)};
    bt_model *model;
    CHECK_INT(bt_model_open(&model, r.room, image, nbytes, nbytes, NULL), BT_OK);
    bt_model_get_info(model, &r.info);
    const size_t session_nbytes = bt_session_nbytes(model, rows, 1);
    r.memory = aligned_alloc(64, session_nbytes);
    CHECK_INT(bt_session_open(&r.session, model, rows, 1, kernel, r.memory, session_nbytes), BT_OK);
    return r;
}

static void end(running *r) {
    free(r->memory);
    free(r->room);
}

/* Adds the logits of one batch. */
static uint64_t add_batch(uint64_t hash, running *r, const int32_t *ids, const uint32_t *lengths, uint32_t count) {
    float logits[ROWS * 3];
    CHECK_INT(bt_begin(r->session, ids, lengths, count), BT_OK);
    for (uint32_t i = 0; i < r->info.num_layers; i++) CHECK_INT(bt_run_layer(r->session, i), BT_OK);
    CHECK_INT(bt_finish(r->session, logits), BT_OK);
    return add_bytes(hash, logits, count * 3 * sizeof *logits);
}

/* Adds the logits of one model's texts, in one batch. */
static uint64_t add_model(uint64_t hash, const test_shape *shape, uint32_t texts, int32_t longest, bt_kernel kernel) {
    test_image image = test_build_image(shape);
    running r = start(image.bytes, image.nbytes, 3 * ROWS, kernel);
    uint64_t random = shape->seed;
    int32_t ids[3 * ROWS];
    uint32_t lengths[ROWS], rows = 0;
    for (uint32_t t = 0; t < texts; t++) {
        lengths[t] = (uint32_t)test_random_int(&random, 1, longest);
        for (uint32_t i = 0; i < lengths[t]; i++) ids[rows++] = test_random_int(&random, 0, 300);
    }
    hash = add_batch(hash, &r, ids, lengths, texts);
    end(&r);
    free(image.bytes);
    return hash;
}

static uint32_t minstd(uint32_t *state, uint32_t limit) {
    *state = (uint32_t)((uint64_t)*state * 48271 % 2147483647);
    return *state % limit;
}

/* A number of a file of make-goldens.mjs; files end where they should, or the test fails. */
static uint32_t read_u32(FILE *file) {
    uint32_t value = 0;
    CHECK(fread(&value, sizeof value, 1, file) == 1);
    return value;
}

/* An image from the shards that follow, as a page makes it of what travelled. */
static uint8_t *read_image(FILE *file, size_t nbytes) {
    uint8_t *image = aligned_alloc(64, (nbytes + 63) / 64 * 64);
    size_t at = 0;
    for (uint32_t shards = read_u32(file); shards > 0; shards--) {
        const uint32_t encoding = read_u32(file), size = read_u32(file), wire_nbytes = read_u32(file);
        const size_t padded = ((size_t)wire_nbytes + 3) / 4 * 4;
        uint8_t *wire = malloc(padded);
        CHECK(at + size <= nbytes && (encoding == 1 || size == wire_nbytes));
        CHECK(fread(wire, 1, padded, file) == padded);
        if (encoding == 1) CHECK_INT(bt_wire_expand(image + at, size, wire, wire_nbytes), BT_OK);
        else memcpy(image + at, wire, size);
        at += size;
        free(wire);
    }
    CHECK(at == nbytes);
    return image;
}

/* The default model; rows are those of tests/js/bits.js. */
static void test_default_model(const char *folder, uint32_t texts) {
    char path[4096];
    snprintf(path, sizeof path, "%s/default.bin", folder);
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    if (file == NULL) return;
    uint64_t expected[2];
    CHECK(fread(expected, sizeof expected, 1, file) == 1);
    const size_t nbytes = read_u32(file);
    uint8_t *image = read_image(file, nbytes);
    fclose(file);

    running r = start(image, nbytes, 128, BT_KERNEL_BEST);
    uint64_t hash = FNV_START;
    uint32_t state = 1;
    for (uint32_t t = 0; t < texts; t++) {
        int32_t ids[16] = {0};
        const uint32_t length = 2 + minstd(&state, 15);
        for (uint32_t i = 1; i + 1 < length; i++) ids[i] = (int32_t)(4 + minstd(&state, r.info.vocab_size - 5));
        ids[length - 1] = BT_ID_EOS;
        hash = add_batch(hash, &r, ids, &length, 1);
    }
    printf("default model, %u texts: %016" PRIx64 "\n", texts, hash);
    CHECK(hash == expected[texts == 100 ? 0 : 1]);
    end(&r);
    free(image);
}

int main(int argc, char **argv) {
    static const bt_kernel kernels[] = {
        BT_KERNEL_SCALAR,
#ifdef __wasm_simd128__
        BT_KERNEL_SIMD128,
        BT_KERNEL_SIMD128_DEEP,
#endif
#ifdef __wasm_relaxed_simd__
        BT_KERNEL_RELAXED_DOT,
        BT_KERNEL_RELAXED_DEEP,
#endif
    };
    const test_shape base = {.hidden_size = 768, .num_heads = 12, .intermediate_size = 3072, .num_layers = 12,
                             .num_positions = 130, .num_labels = 3, .vocab_size = 300, .word_split = 300, .depth = 4,
                             .weights = WEIGHTS_SMALL, .seed = 1};
    for (size_t k = 0; k < sizeof kernels / sizeof *kernels; k++) {
        uint64_t hash = FNV_START;
        for (uint64_t seed = 1; seed <= 24; seed++) {
            const test_shape shape = draw_shape(seed);
            hash = add_model(hash, &shape, TEXTS, 11, kernels[k]);
        }
        const uint64_t base_hash = add_model(FNV_START, &base, 50, 5, kernels[k]);
        printf("%s: %016" PRIx64 ", base %016" PRIx64 "\n", bt_kernel_name(kernels[k]), hash, base_hash);
        CHECK(hash == EXPECTED);
        CHECK(base_hash == EXPECTED_BASE);
    }
    if (argc == 3) test_default_model(argv[1], (uint32_t)atoi(argv[2]));
    return test_end();
}
