#include "strict.h"

#include <stddef.h>

#include "unicode.h"

#include "tables/unicode_data.h"

enum { REGEX_WORD = 1, RE_WORD = 2, DIGIT = 4, CASED = 8, CASE_IGNORABLE = 16 };

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* 7 bits a byte, low ones first; 0x80 says that another byte follows. */
static uint32_t read_varint(const uint8_t **at) {
    uint32_t value = 0;
    unsigned shift = 0;
    uint8_t byte;
    do {
        byte = *(*at)++;
        value |= (uint32_t)(byte & 0x7F) << shift;
        shift += 7;
    } while (byte & 0x80);
    return value;
}

typedef struct {
    uint32_t first, length; /* of code points that share their class */
    uint32_t bits;
} class_run;

/* Class runs lie one after the other and tell only their length; each 16th has a mark that tells where it begins. A
 * run is kind + 16 * (length - 1), or kind + 16 * 15 and then length - 16 as a varint. */
static class_run find_run(uint32_t c) {
    size_t low = 0, high = COUNT(class_mark_firsts);
    while (high - low > 1) {
        const size_t middle = (low + high) / 2;
        if (class_mark_firsts[middle] <= c) low = middle;
        else high = middle;
    }
    const uint8_t *at = class_runs + class_mark_offsets[low];
    class_run run = {class_mark_firsts[low], 0, 0};
    for (;;) {
        const uint8_t byte = *at++;
        run.bits = class_kinds[byte & 15];
        run.length = (byte >> 4) + 1u;
        if (run.length == 16) run.length += read_varint(&at);
        if (c - run.first < run.length) return run;
        run.first += run.length;
    }
}

static uint32_t class_of(uint32_t c) {
    if (c < COUNT(ascii_classes)) return ascii_classes[c];
    return c > 0x10FFFF ? 0 : find_run(c).bits;
}

bool bt_is_regex_space(uint32_t c) {
    if (c <= 0x20) return c == 0x20 || c - 0x09 < 5;
    if (c < 0x1680) return c == 0x85 || c == 0xA0;
    return c == 0x1680 || c - 0x2000 < 11 || c - 0x2028 < 2 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool bt_is_space(uint32_t c) { return c - 0x1C < 4 || bt_is_regex_space(c); }

bool bt_is_re_word(uint32_t c) { return class_of(c) & RE_WORD; }

bool bt_is_regex_word(uint32_t c) { return class_of(c) & REGEX_WORD; }

bool bt_is_digit(uint32_t c) { return class_of(c) & DIGIT; }

/* Decimal digits come in tens, from zero to nine, and a run of them begins with a zero. */
int bt_digit_value(uint32_t c) {
    if (c < 0x80) return bt_is_ascii_digit(c) ? (int)(c - '0') : -1;
    if (!bt_is_digit(c)) return -1;
    return (int)((c - find_run(c).first) % 10);
}

bool bt_is_cased(uint32_t c) { return class_of(c) & CASED; }

bool bt_is_case_ignorable(uint32_t c) { return class_of(c) & CASE_IGNORABLE; }

/* The table is a list of ranges first, first + step, ..., each three varints: the distance of first from the end of the
 * range before, times two, plus step - 1; how many follow first; what to add, in zigzag. */
uint32_t bt_to_lower(uint32_t c) {
    if (c < 0x80) return bt_is_ascii_upper(c) ? c + 0x20 : c;
    if (!bt_is_cased(c)) return c;
    const uint8_t *at = lower_ranges;
    for (uint32_t end = 0; at < lower_ranges + COUNT(lower_ranges);) {
        const uint32_t distance = read_varint(&at);
        const uint32_t step = 1 + (distance & 1);
        const uint32_t first = end + distance / 2;
        end = first + read_varint(&at) * step;
        const uint32_t zigzag = read_varint(&at);
        if (c < first) return c;
        if (c <= end) return (c - first) % step ? c : c + (zigzag >> 1 ^ (0 - (zigzag & 1)));
    }
    return c;
}
