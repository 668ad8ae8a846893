/*
 * Hostile images, field by field and boundary by boundary: each is refused by the check that is meant for it, which
 * names the tensor and what is wrong with it. test_model.c asks whether all wrong values are refused, this program by
 * what; tests/fuzz/fuzz_model.c looks for those nobody thought of.
 */
#include "bertweet.h"
#include "model.h"

#include <stdlib.h>
#include <string.h>

#include "image_builder.h"
#include "test.h"

static const test_shape shape = {.hidden_size = 32, .num_layers = 2, .num_heads = 4, .intermediate_size = 48,
                                 .num_positions = 66, .num_labels = 3, .vocab_size = 50, .word_split = 30,
                                 .depth = 4, .seed = 7};

static test_image image;

/* The answers so far: each must be another one. */
static char answers[512][96];
static size_t num_answers;

/* Opens the image as it is, in memory of just that size, and expects this answer. */
static void expect_answer(const char *what, bt_status status, const char *field) {
    bt_model *model = NULL;
    bt_fault fault = {{0}, 0, 0};
    void *room = aligned_alloc(64, (bt_model_nbytes() + 63) / 64 * 64);
    const bt_status found = bt_model_open(&model, room, image.bytes, image.nbytes, image.nbytes, &fault);
    CHECK(model == NULL);
    if (found != status || strcmp(fault.field, field) != 0) {
        fprintf(stderr, "%s: answered \"%s\", %s\n", what, fault.field, bt_status_message(found));
    }
    CHECK_INT(found, status);
    CHECK_STRING(fault.field, field);

    char answer[96];
    snprintf(answer, sizeof answer, "%s %llx", fault.field, (unsigned long long)fault.expected);
    size_t i = 0;
    while (i < num_answers && strcmp(answers[i], answer) != 0) i++;
    if (i == num_answers) memcpy(answers[num_answers++], answer, sizeof answer);
    free(room);
}

static void with_u32(const char *what, size_t at, uint32_t value, bt_status status, const char *field) {
    const uint32_t kept = test_read_u32(image.bytes + at);
    test_write_u32(image.bytes + at, value);
    expect_answer(what, status, field);
    test_write_u32(image.bytes + at, kept);
}

static void with_u64(const char *what, size_t at, uint64_t value, bt_status status, const char *field) {
    const uint64_t kept = test_read_u64(image.bytes + at);
    test_write_u64(image.bytes + at, value);
    expect_answer(what, status, field);
    test_write_u64(image.bytes + at, kept);
}

/* ------------------------------------------------------------------------------------------------------ header -- */

typedef struct {
    uint32_t at, value;
    bt_status status;
    const char *field;
} header_line;

static const header_line header_lines[] = {
    {0, 0x54524542, BT_BAD_MAGIC, "header: magic"},
    {8, 0, BT_BAD_VERSION, "header: version"},
    {8, 0x01000000, BT_BAD_VERSION, "header: version"}, /* the other byte order */
    {12, 0, BT_BAD_VERSION, "header: kind"},
    {12, 0xFFFFFFFF, BT_BAD_VERSION, "header: kind"},
    {16, 0x80000000, BT_BAD_VERSION, "header: flags"},
    {80, 1, BT_BAD_IMAGE, "header: reserved"},
    {124, 0xFF000000, BT_BAD_IMAGE, "header: reserved"},
    {72, 0, BT_UNSUPPORTED, "header: vocab_size"},
    {72, 3, BT_UNSUPPORTED, "header: vocab_size"},
    {72, 0x80000000, BT_UNSUPPORTED, "header: vocab_size"},
    {72, 0xFFFFFFFF, BT_UNSUPPORTED, "header: vocab_size"},
    {72, 49, BT_BAD_IMAGE, "header: mask_id"},
    {76, 50, BT_BAD_IMAGE, "header: mask_id"},
    {76, 0xFFFFFFFF, BT_BAD_IMAGE, "header: mask_id"},
    {40, 0, BT_UNSUPPORTED, "header: hidden_size"},
    {40, 15, BT_UNSUPPORTED, "header: hidden_size"},
    {40, 16385, BT_UNSUPPORTED, "header: hidden_size"},
    {40, 0x80000000, BT_UNSUPPORTED, "header: hidden_size"},
    {40, 33, BT_UNSUPPORTED, "header: hidden_size, multiple of 16"},
    {44, 0, BT_UNSUPPORTED, "header: num_layers"},
    {44, 65, BT_UNSUPPORTED, "header: num_layers"},
    {44, 0xFFFFFFFF, BT_UNSUPPORTED, "header: num_layers"},
    {48, 0, BT_UNSUPPORTED, "header: num_heads"},
    {48, 9, BT_UNSUPPORTED, "header: num_heads"},
    {48, 0x40000000, BT_UNSUPPORTED, "header: num_heads"}, /* times 4 it would be 0 */
    {48, 3, BT_UNSUPPORTED, "header: hidden_size, multiple of 4 num_heads"},
    {52, 0, BT_UNSUPPORTED, "header: intermediate_size"},
    {52, 16400, BT_UNSUPPORTED, "header: intermediate_size"},
    {52, 40, BT_UNSUPPORTED, "header: intermediate_size, multiple of 16"},
    {56, 0, BT_UNSUPPORTED, "header: num_positions"},
    {56, 3, BT_UNSUPPORTED, "header: num_positions"},
    {56, 2051, BT_UNSUPPORTED, "header: num_positions"},
    {60, 0, BT_UNSUPPORTED, "header: num_labels"},
    {60, 1025, BT_UNSUPPORTED, "header: num_labels"},
    {64, 0, BT_BAD_IMAGE, "header: layer_norm_eps between 0 and 1, as bits"},
    {64, 0x3F800000, BT_BAD_IMAGE, "header: layer_norm_eps between 0 and 1, as bits"},
    {64, 0xB727C5AC, BT_BAD_IMAGE, "header: layer_norm_eps between 0 and 1, as bits"},
    {64, 0x7FC00000, BT_BAD_IMAGE, "header: layer_norm_eps between 0 and 1, as bits"},
    {68, 0, BT_UNSUPPORTED, "header: word_split"},
    {68, 51, BT_UNSUPPORTED, "header: word_split"},
    {68, 50, BT_BAD_IMAGE, "header: num_tensors"}, /* no tail, then */
    {20, 0, BT_BAD_IMAGE, "header: num_tensors"},
    {20, 0xFFFFFFFF, BT_BAD_IMAGE, "header: num_tensors"},
};

static void test_header(void) {
    for (size_t i = 0; i < sizeof header_lines / sizeof *header_lines; i++) {
        const header_line *line = &header_lines[i];
        with_u32(line->field, line->at, line->value, line->status, line->field);
    }
    const uint64_t nbytes = image.nbytes, resident = image.resident_nbytes;
    with_u64("size off by 1", 24, nbytes + 1, BT_BAD_IMAGE, "header: image_nbytes, multiple of 64");
    with_u64("a larger size", 24, nbytes + 64, BT_BAD_IMAGE, "header: image_nbytes");
    with_u64("size near 2^32", 24, 0x100000000u + nbytes, BT_BAD_IMAGE, "header: image_nbytes");
    with_u64("size near 2^64", 24, UINT64_MAX - 63, BT_BAD_IMAGE, "header: image_nbytes");
    with_u64("resident off by 1", 32, resident + 1, BT_BAD_IMAGE, "header: resident_nbytes, multiple of 64");
    with_u64("resident over all", 32, nbytes + 64, BT_BAD_IMAGE, "header: resident_nbytes");
    with_u64("resident near 2^64", 32, UINT64_MAX - 63, BT_BAD_IMAGE, "header: resident_nbytes");
    with_u64("resident before the table's end", 32, 64, BT_BAD_IMAGE, "header: resident_nbytes");
    with_u64("resident too small", 32, resident - 64, BT_BAD_IMAGE, "classifier.out_proj: end");
}

/* ------------------------------------------------------------------------------------------------------- table -- */

/* "name: what" */
static const char *field_of(const char *name, const char *what) {
    static char field[80];
    snprintf(field, sizeof field, "%s: %s", name, what);
    return field;
}

static void refuse_entry(size_t entry, size_t at, uint64_t value, int wide, const char *name, const char *what) {
    (wide ? with_u64(what, entry + at, value, BT_BAD_IMAGE, field_of(name, what))
          : with_u32(what, entry + at, (uint32_t)value, BT_BAD_IMAGE, field_of(name, what)));
}

/* Whether the table's word is taken for these, so that a change is found out by the size. */
static int rows_are_free(const char *name) {
    return strncmp(name, "tokenizer.", 10) == 0 && strcmp(name, "tokenizer.merge_rows") != 0;
}

static void test_entry(size_t entry) {
    const uint8_t *at = image.bytes + entry;
    char name[48];
    memcpy(name, at, sizeof name);
    const uint32_t type = test_read_u32(at + 48), rows = test_read_u32(at + 52), columns = test_read_u32(at + 56);
    const uint64_t offset = test_read_u64(at + 64), nbytes = test_read_u64(at + 72);
    const int linear = type == 4;

    refuse_entry(entry, 0, test_read_u32(at) ^ 0x20, 0, name, "name of tensor");
    refuse_entry(entry, 44, 'x', 0, name, "name of tensor"); /* behind its NUL */
    refuse_entry(entry, 48, 0, 0, name, "type");
    refuse_entry(entry, 48, type + 1, 0, name, "type");
    refuse_entry(entry, 52, rows + 1, 0, name, rows_are_free(name) ? "nbytes" : "rows");
    refuse_entry(entry, 52, 0, 0, name, rows_are_free(name) ? "nbytes" : "rows");
    refuse_entry(entry, 52, 0xFFFFFFFF, 0, name, "rows");
    refuse_entry(entry, 56, columns + 1, 0, name, linear ? "nbytes" : "columns");
    refuse_entry(entry, 56, 0, 0, name, linear ? "nbytes" : "columns");
    if (linear) {
        with_u32("columns", entry + 56, 65536, BT_UNSUPPORTED, field_of(name, "columns"));
        with_u32("columns", entry + 56, 0xFFFFFFF0, BT_UNSUPPORTED, field_of(name, "columns"));
    }
    refuse_entry(entry, 60, linear ? 0 : 1, 0, name, "sources");
    refuse_entry(entry, 60, 0xFFFFFFFF, 0, name, "sources");
    refuse_entry(entry, 64, offset - 64, 1, name, "offset"); /* overlaps the one before */
    refuse_entry(entry, 64, offset + 1, 1, name, "offset");
    refuse_entry(entry, 64, 0x100000000u + offset, 1, name, "offset");
    refuse_entry(entry, 64, UINT64_MAX - 63, 1, name, "offset");
    refuse_entry(entry, 72, nbytes - 1, 1, name, "nbytes");
    refuse_entry(entry, 72, 0, 1, name, "nbytes");
    refuse_entry(entry, 72, 0x100000000u + nbytes, 1, name, "nbytes");
}

static void test_table(void) {
    const uint32_t count = test_read_u32(image.bytes + 20);
    for (uint32_t t = 0; t < count; t++) test_entry(128 + 80 * (size_t)t);
}

/* ---------------------------------------------------------------------------------------------------- contents -- */

typedef struct {
    const char *tensor;
    uint32_t at; /* bytes into it */
    uint32_t value;
    const char *field;
} content_line;

#define SELF "encoder.layer.1.attention.self" /* 96 outputs, 32 columns: factor, source, depth, scale, colsum, bias */
#define SOURCE 128
#define DEPTH (SOURCE + 64)
#define SCALE (DEPTH + 64)
#define COLSUM (SCALE + 384)
#define BIAS (COLSUM + 384)
#define WEIGHTS (BIAS + 384)
#define INFINITE 0x7F800000
#define NOT_A_NUMBER 0x7FC00000

static const content_line content_lines[] = {
    {"tokenizer.code_points", 0, 0x110000, "tokenizer.code_points: code point at most"},
    {"tokenizer.code_points", 12, 'a', "tokenizer.code_points: ascending, at least"},
    {"tokenizer.code_points", 12, 0, "tokenizer.code_points: ascending, at least"},
    {"tokenizer.code_points", 4, 5, "tokenizer.code_points: symbol below"},
    {"tokenizer.code_points", 20, 0xFFFFFFFE, "tokenizer.code_points: symbol below"},
    {"tokenizer.symbol_ids", 0, 50, "tokenizer.symbol_ids: id below"},
    {"tokenizer.symbol_ids", 36, 0xFFFFFFFF, "tokenizer.symbol_ids: id below"},
    {"tokenizer.merge_rows", 0, 1, "tokenizer.merge_rows: first"},
    {"tokenizer.merge_rows", 20, 3, "tokenizer.merge_rows: last"},
    {"tokenizer.merge_rows", 20, 0xFFFFFFFF, "tokenizer.merge_rows: last"},
    {"tokenizer.merge_rows", 8, 1, "tokenizer.merge_rows: ascending, at least"},
    {"tokenizer.merge_rows", 4, 3, "tokenizer.merge_rows: at most"},
    {"tokenizer.merges", 0, 5, "tokenizer.merges: right symbol below"},
    {"tokenizer.merges", 12, 1, "tokenizer.merges: right symbols ascending, at least"},
    {"tokenizer.merges", 4, 0xFFFFFFFF, "tokenizer.merges: rank below"},
    {"tokenizer.merges", 8, 5, "tokenizer.merges: result below"},
    {"embeddings.word_embeddings", 0, NOT_A_NUMBER, "embeddings.word_embeddings: finite scales"},
    {"embeddings.position_embeddings", 4 * 65, INFINITE, "embeddings.position_embeddings: finite values"},
    {"embeddings.word_embeddings.tail", 4 * 19, NOT_A_NUMBER, "embeddings.word_embeddings.tail: finite scales"},
    {"embeddings.LayerNorm", 4 * 31, 0xFF800000, "embeddings.LayerNorm: finite values"},
    {"encoder.layer.0.output.LayerNorm", 0, INFINITE, "encoder.layer.0.output.LayerNorm: finite values"},
    {"encoder.layer.1.output.LayerNorm", 4 * 63, 0x7F800001, "encoder.layer.1.output.LayerNorm: finite values"},
    {"classifier.out_proj", 4 * 98, NOT_A_NUMBER, "classifier.out_proj: finite values"},
    {SELF, 4 * 31, INFINITE, SELF ": finite factors"},
    {SELF, SOURCE, 32, SELF ": source, columns below sources"},
    {SELF, SOURCE + 60, 0xFFFFFFFF, SELF ": source, columns below sources"},
    {SELF, DEPTH, 0x04040400, SELF ": depth"},
    {SELF, DEPTH + 4, 0x04040304, SELF ": depth"},
    {SELF, DEPTH + 8, 0x20040404, SELF ": depth"},
    {SELF, SCALE, 0xBF800000, SELF ": scale, finite and not negative"},
    {SELF, SCALE + 380, NOT_A_NUMBER, SELF ": scale, finite and not negative"},
    {SELF, COLSUM, 0x7FFFFFFF, SELF ": colsum"},
    {SELF, COLSUM + 380, 0x80000000, SELF ": colsum"},
    {SELF, BIAS, INFINITE, SELF ": finite bias"},
    {SELF, WEIGHTS, 0x80808080, SELF ": panels within the 16-bit bound"},
    {SELF, WEIGHTS + 2048, 0x7F7F7F7F, SELF ": panels within the 16-bit bound"},
    {SELF, DEPTH + 12, 1, SELF ": zeros before it or within"},
    {"classifier.out_proj", 4 * 99, 1, "classifier.out_proj: zeros before it or within"}, /* padding before the tail */
};

static void test_contents(void) {
    for (size_t i = 0; i < sizeof content_lines / sizeof *content_lines; i++) {
        const content_line *line = &content_lines[i];
        const size_t at = test_find_tensor(&image, line->tensor) + line->at;
        with_u32(line->field, at, line->value, BT_BAD_IMAGE, line->field);
    }
}

int main(void) {
    image = test_build_image(&shape);
    test_header();
    test_table();
    test_contents();
    free(image.bytes);

    image = test_build_tokenizer_image(&shape);
    with_u32("a size in a tokenizer", 44, 1, BT_BAD_IMAGE, "header: sizes of a tokenizer image");
    with_u32("a tensor more", 20, 5, BT_BAD_IMAGE, "header: num_tensors");
    free(image.bytes);
    printf("%zu different answers\n", num_answers);
    CHECK(num_answers >= 150);
    return test_end();
}
