/* text.h - UTF-8 strings in and out of functions that work on code points. */
#ifndef BT_TEST_TEXT_H
#define BT_TEST_TEXT_H

#include "arena.h"
#include "test.h"
#include "utf8.h"

/* Decodes into the arena; UTF-8 with WTF-8's surrogates. */
static inline bt_text text_from(bt_arena *arena, const char *utf8, size_t nbytes) {
    bt_text text = {bt_arena_take_array(arena, nbytes + 1, sizeof(uint32_t)), 0};
    text.length = bt_utf8_decode(text.data, (const uint8_t *)utf8, nbytes, true);
    return text;
}

/* Encodes into the arena, as a C string. */
static inline const char *text_to(bt_arena *arena, const bt_text *text) {
    uint8_t *const utf8 = bt_arena_take(arena, bt_utf8_nbytes(text->data, text->length) + 1);
    utf8[bt_utf8_encode(utf8, text->data, text->length)] = 0;
    return (const char *)utf8;
}

#endif
