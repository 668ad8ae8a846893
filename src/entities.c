#include "strict.h"

#include "entities.h"
#include "unicode.h"

#include "tables/entities_data.h"

#define REMOVED 0xFFFFFFFFu /* what an illegal reference becomes: nothing */
#define MAX_CODE_POINT 0x10FFFFu

/* sys.int_info.default_max_str_digits: int(body, 10) refuses more. */
#define MAX_DECIMAL_DIGITS 4300

/* Bytes 80..9F of cp1252; 0 where it has none. */
static const uint16_t cp1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, // 80
    0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0,      0x017D, 0,      // 88
    0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, // 90
    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178, // 98
};

static int digit_of(uint32_t c, uint32_t base) {
    const uint32_t letter = (c | 0x20) - 'a';
    return base == 16 && letter < 6 ? (int)letter + 10 : bt_digit_value(c);
}

/* The digits of int(body, base), behind sign and prefix; what exceeds a code point stays just beyond it. */
static uint32_t read_digits(const uint32_t *body, size_t length, uint32_t base) {
    uint32_t value = 0;
    size_t count = 0;
    bool after_digit = false;
    for (size_t i = 0; i < length; i++) {
        const int digit = digit_of(body[i], base);
        if (digit < 0 && !(body[i] == '_' && after_digit)) return REMOVED;
        after_digit = digit >= 0;
        if (digit < 0) continue;
        value = value * base + (uint32_t)digit;
        if (value > MAX_CODE_POINT) value = MAX_CODE_POINT + 1;
        count++;
    }
    if (!after_digit || (base == 10 && count > MAX_DECIMAL_DIGITS)) return REMOVED;
    return value;
}

/* Python's int(body, base) as a code point, by way of cp1252; or REMOVED. */
static uint32_t read_number(const uint32_t *body, size_t length, uint32_t base) {
    const bool is_negative = body[0] == '-';
    size_t i = is_negative || body[0] == '+';
    if (base == 16 && length - i >= 2 && bt_digit_value(body[i]) == 0 && (body[i + 1] | 0x20) == 'x') {
        i += 2;
        if (i < length && body[i] == '_') i++;
    }
    const uint32_t value = read_digits(body + i, length - i, base);
    if (value > MAX_CODE_POINT || (is_negative && value > 0)) return REMOVED;
    if (value - 0x80 < 0x20) return cp1252[value - 0x80] ? cp1252[value - 0x80] : REMOVED;
    return value;
}

/* The code point of a named entity, or REMOVED. */
static uint32_t find_name(const uint32_t *body, size_t length) {
    if (length > ENTITY_NAME_LENGTH) return REMOVED;
    const char *name = entity_names;
    for (size_t entity = 0; *name; entity++) {
        size_t i = 0;
        while (i < length && body[i] == (uint8_t)name[i]) i++;
        if (i == length && name[i] == '\0') return entity_code_points[entity];
        while (*name++) continue;
    }
    return REMOVED;
}

/* What stands between '&' and ';', length > 0, as a code point or REMOVED. */
static uint32_t resolve(const uint32_t *content, size_t length) {
    size_t prefix = content[0] == '#' && length > 1;
    const bool is_hexadecimal = prefix + 1 < length && content[prefix] == 'x';
    prefix += is_hexadecimal;
    if (prefix == 0) return find_name(content, length);
    return read_number(content + prefix, length - prefix, is_hexadecimal ? 16 : 10);
}

/* Where the ';' of the reference stands whose '&' is at a place; the place itself if there is none. */
static size_t find_end(const bt_text *text, size_t place) {
    size_t end = place + 1;
    for (; end < text->length; end++) {
        const uint32_t c = text->data[end];
        if (c == '&' || bt_is_regex_space(c)) return place;
        if (c == ';') return end > place + 1 ? end : place;
    }
    return place;
}

void bt_replace_entities(bt_text *text) {
    size_t kept = 0;
    for (size_t i = 0; i < text->length; i++) {
        uint32_t c = text->data[i];
        const size_t end = c == '&' ? find_end(text, i) : i;
        if (end > i) c = resolve(text->data + i + 1, end - i - 1);
        i = end;
        if (c != REMOVED) text->data[kept++] = c;
    }
    text->length = kept;
}
