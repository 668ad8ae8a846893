/*
 * Images of which anything may be wrong: refused, or as good as any other. What opens is run: scores are finite, or
 * the status says that they are not; all kernels agree to the bit; a text alone is what it is in a batch.
 *
 * Input: u8 x 4 a shape of image_builder.h, then edits until the input ends: u8 place, u16 where, u8 value, each as
 * below. An input that begins like an image is opened as it is.
 */
#include "fuzz.h"

#include "../c/image_builder.h"
#include "bertweet.h"
#include "kernels.h"
#include "model.h"

/* The part of an image that has not arrived may be written, and must not be read. */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define HIDE(memory, nbytes) ASAN_POISON_MEMORY_REGION(memory, nbytes)
#define SHOW(memory, nbytes) ASAN_UNPOISON_MEMORY_REGION(memory, nbytes)
#endif
#endif
#ifndef HIDE
#define HIDE(memory, nbytes) fuzz_fill(memory, 0xFF, nbytes)
#define SHOW(memory, nbytes) ((void)0)
#endif

/* ------------------------------------------------------------------------------------------------------- edits -- */

static test_shape read_shape(fuzz_bytes *in) {
    const uint32_t a = fuzz_u8(in), b = fuzz_u8(in), c = fuzz_u8(in), d = fuzz_u8(in);
    const uint32_t vocab_size = 10 + (b >> 2 & 15);
    return (test_shape){.hidden_size = 16 + 16 * (a & 1),
                        .num_layers = 1 + (a >> 1 & 1),
                        .num_heads = 1u << (a >> 2 & 3) % 3,
                        .intermediate_size = 16 + 16 * (a >> 4 & 3),
                        .num_positions = 4 + (a >> 6) * 20,
                        .num_labels = 1 + (b & 3),
                        .vocab_size = vocab_size,
                        .word_split = vocab_size - (b >> 6),
                        .extra_columns = (c >> 3 & 3) * 16,
                        .depth = (c & 7) == 7 ? 0 : 1u << (c & 7) % 5,
                        .shuffled = c >> 5 & 1,
                        .weights = (test_weights)((c >> 6) % 3),
                        .seed = d};
}

enum { NUM_VALUES = 45 };

/* Whether four more bytes of the input are the value. */
static int takes_literal(uint8_t choice) { return choice >= NUM_VALUES && choice % 8 == 7; }

/* A value to stand in four bytes; what stands there now may be part of it. */
static uint32_t choose_value(uint8_t choice, uint32_t now, fuzz_bytes *in) {
    static const uint32_t values[NUM_VALUES] = {
        0, 1, 2, 3, 4, 8, 15, 16, 17, 31, 32, 64, 127, 128, 255, 256, 65519, 65520, 65535, 65536, 0x7FFFFFFF,
        0x80000000, 0xFFFFFFF0, 0xFFFFFFFE, 0xFFFFFFFF, 0x80808080, 0x7F7F7F7F, 0x81818181, 0x01010101, 0x04040404,
        /* and floats: denormal, tiny, ordinary, huge, infinite, none */
        0x00000001, 0x007FFFFF, 0x00800000, 0x0D800000, 0x3F800000, 0xBF800000, 0x5F000000, 0x7E000000, 0x7F7FFFFF,
        0xFF7FFFFF, 0x7F800000, 0xFF800000, 0x7FC00000, 0xFFC00000, 0x7F800001};
    if (choice < NUM_VALUES) return values[choice];
    if (takes_literal(choice)) return fuzz_u32(in);
    switch (choice % 8) {
    case 0: return now + 1;
    case 1: return now - 1;
    case 2: return now << 1;
    case 3: return now >> 1;
    case 4: return now ^ 1u << choice / 8;
    case 5: return ~now;
    default: return now + 64;
    }
}

/* Where an edit writes. The largest places are the tensors' contents, reached by tensor and position within it. */
static size_t choose_place(uint8_t place, uint32_t where, const test_image *image) {
    const uint32_t tensors = test_read_u32(image->bytes + 20);
    const uint32_t count = tensors > 0 && 128 + 80 * (uint64_t)tensors <= image->nbytes ? tensors : 1;
    const uint8_t *entry = image->bytes + 128 + 80 * (size_t)(place / 8 % count);
    if (place % 8 < 2) return where % 32 * 4;
    if (place % 8 < 4) return (size_t)(entry - image->bytes) + where % 20 * 4;
    const size_t nbytes = (size_t)test_read_u32(entry + 72);
    return (size_t)test_read_u32(entry + 64) + (nbytes < 4 ? 0 : where * (size_t)(place % 8 < 6 ? 4 : 64) % nbytes);
}

/* Makes the column sums of a linear layer those of its weights, so that these are not given away by them. */
static void mend_colsums(uint8_t *tensor, uint32_t rows, uint32_t columns) {
    const size_t scale = (4 * columns + 63) / 64 * 64 + (2 * columns + 63) / 64 * 64 + (rows / 8 + 63) / 64 * 64;
    const size_t part = (4 * rows + 63) / 64 * 64;
    const int8_t *weights = (const int8_t *)tensor + scale + 3 * part;
    for (size_t n = 0; n < rows; n++) {
        int32_t sum = 0;
        for (size_t k = 0; k < columns; k++) sum += weights[n / 8 * 8 * columns + k / 4 * 32 + n % 8 * 4 + k % 4];
        test_write_u32(tensor + scale + part + 4 * n, (uint32_t)sum);
    }
}

/* What is said of the image from outside. */
typedef struct {
    size_t image_nbytes, present_nbytes;
} claims;

/* Returns whether sums are to be mended. */
static int edit(test_image *image, claims *c, fuzz_bytes *in) {
    int mended = 0;
    while (in->left > 0) {
        const uint8_t place = fuzz_u8(in);
        const uint32_t where = fuzz_u16(in);
        const uint8_t choice = fuzz_u8(in);
        if (place == 255) { /* less of it has arrived, or it is shorter than it says */
            c->present_nbytes = image->nbytes - where % (image->nbytes + 1);
            c->image_nbytes = choice % 2 ? c->present_nbytes : image->nbytes;
        } else if (place == 254) {
            mended = 1;
        } else {
            const size_t at = choose_place(place, where, image);
            if (at > image->nbytes - 4) continue;
            test_write_u32(image->bytes + at, choose_value(choice, test_read_u32(image->bytes + at), in));
        }
    }
    return mended;
}

static test_image build(claims *c, fuzz_bytes *in) {
    static const char *const layer = "encoder.layer.0.attention.self";
    const test_shape shape = read_shape(in);
    const int classifier = fuzz_u8(in) % 16 != 15;
    test_image image = classifier ? test_build_image(&shape) : test_build_tokenizer_image(&shape);
    const size_t linear = classifier ? test_find_tensor(&image, layer) : 0;
    *c = (claims){image.nbytes, image.nbytes};
    if (edit(&image, c, in) && classifier) {
        mend_colsums(image.bytes + linear, 3 * shape.hidden_size, shape.hidden_size + shape.extra_columns);
    }
    return image;
}

/* --------------------------------------------------------------------------------------------------- inference -- */

static const bt_tokens *tokenize(const bt_model *model, uint32_t mode, uint32_t max_tokens, void *scratch,
                                 size_t nbytes) {
    static bt_tokens tokens;
    static const char text[] = "ab ba aab <mask> b<s>a abab \xF0\x9F\x98\x82 #ab @b";
    REQUIRE(bt_tokenize(&tokens, model, mode, text, sizeof text - 1, max_tokens, scratch, nbytes) == BT_OK);
    bt_model_info info;
    bt_model_get_info(model, &info);
    for (uint32_t i = 0; i < tokens.length; i++) {
        REQUIRE(tokens.ids[i] >= 0 && (uint32_t)tokens.ids[i] < info.vocab_size);
    }
    return &tokens;
}

static int is_finite(float x) { return x - x == 0; }

static void check_scores(const float *logits, uint32_t count, float temperature) {
    float scores[BT_MAX_LABELS];
    double sum = 0;
    bt_softmax(scores, logits, count, temperature);
    for (uint32_t i = 0; i < count; i++) {
        REQUIRE(scores[i] >= 0 && scores[i] <= 1);
        sum += (double)scores[i];
    }
    REQUIRE(sum > 1 - 1e-6 && sum < 1 + 1e-6);
    bt_sigmoid(scores, logits, count, temperature);
    for (uint32_t i = 0; i < count; i++) REQUIRE(scores[i] >= 0 && scores[i] <= 1);
}

/* Runs a batch to its end; the status is that of the first call that fails. */
static bt_status run(bt_session *session, const bt_model_info *info, const int32_t *ids, const uint32_t *lengths,
                     uint32_t count, float *logits) {
    bt_status status = bt_begin(session, ids, lengths, count);
    for (uint32_t layer = 0; layer < info->num_layers && status == BT_OK; layer++) {
        status = bt_run_layer(session, layer);
    }
    return status == BT_OK ? bt_finish(session, logits) : status;
}

static void classify(const bt_model *model, bt_kernel kernel, const int32_t *ids, uint32_t length, bt_status *status,
                     float *logits) {
    bt_model_info info;
    bt_model_get_info(model, &info);
    const uint32_t rows = 2 * length > info.max_tokens ? 2 * length : info.max_tokens;
    const size_t nbytes = bt_session_nbytes(model, rows, 1);
    void *memory = fuzz_alloc(nbytes);
    fuzz_fill(memory, 0xA5, nbytes);
    bt_session *session;
    REQUIRE(bt_session_open(&session, model, rows, 1, kernel, memory, nbytes) == BT_OK);
    *status = run(session, &info, ids, &length, 1, logits);
    REQUIRE(*status == BT_OK || *status == BT_NOT_FINITE || *status == BT_PENDING);
    if (*status == BT_OK) {
        for (uint32_t i = 0; i < info.num_labels; i++) REQUIRE(is_finite(logits[i]));
        check_scores(logits, info.num_labels, 1.0f);
        check_scores(logits, info.num_labels, 0.001f);
        int32_t twice[2 * BT_MAX_POSITIONS];
        float both[2 * BT_MAX_LABELS];
        memcpy(twice, ids, length * sizeof *ids);
        memcpy(twice + length, ids, length * sizeof *ids);
        REQUIRE(run(session, &info, twice, (const uint32_t[]){length, length}, 2, both) == BT_OK);
        REQUIRE(memcmp(both, logits, info.num_labels * sizeof *logits) == 0);
        REQUIRE(memcmp(both + info.num_labels, logits, info.num_labels * sizeof *logits) == 0);
    }
    free(memory);
}

static void use(bt_model *model, const claims *c) {
    bt_model_info info;
    bt_model_get_info(model, &info);
    const size_t scratch_nbytes = 16384;
    void *scratch = fuzz_alloc(scratch_nbytes);
    for (uint32_t mode = 0; mode < 3; mode++) tokenize(model, mode, 0, scratch, scratch_nbytes);
    if (info.num_layers > 0) {
        const bt_tokens *tokens = tokenize(model, BT_MODE_NONE, info.max_tokens, scratch, scratch_nbytes);
        float logits[BT_MAX_LABELS], others[BT_MAX_LABELS];
        bt_status status, other;
        classify(model, BT_KERNEL_SCALAR, tokens->ids, tokens->length, &status, logits);
        for (int kernel = BT_KERNEL_SIMD128; kernel <= BT_KERNEL_SIMD128_DEEP; kernel++) {
            if (bt_kernels_find((bt_kernel)kernel) == NULL) continue;
            classify(model, (bt_kernel)kernel, tokens->ids, tokens->length, &other, others);
            REQUIRE(other == status);
            if (status == BT_OK) REQUIRE(memcmp(logits, others, info.num_labels * sizeof *logits) == 0);
        }
        if (status == BT_PENDING) REQUIRE(c->present_nbytes < c->image_nbytes);
    } else {
        REQUIRE(bt_session_nbytes(model, 128, 1) == 0);
    }
    free(scratch);
}

/* Opens what of an image has arrived, and then the rest. */
static void open(const uint8_t *bytes, const claims *c) {
    bt_model *model = NULL;
    bt_model_info info;
    bt_fault fault;
    memset(&fault, 0x7E, sizeof fault);
    void *room = fuzz_alloc(bt_model_nbytes());
    uint8_t *image = fuzz_alloc(c->image_nbytes);
    const size_t missing = c->image_nbytes - c->present_nbytes;
    if (c->present_nbytes > 0) memcpy(image, bytes, c->present_nbytes);
    HIDE(image + c->present_nbytes, missing);

    const bt_status peeked = bt_model_peek(&info, image, c->present_nbytes, NULL);
    const bt_status status = bt_model_open(&model, room, image, c->image_nbytes, c->present_nbytes, &fault);
    REQUIRE(status <= BT_UNSUPPORTED && (status == BT_OK) == (model != NULL));
    REQUIRE(peeked == BT_OK || status == peeked);
    if (status == BT_OK) use(model, c);
    SHOW(image + c->present_nbytes, missing);
    if (status == BT_OK && missing > 0) {
        memcpy(image + c->present_nbytes, bytes + c->present_nbytes, missing);
        const bt_status extended = bt_model_extend(model, c->image_nbytes, &fault);
        REQUIRE(extended == BT_OK || extended == BT_BAD_IMAGE);
        use(model, c);
    } else if (status != BT_OK) {
        REQUIRE(memchr(fault.field, '\0', sizeof fault.field) != NULL && fault.field[0] != '\0');
        REQUIRE(bt_status_message(status)[0] != '\0');
    }
    free(image);
    free(room);
}

/* ------------------------------------------------------------------------------------------------------- input -- */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes) {
    fuzz_bytes in = {data, nbytes};
    test_image image;
    claims c;
    if (nbytes >= 8 && memcmp(data, "bertweet", 8) == 0) {
        image = (test_image){.bytes = fuzz_alloc(nbytes), .nbytes = nbytes};
        memcpy(image.bytes, data, nbytes);
        c = (claims){nbytes, nbytes};
    } else {
        image = build(&c, &in);
    }
    open(image.bytes, &c);
    free(image.bytes);
    return 0;
}

size_t fuzz_seed(uint8_t *out, size_t capacity, uint64_t *random) {
    size_t length = 0;
    while (length < 5) out[length++] = (uint8_t)test_random(random);
    for (int edits = test_random_int(random, 0, 4); edits > 0 && length + 8 < capacity; edits--) {
        const int kind = test_random_int(random, 0, 16);
        out[length] = kind < 14 ? (uint8_t)test_random(random) : (uint8_t)(254 + kind % 2);
        for (size_t i = 1; i < 8; i++) out[length + i] = (uint8_t)test_random(random);
        length += takes_literal(out[length + 3]) && kind < 14 ? 8 : 4;
    }
    return length;
}
