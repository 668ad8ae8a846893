/*
 * Images that are right are opened; every field of header and table that is not what it has to be is refused.
 */
#include "model.h"

#include <stdlib.h>
#include <string.h>

#include "image_builder.h"
#include "test.h"

static const test_shape shape = {.hidden_size = 32, .num_layers = 12, .num_heads = 4, .intermediate_size = 48,
                                 .num_positions = 66, .num_labels = 3, .vocab_size = 50, .word_split = 30,
                                 .depth = 4, .seed = 7};

static void *make_room(void) { return aligned_alloc(64, (bt_model_nbytes() + 63) / 64 * 64); }

/* Opens a whole image; the model is of no interest. */
static bt_status open_bytes(const uint8_t *bytes, size_t nbytes, bt_fault *fault) {
    bt_model *const untouched = NULL;
    bt_model *model = untouched;
    void *room = make_room();
    memset(fault, 0, sizeof *fault);
    const bt_status status = bt_model_open(&model, room, bytes, nbytes, nbytes, fault);
    CHECK((status == BT_OK) == (model != untouched));
    free(room);
    return status;
}

/* Opens the image with four bytes replaced, and puts them back. */
static bt_status open_with(test_image *image, size_t at, uint32_t value, bt_fault *fault) {
    const uint32_t kept = test_read_u32(image->bytes + at);
    test_write_u32(image->bytes + at, value);
    const bt_status status = open_bytes(image->bytes, image->nbytes, fault);
    test_write_u32(image->bytes + at, kept);
    return status;
}

static void test_good(void) {
    test_image image = test_build_image(&shape);
    bt_fault fault;
    CHECK_INT(open_bytes(image.bytes, image.nbytes, &fault), BT_OK);
    CHECK_STRING(fault.field, "");

    bt_model *model;
    void *room = make_room();
    CHECK_INT(bt_model_open(&model, room, image.bytes, image.nbytes, image.nbytes, NULL), BT_OK);
    CHECK(model == room);
    bt_model_info info, peeked;
    bt_model_get_info(model, &info);
    CHECK_INT(info.hidden_size, 32);
    CHECK_INT(info.num_layers, 12);
    CHECK_INT(info.max_tokens, 64);
    CHECK_INT(info.mask_id, 49);
    CHECK_INT(info.resident_nbytes, image.resident_nbytes);
    CHECK_INT(model->tail_present, 20);
    CHECK_INT(model->layers[11].output.columns, 48);
    CHECK_INT(model->layers[11].output.straight, 48);
    CHECK_INT(bt_model_peek(&peeked, image.bytes, BT_HEADER_NBYTES, &fault), BT_OK);
    CHECK(memcmp(&info, &peeked, sizeof info) == 0);
    CHECK_INT(bt_model_peek(&peeked, image.bytes, BT_HEADER_NBYTES - 1, &fault), BT_BAD_MAGIC);
    free(room);
    free(image.bytes);

    image = test_build_tokenizer_image(&shape);
    CHECK_INT(open_bytes(image.bytes, image.nbytes, &fault), BT_OK);
    free(image.bytes);
}

/* What each status is for. */
static void test_statuses(void) {
    test_image image = test_build_image(&shape);
    bt_fault fault;
    CHECK_INT(open_with(&image, 0, 0x54524542, &fault), BT_BAD_MAGIC);
    CHECK_INT(open_with(&image, 8, 3, &fault), BT_BAD_VERSION);
    CHECK_STRING(fault.field, "header: version");
    CHECK_INT(fault.expected, 2);
    CHECK_INT(fault.found, 3);
    CHECK_INT(open_with(&image, 8, 1, &fault), BT_BAD_IMAGE); /* not what an image of version 1 holds */
    CHECK_STRING(fault.field, "embeddings.position_embeddings: type");
    CHECK_INT(open_with(&image, 12, 3, &fault), BT_BAD_VERSION);
    CHECK_INT(open_with(&image, 16, 1, &fault), BT_BAD_VERSION);
    CHECK_INT(open_with(&image, 40, 40, &fault), BT_UNSUPPORTED);
    CHECK_STRING(fault.field, "header: hidden_size, multiple of 16");
    CHECK_INT(open_with(&image, 48, 3, &fault), BT_UNSUPPORTED);
    CHECK_INT(open_with(&image, 60, 1025, &fault), BT_UNSUPPORTED);
    CHECK_INT(fault.expected, 1024);
    size_t entry = test_find_entry(&image, "encoder.layer.3.output.dense");
    CHECK_INT(open_with(&image, entry + 56, 47, &fault), BT_BAD_IMAGE);
    CHECK_STRING(fault.field, "encoder.layer.3.output.dense: nbytes");
    entry = test_find_entry(&image, "encoder.layer.11.output.dense");
    CHECK_INT(open_with(&image, entry + 60, 47, &fault), BT_BAD_IMAGE);
    CHECK_STRING(fault.field, "encoder.layer.11.output.dense: sources");
    CHECK_INT(fault.expected, 48);
    CHECK_INT(fault.found, 47);
    free(image.bytes);
}

/* Each four-byte field of header and table, with each of these values and its own neighbours: only the value that is
 * there opens. Some header fields admit others, which then contradict the table. */
static void test_every_field(void) {
    static const uint32_t values[] = {0, 1, 2, 3, 4, 8, 15, 16, 17, 32, 64, 127, 128, 255, 65535, 65536, 0x3F800000,
                                      0x7F800000, 0x7FC00000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF};
    enum { COUNT = sizeof values / sizeof *values };
    test_image images[] = {test_build_image(&shape), test_build_tokenizer_image(&shape)};
    for (size_t i = 0; i < 2; i++) {
        const size_t end = 128 + 80 * (size_t)test_read_u32(images[i].bytes + 20);
        for (size_t at = 0; at < end; at += 4) {
            const uint32_t right = test_read_u32(images[i].bytes + at);
            for (size_t v = 0; v < COUNT + 4; v++) {
                const uint32_t near[] = {right - 1, right + 1, right << 1, right ^ 0x10000};
                const uint32_t value = v < COUNT ? values[v] : near[v - COUNT];
                bt_fault fault;
                /* Constants that may contradict nothing: heads, eps, id of <mask>, and a tokenizer's vocabulary and
                 * version. */
                const int free_to_change = at == 48 || at == 64 || at == 76 || ((at == 72 || at == 8) && i == 1);
                if (value == right || (free_to_change && open_with(&images[i], at, value, &fault) == BT_OK)) continue;
                const bt_status status = open_with(&images[i], at, value, &fault);
                CHECK(status != BT_OK);
                CHECK(fault.field[0] != '\0');
            }
        }
        free(images[i].bytes);
    }
}

/* Every prefix that ends at, before or behind a tensor's ends, in memory of just that size: nothing beyond is read. */
static void test_truncated(void) {
    const test_image image = test_build_image(&shape);
    const uint32_t count = test_read_u32(image.bytes + 20);
    bt_fault fault;
    for (uint32_t t = 0; t < count; t++) {
        const uint8_t *entry = image.bytes + 128 + 80 * (size_t)t;
        const size_t ends[] = {(size_t)test_read_u64(entry + 64),
                               (size_t)(test_read_u64(entry + 64) + test_read_u64(entry + 72))};
        for (size_t e = 0; e < 2; e++) {
            for (size_t nbytes = ends[e] - 1; nbytes <= ends[e] + 1; nbytes++) {
                if (nbytes >= image.nbytes) continue;
                uint8_t *copy = test_copy_image(&image, nbytes);
                CHECK(open_bytes(copy, nbytes, &fault) != BT_OK);
                /* The header may say what it likes about the size. */
                test_write_u64(copy + 24, nbytes / 64 * 64);
                test_write_u64(copy + 32, nbytes / 64 * 64);
                CHECK(open_bytes(copy, nbytes / 64 * 64, &fault) != BT_OK);
                free(copy);
            }
        }
    }
    uint8_t *empty = test_copy_image(&image, 0);
    CHECK_INT(open_bytes(empty, 0, &fault), BT_BAD_MAGIC);
    free(empty);
    free(image.bytes);
}

/* Opens with one float of a tensor replaced. at: bytes into the tensor. */
static void check_float(test_image *image, const char *name, size_t at, float value, bt_status expected) {
    uint32_t bits;
    bt_fault fault;
    memcpy(&bits, &value, sizeof bits);
    CHECK_INT(open_with(image, test_find_tensor(image, name) + at, bits, &fault), expected);
    if (expected != BT_OK) CHECK(strncmp(fault.field, name, strlen(name)) == 0);
}

static void test_contents(void) {
    test_image image = test_build_image(&shape);
    const char *const linear = "encoder.layer.0.attention.self"; /* 96 outputs, 32 columns */
    const size_t source = 128, depth = source + 64, scale = depth + 64, colsum = scale + 384, bias = colsum + 384;
    const size_t weights = bias + 384;
    const float infinity = 1e38f * 10, nan = infinity - infinity;
    const float bad[] = {infinity, -infinity, nan};
    bt_fault fault;
    for (size_t i = 0; i < 3; i++) {
        check_float(&image, linear, 4 * 31, bad[i], BT_BAD_IMAGE);
        check_float(&image, linear, scale + 4 * 95, bad[i], BT_BAD_IMAGE);
        check_float(&image, linear, bias, bad[i], BT_BAD_IMAGE);
        check_float(&image, "embeddings.word_embeddings", 4 * 29, bad[i], BT_BAD_IMAGE);
        check_float(&image, "embeddings.position_embeddings", 0, bad[i], BT_BAD_IMAGE);
        check_float(&image, "embeddings.LayerNorm", 4 * 63, bad[i], BT_BAD_IMAGE);
        check_float(&image, "classifier.out_proj", 4 * 98, bad[i], BT_BAD_IMAGE);
        check_float(&image, "embeddings.word_embeddings.tail", 4 * 19, bad[i], BT_BAD_IMAGE);
    }
    check_float(&image, linear, scale, -1.0f, BT_BAD_IMAGE);
    check_float(&image, linear, scale, 0.0f, BT_OK);
    check_float(&image, linear, 0, -1.0f, BT_OK);

    const size_t at = test_find_tensor(&image, linear);
    uint8_t *bytes = image.bytes + at;
    CHECK_INT(open_with(&image, at + source, 32, &fault), BT_BAD_IMAGE);
    for (uint32_t d = 0; d < 256; d++) {
        const int good = d == 1 || d == 2 || d == 4; /* weights that obey depth 4 obey the smaller ones */
        const uint8_t kept = bytes[depth + 11];
        bytes[depth + 11] = (uint8_t)d;
        if (d != 8) CHECK_INT(open_bytes(image.bytes, image.nbytes, &fault) == BT_OK, good); /* 8: may obey by chance */
        bytes[depth + 11] = kept;
    }
    CHECK_INT(open_with(&image, at + colsum, test_read_u32(bytes + colsum) + 1, &fault), BT_BAD_IMAGE);
    CHECK_STRING(fault.field, "encoder.layer.0.attention.self: colsum");
    CHECK_INT(open_with(&image, at + weights, 0x80808080, &fault), BT_BAD_IMAGE);
    bytes[weights - 1] ^= 1; /* the last bias, then padding before it */
    CHECK_INT(open_bytes(image.bytes, image.nbytes, &fault), BT_OK);
    bytes[weights - 1] ^= 1;
    bytes[depth + 12] = 4; /* depths are 12, then zeros */
    CHECK_INT(open_bytes(image.bytes, image.nbytes, &fault), BT_BAD_IMAGE);
    free(image.bytes);
}

/* The bound itself: both sums of each lane group at 258 pass, one more in any of them does not. */
static void test_bound(void) {
    test_shape at_bound = shape;
    at_bound.num_layers = 1;
    at_bound.weights = WEIGHTS_AT_BOUND;
    for (uint32_t depth = 4; depth <= 8; depth *= 2) {
        at_bound.depth = depth;
        test_image image = test_build_image(&at_bound);
        const size_t tensor = test_find_tensor(&image, "classifier.dense"); /* 32 x 32 */
        int32_t *colsum = (int32_t *)(void *)(image.bytes + tensor + 128 + 64 + 64 + 128);
        int8_t *weights = (int8_t *)image.bytes + tensor + 128 + 64 + 64 + 3 * 128;
        bt_fault fault;
        CHECK_INT(open_bytes(image.bytes, image.nbytes, &fault), BT_OK);
        int refused = 0, tried = 0;
        for (size_t i = 0; i < 32 * 32; i++) {
            if (weights[i] == 127 || weights[i] == -127 || weights[i] == 0) continue;
            const int8_t kept = weights[i];
            const int step = kept > 0 ? 1 : -1;
            const size_t n = i / 256 * 8 + i / 4 % 8;
            weights[i] = (int8_t)(kept + step);
            colsum[n] += step;
            refused += open_bytes(image.bytes, image.nbytes, &fault) == BT_BAD_IMAGE &&
                       strcmp(fault.field, "classifier.dense: panels within the 16-bit bound") == 0;
            tried++;
            weights[i] = kept;
            colsum[n] -= step;
        }
        CHECK(tried > 0);
        CHECK_INT(refused, tried);
        free(image.bytes);
    }
}

int main(void) {
    test_good();
    test_statuses();
    test_every_field();
    test_truncated();
    test_contents();
    test_bound();
    return test_end();
}
