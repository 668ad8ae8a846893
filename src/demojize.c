#include "strict.h"

#include "demojize.h"

#include "emoji.h"

#define ZWJ 0x200Du
#define VS15 0xFE0Eu
#define VS16 0xFE0Fu
#define NOWHERE SIZE_MAX

/*
 * Pieces of the text, emoji and single code points, on their way to the output. Upstream keeps back all of them since
 * the last ordinary character. Two are enough: no more are ever taken back at once, and those are read again, up to the
 * wall, before the next ZWJ can take any.
 */
typedef struct {
    const bt_text *in;
    bt_writer *out;
    size_t i;         /* where reading goes on */
    size_t wall;      /* the last ZWJ that made it go back */
    bt_emoji kept[2]; /* the last pieces; without a name: one code point that stays as it is */
    size_t count;     /* of kept */
} tokenizer;

static void write_piece(bt_writer *out, const bt_emoji *piece) {
    if (!piece->name) {
        bt_write(out, piece->first);
        return;
    }
    bt_write(out, '|');
    bt_emoji_write_name(out, piece);
    bt_write(out, '|');
}

static void flush(tokenizer *t) {
    for (size_t k = 0; k < t->count; k++) write_piece(t->out, &t->kept[k]);
    t->count = 0;
}

static void keep(tokenizer *t, const bt_emoji *piece) {
    if (t->count == 2) {
        write_piece(t->out, &t->kept[0]);
        t->kept[0] = t->kept[1];
        t->count = 1;
    }
    t->kept[t->count++] = *piece;
    t->i += piece->length;
}

static void keep_plain(tokenizer *t, uint32_t c) { keep(t, &(bt_emoji){.first = c, .length = 1, .name = NULL}); }

/* A code point that stayed as it is, because the trie went on behind it, may still be an emoji. */
static bool is_emoji(const bt_emoji *piece) {
    bt_emoji alone;
    return piece->name || bt_emoji_read(&alone, &piece->first, 1);
}

/* At a ZWJ: goes back to read the emoji before it again, if there is one. */
static bool go_back(tokenizer *t) {
    if (t->count == 0 || !is_emoji(&t->kept[t->count - 1])) return false;
    if (!bt_emoji_begins(t->in->data[t->i - 1])) return false;
    const bt_emoji *last = &t->kept[--t->count];
    t->wall = t->i;
    t->i -= last->length;
    const bool component = last->length == 1 && bt_emoji_is_component(last->first);
    if (component && t->count > 0 && t->kept[t->count - 1].first != ZWJ) t->i -= t->kept[--t->count].length;
    return true;
}

static void step(tokenizer *t) {
    const uint32_t c = t->in->data[t->i];
    const size_t end = t->wall > t->i && t->wall < t->in->length ? t->wall : t->in->length;
    bt_emoji emoji;
    if (t->i == t->wall) {
        keep_plain(t, c);
    } else if (bt_emoji_read(&emoji, t->in->data + t->i, end - t->i)) {
        keep(t, &emoji);
    } else if (emoji.length > 0) {
        keep_plain(t, c);
    } else if (c != ZWJ || !go_back(t)) {
        flush(t);
        if (c == VS15 || c == VS16) t->i++;
        else keep_plain(t, c);
    }
}

void bt_demojize(bt_writer *out, const bt_text *in) {
    tokenizer t = {.in = in, .out = out, .i = 0, .wall = NOWHERE, .count = 0};
    while (t.i < in->length) step(&t);
    flush(&t);
}
