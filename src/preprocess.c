#include "strict.h"

#include "preprocess.h"

#include "demojize.h"
#include "unicode.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define NOWHERE SIZE_MAX

/* The code point at i, or one that is in no class behind the end. */
static uint32_t at(const bt_text *text, size_t i) { return i < text->length ? text->data[i] : UINT32_MAX; }

static size_t skip_words(const bt_text *text, size_t i) {
    while (bt_is_re_word(at(text, i))) i++;
    return i;
}

static size_t skip_ascii_alnums(const bt_text *text, size_t i) {
    while (bt_is_ascii_alnum(at(text, i))) i++;
    return i;
}

/* Whether the text goes on with an ASCII string at i. */
static bool starts_with(const bt_text *text, size_t i, const char *string) {
    for (; *string; string++, i++) {
        if (at(text, i) != (uint8_t)*string) return false;
    }
    return true;
}

/* ----------------------------------------------------------------------------------------------- hashtags -- */

/* str.lower's rule for U+03A3 at i of a hashtag's word: final if a cased letter stands before and none behind, past
 * what is case-ignorable. A capital behind it is set apart by a space, and thus does not count. */
static bool is_final_sigma(const bt_text *word, size_t i) {
    size_t before = i, behind = i + 1;
    while (before > 0 && bt_is_case_ignorable(word->data[before - 1])) before--;
    if (before == 0 || !bt_is_cased(word->data[before - 1])) return false;
    while (bt_is_case_ignorable(at(word, behind))) behind++;
    return !bt_is_cased(at(word, behind)) || bt_is_ascii_upper(at(word, behind));
}

static void write_lower(bt_writer *out, const bt_text *word, size_t i) {
    const uint32_t c = word->data[i];
    if (c == 0x3A3) {
        bt_write(out, is_final_sigma(word, i) ? 0x3C2 : 0x3C3);
    } else if (c == 0x130) {
        bt_write(out, 'i');
        bt_write(out, 0x307);
    } else {
        bt_write(out, bt_to_lower(c));
    }
}

static void write_hashtag(bt_writer *out, const bt_text *word) {
    bt_write_ascii(out, "hashtag ");
    for (size_t i = 0; i < word->length; i++) {
        const bool begins_capitals = i > 0 && !bt_is_ascii_upper(word->data[i - 1]);
        if (begins_capitals && bt_is_ascii_upper(word->data[i])) bt_write(out, ' ');
        write_lower(out, word, i);
    }
}

static bool has_ascii_letter(const bt_text *word) {
    for (size_t i = 0; i < word->length; i++) {
        if (bt_is_ascii_letter(word->data[i])) return true;
    }
    return false;
}

static void expand_hashtags(bt_writer *out, const bt_text *in) {
    for (size_t i = 0; i < in->length;) {
        const bool begins = in->data[i] == '#' && (i == 0 || !bt_is_re_word(in->data[i - 1]));
        const size_t end = begins ? skip_words(in, i + 1) : i + 1;
        const bt_text word = {in->data + i + 1, end - i - 1};
        if (begins && has_ascii_letter(&word)) write_hashtag(out, &word);
        else bt_write_text(out, in->data + i, end - i);
        i = end;
    }
}

/* --------------------------------------------------------------------------------------------- characters -- */

static void replace_character(bt_writer *out, uint32_t c) {
    switch (c) {
    case '~': case 0xA3: case 0xA5: case 0xA9: case 0xB0: case 0xB4: case 0xB6: case 0xB7: case 0xBA: case 0xD7:
    case 0x627: /* Arabic alef */
    case 0x2013: case 0x2014: case 0x2018: case 0x2019: case 0x2022: case 0x2026: /* dashes, quotes, bullet, ellipsis */
    case 0x2122: case 0x25CF: case 0x2620: case 0x2639: case 0x263A: case 0x2640: case 0x2642: case 0x26B0:
    case 0x26F1: case 0x26F9: case 0x2708: case 0x2713: case 0x2764: /* red heart */
    case 0x30FC: case 0x1F56F: case 0x1F6F0:
        break;
    case 0xA8: case 0xAB: case 0xBB: case 0x201C: case 0x201D:
        bt_write(out, '"');
        break;
    case 0x203C:
        bt_write(out, '!');
        break;
    case 0x20AC:
        bt_write(out, '$');
        break;
    case 0x263B:
        bt_write(out, 0x1F603);
        break;
    case 0x2661: case 0x2665: /* the other hearts become a red one */
        bt_write(out, 0x2764);
        bt_write(out, 0xFE0F);
        break;
    default:
        bt_write(out, c);
    }
}

static void replace_characters(bt_writer *out, const bt_text *in) {
    for (size_t i = 0; i < in->length; i++) replace_character(out, in->data[i]);
}

/* ------------------------------------------------------------------------------------------------ handles -- */

static void replace_handles(bt_writer *out, const bt_text *in) {
    for (size_t i = 0; i < in->length;) {
        const uint32_t c = in->data[i++];
        if (c != '@') {
            bt_write(out, c);
            continue;
        }
        bt_write_ascii(out, "@USER");
        for (unsigned k = 0; k < 15 && (bt_is_ascii_alnum(at(in, i)) || at(in, i) == '_'); k++) i++;
    }
}

/* ---------------------------------------------------------------------------------------------- addresses -- */

enum { MAX_SEGMENTS = 5 };

static const char address_endings[][4] = {"com", "co", "org", "edu", "gov", "uk", "net", "ca", "de", "jp",
                                          "fr",  "au", "us",  "ru",  "ch",  "it", "nl",  "se", "no", "es",
                                          "mil", "iq", "io",  "ac",  "ly",  "sm"};

/* Behind the ending that the text has at i, and behind the path; NOWHERE if it has none. */
static size_t match_ending(const bt_text *text, size_t i) {
    size_t k = 0, letters = 0;
    while (k < COUNT(address_endings) && !starts_with(text, i, address_endings[k])) k++;
    if (k == COUNT(address_endings)) return NOWHERE;
    while (address_endings[k][letters]) letters++;
    i += letters;
    while (at(text, i) == '/' && bt_is_ascii_alnum(at(text, i + 1))) i = skip_ascii_alnums(text, i + 2);
    return i;
}

/* Everything of an address behind its prefix: the most segments \w+ '.' behind which an ending follows. */
static size_t match_host(const bt_text *text, size_t i) {
    size_t ends[MAX_SEGMENTS], count = 0;
    for (; count < MAX_SEGMENTS; count++) {
        const size_t end = skip_words(text, i);
        if (end == i || at(text, end) != '.') break;
        ends[count] = i = end + 1;
    }
    while (count > 0) {
        const size_t end = match_ending(text, ends[--count]);
        if (end != NOWHERE) return end;
    }
    return NOWHERE;
}

/* The end of the address that begins at i > 0, NOWHERE if none does. At most three of the places within a run of \w
 * come as far as match_host, which reads six runs: so the whole step is linear. */
static size_t match_address(const bt_text *text, size_t i) {
    if (bt_is_ascii_alnum(text->data[i - 1])) return NOWHERE;
    size_t end = NOWHERE;
    if (starts_with(text, i, "http://")) end = match_host(text, i + 7);
    else if (starts_with(text, i, "https://")) end = match_host(text, i + 8);
    if (end != NOWHERE) return end;

    const size_t label = skip_ascii_alnums(text, i);
    if (label > i && at(text, label) == '.') end = match_host(text, label + 1);
    if (end != NOWHERE) return end;

    const bool boundary = bt_is_re_word(text->data[i - 1]) != bt_is_re_word(text->data[i]);
    return boundary ? match_host(text, i) : NOWHERE;
}

static void replace_addresses(bt_writer *out, const bt_text *in) {
    for (size_t i = 0; i < in->length;) {
        const size_t end = i > 0 ? match_address(in, i) : NOWHERE;
        if (end == NOWHERE) {
            bt_write(out, in->data[i++]);
        } else {
            bt_write_ascii(out, "HTTPURL");
            i = end;
        }
    }
}

/* --------------------------------------------------------------------------------------------- repetition -- */

static void shorten_repetitions(bt_writer *out, const bt_text *in) {
    size_t run = 0;
    for (size_t i = 0; i < in->length; i++) {
        run = i > 0 && in->data[i] == in->data[i - 1] ? run + 1 : 1;
        if (run <= 3 || in->data[i] == '\n') bt_write(out, in->data[i]);
    }
}

/* -------------------------------------------------------------------------------------------------- emoji -- */

static void write_between_pipes(bt_writer *out, const uint32_t *text, size_t length) {
    bt_write_ascii(out, " emoji ");
    for (size_t i = 0; i < length; i++) bt_write(out, text[i] == '_' ? ' ' : text[i]);
    bt_write_ascii(out, " emoji ");
}

static void expand_pipes(bt_writer *out, const bt_text *in) {
    for (size_t i = 0; i < in->length;) {
        size_t end = i + 1;
        while (in->data[i] == '|' && end < in->length && in->data[end] != '|') end++;
        const size_t between = end - i - 1;
        if (between > 0 && end < in->length) {
            write_between_pipes(out, in->data + i + 1, between);
            i = end + 1;
        } else {
            bt_write_text(out, in->data + i, end - i);
            i = end;
        }
    }
}

/* ----------------------------------------------------------------------------------------------- laughter -- */

static bool is_laughter(const uint32_t *run, size_t length) {
    for (size_t k = 2; k + 2 < length; k++) {
        if (run[k] == 'a' && run[k + 1] == 'h') return true;
    }
    return false;
}

static void normalize_laughter(bt_writer *out, const bt_text *in) {
    for (size_t i = 0; i < in->length;) {
        size_t end = i;
        while (at(in, end) == 'h' || at(in, end) == 'a') end++;
        if (is_laughter(in->data + i, end - i)) bt_write_ascii(out, "haha");
        else bt_write_text(out, in->data + i, end - i);
        if (end < in->length) bt_write(out, in->data[end++]);
        i = end;
    }
}

/* ------------------------------------------------------------------------------------------------ margins -- */

static void strip(bt_writer *out, const bt_text *in) {
    size_t begin = 0, end = in->length;
    while (begin < end && bt_is_space(in->data[begin])) begin++;
    while (end > begin && bt_is_space(in->data[end - 1])) end--;
    bt_write_text(out, in->data + begin, end - begin);
}

/* ---------------------------------------------------------------------------------------------- all of it -- */

typedef void (*rewriter)(bt_writer *out, const bt_text *in);

/* Moves the text down to where the arena stood, over what was there. */
static void move_down(bt_text *text, bt_arena *arena, size_t mark) {
    arena->used = mark;
    uint32_t *const to = bt_arena_take(arena, text->length * sizeof *to);
    for (size_t i = 0; i < text->length; i++) to[i] = text->data[i];
    text->data = to;
}

bt_status bt_preprocess_tweet(bt_text *out, const bt_text *in, bt_arena *arena) {
    static const rewriter steps[] = {expand_hashtags, replace_characters, replace_handles, replace_addresses,
                                     shorten_repetitions, bt_demojize, expand_pipes, normalize_laughter, strip};
    if (in->length > BT_MAX_CODE_POINTS) return BT_TEXT_TOO_LONG;
    const size_t mark = arena->used;
    bt_text text = *in;
    for (size_t i = 0; i < COUNT(steps); i++) {
        bt_writer writer = bt_writer_begin(arena);
        steps[i](&writer, &text);
        if (!bt_writer_end(&writer, &text)) {
            arena->used = mark;
            return BT_NO_MEMORY;
        }
        if (i > 0) move_down(&text, arena, mark);
    }
    *out = text;
    return BT_OK;
}
