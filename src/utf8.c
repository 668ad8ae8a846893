#include "strict.h"

#include "utf8.h"

/* What may follow a lead byte (table 3-7 of Unicode 15): bytes that follow, and the range of the first of them; the
 * others are 80..BF. Only that first range tells overlong forms, surrogates and values over U+10FFFF apart. */
typedef struct {
    uint32_t bits; /* what the lead byte contributes */
    uint8_t follow, low, high;
} sequence;

static sequence begin_sequence(uint8_t lead, bool surrogates) {
    if (lead < 0x80) return (sequence){lead, 0, 0, 0};
    if (lead < 0xC2) return (sequence){BT_REPLACEMENT, 0, 0, 0};
    if (lead < 0xE0) return (sequence){lead & 0x1F, 1, 0x80, 0xBF};
    if (lead < 0xF0) {
        const uint8_t high = lead == 0xED && !surrogates ? 0x9F : 0xBF;
        return (sequence){lead & 0x0F, 2, lead == 0xE0 ? 0xA0 : 0x80, high};
    }
    if (lead < 0xF5) return (sequence){lead & 0x07, 3, lead == 0xF0 ? 0x90 : 0x80, lead == 0xF4 ? 0x8F : 0xBF};
    return (sequence){BT_REPLACEMENT, 0, 0, 0};
}

uint32_t bt_utf8_next(const uint8_t **at, const uint8_t *end, bool surrogates) {
    sequence s = begin_sequence(*(*at)++, surrogates);
    for (; s.follow > 0; s.follow--) {
        if (*at == end || **at < s.low || **at > s.high) return BT_REPLACEMENT;
        s.bits = s.bits << 6 | (*(*at)++ & 0x3F);
        s.low = 0x80;
        s.high = 0xBF;
    }
    return s.bits;
}

size_t bt_utf8_count(const uint8_t *bytes, size_t nbytes, bool surrogates) {
    const uint8_t *const end = bytes + nbytes;
    size_t count = 0;
    for (; bytes < end; count++) bt_utf8_next(&bytes, end, surrogates);
    return count;
}

size_t bt_utf8_decode(uint32_t *out, const uint8_t *bytes, size_t nbytes, bool surrogates) {
    const uint8_t *const end = bytes + nbytes;
    size_t count = 0;
    while (bytes < end) out[count++] = bt_utf8_next(&bytes, end, surrogates);
    return count;
}

size_t bt_utf8_size(uint32_t c) { return c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4; }

size_t bt_utf8_put(uint8_t *out, uint32_t c) {
    static const uint8_t lead[] = {0, 0x00, 0xC0, 0xE0, 0xF0};
    const size_t size = bt_utf8_size(c);
    for (size_t i = size - 1; i > 0; i--, c >>= 6) out[i] = (uint8_t)(0x80 | (c & 0x3F));
    out[0] = (uint8_t)(lead[size] | c);
    return size;
}

size_t bt_utf8_nbytes(const uint32_t *text, size_t length) {
    size_t nbytes = 0;
    for (size_t i = 0; i < length; i++) nbytes += bt_utf8_size(text[i]);
    return nbytes;
}

size_t bt_utf8_encode(uint8_t *out, const uint32_t *text, size_t length) {
    size_t nbytes = 0;
    for (size_t i = 0; i < length; i++) nbytes += bt_utf8_put(out + nbytes, text[i]);
    return nbytes;
}
