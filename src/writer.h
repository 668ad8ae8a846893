/*
 * writer.h - a text of unknown length, written at the top of an arena.
 *
 *     bt_writer out = bt_writer_begin(arena);
 *     bt_write(&out, c); ...
 *     bt_text text;
 *     if (!bt_writer_end(&out, &text)) return BT_NO_MEMORY;
 *
 * Between begin and end nothing else may take from the arena. Writing past the room there is is harmless: it is only
 * counted, and told at the end, so that the code between needs no checks.
 */
#ifndef BT_WRITER_H
#define BT_WRITER_H

#include "arena.h"
#include "utf8.h"

typedef struct {
    bt_arena *arena;
    uint32_t *data;
    size_t length;   /* code points written, also those that did not fit */
    size_t capacity; /* code points there is room for */
} bt_writer;

static inline bt_writer bt_writer_begin(bt_arena *arena) {
    const size_t begin = arena->used + (size_t)-arena->used % BT_ARENA_ALIGNMENT;
    const size_t room = begin < arena->capacity ? arena->capacity - begin : 0;
    return (bt_writer){arena, (uint32_t *)(void *)(arena->base + begin), 0, room / sizeof(uint32_t)};
}

static inline void bt_write(bt_writer *out, uint32_t c) {
    if (out->length < out->capacity) out->data[out->length] = c;
    out->length++;
}

/* Writes a C string of ASCII. */
static inline void bt_write_ascii(bt_writer *out, const char *string) {
    for (; *string; string++) bt_write(out, (uint8_t)*string);
}

static inline void bt_write_text(bt_writer *out, const uint32_t *text, size_t length) {
    for (size_t i = 0; i < length; i++) bt_write(out, text[i]);
}

/* Takes the text from the arena; false, with nothing taken, if it did not fit. */
static inline bool bt_writer_end(const bt_writer *out, bt_text *text) {
    if (out->length > out->capacity) return false;
    *text = (bt_text){out->data, out->length};
    return bt_arena_take(out->arena, out->length * sizeof(uint32_t)) != NULL;
}

#endif
