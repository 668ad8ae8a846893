/*
 * fuzz.h - what the fuzzers share.
 *
 * A fuzzer is one function of bytes that aborts where a property fails: under libFuzzer (clang; -DBERTWEET_FUZZ=ON,
 * tests/fuzz/run.sh) the bytes grow towards new code, and everywhere else main.c runs the committed corpus and inputs
 * that it makes of the fuzzer's own seeds. Inputs are scripts rather than files where that reaches deeper: the model
 * fuzzer edits a sound image field by field.
 */
#ifndef BT_FUZZ_H
#define BT_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Runs one input; returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes);

/* Writes an input that is worth changing, at most capacity bytes, and returns its length. random: test_random's. */
size_t fuzz_seed(uint8_t *out, size_t capacity, uint64_t *random);

/* Ends the program where a property does not hold. */
#define REQUIRE(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
            abort(); \
        } \
    } while (0)

/* Reads an input from its first byte on; behind its end there are zeros. */
typedef struct {
    const uint8_t *at;
    size_t left;
} fuzz_bytes;

static inline uint8_t fuzz_u8(fuzz_bytes *in) {
    if (in->left == 0) return 0;
    in->left--;
    return *in->at++;
}

static inline uint32_t fuzz_u16(fuzz_bytes *in) {
    const uint32_t low = fuzz_u8(in);
    return low | (uint32_t)fuzz_u8(in) << 8;
}

static inline uint32_t fuzz_u32(fuzz_bytes *in) {
    const uint32_t low = fuzz_u16(in);
    return low | fuzz_u16(in) << 16;
}

/* Memory of exactly this size, so that AddressSanitizer sees the first byte beyond; free() it. */
static inline void *fuzz_alloc(size_t nbytes) {
    void *memory = aligned_alloc(64, nbytes > 0 ? (nbytes + 63) / 64 * 64 : 64);
    REQUIRE(memory != NULL);
    return memory;
}

/* The same for memory that need not be aligned to more than 16. */
static inline void *fuzz_alloc_exact(size_t nbytes) {
    void *memory = malloc(nbytes > 0 ? nbytes : 1);
    REQUIRE(memory != NULL);
    return memory;
}

/* Memory full of one byte; under MemorySanitizer, of nothing, so that it tells what reads it. */
#if defined(__has_feature)
#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#define fuzz_fill(memory, byte, nbytes) ((void)(byte), __msan_allocated_memory(memory, nbytes))
#endif
#endif
#ifndef fuzz_fill
#define fuzz_fill(memory, byte, nbytes) memset(memory, byte, nbytes)
#endif

#endif
