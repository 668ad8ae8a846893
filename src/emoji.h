/*
 * emoji.h - emoji to names, as two versions of PyPI's `emoji` do.
 *
 * Names are written as code points, since a few are not ASCII. The tables (src/tables/emoji_data.h) are generated from
 * the packages themselves: 5,042 sequences of 2.14.1, 1,298 single code points of 0.6.0.
 */
#ifndef BT_EMOJI_H
#define BT_EMOJI_H

#include <stddef.h>
#include <stdint.h>

#include "writer.h"

/* Room for any name, colons included. */
#define BT_EMOJI_NAME_LENGTH 80

/*
 * The name that emoji 0.6.0 has for one code point, with its colons (":red_heart:"), regional indicators included.
 * out: BT_EMOJI_NAME_LENGTH code points. Returns how many were written, 0 if c is no emoji there.
 */
size_t bt_emoji_name_060(uint32_t c, uint32_t *out);

/*
 * emoji.demojize(text, language='en', delimiters=('|', '|')) of emoji 2.14.1: each emoji becomes "|name|", and stray
 * U+FE0E and U+FE0F vanish.
 *
 * An emoji is what the trie of all sequences leads to when it is followed as deep as the text allows; if that node is
 * no emoji, no shorter one is tried, and the first code point stays as it is. A ZWJ after an emoji that the trie did
 * not go through makes the tokenizer go back to the start of that emoji (and, where it is a skin tone or a hair style,
 * of what stands before it) and read it again with the ZWJ as a wall: what would have been read across the wall is
 * then read up to it. Linear in the text.
 */
void bt_demojize(bt_writer *out, const bt_text *in);

#endif
