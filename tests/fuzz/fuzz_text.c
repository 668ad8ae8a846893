/*
 * The text pipelines on arbitrary bytes: properties that bertweet.h and the specification promise.
 *
 * Input: u8 mode (low two bits; 4: WTF-8; the rest chooses one of four tokenizers), u8 max_tokens, then the text.
 */
#include "fuzz.h"

#include "../c/image_builder.h"
#include "bertweet.h"
#include "model.h"
#include "tokenizers.h"
#include "utf8.h"

enum { NUM_TOKENIZERS = 4 };

static const bt_model *find_tokenizer(unsigned index) {
    static bt_model *models[NUM_TOKENIZERS];
    if (models[index] == NULL) {
        const test_image image = fuzz_tokenizer(index + 1); /* kept for all inputs to come */
        void *room = fuzz_alloc(bt_model_nbytes());
        REQUIRE(bt_model_open(&models[index], room, image.bytes, image.nbytes, image.nbytes, NULL) == BT_OK);
    }
    return models[index];
}

/* A text's tokens, with the memory they are in. */
typedef struct {
    bt_status status;
    bt_tokens tokens;
    uint8_t *scratch;
    size_t scratch_nbytes;
} result;

/* With just so much scratch, full of one byte. */
static result tokenize_in(const bt_model *model, uint32_t mode, const void *text, size_t nbytes, uint32_t max_tokens,
                          size_t scratch_nbytes, int filling) {
    result r = {.scratch = fuzz_alloc_exact(scratch_nbytes), .scratch_nbytes = scratch_nbytes};
    fuzz_fill(r.scratch, filling, scratch_nbytes);
    r.status = bt_tokenize(&r.tokens, model, mode, text, nbytes, max_tokens, r.scratch, scratch_nbytes);
    return r;
}

static result tokenize(const bt_model *model, uint32_t mode, const void *text, size_t nbytes, uint32_t max_tokens,
                       int filling) {
    for (size_t size = bt_tokenize_nbytes(mode, nbytes);; size *= 2) {
        const result r = tokenize_in(model, mode, text, nbytes, max_tokens, size, filling);
        if (r.status != BT_NO_MEMORY) return r;
        REQUIRE(size < 512 * nbytes + (1 << 20)); /* an emoji of 4 bytes becomes 100 code points at most */
        free(r.scratch);
    }
}

static void require_equal(const bt_tokens *a, const bt_tokens *b) {
    REQUIRE(a->length == b->length && a->truncated == b->truncated && a->text_nbytes == b->text_nbytes);
    REQUIRE(memcmp(a->ids, b->ids, a->length * sizeof *a->ids) == 0);
    REQUIRE(memcmp(a->begins, b->begins, a->length * sizeof *a->begins) == 0);
    REQUIRE(memcmp(a->ends, b->ends, a->length * sizeof *a->ends) == 0);
    REQUIRE(memcmp(a->inner, b->inner, a->length) == 0);
    REQUIRE(memcmp(a->text, b->text, a->text_nbytes) == 0);
}

static int same_ids(const bt_tokens *a, const bt_tokens *b) {
    return a->length == b->length && memcmp(a->ids, b->ids, a->length * sizeof *a->ids) == 0;
}

/* ------------------------------------------------------------------------------------------------- properties -- */

static void check_ids_and_places(const bt_tokens *t) {
    const uint32_t last = t->length - 1;
    REQUIRE(t->length >= 2 && t->ids[0] == BT_ID_BOS && t->ids[last] == BT_ID_EOS);
    REQUIRE(t->begins[0] == 0 && t->ends[0] == 0 && t->begins[last] == 0 && t->ends[last] == 0);
    REQUIRE(t->inner[0] == 0 && t->inner[last] == 0);
    uint32_t end = 0;
    for (uint32_t i = 1; i < last; i++) {
        REQUIRE(t->ids[i] >= 0 && (uint32_t)t->ids[i] < FUZZ_VOCAB_SIZE);
        REQUIRE(t->begins[i] >= end && t->begins[i] < t->ends[i] && t->ends[i] <= t->text_nbytes);
        REQUIRE((t->text[t->begins[i]] & 0xC0) != 0x80);
        if (t->inner[i] && i + 1 < last) REQUIRE(t->begins[i + 1] == t->ends[i]);
        if (i > 1 && t->inner[i - 1]) REQUIRE(t->begins[i] == end);
        end = t->ends[i];
    }
}

/* Well formed; surrogates only where they were let in. */
static void check_text(const bt_tokens *t, bool surrogates) {
    const uint8_t *at = t->text, *const end = t->text + t->text_nbytes;
    while (at < end) {
        uint8_t again[4];
        const uint8_t *const begin = at;
        const uint32_t c = bt_utf8_next(&at, end, true);
        const size_t size = bt_utf8_put(again, c);
        REQUIRE(size == (size_t)(at - begin) && memcmp(begin, again, size) == 0);
        REQUIRE(surrogates || c < 0xD800 || c > 0xDFFF);
    }
}

/* R[:max_tokens - 1] + [2] of all the tokens R. */
static void check_truncation(const bt_tokens *all, const bt_tokens *cut, uint32_t max_tokens) {
    const uint32_t limit = max_tokens == 0 ? all->length : max_tokens < 2 ? 2 : max_tokens;
    const uint32_t length = all->length < limit ? all->length : limit;
    REQUIRE(cut->length == length && cut->truncated == (all->length > limit) && !all->truncated);
    REQUIRE(memcmp(all->ids, cut->ids, (length - 1) * sizeof *all->ids) == 0);
    REQUIRE(memcmp(all->begins, cut->begins, (length - 1) * sizeof *all->begins) == 0);
    REQUIRE(cut->ids[length - 1] == BT_ID_EOS);
    REQUIRE(cut->text_nbytes == all->text_nbytes && memcmp(cut->text, all->text, all->text_nbytes) == 0);
}

static bool has_special(const uint8_t *text, size_t nbytes) {
    static const char *const specials[] = {"<s>", "</s>", "<unk>", "<pad>", "<mask>"};
    for (size_t i = 0; i < nbytes; i++) {
        for (size_t s = 0; s < sizeof specials / sizeof *specials; s++) {
            const size_t length = strlen(specials[s]);
            if (length <= nbytes - i && memcmp(text + i, specials[s], length) == 0) return true;
        }
    }
    return false;
}

/* The pipelines end in the plain one: what they made of a text has the same tokens there, and stays as it is. */
static void check_plain_end(const bt_model *model, uint32_t mode, const bt_tokens *t, bool had_special) {
    const bool pieces = (mode & 3) == BT_MODE_BERTWEET; /* special strings are looked for before, not behind */
    if (pieces && (had_special || has_special(t->text, t->text_nbytes))) return;
    const result plain = tokenize(model, BT_MODE_NONE | BT_MODE_SURROGATES, t->text, t->text_nbytes, 0, 0x11);
    REQUIRE(plain.status == BT_OK && same_ids(&plain.tokens, t));
    REQUIRE(plain.tokens.text_nbytes == t->text_nbytes);
    REQUIRE(memcmp(plain.tokens.text, t->text, t->text_nbytes) == 0);
    free(plain.scratch);
}

/* In mode none a space divides a text into two that know nothing of each other. */
static void check_division(const bt_model *model, uint32_t mode, const uint8_t *text, size_t nbytes,
                           const bt_tokens *t) {
    const uint8_t *space = nbytes > 0 ? memchr(text + nbytes / 2, ' ', nbytes - nbytes / 2) : NULL;
    if ((mode & 3) != BT_MODE_NONE || space == NULL) return;
    const size_t at = (size_t)(space - text);
    const result left = tokenize(model, mode, text, at, 0, 0x22);
    const result right = tokenize(model, mode, text + at + 1, nbytes - at - 1, 0, 0x33);
    const uint32_t first = left.tokens.length - 1;
    REQUIRE(first + right.tokens.length - 1 == t->length);
    REQUIRE(memcmp(left.tokens.ids, t->ids, first * sizeof *t->ids) == 0);
    REQUIRE(memcmp(right.tokens.ids + 1, t->ids + first, (right.tokens.length - 1) * sizeof *t->ids) == 0);
    free(left.scratch);
    free(right.scratch);
}

static bool is_margin(uint8_t byte) {
    return byte == ' ' || (byte >= 9 && byte <= 13) || (byte >= 0x1C && byte <= 0x1F);
}

/* What preprocess_tweet leaves: no white space at the ends, no handle but @USER. */
static void check_pysentimiento(const bt_tokens *t) {
    if (t->text_nbytes == 0) return;
    REQUIRE(!is_margin(t->text[0]) && !is_margin(t->text[t->text_nbytes - 1]));
    for (size_t i = 0; i < t->text_nbytes; i++) {
        if (t->text[i] != '@') continue;
        const size_t left = t->text_nbytes - i - 1;
        const bool user = left >= 4 && memcmp(t->text + i + 1, "USER", 4) == 0;
        REQUIRE(user || (left >= 7 && memcmp(t->text + i + 1, "HTTPURL", 7) == 0));
    }
}

/* Less scratch gives the same tokens or BT_NO_MEMORY, and no byte beyond it is touched. */
static void check_scratch(const bt_model *model, uint32_t mode, const uint8_t *text, size_t nbytes, const result *all) {
    const size_t sizes[] = {0, all->scratch_nbytes / 16, all->scratch_nbytes / 4, all->scratch_nbytes / 2,
                            all->scratch_nbytes / 8 * 5, all->scratch_nbytes - 1};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const result less = tokenize_in(model, mode, text, nbytes, 0, sizes[i], 0x44);
        REQUIRE(less.status == BT_OK || less.status == BT_NO_MEMORY);
        if (less.status == BT_OK) require_equal(&less.tokens, &all->tokens);
        free(less.scratch);
    }
}

/* Both ways to merge are one function. */
static void check_merging(const bt_bpe *bpe, const uint8_t *text, size_t nbytes) {
    uint32_t symbols[2][64], begins[2][64], length = 0;
    for (const uint8_t *at = text, *end = text + nbytes; at < end && length < 64; length++) {
        symbols[0][length] = symbols[1][length] = bt_bpe_symbol(bpe, bt_utf8_next(&at, end, true), at == end);
        begins[0][length] = begins[1][length] = length;
    }
    if (length < 2) return;
    uint8_t *memory = fuzz_alloc_exact(48 * 64 + 64);
    bt_word words[2] = {{symbols[0], begins[0], length}, {symbols[1], begins[1], length}};
    bt_arena arena = bt_arena_make(memory, 48 * 64 + 64);
    REQUIRE(bt_bpe_merge_by_scan(&words[0], bpe, &arena) == BT_OK && arena.used == 0);
    REQUIRE(bt_bpe_merge_by_heap(&words[1], bpe, &arena) == BT_OK && arena.used == 0);
    REQUIRE(words[0].length == words[1].length);
    REQUIRE(memcmp(symbols[0], symbols[1], words[0].length * sizeof *symbols[0]) == 0);
    REQUIRE(memcmp(begins[0], begins[1], words[0].length * sizeof *begins[0]) == 0);
    free(memory);
}

/* ------------------------------------------------------------------------------------------------------ input -- */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes) {
    fuzz_bytes in = {data, nbytes};
    const uint32_t choice = fuzz_u8(&in), max_tokens = fuzz_u8(&in);
    const uint32_t mode = choice % 4 % 3 | (choice & 4 ? BT_MODE_SURROGATES : 0);
    const bt_model *model = find_tokenizer(choice / 8 % NUM_TOKENIZERS);
    uint8_t *text = fuzz_alloc_exact(in.left); /* nothing behind it may be read */
    if (in.left > 0) memcpy(text, in.at, in.left);

    const bool surrogates = mode & BT_MODE_SURROGATES;
    const bool too_long = (mode & 3) != BT_MODE_NONE && bt_utf8_count(text, in.left, surrogates) > BT_MAX_CODE_POINTS;
    const result all = tokenize(model, mode, text, in.left, 0, 0);
    REQUIRE(all.status == (too_long ? BT_TEXT_TOO_LONG : BT_OK));
    if (all.status == BT_OK) {
        check_ids_and_places(&all.tokens);
        check_text(&all.tokens, surrogates);
        const result again = tokenize(model, mode, text, in.left, 0, 0xFF);
        require_equal(&all.tokens, &again.tokens);
        const result cut = tokenize(model, mode, text, in.left, max_tokens, 0xAA);
        check_truncation(&all.tokens, &cut.tokens, max_tokens);
        check_plain_end(model, mode, &all.tokens, has_special(text, in.left));
        check_division(model, mode, text, in.left, &all.tokens);
        if ((mode & 3) == BT_MODE_PYSENTIMIENTO) check_pysentimiento(&all.tokens);
        check_scratch(model, mode, text, in.left, &all);
        check_merging(&model->bpe, all.tokens.text, all.tokens.text_nbytes);
        free(again.scratch);
        free(cut.scratch);
    }
    free(all.scratch);
    free(text);
    return 0;
}

size_t fuzz_seed(uint8_t *out, size_t capacity, uint64_t *random) {
    static const char *const words[] = {
        "a", "b", "aaa", "hahaha", "@", "@name", "#", "#BlackLivesMatter", "#x27;", "&", "&amp;", "&#x41;", "&lt;s&gt;",
        "http://", "https://t.co/x", "www.", "example.com", "a.a.a.", ".", "...", "!", "?!?!", ":-)", "<3", "<s>",
        "</s>", "<unk>", "<pad>", "<mask>", "<", ">", "|", "||", "_", " ", "  ", "\n", "\r\n", "\t", "\xC2\xA0",
        "\xE2\x80\x8B", "\xE2\x80\x99", "\xE2\x80\xA6", "\xE2\x99\xA5", "\xE2\x9D\xA4\xEF\xB8\x8F",
        "\xF0\x9F\x98\x82", "\xF0\x9F\x91\xA9\xE2\x80\x8D", "\xE2\x80\x8D", "\xF0\x9F\x8F\xBB", "\xEF\xB8\x8F",
        "\xF0\x9F\x87\xA6", "\xF0\x9F\x8F\xB4\xF3\xA0\x81\xA7\xF3\xA0\x81\xBF", "\xCC\x81", "\xC4\xB0",
        "\xCE\xA3", "\xD7\xA9", "\xE3\x83\xBC", "\xED\xA0\xBD", "\xED\xB8\x82", "\xEF\xBB\xBF", "\xFF",
        "\xC0\xAF", "\xF4\x90\x80\x80", "\xE2\x82", "1", "+1 555 123", "\xD9\xA3", "\xC2\xB2", "can't", "gonna",
        "p.m.", "CAN'T", "</w>", "@@"};
    size_t length = 2;
    out[0] = (uint8_t)test_random(random);
    out[1] = (uint8_t)(test_random(random) % 8 == 0 ? test_random(random) : 128);
    for (int count = test_random_int(random, 0, 24); count > 0; count--) {
        const char *word = words[test_random(random) % (sizeof words / sizeof *words)];
        const int repeat = test_random(random) % 16 == 0 ? test_random_int(random, 2, 40) : 1;
        for (int i = 0; i < repeat && length + strlen(word) < capacity; i++) {
            memcpy(out + length, word, strlen(word));
            length += strlen(word);
        }
    }
    return length;
}
