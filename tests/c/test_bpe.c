/* Byte pair encoding: rounds, the two ways to merge against a literal third one, and refusal of unsound tables. */
#include "bpe.h"
#include "test.h"

static _Alignas(16) uint8_t memory[64 << 20];

/* --------------------------------------------------------------------------------------- tables, by hand -- */

#define MAX_SYMBOLS 64
#define MAX_MERGES 512

/* A pair (left, right) that becomes result; its rank is its place in the list. */
typedef struct {
    uint32_t left, right, result;
} merge;

/* What an image holds, with room to spoil it. Code point 'a' + i is symbol i within a word and num_letters + i at its
 * end; symbol s has the ids 4 + 2 s within a word and 5 + 2 s at its end. */
typedef struct {
    uint32_t code_points[26][3], symbol_ids[MAX_SYMBOLS][2], rows[MAX_SYMBOLS + 1], merges[MAX_MERGES][3];
    bt_bpe bpe;
} tables;

static void build(tables *t, const merge *merges, uint32_t count, uint32_t num_symbols, uint32_t num_letters) {
    for (uint32_t i = 0; i < num_letters; i++) {
        t->code_points[i][0] = 'a' + i;
        t->code_points[i][1] = i;
        t->code_points[i][2] = num_letters + i;
    }
    uint32_t filled = 0;
    for (uint32_t left = 0; left < num_symbols; left++) {
        t->symbol_ids[left][0] = 4 + 2 * left;
        t->symbol_ids[left][1] = 5 + 2 * left;
        t->rows[left] = filled;
        for (uint32_t right = 0; right < num_symbols; right++) {
            for (uint32_t rank = 0; rank < count; rank++) {
                if (merges[rank].left != left || merges[rank].right != right) continue;
                memcpy(t->merges[filled++], (uint32_t[]){right, rank, merges[rank].result}, sizeof t->merges[0]);
            }
        }
    }
    t->rows[num_symbols] = filled;
    t->bpe = (bt_bpe){.code_points = t->code_points[0], .symbol_ids = t->symbol_ids[0], .merge_rows = t->rows,
                      .merges = t->merges[0], .num_code_points = num_letters, .num_symbols = num_symbols,
                      .num_merges = filled, .vocab_size = 5 + 2 * num_symbols, .mask_id = 4 + 2 * num_symbols};
}

/* ----------------------------------------------------------------------------------------------- merging -- */

/* BertweetTokenizer.bpe, line by line, on symbols; merges of lower index have lower rank. Returns the new length. */
static uint32_t merge_literally(uint32_t *word, uint32_t length, const merge *merges, uint32_t count) {
    for (;;) {
        uint32_t best = count;
        for (uint32_t i = 0; i + 1 < length; i++) {
            for (uint32_t rank = 0; rank < best; rank++) {
                if (merges[rank].left == word[i] && merges[rank].right == word[i + 1]) best = rank;
            }
        }
        if (best == count) return length;
        uint32_t kept = 0;
        for (uint32_t i = 0; i < length; kept++) {
            const int found = i + 1 < length && word[i] == merges[best].left && word[i + 1] == merges[best].right;
            word[kept] = found ? merges[best].result : word[i];
            i += found ? 2 : 1;
        }
        length = kept;
    }
}

typedef bt_status method(bt_word *, const bt_bpe *, bt_arena *);

/* Merges a copy of a word by a method and compares; also that a symbol's place is that of its first part. */
static void check_method(method *merge_word, const bt_bpe *bpe, const uint32_t *symbols, uint32_t length,
                         const uint32_t *expected, uint32_t expected_length) {
    bt_arena arena = bt_arena_make(memory, sizeof memory);
    bt_word word = {bt_arena_take_array(&arena, length, 4), bt_arena_take_array(&arena, length, 4), length};
    for (uint32_t i = 0; i < length; i++) word.symbols[i] = symbols[i], word.begins[i] = 10 * i;
    const size_t used = arena.used;
    CHECK_INT(merge_word(&word, bpe, &arena), BT_OK);
    CHECK_INT(arena.used, used);
    CHECK_INT(word.length, expected_length);
    CHECK(word.length == expected_length && memcmp(word.symbols, expected, 4 * (size_t)expected_length) == 0);
    for (uint32_t i = 0; i < word.length; i++) {
        CHECK(word.begins[i] % 10 == 0 && (i == 0 ? word.begins[i] == 0 : word.begins[i] > word.begins[i - 1]));
    }
}

static void check_word(const tables *t, const merge *merges, uint32_t count, const uint32_t *word, uint32_t length) {
    static uint32_t expected[4096];
    memcpy(expected, word, length * sizeof *word);
    const uint32_t expected_length = merge_literally(expected, length, merges, count);
    check_method(bt_bpe_merge_by_scan, &t->bpe, word, length, expected, expected_length);
    check_method(bt_bpe_merge_by_heap, &t->bpe, word, length, expected, expected_length);
    check_method(bt_bpe_merge, &t->bpe, word, length, expected, expected_length);
}

/* a a a with (a, a): aa a. And of two pairs that overlap, all of the better come before any of the worse. */
static void test_rounds(void) {
    static tables t;
    enum { A, B, AA, AB, ABA, NUM_SYMBOLS };
    const merge merges[] = {{A, B, AB}, {AB, A, ABA}, {A, A, AA}};
    build(&t, merges, 3, NUM_SYMBOLS, 1);
    CHECK_INT(bt_bpe_open(&t.bpe, NULL), BT_OK);
    const uint32_t odd[] = {A, A, A}, even[] = {A, A, A, A}, mixed[] = {A, B, A, B, A}, one[] = {A};
    check_method(bt_bpe_merge_by_scan, &t.bpe, odd, 3, (uint32_t[]){AA, A}, 2);
    check_method(bt_bpe_merge_by_heap, &t.bpe, odd, 3, (uint32_t[]){AA, A}, 2);
    check_method(bt_bpe_merge_by_scan, &t.bpe, even, 4, (uint32_t[]){AA, AA}, 2);
    check_method(bt_bpe_merge_by_heap, &t.bpe, even, 4, (uint32_t[]){AA, AA}, 2);
    check_method(bt_bpe_merge_by_scan, &t.bpe, mixed, 5, (uint32_t[]){AB, ABA}, 2);
    check_method(bt_bpe_merge_by_heap, &t.bpe, mixed, 5, (uint32_t[]){AB, ABA}, 2);
    check_method(bt_bpe_merge, &t.bpe, one, 1, one, 1);
}

static uint32_t draw(uint32_t below) {
    static uint64_t state = 20201124;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

/* Any table at all, also those that no converter writes: results that are parts, several pairs with one result. */
static void test_random_tables(void) {
    static tables t;
    static merge merges[MAX_MERGES];
    for (int round = 0; round < 3000; round++) {
        const uint32_t num_symbols = 2 + draw(14);
        uint32_t count = 0;
        for (uint32_t i = draw(60); i > 0; i--) {
            const merge m = {draw(num_symbols), draw(num_symbols), draw(num_symbols)};
            int known = 0;
            for (uint32_t j = 0; j < count; j++) known |= merges[j].left == m.left && merges[j].right == m.right;
            if (!known) merges[count++] = m;
        }
        build(&t, merges, count, num_symbols, num_symbols / 2);
        CHECK_INT(bt_bpe_open(&t.bpe, NULL), BT_OK);
        uint32_t word[300];
        const uint32_t length = round % 50 == 0 ? 300 : 1 + draw(40);
        for (uint32_t i = 0; i < length; i++) word[i] = draw(9) == 0 ? BT_NO_SYMBOL : draw(num_symbols);
        check_word(&t, merges, count, word, length);
    }
}

/* A word as long as a book: 2^20 letters that all merge, pair by pair, into one symbol. */
static void test_long_word(void) {
    static tables t;
    static merge doubling[20];
    static uint32_t word[1 << 20];
    for (uint32_t i = 0; i < 20; i++) doubling[i] = (merge){i, i, i + 1};
    build(&t, doubling, 20, 21, 1);
    CHECK_INT(bt_bpe_open(&t.bpe, NULL), BT_OK);
    check_method(bt_bpe_merge, &t.bpe, word, 1 << 20, (uint32_t[]){20}, 1);
    check_method(bt_bpe_merge, &t.bpe, word, (1 << 20) - 1,
                 (uint32_t[]){19, 18, 17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0}, 20);
}

static void test_memory(void) {
    static tables t;
    build(&t, (merge[]){{0, 0, 1}}, 1, 2, 1);
    CHECK_INT(bt_bpe_open(&t.bpe, NULL), BT_OK);
    uint32_t symbols[100] = {0}, begins[100] = {0};
    method *const methods[] = {bt_bpe_merge_by_scan, bt_bpe_merge_by_heap};
    for (int i = 0; i < 2; i++) {
        size_t nbytes = 0;
        for (;; nbytes += 16) {
            bt_word word = {symbols, begins, 100};
            bt_arena arena = bt_arena_make(memory, nbytes);
            const bt_status status = methods[i](&word, &t.bpe, &arena);
            CHECK_INT(arena.used, 0);
            if (status == BT_OK) break;
            CHECK_INT(status, BT_NO_MEMORY);
            CHECK(word.length == 100 && word.symbols[0] == 0);
        }
        CHECK(nbytes <= 48 * 100 + 64);
        memset(symbols, 0, sizeof symbols);
    }
}

/* ----------------------------------------------------------------------------------------------- lookups -- */

static void test_lookups(void) {
    static tables t;
    build(&t, NULL, 0, 8, 4);
    t.code_points[3][0] = 0x1F602; /* d becomes an emoji, and c has no symbol within a word */
    t.code_points[2][1] = BT_NO_SYMBOL;
    CHECK_INT(bt_bpe_open(&t.bpe, NULL), BT_OK);
    CHECK_INT(bt_bpe_symbol(&t.bpe, 'a', false), 0);
    CHECK_INT(bt_bpe_symbol(&t.bpe, 'b', true), 5);
    CHECK_INT(bt_bpe_symbol(&t.bpe, 'c', false), BT_NO_SYMBOL);
    CHECK_INT(bt_bpe_symbol(&t.bpe, 'c', true), 6);
    CHECK_INT(bt_bpe_symbol(&t.bpe, 'd', true), BT_NO_SYMBOL);
    CHECK_INT(bt_bpe_symbol(&t.bpe, 0x1F602, true), 7);
    CHECK_INT(bt_bpe_symbol(&t.bpe, 0x1F601, true), BT_NO_SYMBOL);
    CHECK_INT(bt_bpe_symbol(&t.bpe, 0x10FFFF, false), BT_NO_SYMBOL);
    CHECK_INT(bt_bpe_id(&t.bpe, 6, false), 16);
    CHECK_INT(bt_bpe_id(&t.bpe, 6, true), 17);
    CHECK_INT(bt_bpe_id(&t.bpe, BT_NO_SYMBOL, true), BT_ID_UNK);
}

/* ---------------------------------------------------------------------------------------------- refusals -- */

static tables sound;

static void restore(void) {
    static const merge merges[] = {{0, 0, 2}, {0, 1, 3}, {2, 0, 1}};
    build(&sound, merges, 3, 4, 2);
}

/* Spoils one field of sound tables, and wants them refused with its name. */
#define REFUSED(spoil, name, expected_value, found_value) \
    do { \
        restore(); \
        spoil; \
        bt_fault fault = {"", 0, 0}; \
        CHECK_INT(bt_bpe_open(&sound.bpe, &fault), BT_BAD_IMAGE); \
        CHECK_INT(bt_bpe_open(&sound.bpe, NULL), BT_BAD_IMAGE); \
        CHECK_STRING(fault.field, name); \
        CHECK_INT(fault.expected, expected_value); \
        CHECK_INT(fault.found, found_value); \
    } while (0)

static void test_refusals(void) {
    restore();
    CHECK_INT(bt_bpe_open(&sound.bpe, NULL), BT_OK);
    REFUSED(sound.code_points[1][0] = 0x110000, "tokenizer.code_points: code point at most", 0x10FFFF, 0x110000);
    REFUSED(sound.code_points[1][0] = 'a', "tokenizer.code_points: ascending, at least", 'b', 'a');
    REFUSED(sound.code_points[0][1] = 4, "tokenizer.code_points: symbol below", 4, 4);
    REFUSED(sound.code_points[1][2] = 0xFFFFFFFE, "tokenizer.code_points: symbol below", 4, 0xFFFFFFFE);
    REFUSED(sound.bpe.mask_id = 13, "mask_id: below", 13, 13);
    REFUSED((sound.bpe.vocab_size = 3, sound.bpe.mask_id = 2), "vocab_size: at least", 4, 3);
    REFUSED(sound.symbol_ids[3][1] = 13, "tokenizer.symbol_ids: id below", 13, 13);
    REFUSED(sound.rows[0] = 1, "tokenizer.merge_rows: first", 0, 1);
    REFUSED(sound.rows[4] = 4, "tokenizer.merge_rows: last", 3, 4);
    REFUSED(sound.rows[1] = 4, "tokenizer.merge_rows: at most", 3, 4);
    REFUSED(sound.rows[2] = 1, "tokenizer.merge_rows: ascending, at least", 2, 1);
    REFUSED(sound.merges[1][0] = 4, "tokenizer.merges: right symbol below", 4, 4);
    REFUSED(sound.merges[1][0] = 0, "tokenizer.merges: right symbols ascending, at least", 1, 0);
    REFUSED(sound.merges[2][1] = 0xFFFFFFFF, "tokenizer.merges: rank below", 0xFFFFFFFF, 0xFFFFFFFF);
    REFUSED(sound.merges[2][2] = BT_NO_SYMBOL, "tokenizer.merges: result below", 4, BT_NO_SYMBOL);
}

int main(void) {
    test_rounds();
    test_random_tables();
    test_long_word();
    test_memory();
    test_lookups();
    test_refusals();
    return test_end();
}
