/*
 * main.c - a fuzzer as a plain program, for compilers without libFuzzer:
 *
 *     fuzz_text [-runs=N] [-seed=S] [file or folder]...
 *
 * Runs each file, then N inputs (default 2000) made of the fuzzer's seeds with bytes changed. The same N and S are the
 * same inputs on every machine. What fails is left in build/crash-input.
 */
#include "fuzz.h"

#ifndef __wasm__
#include <dirent.h>
#include <signal.h>
#endif

#include "../c/image_builder.h"

#define MAX_NBYTES 65536

static const uint8_t *current;
static size_t current_nbytes;

static void run(const uint8_t *data, size_t nbytes) {
    /* A copy of just that size: nothing beyond may be read. */
    uint8_t *copy = fuzz_alloc_exact(nbytes);
    if (nbytes > 0) memcpy(copy, data, nbytes);
    current = copy;
    current_nbytes = nbytes;
    LLVMFuzzerTestOneInput(copy, nbytes);
    current = NULL;
    free(copy);
}

/* ------------------------------------------------------------------------------------------------------- files -- */

#ifdef __wasm__
static unsigned long run_path(const char *path) {
    fprintf(stderr, "%s: programs for WebAssembly open no files here\n", path);
    exit(2);
}

static void keep_crashes(void) {}
#else
static void run_file(const char *path) {
    FILE *file = fopen(path, "rb");
    uint8_t *data = malloc(1 << 24);
    if (file == NULL || data == NULL) {
        perror(path);
        exit(2);
    }
    run(data, fread(data, 1, 1 << 24, file));
    fclose(file);
    free(data);
}

static unsigned long run_path(const char *path) {
    DIR *folder = opendir(path);
    unsigned long count = 0;
    if (folder == NULL) {
        run_file(path);
        return 1;
    }
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        char name[4096];
        if (entry->d_name[0] == '.') continue;
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        count += run_path(name);
    }
    closedir(folder);
    return count;
}

static void keep_crash(int number) {
    FILE *file = current == NULL ? NULL : fopen("build/crash-input", "wb");
    if (file != NULL) {
        fwrite(current, 1, current_nbytes, file);
        fclose(file);
        fprintf(stderr, "the input is in build/crash-input\n");
    }
    signal(number, SIG_DFL);
    raise(number);
}

static void keep_crashes(void) {
    signal(SIGABRT, keep_crash);
    signal(SIGSEGV, keep_crash);
}
#endif

/* --------------------------------------------------------------------------------------------------- mutations -- */

/* Changes an input a little; returns its new length. */
static size_t mutate(uint8_t *data, size_t nbytes, uint64_t *random) {
    static const uint8_t special[] = {0, 1, 2, 3, 4, 15, 16, 31, 32, 63, 64, 127, 128, 254, 255};
    for (int count = test_random_int(random, 0, 6); count > 0 && nbytes > 0; count--) {
        const size_t at = (size_t)test_random(random) % nbytes;
        const size_t length = (size_t)test_random_int(random, 1, 9);
        switch (test_random_int(random, 0, 6)) {
        case 0: data[at] = (uint8_t)test_random(random); break;
        case 1: data[at] ^= (uint8_t)(1u << test_random_int(random, 0, 8)); break;
        case 2: data[at] = special[(size_t)test_random(random) % sizeof special]; break;
        case 3: nbytes = at; break;
        case 4: /* a piece again */
            if (nbytes + length > MAX_NBYTES || at + length > nbytes) break;
            memmove(data + at + length, data + at, nbytes - at);
            nbytes += length;
            break;
        default: /* a piece less */
            if (at + length > nbytes) break;
            memmove(data + at, data + at + length, nbytes - at - length);
            nbytes -= length;
        }
    }
    return nbytes;
}

int main(int count, char **arguments) {
    unsigned long runs = 2000, files = 0;
    uint64_t random = 1;
    keep_crashes();
    for (int i = 1; i < count; i++) {
        if (strncmp(arguments[i], "-runs=", 6) == 0) runs = strtoul(arguments[i] + 6, NULL, 10);
        else if (strncmp(arguments[i], "-seed=", 6) == 0) random = strtoul(arguments[i] + 6, NULL, 10);
        else files += run_path(arguments[i]);
    }
    uint8_t *data = malloc(MAX_NBYTES);
    for (unsigned long i = 0; i < runs; i++) run(data, mutate(data, fuzz_seed(data, MAX_NBYTES, &random), &random));
    free(data);
    printf("%lu files and %lu made inputs hold\n", files, runs);
    return 0;
}
