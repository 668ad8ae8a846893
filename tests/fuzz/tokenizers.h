/*
 * tokenizers.h - tokenizer images with random tables: all that a reader must accept, and no string behind it.
 */
#ifndef BT_FUZZ_TOKENIZERS_H
#define BT_FUZZ_TOKENIZERS_H

#include "../c/image_builder.h"

/* An image of kind 2 whose merges are many among the code points that texts are full of, ranks that repeat and results
 * that are parts of themselves included. The same seed gives the same image. */
test_image fuzz_tokenizer(uint64_t seed);

/* Its number of ids, and the id of <mask>. */
#define FUZZ_VOCAB_SIZE 1000u

#endif
