/*
 * effort.c - how much work a text is, counted and not timed: the library is compiled with -fsanitize-coverage=trace-pc,
 * so that each basic block it enters counts one. The same numbers on every run, on a busy machine too.
 *
 * For texts of every nasty kind, in all modes, with a tokenizer whose merges are many: twice the text is little more
 * than twice the work, and no code point is much work. Prints the dearest; with an argument, all.
 */
#include "../c/test.h"

#include <stdlib.h>
#include <time.h>

#include "bertweet.h"
#include "model.h"
#include "tokenizers.h"
#include "utf8.h"

static unsigned long long blocks;

void __sanitizer_cov_trace_pc(void);
void __sanitizer_cov_trace_pc(void) { blocks++; }

/* Texts are this long, and half of it: the longest that all modes take. */
#define LENGTH BT_MAX_CODE_POINTS

/* Basic blocks that one code point may cost on average. Emoji cost most: they become names of dozens of letters. */
#define MOST_PER_CODE_POINT 4000.0
/* n log n between 16,384 and 32,768 is 2.15; the rest is for tables that fill up. */
#define MOST_GROWTH 2.6

/* A kind of text: pieces again and again. */
typedef struct {
    const char *name;
    uint32_t count;
    uint32_t pieces[12];
} kind;

static const kind kinds[] = {
    {"one letter", 1, {'a'}},
    {"a letter without merges", 1, {'z'}},
    {"two letters", 2, {'a', 'b'}},
    {"letters and dots", 2, {'a', '.'}},
    {"dots", 1, {'.'}},
    {"hahaha", 2, {'h', 'a'}},
    {"capitals", 1, {'A'}},
    {"a hashtag of capitals", 2, {'#', 'A'}},
    {"hashes", 1, {'#'}},
    {"handles", 1, {'@'}},
    {"handles of a letter", 2, {'@', 'a'}},
    {"addresses", 4, {'a', '.', 'c', 'o'}},
    {"the beginning of addresses", 8, {'h', 't', 't', 'p', ':', '/', '/', '.'}},
    {"almost addresses", 6, {'a', '.', 'a', '.', '/', 'a'}},
    {"pipes", 1, {'|'}},
    {"pipes and letters", 2, {'|', 'a'}},
    {"ampersands", 1, {'&'}},
    {"entities", 5, {'&', 'a', 'm', 'p', ';'}},
    {"entities without end", 4, {'&', '#', 'x', '4'}},
    {"angles", 1, {'<'}},
    {"almost special strings", 5, {'<', 'm', 'a', 's', 'k'}},
    {"special strings", 3, {'<', 's', '>'}},
    {"phone numbers", 4, {'5', '5', '5', '-'}},
    {"digits", 1, {'1'}},
    {"parentheses", 2, {'(', ')'}},
    {"emoticons", 3, {':', '-', ')'}},
    {"apostrophes", 2, {'a', '\''}},
    {"hyphens", 2, {'a', '-'}},
    {"underscores", 2, {'a', '_'}},
    {"spaces", 1, {' '}},
    {"line feeds", 1, {'\n'}},
    {"words of a letter", 2, {'a', ' '}},
    {"NUL", 1, {0}},
    {"BOM", 1, {0xFEFF}},
    {"combining marks", 1, {0x301}},
    {"a letter and marks", 8, {'e', 0x301, 0x302, 0x303, 0x304, 0x305, 0x306, 0x307}},
    {"sigmas", 1, {0x3A3}},
    {"sigmas and marks", 3, {'#', 0x3A3, 0x301}},
    {"dotted I", 2, {'#', 0x130}},
    {"right to left", 3, {0x5E9, 0x5DC, ' '}},
    {"embeddings of direction", 2, {0x202E, 0x202C}},
    {"half surrogates", 1, {0xD83D}},
    {"surrogates the wrong way round", 2, {0xDE02, 0xD83D}},
    {"joiners", 1, {0x200D}},
    {"variation selectors", 1, {0xFE0F}},
    {"emoji", 1, {0x1F602}},
    {"joined women", 2, {0x1F469, 0x200D}},
    {"joined emoji that are none", 4, {0x1F602, 0x200D, 0x1F602, 0xFE0F}},
    {"families", 6, {0x1F468, 0x200D, 0x1F469, 0x200D, 0x1F467, 0x200D}},
    {"tones", 1, {0x1F3FB}},
    {"people of tones", 4, {0x1F469, 0x1F3FB, 0x200D, 0x2764}},
    {"joined components", 2, {0x1F9B0, 0x200D}},
    {"regional indicators", 1, {0x1F1E6}},
    {"tag sequences without end", 2, {0x1F3F4, 0xE0067}},
    {"tags", 1, {0xE0067}},
    {"keycaps", 3, {'1', 0xFE0F, 0x20E3}},
    {"the last code point", 1, {0x10FFFF}},
};
enum { NUM_KINDS = sizeof kinds / sizeof *kinds };

static uint8_t text[4 * LENGTH];

/* Writes count code points of a kind; returns bytes. */
static size_t write_kind(const kind *k, uint32_t count) {
    size_t nbytes = 0;
    for (uint32_t i = 0; i < count; i++) nbytes += bt_utf8_put(text + nbytes, k->pieces[i % k->count]);
    return nbytes;
}

typedef struct {
    unsigned long long blocks;
    double ns;
} effort;

static effort tokenize(const bt_model *model, uint32_t mode, size_t nbytes) {
    static uint8_t *scratch;
    static size_t capacity;
    bt_tokens tokens;
    bt_status status = BT_NO_MEMORY;
    effort e = {0, 0};
    for (size_t size = bt_tokenize_nbytes(mode, nbytes); status == BT_NO_MEMORY; size *= 2) {
        if (capacity < size) {
            free(scratch);
            scratch = malloc(capacity = size);
        }
        const clock_t begin = clock();
        blocks = 0;
        status = bt_tokenize(&tokens, model, mode | BT_MODE_SURROGATES, text, nbytes, 0, scratch, capacity);
        e = (effort){blocks, (double)(clock() - begin) * 1e9 / CLOCKS_PER_SEC};
    }
    CHECK_INT(status, BT_OK);
    return e;
}

static const char *const mode_names[] = {"none", "pysentimiento", "bertweet"};

static void test_kinds(const bt_model *model, int print_all) {
    double dearest = 0;
    char what[160] = "";
    for (size_t i = 0; i < NUM_KINDS; i++) {
        for (uint32_t mode = 0; mode < 3; mode++) {
            const effort half = tokenize(model, mode, write_kind(&kinds[i], LENGTH / 2));
            const effort full = tokenize(model, mode, write_kind(&kinds[i], LENGTH));
            const double each = (double)full.blocks / LENGTH, growth = (double)full.blocks / (double)half.blocks;
            if (each > MOST_PER_CODE_POINT || growth > MOST_GROWTH || print_all) {
                printf("%-32s %-14s %8.1f blocks, %7.1f ns a code point, %.2f times those of half the text\n",
                       kinds[i].name, mode_names[mode], each, full.ns / LENGTH, growth);
            }
            CHECK(each <= MOST_PER_CODE_POINT);
            CHECK(growth <= MOST_GROWTH);
            if (each <= dearest) continue;
            dearest = each;
            snprintf(what, sizeof what, "%s, mode %s: %.0f basic blocks and %.0f ns a code point", kinds[i].name,
                     mode_names[mode], each, full.ns / LENGTH);
        }
    }
    printf("%d kinds of text, three modes; the dearest: %s\n", NUM_KINDS, what);
}

/* All 1,114,112 code points, 32,768 a text. */
static void test_every_code_point(const bt_model *model) {
    double dearest = 0;
    for (uint32_t first = 0; first < 0x110000; first += LENGTH) {
        size_t nbytes = 0;
        for (uint32_t c = first; c < first + LENGTH; c++) nbytes += bt_utf8_put(text + nbytes, c);
        for (uint32_t mode = 0; mode < 3; mode++) {
            const double each = (double)tokenize(model, mode, nbytes).blocks / LENGTH;
            CHECK(each <= MOST_PER_CODE_POINT);
            if (each > dearest) dearest = each;
        }
    }
    printf("every code point in turn: %.0f basic blocks each at most\n", dearest);
}

int main(int count, char **arguments) {
    (void)arguments;
    const test_image image = fuzz_tokenizer(3);
    void *room = malloc(bt_model_nbytes());
    bt_model *model = NULL;
    CHECK_INT(bt_model_open(&model, room, image.bytes, image.nbytes, image.nbytes, NULL), BT_OK);
    test_kinds(model, count > 1);
    test_every_code_point(model);
    free(room);
    free(image.bytes);
    return test_end();
}
