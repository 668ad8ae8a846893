#include "strict.h"

#include <string.h>

#include "emoji.h"
#include "entities.h"
#include "normalize.h"
#include "unicode.h"
#include "words.h"
#include "writer.h"

#define APOSTROPHE 0x2019
#define ELLIPSIS 0x2026
#define EMOJI_VARIATION 0xFE0F

/* Moves the text that was taken last down to a mark, and gives back what lies between. */
static void settle(bt_text *text, size_t mark, bt_arena *arena) {
    arena->used = mark;
    uint32_t *settled = bt_arena_take(arena, text->length * sizeof(uint32_t)); /* not above where it is */
    memmove(settled, text->data, text->length * sizeof(uint32_t));
    text->data = settled;
}

static void write_punctuation(bt_writer *out, uint32_t c) {
    if (c == APOSTROPHE) bt_write(out, '\'');
    else if (c == ELLIPSIS) bt_write_ascii(out, "...");
    else bt_write(out, c);
}

static bool replace_punctuation(bt_text *out, const bt_text *in, bt_arena *arena) {
    bt_writer writer = bt_writer_begin(arena);
    for (size_t i = 0; i < in->length; i++) write_punctuation(&writer, in->data[i]);
    return bt_writer_end(&writer, out);
}

static void shorten_runs(bt_text *text) {
    size_t kept = 0, run = 0;
    for (size_t i = 0; i < text->length; i++) {
        const uint32_t c = text->data[i];
        run = i > 0 && c == text->data[i - 1] ? run + 1 : 1;
        /* data[i - 1] is still what it was: kept never is above i, and a write there has the same value. */
        if (run <= 3 || bt_is_ascii_alnum(c)) text->data[kept++] = c;
    }
    text->length = kept;
}

/* ------------------------------------------------------------------------------------------------- words -- */

/* Whether a word begins with an ASCII prefix, given in lower case, whatever its own case. */
static bool has_prefix(const uint32_t *word, size_t length, const char *prefix) {
    for (; *prefix; prefix++, word++, length--) {
        if (length == 0 || !bt_is_ascii_letter(*word) || (*word | 0x20) != (uint8_t)*prefix) return false;
    }
    return true;
}

static void write_single(bt_writer *out, uint32_t c) {
    uint32_t name[BT_EMOJI_NAME_LENGTH];
    const size_t name_length = c < 128 ? 0 : bt_emoji_name_060(c, name);
    if (name_length > 0) bt_write_text(out, name, name_length);
    else if (c != EMOJI_VARIATION) write_punctuation(out, c);
}

/* normalizeToken */
static void write_word(bt_writer *out, const uint32_t *word, size_t length) {
    if (word[0] == '@') bt_write_ascii(out, "@USER");
    else if (has_prefix(word, length, "http") || has_prefix(word, length, "www")) bt_write_ascii(out, "HTTPURL");
    else if (length == 1) write_single(out, word[0]);
    else bt_write_text(out, word, length);
}

static bool normalize_words(bt_text *out, const bt_text *in, bt_arena *arena) {
    uint32_t *tails = bt_arena_take_array(arena, in->length, sizeof *tails);
    if (tails == NULL) return false;
    bt_words words = bt_words_begin(in, tails);
    bt_writer writer = bt_writer_begin(arena);
    size_t begin, end;
    for (bool first = true; bt_words_next(&words, &begin, &end); first = false) {
        if (!first) bt_write(&writer, ' ');
        write_word(&writer, in->data + begin, end - begin);
    }
    return bt_writer_end(&writer, out);
}

/* ------------------------------------------------------------------------------------------ replacements -- */

/* str.replace calls in their order: each is one pass over the result of the one before. */
static const struct {
    const char *from, *to;
} replacements[] = {
    {"cannot ", "can not "}, {"n't ", " n't "}, {"n 't ", " n't "},      {"ca n't", "can't"},   {"ai n't", "ain't"},
    {"'m ", " 'm "},         {"'re ", " 're "}, {"'s ", " 's "},         {"'ll ", " 'll "},     {"'d ", " 'd "},
    {"'ve ", " 've "},       {" p . m .", "  p.m."}, {" p . m ", " p.m "}, {" a . m .", " a.m."}, {" a . m ", " a.m "},
};

/* Behind the string that stands at a place of the text; 0 if it is another. */
static size_t match_string(const bt_text *text, size_t place, const char *string) {
    for (; *string; string++, place++) {
        if (place >= text->length || text->data[place] != (uint8_t)*string) return 0;
    }
    return place;
}

/* Where a string is found first from a place on; the end of the text if nowhere. */
static size_t find(const bt_text *text, size_t place, const char *string) {
    while (place < text->length && !match_string(text, place, string)) place++;
    return place;
}

/* str.replace. A text without the string stays where it is. */
static bool replace(bt_text *text, const char *from, const char *to, bt_arena *arena) {
    size_t place = find(text, 0, from);
    if (place == text->length) return true;

    bt_writer writer = bt_writer_begin(arena);
    bt_write_text(&writer, text->data, place);
    while (place < text->length) {
        const size_t behind = match_string(text, place, from);
        bt_write_ascii(&writer, to);
        place = find(text, behind, from);
        bt_write_text(&writer, text->data + behind, place - behind);
    }
    return bt_writer_end(&writer, text);
}

/* " ".join(text.split()) */
static void join_words(bt_text *text) {
    size_t kept = 0;
    for (size_t i = 0; i < text->length; i++) {
        const uint32_t c = text->data[i];
        if (bt_is_space(c)) continue;
        if (kept > 0 && bt_is_space(text->data[i - 1])) text->data[kept++] = ' ';
        text->data[kept++] = c;
    }
    text->length = kept;
}

/* ------------------------------------------------------------------------------------------- the pipeline -- */

static bt_status normalize(bt_text *out, const bt_text *in, bt_arena *arena) {
    const size_t mark = arena->used;
    bt_text text;
    if (!replace_punctuation(&text, in, arena)) return BT_NO_MEMORY;
    bt_replace_entities(&text);
    shorten_runs(&text);
    if (!normalize_words(&text, &text, arena)) return BT_NO_MEMORY;
    settle(&text, mark, arena);
    for (size_t i = 0; i < sizeof replacements / sizeof *replacements; i++) {
        const uint32_t *before = text.data;
        if (!replace(&text, replacements[i].from, replacements[i].to, arena)) return BT_NO_MEMORY;
        if (text.data != before) settle(&text, mark, arena);
    }
    join_words(&text);
    settle(&text, mark, arena);
    *out = text;
    return BT_OK;
}

bt_status bt_normalize_tweet(bt_text *out, const bt_text *in, bt_arena *arena) {
    const size_t mark = arena->used;
    const bt_status status = normalize(out, in, arena);
    if (status != BT_OK) arena->used = mark;
    return status;
}
