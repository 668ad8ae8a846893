/*
 * bt_tokenize: the golden cases in all modes, and what they do not show: where tokens stand, truncation, limits and
 * memory.
 *
 * usage: test_tokenizer FOLDER        what make-goldens.mjs wrote there
 */
#include <stdlib.h>

#include "bertweet.h"
#include "test.h"

static bt_model *model;
static _Alignas(64) uint8_t image[1 << 20];
static _Alignas(16) uint8_t room[1 << 20];
static _Alignas(16) uint8_t scratch[64 << 20];
static uint8_t cases[4 << 20];

static size_t read_file(void *into, size_t nbytes, const char *folder, const char *name) {
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) return perror(path), 0;
    const size_t read = fread(into, 1, nbytes, file);
    fclose(file);
    CHECK(read < nbytes);
    return read;
}

static int open_model(const char *folder) {
    const size_t nbytes = read_file(image, sizeof image, folder, "tokenizer.bin");
    bt_fault fault = {"", 0, 0};
    CHECK(bt_model_nbytes() <= sizeof room);
    CHECK_INT(bt_model_open(&model, room, image, nbytes, nbytes, &fault), BT_OK);
    CHECK_STRING(fault.field, "");
    return model != NULL;
}

static bt_status tokenize(bt_tokens *tokens, uint32_t mode, const void *text, size_t nbytes, uint32_t max_tokens) {
    return bt_tokenize(tokens, model, mode, text, nbytes, max_tokens, scratch, sizeof scratch);
}

/* ------------------------------------------------------------------------------------------------- golden -- */

static uint32_t take_u32(const uint8_t **at) {
    uint32_t value;
    memcpy(&value, *at, 4);
    *at += 4;
    return value;
}

/* The next item of count elements, each of size bytes; count is read first. */
static const uint8_t *take_array(const uint8_t **at, size_t size, uint32_t *count) {
    *count = take_u32(at);
    const uint8_t *const items = *at;
    *at += (*count * size + 3) / 4 * 4;
    return items;
}

static void test_golden(const char *folder) {
    const uint8_t *at = cases, *const end = cases + read_file(cases, sizeof cases, folder, "text-cases.bin");
    uint32_t count = 0;
    for (; at < end; count++) {
        const uint32_t id = take_u32(&at), mode = take_u32(&at), max_tokens = take_u32(&at);
        uint32_t input_nbytes, text_nbytes, length;
        const uint8_t *const input = take_array(&at, 1, &input_nbytes);
        const uint8_t *const text = take_array(&at, 1, &text_nbytes);
        const uint8_t *const ids = take_array(&at, 4, &length);

        bt_tokens tokens = {0};
        int right = tokenize(&tokens, mode, input, input_nbytes, max_tokens) == BT_OK;
        right = right && tokens.length == length && memcmp(tokens.ids, ids, 4 * (size_t)length) == 0;
        right = right && tokens.text_nbytes == text_nbytes && memcmp(tokens.text, text, text_nbytes) == 0;
        CHECK(right);
        if (!right) fprintf(stderr, "    golden case %u, mode %u, max_tokens %u\n", id, mode, max_tokens);
    }
    CHECK(count > 600); /* 6 for each case */
}

/* ------------------------------------------------------------------------------------------------- places -- */

/* Each token stands behind the one before; what is not covered is white space; inner joins the tokens of a word. */
static void check_places(const bt_tokens *tokens) {
    uint32_t end = 0;
    for (uint32_t i = 1; i + 1 < tokens->length; i++) {
        CHECK(tokens->begins[i] >= end && tokens->ends[i] > tokens->begins[i]);
        if (tokens->inner[i - 1]) CHECK_INT(tokens->begins[i], end);
        end = tokens->ends[i];
    }
    const uint32_t last = tokens->length - 1;
    CHECK(end <= tokens->text_nbytes);
    CHECK_INT(tokens->ids[0], BT_ID_BOS);
    CHECK_INT(tokens->ids[last], BT_ID_EOS);
    CHECK(tokens->begins[0] == 0 && tokens->ends[0] == 0 && !tokens->inner[0]);
    CHECK(tokens->begins[last] == 0 && tokens->ends[last] == 0 && !tokens->inner[last]);
}

/* The tokens of a text as "hell|o wor|ld": '|' within a word, ' ' between words. */
static const char *spell(uint32_t mode, const char *text, size_t nbytes) {
    static char spelling[1024];
    bt_tokens tokens;
    if (tokenize(&tokens, mode, text, nbytes, 0) != BT_OK) return "refused";
    check_places(&tokens);
    size_t length = 0;
    for (uint32_t i = 1; i + 1 < tokens.length; i++) {
        const uint32_t size = tokens.ends[i] - tokens.begins[i];
        memcpy(spelling + length, tokens.text + tokens.begins[i], size);
        length += size;
        if (i + 2 < tokens.length) spelling[length++] = tokens.inner[i] ? '|' : ' ';
    }
    spelling[length] = '\0';
    return spelling;
}

#define SPELLS(mode, text, expected) CHECK_STRING(spell(mode, text, sizeof text - 1), expected)

static void test_places(void) {
    SPELLS(BT_MODE_NONE, "", "");
    SPELLS(BT_MODE_NONE, " \t ", "");
    SPELLS(BT_MODE_NONE, "the  cat", "the cat");
    SPELLS(BT_MODE_NONE, "hello\nworld", "hel|lo|\n world");
    SPELLS(BT_MODE_NONE, "a\r\nb \nc\n\n", "a b c|\n");
    SPELLS(BT_MODE_NONE, "a<s>b<mask><masks>", "a <s> b <mask> <mask|s|>");
    SPELLS(BT_MODE_PYSENTIMIENTO, "<ma\u2026sk>", "<mask>");
    SPELLS(BT_MODE_BERTWEET, "<s>&lt;s&gt; A<pad>don't you", "<s> <s> A <pad> do n't you");
    SPELLS(BT_MODE_NONE, "\u00e9\u00e8 \U0001F602\u200D", "\u00e9|\u00e8 \U0001F602|\u200D");
}

/* --------------------------------------------------------------------------------------------- truncation -- */

static void test_truncation(void) {
    static const char text[] = "one two <mask> unbelievability and some more words";
    bt_tokens whole;
    CHECK_INT(tokenize(&whole, BT_MODE_NONE, text, sizeof text - 1, 0), BT_OK);
    CHECK(!whole.truncated && whole.length > 8);
    int32_t ids[64];
    memcpy(ids, whole.ids, whole.length * sizeof *ids);

    for (uint32_t max_tokens = 2; max_tokens < whole.length + 2; max_tokens++) {
        bt_tokens cut;
        CHECK_INT(tokenize(&cut, BT_MODE_NONE, text, sizeof text - 1, max_tokens), BT_OK);
        const uint32_t expected = max_tokens < whole.length ? max_tokens : whole.length;
        CHECK_INT(cut.length, expected);
        CHECK_INT(cut.truncated, max_tokens < whole.length);
        CHECK_INT(cut.text_nbytes, sizeof text - 1);
        CHECK(memcmp(cut.ids, ids, (expected - 1) * sizeof *ids) == 0);
        CHECK_INT(cut.ids[expected - 1], BT_ID_EOS);
    }
    bt_tokens cut;
    CHECK_INT(tokenize(&cut, BT_MODE_NONE, text, sizeof text - 1, 1), BT_OK); /* read as 2 */
    CHECK_INT(cut.length, 2);
    CHECK_INT(cut.truncated, 1);
    CHECK_INT(tokenize(&cut, BT_MODE_NONE, " ", 1, 1), BT_OK);
    CHECK_INT(cut.truncated, 0);
}

/* ------------------------------------------------------------------------------------------------ any bytes -- */

#define CLEANED(mode, bytes, expected) \
    do { \
        bt_tokens tokens_; \
        CHECK_INT(tokenize(&tokens_, mode, bytes, sizeof bytes - 1, 0), BT_OK); \
        CHECK_INT(tokens_.text_nbytes, sizeof expected - 1); \
        CHECK(memcmp(tokens_.text, expected, sizeof expected - 1) == 0); \
    } while (0)

static void test_bytes(void) {
    CLEANED(BT_MODE_NONE, "a\0b", "a\0b");
    CLEANED(BT_MODE_NONE, "\xEF\xBB\xBFx", "\uFEFFx");
    CLEANED(BT_MODE_NONE, "\xE2\x82" "a", "\uFFFDa");
    CLEANED(BT_MODE_NONE, "\xF0\x9F\x98", "\uFFFD");
    CLEANED(BT_MODE_NONE, "\xC0\xAF", "\uFFFD\uFFFD");
    CLEANED(BT_MODE_NONE, "\xED\xA0\xBD", "\uFFFD\uFFFD\uFFFD");
    CLEANED(BT_MODE_NONE | BT_MODE_SURROGATES, "\xED\xA0\xBD", "\xED\xA0\xBD");
    CLEANED(BT_MODE_PYSENTIMIENTO, "a\0b", "a\0b");
    CLEANED(BT_MODE_PYSENTIMIENTO, "\xED\xA0\xBD", "\uFFFD\uFFFD\uFFFD");
    CLEANED(BT_MODE_PYSENTIMIENTO | BT_MODE_SURROGATES, "\xED\xA0\xBD", "\xED\xA0\xBD");
    CLEANED(BT_MODE_BERTWEET, "a\0b \xFF<s>\xE2\x82", "a \0 b \uFFFD<s>\uFFFD"); /* pieces end before a bad byte */
    CLEANED(BT_MODE_BERTWEET | BT_MODE_SURROGATES, "x\xED\xA0\xBD", "x \xED\xA0\xBD");
    CLEANED(BT_MODE_BERTWEET, "&#55357;", "\xED\xA0\xBD"); /* an entity makes a surrogate, whatever the mode */
}

/* ------------------------------------------------------------------------------------------------- limits -- */

static void test_limits(void) {
    static char text[4 * (BT_MAX_CODE_POINTS + 1)];
    bt_tokens tokens;
    for (uint32_t mode = BT_MODE_NONE; mode <= BT_MODE_BERTWEET; mode++) {
        const bt_status beyond = mode == BT_MODE_NONE ? BT_OK : BT_TEXT_TOO_LONG;
        memset(text, 'x', sizeof text);
        CHECK_INT(tokenize(&tokens, mode, text, BT_MAX_CODE_POINTS, 128), BT_OK);
        CHECK_INT(tokenize(&tokens, mode, text, BT_MAX_CODE_POINTS + 1, 128), beyond);
        for (size_t i = 0; i < sizeof text; i += 4) memcpy(text + i, "\xF0\x9F\x98\x82", 4);
        CHECK_INT(tokenize(&tokens, mode, text, sizeof text - 4, 128), BT_OK); /* code points count, not bytes */
        CHECK_INT(tokenize(&tokens, mode, text, sizeof text, 128), beyond);
    }
    for (size_t i = 0; i < sizeof text; i++) text[i] = i % 7 == 6 ? ' ' : (char)('a' + i % 7);
    CHECK_INT(tokenize(&tokens, BT_MODE_NONE, text, sizeof text, 0), BT_OK);
    CHECK(tokens.length > sizeof text / 7);
    CHECK(!tokens.truncated);
}

/* With too little memory every size is refused, writes nothing beyond it, and the next call answers as ever. */
static void test_memory(void) {
    static const char text[] = "@user it's #GoodNews \U0001F602\U0001F602 http://a.bc/(d) <mask> loooooong &amp; co.";
    for (uint32_t mode = BT_MODE_NONE; mode <= BT_MODE_BERTWEET; mode++) {
        bt_tokens whole, tokens;
        CHECK_INT(tokenize(&whole, mode, text, sizeof text - 1, 0), BT_OK);
        int32_t ids[128];
        memcpy(ids, whole.ids, whole.length * sizeof *ids);
        const uint32_t length = whole.length;

        size_t nbytes = 0;
        bt_status status = BT_NO_MEMORY;
        for (; status == BT_NO_MEMORY; nbytes += 16) {
            uint8_t *memory = aligned_alloc(16, nbytes + 16);
            memset(memory + nbytes, 0xAB, 16);
            memset(&tokens, 0, sizeof tokens);
            status = bt_tokenize(&tokens, model, mode, text, sizeof text - 1, 0, memory, nbytes);
            for (size_t i = 0; i < 16; i++) CHECK_INT(memory[nbytes + i], 0xAB);
            if (status == BT_NO_MEMORY) CHECK(tokens.ids == NULL);
            else CHECK(tokens.length == length && memcmp(tokens.ids, ids, length * sizeof *ids) == 0);
            free(memory);
        }
        CHECK_INT(status, BT_OK);
        CHECK(nbytes <= bt_tokenize_nbytes(mode, sizeof text - 1) + 16);
    }
    CHECK_INT(bt_tokenize_nbytes(BT_MODE_NONE, SIZE_MAX), SIZE_MAX);
    CHECK_INT(bt_tokenize_nbytes(BT_MODE_BERTWEET, SIZE_MAX / 2), SIZE_MAX);
}

int main(int argc, char **argv) {
    if (argc != 2) return fprintf(stderr, "usage: %s FOLDER (see make-goldens.mjs)\n", argv[0]), 2;
    if (!open_model(argv[1])) return test_end();
    test_golden(argv[1]);
    test_places();
    test_truncation();
    test_bytes();
    test_limits();
    test_memory();
    return test_end();
}
