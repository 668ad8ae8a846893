/*
 * tokenizer.c - how long bt_tokenize takes, natively, for tokenizer.js.
 *
 * usage: tokenizer IMAGE TEXTS ROUNDS
 *
 * TEXTS: groups of texts, each u32 count, then count times u32 nbytes and the bytes. A group is timed as a whole, in
 * all modes and without a limit of tokens, in rounds over all groups. Prints the fastest times in seconds as JSON:
 * [mode][group].
 */
#include "strict.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bertweet.h"

enum { MODES = 3 };

typedef struct {
    const uint8_t *bytes; /* aligned to 64 */
    size_t nbytes;
} file;

static void fail(const char *what) {
    fprintf(stderr, "tokenizer: %s\n", what);
    exit(1);
}

static file read_file(const char *path) {
    FILE *stream = fopen(path, "rb");
    if (stream == NULL || fseek(stream, 0, SEEK_END) != 0) fail(path);
    const size_t nbytes = (size_t)ftell(stream);
    rewind(stream);
    uint8_t *bytes = aligned_alloc(64, (nbytes + 63) / 64 * 64);
    if (bytes == NULL || fread(bytes, 1, nbytes, stream) != nbytes) fail(path);
    fclose(stream);
    return (file){bytes, nbytes};
}

static uint32_t read_u32(const uint8_t **at) {
    uint32_t value;
    memcpy(&value, *at, sizeof value);
    *at += sizeof value;
    return value;
}

static void tokenize(const bt_model *model, uint32_t mode, const uint8_t *text, uint32_t nbytes) {
    static uint8_t *scratch;
    static size_t capacity;
    bt_tokens tokens;
    for (size_t size = bt_tokenize_nbytes(mode, nbytes);; size *= 2) {
        if (capacity < size) {
            free(scratch);
            scratch = malloc(capacity = size);
        }
        if (scratch == NULL) fail("no memory");
        const bt_status status = bt_tokenize(&tokens, model, mode, text, nbytes, 0, scratch, capacity);
        if (status == BT_OK) return;
        if (status != BT_NO_MEMORY) fail(bt_status_message(status));
    }
}

static double now(void) {
    struct timespec time;
    timespec_get(&time, TIME_UTC);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Tokenizes the group at *at, which is moved behind it; returns seconds. */
static double time_group(const bt_model *model, uint32_t mode, const uint8_t **at) {
    const double begin = now();
    for (uint32_t count = read_u32(at); count > 0; count--) {
        const uint32_t nbytes = read_u32(at);
        tokenize(model, mode, *at, nbytes);
        *at += nbytes;
    }
    return now() - begin;
}

static size_t count_groups(const file *texts) {
    size_t groups = 0;
    for (const uint8_t *at = texts->bytes; at < texts->bytes + texts->nbytes; groups++) {
        for (uint32_t count = read_u32(&at); count > 0; count--) {
            const uint32_t nbytes = read_u32(&at);
            at += nbytes;
        }
    }
    return groups;
}

static void print(const double *best, size_t groups) {
    for (size_t i = 0; i < MODES * groups; i++) {
        printf("%s%.9f", i % groups ? "," : i ? "],\n[" : "[[", best[i]);
    }
    printf("]]\n");
}

int main(int count, char **arguments) {
    if (count != 4) fail("usage: tokenizer IMAGE TEXTS ROUNDS");
    const file image = read_file(arguments[1]), texts = read_file(arguments[2]);
    bt_model *model;
    bt_fault fault = {.field = "not an image"};
    if (bt_model_open(&model, malloc(bt_model_nbytes()), image.bytes, image.nbytes, image.nbytes, &fault) != BT_OK)
        fail(fault.field);

    const size_t groups = count_groups(&texts);
    double *best = malloc(MODES * groups * sizeof *best);
    for (size_t i = 0; i < MODES * groups; i++) best[i] = 1e9;
    for (long round = strtol(arguments[3], NULL, 10); round > 0; round--) {
        for (uint32_t mode = 0; mode < MODES; mode++) {
            const uint8_t *at = texts.bytes;
            for (size_t group = 0; group < groups; group++) {
                const double seconds = time_group(model, mode, &at);
                double *fastest = &best[mode * groups + group];
                if (seconds < *fastest) *fastest = seconds;
            }
        }
    }
    print(best, groups);
    return 0;
}
