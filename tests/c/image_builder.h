/*
 * image_builder.h - small classifier images with random weights, for tests: any shape, every corner of the format.
 */
#ifndef BT_IMAGE_BUILDER_H
#define BT_IMAGE_BUILDER_H

#include <stddef.h>
#include <stdint.h>

/* What the integers of a linear layer look like. */
typedef enum {
    WEIGHTS_RANDOM,   /* as large as the 16-bit bound lets them be, uniformly */
    WEIGHTS_AT_BOUND, /* sums of lane groups as near 258 as their size lets them be; both exactly 258 from depth 4 on */
    WEIGHTS_SMALL     /* -3 .. 3: outputs that differ by little, so that gelu and softmax see their middle */
} test_weights;

typedef struct {
    uint32_t hidden_size;
    uint32_t num_layers;
    uint32_t num_heads;
    uint32_t intermediate_size;
    uint32_t num_positions;
    uint32_t num_labels;
    uint32_t vocab_size;
    uint32_t word_split;    /* vocab_size: no tail */
    uint32_t extra_columns; /* beyond the input channels, multiple of 16: channels that are split */
    uint32_t depth;         /* of all panels; 0: each panel another one */
    uint32_t shuffled;      /* 1: sources in another order than 0, 1, 2, ... */
    test_weights weights;
    uint64_t seed;
    uint32_t version;       /* of the image; 0: the newest */
} test_shape;

typedef struct {
    uint8_t *bytes; /* aligned to 64, from malloc's family: free() it */
    size_t nbytes;
    size_t resident_nbytes;
} test_image;

test_image test_build_image(const test_shape *shape);

/* A tokenizer image of the same shape: kind 2, four tensors. */
test_image test_build_tokenizer_image(const test_shape *shape);

/* A copy of an image's first nbytes bytes, in memory of exactly that size rounded up to 64; free() it. */
uint8_t *test_copy_image(const test_image *image, size_t nbytes);

/* Offset of the table entry of a tensor, which must exist; and of its data. */
size_t test_find_entry(const test_image *image, const char *name);
size_t test_find_tensor(const test_image *image, const char *name);

uint32_t test_read_u32(const uint8_t *at);
uint64_t test_read_u64(const uint8_t *at);
void test_write_u32(uint8_t *at, uint32_t value);
void test_write_u64(uint8_t *at, uint64_t value);

/* SplitMix64 (Steele et al. 2014): the next 64 random bits; and a uniform number in low .. high - 1, and in 0 .. 1. */
uint64_t test_random(uint64_t *state);
int32_t test_random_int(uint64_t *state, int32_t low, int32_t high);
float test_random_float(uint64_t *state);

#endif
