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
#define ZWJ 0x200Du
#define VS15 0xFE0Eu
#define VS16 0xFE0Fu
#define FIRST_TONE 0x1F3FBu
#define REGIONAL_A 0x1F1E6u
#define TAGS 0xE0000u
#define NO_TONE 0xFF
#define NOWHERE SIZE_MAX

/* ------------------------------------------------------------------------------------------------ records -- */

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

/* ----------------------------------------------------------------------------------------------- the trie -- */

/* A piece of the text: an emoji, or one code point that stays as it is. */
typedef struct {
    uint32_t first;      /* its first code point */
    size_t length;       /* of its code points */
    const uint8_t *name; /* NULL if it is no emoji */
    uint8_t tones[2];    /* 0 to 4, NO_TONE; no second one if it equals the first */
} token;

/* The text from its position on up to the wall. */
typedef struct {
    const uint32_t *at;
    size_t length;
} view;

static uint8_t tone_at(view text, size_t i) {
    return i < text.length && text.at[i] - FIRST_TONE < 5 ? (uint8_t)(text.at[i] - FIRST_TONE) : NO_TONE;
}

static bool vs16_at(view text, size_t i) { return i < text.length && text.at[i] == VS16; }

/* Follows the code points of a row, *row, through the text from i on; returns where the text leaves them. *row becomes
 * the end of the row if it never does, NULL otherwise. */
static size_t follow_row(const uint8_t **row, view text, size_t i) {
    const uint8_t *at = *row;
    for (; *at >= ' '; at++) {
        const uint8_t s = *at;
        const uint32_t c = s >= FIRST_CODE        ? emoji_codes[s - FIRST_CODE]
                           : s >= 'A' && s <= 'Z' ? REGIONAL_A + (s - 'A')
                                                  : TAGS + s;
        if (i == text.length || text.at[i] != c) {
            *row = NULL;
            return i;
        }
        i++;
        if (s >= FIRST_CODE && emoji_code_styles[s - FIRST_CODE] && vs16_at(text, i)) i++;
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

/* Follows the trie as deep as the text allows; the rows and the code point alone are its branches, and the one that
 * goes deepest decides. text begins with the record's code point. False if the trie knows no emoji there. */
static bool read_emoji(token *out, const record *r, view text) {
    const uint8_t tone = tone_at(text, 1);
    const size_t begin = tone != NO_TONE || (has(r, TEXT_STYLE) && vs16_at(text, 1)) ? 2 : 1;
    const size_t first_name = has(r, OLD_NAME);
    size_t name = has(r, NOT_ALONE) ? NOWHERE : first_name;
    *out = (token){text.at[0], begin, NULL, {tone, NO_TONE}};
    if (tone != NO_TONE && !has(r, TONED_ALONE)) *out = (token){text.at[0], 1, NULL, {NO_TONE, NO_TONE}};

    size_t index = first_name + 1;
    for (const uint8_t *row = r->rows; *row != NAME; row = next_row(row), index++) {
        if (tone != NO_TONE ? *row == ROW : *row == ROW_MIXED) continue;
        uint8_t tones[2] = {tone, NO_TONE};
        bool complete;
        const size_t length = match_row(row, text, begin, tones, &complete);
        if (length < out->length || (length == out->length && !complete)) continue;
        *out = (token){text.at[0], length, NULL, {tones[0], tones[1]}};
        name = complete ? index : NOWHERE;
    }
    if (name != NOWHERE) out->name = find_name(r, name);
    return out->name != NULL;
}

/* ---------------------------------------------------------------------------------------------- demojize -- */

static void write_tones(bt_writer *out, const uint8_t *tones) {
    static const char *const names[] = {"_light", "_medium-light", "_medium", "_medium-dark", "_dark"};
    for (unsigned i = 0; i < 2 && tones[i] != NO_TONE; i++) {
        bt_write_ascii(out, names[tones[i]]);
        bt_write_ascii(out, "_skin_tone");
    }
}

static void write_emoji(bt_writer *out, const token *emoji) {
    static const uint8_t written[2] = {NO_TONE, NO_TONE};
    const uint8_t *tones = emoji->tones;
    bt_write(out, '|');
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
    bt_write(out, '|');
}

static void write_token(bt_writer *out, const token *t) {
    if (t->name) write_emoji(out, t);
    else bt_write(out, t->first);
}

/* Upstream keeps all tokens since the last ordinary character back. Two are enough: no more are ever taken back at
 * once, and those are read again, up to the wall, before the next ZWJ can take any. */
typedef struct {
    const bt_text *in;
    bt_writer *out;
    size_t i;    /* where reading goes on */
    size_t wall; /* the last ZWJ that made it go back */
    token kept[2];
    size_t count; /* of kept */
} tokenizer;

static void flush(tokenizer *t) {
    for (size_t k = 0; k < t->count; k++) write_token(t->out, &t->kept[k]);
    t->count = 0;
}

static void keep(tokenizer *t, const token *next) {
    if (t->count == 2) {
        write_token(t->out, &t->kept[0]);
        t->kept[0] = t->kept[1];
        t->count = 1;
    }
    t->kept[t->count++] = *next;
    t->i += next->length;
}

static void keep_plain(tokenizer *t, uint32_t c) { keep(t, &(token){c, 1, NULL, {NO_TONE, NO_TONE}}); }

/* Whether the token's string is an emoji (it may have been kept as plain, since the trie went on behind it), and
 * whether it is one with the status "component". */
static bool is_emoji(const token *t, bool *component) {
    record r;
    const bool found = find_record(&r, t->first);
    *component = found && t->length == 1 && has(&r, COMPONENT_ALONE);
    return t->name || (found && !has(&r, NOT_ALONE));
}

/* At a ZWJ: goes back to read the emoji before it again, if there is one. */
static bool go_back(tokenizer *t) {
    record r;
    bool component;
    if (t->count == 0 || !is_emoji(&t->kept[t->count - 1], &component)) return false;
    if (!find_record(&r, t->in->data[t->i - 1])) return false;
    t->wall = t->i;
    t->i -= t->kept[--t->count].length;
    if (!component || t->count == 0) return true;
    const token *before = &t->kept[t->count - 1];
    if (before->first == ZWJ) return true;
    t->i -= before->length;
    t->count--;
    return true;
}

static void step(tokenizer *t) {
    const uint32_t c = t->in->data[t->i];
    const size_t end = t->wall > t->i && t->wall < t->in->length ? t->wall : t->in->length;
    record r;
    token emoji;
    if (t->i == t->wall) {
        keep_plain(t, c);
    } else if (find_record(&r, c)) {
        if (read_emoji(&emoji, &r, (view){t->in->data + t->i, end - t->i})) keep(t, &emoji);
        else keep_plain(t, c);
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
