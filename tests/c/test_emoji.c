/*
 * The whole trie of emoji 2.14.1 and every name of 2.14.1 and 0.6.0, against hashes of the packages' own data
 * (fingerprints.py): walks each path that bt_emoji_read knows, trying every code point that could lead on.
 */
#include "emoji.h"
#include "fingerprints.h"
#include "fnv.h"
#include "test.h"

#define LAST 0x10FFFFu

enum { MAX_DEPTH = 16, MAX_ALPHABET = 2048, NAME_ROOM = 1024 };

/* Every code point that begins an emoji or may stand inside one. */
static uint32_t alphabet[MAX_ALPHABET];
static size_t alphabet_length;

static uint64_t nodes, emoji, trie_print, names_print;

static void fill_alphabet(void) {
    static const uint32_t joiners[] = {0x200D, 0x20E3, 0xFE0E, 0xFE0F, 'a', '|'};
    for (size_t i = 0; i < sizeof joiners / sizeof *joiners; i++) alphabet[alphabet_length++] = joiners[i];
    for (uint32_t c = 0xE0020; c <= 0xE007F; c++) alphabet[alphabet_length++] = c;
    for (uint32_t c = 0; c <= LAST; c++) {
        if (bt_emoji_begins(c) && alphabet_length < MAX_ALPHABET) alphabet[alphabet_length++] = c;
    }
}

/* The name as code points, in memory of its own size. */
static bt_text name_of(const bt_emoji *found) {
    static _Alignas(16) uint8_t memory[NAME_ROOM];
    bt_arena arena = bt_arena_make(memory, sizeof memory);
    bt_writer out = bt_writer_begin(&arena);
    bt_text name = {NULL, 0};
    bt_emoji_write_name(&out, found);
    CHECK(bt_writer_end(&out, &name) && name.length > 0 && name.length <= BT_EMOJI_NAME_LENGTH - 2);
    return name;
}

static void count_node(const uint32_t *path, size_t depth, const bt_emoji *found) {
    static const uint32_t component_mark = '!';
    uint64_t h = fnv_code_points(FNV_START, path, depth);
    nodes++;
    trie_print += h;
    if (!found->name) return;
    const bt_text name = name_of(found);
    h = fnv_code_points(h, name.data, name.length);
    if (depth == 1 && bt_emoji_is_component(path[0])) h = fnv_code_points(h, &component_mark, 1);
    emoji++;
    names_print += h;
}

/* Visits all paths of the trie, depth first, without recursion: choice[d] is the alphabet's index at depth d. */
static void walk(uint32_t first) {
    uint32_t path[MAX_DEPTH] = {first};
    size_t choice[MAX_DEPTH] = {0}, depth = 1;
    bt_emoji found;
    CHECK(bt_emoji_read(&found, path, 1) == (found.name != NULL));
    count_node(path, 1, &found);
    while (depth > 0) {
        if (choice[depth] == alphabet_length || depth == MAX_DEPTH - 1) {
            depth--;
            continue;
        }
        path[depth] = alphabet[choice[depth]++];
        bt_emoji_read(&found, path, depth + 1);
        if (found.length < depth + 1) continue;
        depth++;
        choice[depth] = 0;
        count_node(path, depth, &found);
    }
}

static void test_trie(void) {
    for (uint32_t c = 0; c <= LAST; c++) {
        if (bt_emoji_begins(c)) walk(c);
    }
    CHECK_INT(nodes, EMOJI_NODES);
    CHECK_INT(emoji, EMOJI_COUNT);
    CHECK(trie_print == EMOJI_TRIE_PRINT);
    CHECK(names_print == EMOJI_NAMES_PRINT);
}

static void test_names_060(void) {
    uint64_t h = FNV_START;
    for (uint32_t c = 0; c <= LAST + 1; c++) {
        uint32_t name[BT_EMOJI_NAME_LENGTH];
        const size_t length = bt_emoji_name_060(c, name);
        if (length == 0) continue;
        h = fnv_code_points(h, &c, 1);
        h = fnv_code_points(h, name, length);
    }
    CHECK(h == EMOJI_060_PRINT);
}

/* Where the trie leads and no emoji is, the length says how far it led. */
static void test_depth(void) {
    static const uint32_t digit[] = {'1', 0xFE0F, 'x'};
    static const uint32_t joined[] = {0x1F468, 0x200D, 'x'};
    static const uint32_t same_tones[] = {0x1F468, 0x1F3FB, 0x200D, 0x1F91D, 0x200D, 0x1F468, 0x1F3FB};
    static const uint32_t letter[] = {'x'};
    bt_emoji found;
    CHECK(!bt_emoji_read(&found, digit, 3) && found.length == 2);
    CHECK(!bt_emoji_read(&found, joined, 3) && found.length == 2);
    CHECK(bt_emoji_read(&found, joined, 1) && found.length == 1);
    CHECK(!bt_emoji_read(&found, same_tones, 7) && found.length == 6);
    CHECK(!bt_emoji_read(&found, letter, 1) && found.length == 0);
    CHECK(!bt_emoji_begins(UINT32_MAX) && !bt_emoji_begins(LAST + 1));
}

int main(void) {
    fill_alphabet();
    test_trie();
    test_names_060();
    test_depth();
    return test_end();
}
