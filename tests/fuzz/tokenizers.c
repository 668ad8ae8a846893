#include "tokenizers.h"

#include <stdlib.h>
#include <string.h>

#define NUM_SYMBOLS 240u

/* Of these the tables know; texts have many more. Ascending. */
static const uint32_t known[] = {
    0, '\n', ' ', '!', '#', '\'', '.', '/', ':', '<', '>', '@', 'A', 'B', 'a', 'b', 'c', 'd', 'e', 'h', 'k', 'm', 'n',
    'o', 'p', 's', 't', 'u', '|', 0xE9, 0x301, 0x3C3, 0x6CC, 0x200D, 0xD83D, 0xFE0F, 0xFFFD, 0x1F1E6, 0x1F3FB, 0x1F602,
    0x10FFFF};
enum { NUM_KNOWN = sizeof known / sizeof *known };

typedef struct {
    const char *name;
    uint32_t rows, columns;
    const uint32_t *values;
} table;

static uint32_t draw(uint64_t *random, uint32_t end) { return (uint32_t)(test_random(random) % end); }

/* Merges of each left symbol, ascending in the right one; returns their number. */
static uint32_t fill_merges(uint32_t *rows, uint32_t *merges, uint64_t *random) {
    uint32_t count = 0;
    for (uint32_t left = 0; left < NUM_SYMBOLS; left++) {
        rows[left] = count;
        for (uint32_t right = draw(random, 8); right < NUM_SYMBOLS; right += 1 + draw(random, 12)) {
            uint32_t *merge = merges + 3 * count++;
            merge[0] = right;
            merge[1] = draw(random, 300);
            merge[2] = draw(random, NUM_SYMBOLS);
        }
    }
    rows[NUM_SYMBOLS] = count;
    return count;
}

static test_image write_image(const table tables[4]) {
    size_t ends[4], end = 128 + 4 * 80;
    for (int t = 0; t < 4; t++) {
        end = (end + 63) / 64 * 64 + 4 * (size_t)tables[t].rows * tables[t].columns;
        ends[t] = end;
    }
    test_image image = {.nbytes = (end + 63) / 64 * 64};
    image.resident_nbytes = image.nbytes;
    image.bytes = aligned_alloc(64, image.nbytes);
    memset(image.bytes, 0, image.nbytes);
    memcpy(image.bytes, "bertweet", 8);
    test_write_u32(image.bytes + 8, 1);
    test_write_u32(image.bytes + 12, 2);
    test_write_u32(image.bytes + 20, 4);
    test_write_u64(image.bytes + 24, image.nbytes);
    test_write_u64(image.bytes + 32, image.nbytes);
    test_write_u32(image.bytes + 72, FUZZ_VOCAB_SIZE);
    test_write_u32(image.bytes + 76, FUZZ_VOCAB_SIZE - 1);
    for (int t = 0; t < 4; t++) {
        const size_t nbytes = 4 * (size_t)tables[t].rows * tables[t].columns;
        uint8_t *entry = image.bytes + 128 + 80 * t;
        memcpy(entry, tables[t].name, strlen(tables[t].name));
        test_write_u32(entry + 48, 1);
        test_write_u32(entry + 52, tables[t].rows);
        test_write_u32(entry + 56, tables[t].columns);
        test_write_u64(entry + 64, ends[t] - nbytes);
        test_write_u64(entry + 72, nbytes);
        memcpy(image.bytes + ends[t] - nbytes, tables[t].values, nbytes);
    }
    return image;
}

test_image fuzz_tokenizer(uint64_t seed) {
    static uint32_t code_points[NUM_KNOWN * 3], ids[NUM_SYMBOLS * 2], rows[NUM_SYMBOLS + 1];
    static uint32_t merges[NUM_SYMBOLS * NUM_SYMBOLS * 3];
    uint64_t random = seed;
    for (uint32_t i = 0; i < NUM_KNOWN; i++) {
        code_points[3 * i] = known[i];
        for (int end = 1; end < 3; end++) {
            code_points[3 * i + (uint32_t)end] = draw(&random, 10) == 0 ? UINT32_MAX : draw(&random, NUM_SYMBOLS);
        }
    }
    for (uint32_t i = 0; i < 2 * NUM_SYMBOLS; i++) ids[i] = draw(&random, FUZZ_VOCAB_SIZE);
    const uint32_t num_merges = fill_merges(rows, merges, &random);
    const table tables[4] = {{"tokenizer.code_points", NUM_KNOWN, 3, code_points},
                             {"tokenizer.symbol_ids", NUM_SYMBOLS, 2, ids},
                             {"tokenizer.merge_rows", NUM_SYMBOLS + 1, 1, rows},
                             {"tokenizer.merges", num_merges, 3, merges}};
    return write_image(tables);
}
