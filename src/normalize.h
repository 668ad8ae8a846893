/*
 * normalize.h - text mode "bertweet": BertweetTokenizer(normalization=True) of transformers 4.57.6, its normalizeTweet.
 *
 * Runs on each piece between special strings (src/tokenizer.c) by itself:
 *
 *     1  U+2019 -> '    then  U+2026 -> ...
 *     2  HTML entities                                           src/entities.h
 *     3  ([^a-zA-Z0-9])\1{3,} -> three of it                     any code point else, white space and newlines too
 *     4  words                                                   src/words.h
 *     5  each word: begins with @ -> @USER
 *                   begins with http or www, in any case -> HTTPURL
 *                   one code point: as in 1; else its name in emoji 0.6.0 (:red_heart:); U+FE0F -> nothing
 *     6  joined with one space
 *     7  contractions and clock times, one replacement after the other (normalize.c lists them)
 *     8  split at white space (29 code points) and joined with one space
 */
#ifndef BT_NORMALIZE_H
#define BT_NORMALIZE_H

#include "arena.h"
#include "bertweet.h"
#include "utf8.h"

/*
 * normalizeTweet: out is taken from the arena, in is left as it is.
 * BT_OK; BT_NO_MEMORY (the arena is then as it was). Linear in the text.
 */
bt_status bt_normalize_tweet(bt_text *out, const bt_text *in, bt_arena *arena);

#endif
