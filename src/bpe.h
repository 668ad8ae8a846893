/*
 * bpe.h - byte pair encoding of one word, as BertweetTokenizer does it (transformers 4.57.6, fastBPE's files).
 *
 * A word is a match of \S+\n? (src/tokenizer.c finds them). Encoding it:
 *
 *     one code point:  the token is the word itself
 *     otherwise:       symbols = its code points, "</w>" appended to the last
 *                      repeat:
 *                          among all adjacent pairs take the one of lowest rank; none has a rank -> stop
 *                          from left to right merge EVERY non-overlapping occurrence of it (a a a with (a, a): aa a)
 *                      tokens = symbols, "@@" appended to all but the last, which loses its "</w>"
 *
 * The rounds are part of the definition: merging one occurrence at a time from a heap is another function where two
 * ways to merge build the same string. Symbols are equal when their strings are: a "</w>" that a user typed counts like
 * one that marks an end, so "end of word" is part of the string and not a flag beside it.
 *
 * Here a symbol is a number, given by the converter (js/convert/tokenizer.js) such that equal strings have equal
 * numbers; strings are never handled. BT_NO_SYMBOL is a code point that takes part in no merge and in no token: its id
 * is BT_ID_UNK, as is that of a merged symbol which the vocabulary lacks.
 *
 * Every merge makes the word shorter, whatever the tables say, so that encoding ends for any tables that
 * bt_bpe_open accepts, and those can lead to no read outside of them.
 */
#ifndef BT_BPE_H
#define BT_BPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "bertweet.h"

#define BT_NO_SYMBOL 0xFFFFFFFFu

/* The four tokenizer tensors of an image (models/MODEL.md, section 4). Whoever opens the image sets everything but
 * ascii and hands it to bt_bpe_open. */
typedef struct {
    const uint32_t *code_points; /* [num_code_points][3]: code point, ascending; its symbol within a word; at its end */
    const uint32_t *symbol_ids;  /* [num_symbols][2]: id as a token within a word, "X@@"; as the last token, "X" */
    const uint32_t *merge_rows;  /* [num_symbols + 1]: the merges of left symbol s are rows [s] .. [s + 1] - 1 */
    const uint32_t *merges;      /* [num_merges][3]: right symbol, ascending within a row; rank; symbol of the result */
    uint32_t num_code_points;
    uint32_t num_symbols;
    uint32_t num_merges;
    uint32_t vocab_size;
    uint32_t mask_id;
    uint32_t ascii[128][2]; /* the two symbols of each ASCII character: code_points without a search */
} bt_bpe;

/*
 * Checks the tables: every symbol < num_symbols (or, in code_points, BT_NO_SYMBOL), every id < vocab_size, rows and
 * sorted columns in order, ranks < 2^32 - 1; and fills bpe->ascii. Ranks may repeat; such merges share their rounds.
 *
 * BT_OK; BT_BAD_IMAGE with fault (may be NULL) filled.
 */
bt_status bt_bpe_open(bt_bpe *bpe, bt_fault *fault);

/* The symbol of a code point within a word or, with last, at its end. A word of one code point has an end only. */
uint32_t bt_bpe_symbol(const bt_bpe *bpe, uint32_t c, bool last);

/* The id of a symbol that merging left, as the last token of its word or as another one. */
uint32_t bt_bpe_id(const bt_bpe *bpe, uint32_t symbol, bool last);

/* A word while it is merged: symbols and where in the text each begins (any numbering; merging keeps the left one). */
typedef struct {
    uint32_t *symbols; /* [length] */
    uint32_t *begins;  /* [length] */
    uint32_t length;
} bt_word;

/*
 * Merges in place until no adjacent pair has a rank. What it takes from the arena, at most 48 bytes for each symbol, is
 * given back. BT_OK or BT_NO_MEMORY (word is then unchanged).
 *
 * Two methods with the same result: short words are scanned in every round, O(length^2) with small constants; long ones
 * keep their pairs in a heap, O(length log length). bt_bpe_merge chooses; the others are there for the test that they
 * are the same function.
 */
bt_status bt_bpe_merge(bt_word *word, const bt_bpe *bpe, bt_arena *arena);
bt_status bt_bpe_merge_by_scan(bt_word *word, const bt_bpe *bpe, bt_arena *arena);
bt_status bt_bpe_merge_by_heap(bt_word *word, const bt_bpe *bpe, bt_arena *arena);

#endif
