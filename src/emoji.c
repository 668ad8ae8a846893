#include "strict.h"

#include "emoji.h"

#include "tables/emoji_data.h"

/*
 * emoji_records holds a record for each code point that begins an emoji, in their order:
 *
 *     [GAP and 18 bits in 3 bytes, if the distance from the record before is not 1] attribute* row* name* END
 *
 * A row is a longer sequence that begins with the code point: its kind, then a byte for each further code point. Names
 * are NAME and UTF-8: the one of emoji 0.6.0 where it differs (OLD_NAME), the code point's own, those of the rows.
 *
 * Skin tones and variation selectors are rules and not in the rows. A tone stands after the first code point, in pairs
 * of people another one at the end; it is added to the end of the name, or where the name has a space. U+FE0F may
 * stand after each code point of text style, but not before a tone.
 */
enum {
    GAP = 1,
    TEXT_STYLE,      /* U+FE0F may follow */
    TONED_ALONE,     /* is an emoji with a tone as well */
    COMPONENT_ALONE, /* has the status "component" */
    NOT_ALONE,       /* only begins emoji: digits, regional indicators */
    OLD_NAME,
    NO_OLD_NAME,     /* is no emoji in 0.6.0 */
    NAME = '\t',
    END = '\n',
    ROW = 14,  /* without tones */
    ROW_TONED, /* with a tone or without */
    ROW_PAIR,  /* with two tones or without */
    ROW_MIXED, /* with two different tones */
    TONE_PLACE = ' ',
    FIRST_CODE = 0x80
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define VS16 0xFE0Fu
#define FIRST_TONE 0x1F3FBu
#define REGIONAL_A 0x1F1E6u
#define TAGS 0xE0000u
#define NO_TONE 0xFF
#define NOWHERE SIZE_MAX

/* --------------------------------------------------------------------------------------------------- records -- */

typedef struct {
    uint32_t attributes; /* bit i for attribute i */
    const uint8_t *rows; /* ends where the names begin */
} record;

static bool has(const record *r, unsigned attribute) { return r->attributes >> attribute & 1; }

/* A sieve that keeps most text out of the search. */
static bool may_begin_emoji(uint32_t c) {
    if (c < 0x203C) return c == '#' || c == '*' || c - '0' < 10 || c == 0xA9 || c == 0xAE;
    return c <= 0x303D || c - 0x3297 < 3 || c - 0x1F004 < 0xAF5;
}

static uint32_t read_gap(const uint8_t **at) {
    if (**at != GAP) return 1;
    const uint8_t *digits = *at + 1;
    *at += 4;
    return (digits[0] & 0x3Fu) << 12 | (digits[1] & 0x3Fu) << 6 | (digits[2] & 0x3Fu);
}

/* Where the attributes of c's record begin, NULL if it has none. About each 256 bytes there is a mark: the beginning
 * of a record and the code point of the one before. */
static const uint8_t *search_record(uint32_t c) {
    size_t low = 0, high = COUNT(emoji_mark_previous);
    while (high - low > 1) {
        const size_t middle = (low + high) / 2;
        if (emoji_mark_previous[middle] < c) low = middle;
        else high = middle;
    }
    const uint8_t *at = emoji_records + emoji_mark_offsets[low];
    uint32_t code = emoji_mark_previous[low];
    while (at < emoji_records + COUNT(emoji_records)) {
        code += read_gap(&at);
        if (code >= c) return code == c ? at : NULL;
        while (*at++ != END) {}
    }
    return NULL;
}

static bool find_record(record *out, uint32_t c) {
    const uint8_t *at = may_begin_emoji(c) ? search_record(c) : NULL;
    if (!at) return false;
    out->attributes = 0;
    for (; *at < NAME; at++) out->attributes |= 1u << *at;
    out->rows = at;
    return true;
}

bool bt_emoji_begins(uint32_t c) {
    record r;
    return find_record(&r, c);
}

bool bt_emoji_is_component(uint32_t c) {
    record r;
    return find_record(&r, c) && has(&r, COMPONENT_ALONE);
}

/* ----------------------------------------------------------------------------------------------------- names -- */

/* The index-th name of a record, from behind its NAME. */
static const uint8_t *find_name(const record *r, size_t index) {
    const uint8_t *at = r->rows;
    for (;; at++) {
        if (*at == NAME && index-- == 0) return at + 1;
    }
}

static uint32_t read_name(const uint8_t **at) {
    return bt_utf8_next(at, emoji_records + COUNT(emoji_records), false);
}

size_t bt_emoji_name_060(uint32_t c, uint32_t *out) {
    record r;
    if (!find_record(&r, c) || has(&r, NO_OLD_NAME)) return 0;
    size_t length = 0;
    out[length++] = ':';
    for (const uint8_t *at = find_name(&r, 0); *at >= ' ';) {
        const uint32_t letter = read_name(&at);
        out[length++] = letter == TONE_PLACE ? '_' : letter;
    }
    out[length++] = ':';
    return length;
}

static void write_tones(bt_writer *out, const uint8_t *tones) {
    static const char *const names[] = {"_light", "_medium-light", "_medium", "_medium-dark", "_dark"};
    for (unsigned i = 0; i < 2 && tones[i] != NO_TONE; i++) {
        bt_write_ascii(out, names[tones[i]]);
        bt_write_ascii(out, "_skin_tone");
    }
}

void bt_emoji_write_name(bt_writer *out, const bt_emoji *emoji) {
    static const uint8_t written[2] = {NO_TONE, NO_TONE};
    const uint8_t *tones = emoji->tones;
    for (const uint8_t *at = emoji->name; *at >= ' ';) {
        const uint32_t letter = read_name(&at);
        if (letter == TONE_PLACE) {
            write_tones(out, tones);
            tones = written;
            bt_write(out, '_');
        } else {
            bt_write(out, letter);
        }
    }
    write_tones(out, tones);
}

/* -------------------------------------------------------------------------------------------------- the trie -- */

/* A text up to where the trie may be followed. */
typedef struct {
    const uint32_t *at;
    size_t length;
} view;

static uint8_t tone_at(view text, size_t i) {
    return i < text.length && text.at[i] - FIRST_TONE < 5 ? (uint8_t)(text.at[i] - FIRST_TONE) : NO_TONE;
}

static bool vs16_at(view text, size_t i) { return i < text.length && text.at[i] == VS16; }

/* What a byte of a row stands for: emoji_codes, letters of flags, tags. */
static uint32_t row_code(uint8_t s) {
    if (s >= FIRST_CODE) return emoji_codes[s - FIRST_CODE];
    return s >= 'A' && s <= 'Z' ? REGIONAL_A + (s - 'A') : TAGS + s;
}

static bool is_text_style(uint8_t s) { return s >= FIRST_CODE && emoji_code_styles[s - FIRST_CODE]; }

/* Follows the code points of a row, *row, through the text from i on; returns where the text leaves them. *row becomes
 * the end of the row if it never does, NULL otherwise. */
static size_t follow_row(const uint8_t **row, view text, size_t i) {
    const uint8_t *at = *row;
    for (; *at >= ' '; at++) {
        if (i == text.length || text.at[i] != row_code(*at)) {
            *row = NULL;
            return i;
        }
        i++;
        if (is_text_style(*at) && vs16_at(text, i)) i++;
    }
    *row = at;
    return i;
}

/* A row against a text that begins with the record's code point and goes on behind it (and its tone) at i: where the
 * text leaves the row, and in *complete whether only behind its end. tones: the first is set, the second is an
 * output. */
static size_t match_row(const uint8_t *row, view text, size_t i, uint8_t *tones, bool *complete) {
    const uint8_t kind = *row++;
    i = follow_row(&row, text, i);
    *complete = row != NULL;
    tones[1] = NO_TONE;
    if (!*complete || kind < ROW_PAIR || tones[0] == NO_TONE) return i;
    const uint8_t second = tone_at(text, i);
    *complete = second != NO_TONE && !(kind == ROW_MIXED && second == tones[0]);
    if (!*complete) return i;
    if (second != tones[0]) tones[1] = second;
    return i + 1;
}

static const uint8_t *next_row(const uint8_t *row) {
    do row++;
    while (*row >= ' ');
    return row;
}

/* The rows and the code point alone are the trie's branches: the one that goes deepest decides. */
bool bt_emoji_read(bt_emoji *out, const uint32_t *data, size_t length) {
    const view text = {data, length};
    record r;
    *out = (bt_emoji){data[0], 0, NULL, {NO_TONE, NO_TONE}};
    if (!find_record(&r, data[0])) return false;
    const uint8_t tone = tone_at(text, 1);
    const size_t begin = tone != NO_TONE || (has(&r, TEXT_STYLE) && vs16_at(text, 1)) ? 2 : 1;
    const size_t first_name = has(&r, OLD_NAME);
    size_t name = has(&r, NOT_ALONE) ? NOWHERE : first_name;
    out->length = 1;
    if (tone == NO_TONE || has(&r, TONED_ALONE)) *out = (bt_emoji){data[0], begin, NULL, {tone, NO_TONE}};

    size_t index = first_name + 1;
    for (const uint8_t *row = r.rows; *row != NAME; row = next_row(row), index++) {
        if (tone != NO_TONE ? *row == ROW : *row == ROW_MIXED) continue;
        uint8_t tones[2] = {tone, NO_TONE};
        bool complete;
        const size_t reach = match_row(row, text, begin, tones, &complete);
        if (reach < out->length || (reach == out->length && !complete)) continue;
        *out = (bt_emoji){data[0], reach, NULL, {tones[0], tones[1]}};
        name = complete ? index : NOWHERE;
    }
    if (name != NOWHERE) out->name = find_name(&r, name);
    return out->name != NULL;
}
