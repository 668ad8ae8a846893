/*
 * demojize.h - all emoji of a text to their names.
 *
 * emoji.demojize(text, language='en', delimiters=('|', '|')) of PyPI's emoji 2.14.1: each emoji becomes "|name|", and
 * stray U+FE0E and U+FE0F vanish.
 *
 * An emoji is what the trie of all sequences leads to when it is followed as deep as the text allows; if that node is
 * no emoji, no shorter one is tried, and the first code point stays as it is. A ZWJ after an emoji that the trie did
 * not go through makes the tokenizer go back to the start of that emoji (and, where it is a skin tone or a hair style,
 * of what stands before it) and read it again with the ZWJ as a wall: what would have been read across the wall is
 * then read up to it.
 */
#ifndef BT_DEMOJIZE_H
#define BT_DEMOJIZE_H

#include "writer.h"

/* Writes in's text so; linear in it. */
void bt_demojize(bt_writer *out, const bt_text *in);

#endif
