/*
 * arena.h - bump allocation over memory that the caller brought.
 *
 * The library never allocates: bt_tokenize and bt_session_open are handed memory and lay it out with this. A stage may
 * give back what it took by resetting `used` to an earlier value; nothing else is ever freed.
 */
#ifndef BT_ARENA_H
#define BT_ARENA_H

#include <stddef.h>
#include <stdint.h>

#define BT_ARENA_ALIGNMENT 16

typedef struct {
    uint8_t *base;   /* aligned to BT_ARENA_ALIGNMENT */
    size_t used;     /* bytes taken so far: a mark to return to */
    size_t capacity; /* bytes there are */
} bt_arena;

static inline bt_arena bt_arena_make(void *memory, size_t nbytes) {
    return (bt_arena){.base = memory, .used = 0, .capacity = nbytes};
}

/* nbytes bytes, aligned to 16 and not initialised; NULL if they do not fit (the arena is then unchanged). */
static inline void *bt_arena_take(bt_arena *arena, size_t nbytes) {
    const size_t padding = (size_t)-arena->used % BT_ARENA_ALIGNMENT;
    const size_t room = arena->capacity - arena->used;
    if (padding > room || nbytes > room - padding) return NULL;
    uint8_t *taken = arena->base + arena->used + padding;
    arena->used += padding + nbytes;
    return taken;
}

/* count elements of size bytes each, or NULL; for counts that come from a text, where the product could overflow. */
static inline void *bt_arena_take_array(bt_arena *arena, size_t count, size_t size) {
    return count > SIZE_MAX / size ? NULL : bt_arena_take(arena, count * size);
}

#endif
