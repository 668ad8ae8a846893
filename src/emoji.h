/*
 * emoji.h - emoji and their names, as two versions of PyPI's `emoji` have them.
 *
 * Of emoji 2.14.1 (mode pysentimiento) all 5,042 sequences, of emoji 0.6.0 (mode bertweet) the 1,298 single code
 * points. Names come as code points, since a few are not ASCII. The table is src/tables/emoji_data.h, generated from
 * the packages.
 */
#ifndef BT_EMOJI_H
#define BT_EMOJI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "writer.h"

/* Room for any name, colons included. */
#define BT_EMOJI_NAME_LENGTH 80

/* A piece of a text that was read as an emoji, or as the beginning of one. */
typedef struct {
    uint32_t first;      /* its first code point */
    size_t length;       /* code points */
    const uint8_t *name; /* into the table; NULL if it is only a beginning */
    uint8_t tones[2];    /* skin tones to be added to the name */
} bt_emoji;

/*
 * Follows the trie of all sequences of 2.14.1 along text, as deep as it goes. Returns whether the node reached is an
 * emoji; out->length tells how deep it lies either way, 0 if no emoji begins with text[0]. length >= 1.
 */
bool bt_emoji_read(bt_emoji *out, const uint32_t *text, size_t length);

/* Whether some emoji of 2.14.1 begins with c. */
bool bt_emoji_begins(uint32_t c);

/* Whether c alone is an emoji with the status "component" in 2.14.1: a skin tone or a hair style. */
bool bt_emoji_is_component(uint32_t c);

/* The name of an emoji that bt_emoji_read found, without delimiters: "woman_technologist_light_skin_tone". */
void bt_emoji_write_name(bt_writer *out, const bt_emoji *emoji);

/*
 * The name that emoji 0.6.0 has for one code point, with its colons (":red_heart:"), regional indicators included.
 * out: BT_EMOJI_NAME_LENGTH code points. Returns how many were written, 0 if c is no emoji there.
 */
size_t bt_emoji_name_060(uint32_t c, uint32_t *out);

#endif
