/* Decoding as CPython's errors='replace', WTF-8, encoding: every code point, every kind of ill-formed sequence. */
#include "test.h"
#include "utf8.h"

static uint32_t decoded[64];

/* Decodes a string literal's bytes and compares with code points that end with 0. */
static void check_decode(int line, const char *bytes, size_t nbytes, bool surrogates, const uint32_t *expected) {
    size_t length = 0;
    while (expected[length]) length++;
    const size_t count = bt_utf8_decode(decoded, (const uint8_t *)bytes, nbytes, surrogates);
    int same = count == length && bt_utf8_count((const uint8_t *)bytes, nbytes, surrogates) == length;
    for (size_t i = 0; same && i < length; i++) same = decoded[i] == expected[i];
    if (test_fails(same, __FILE__, line)) fprintf(stderr, "decodes otherwise\n");
}

#define DECODES(bytes, ...) \
    check_decode(__LINE__, bytes, sizeof bytes - 1, false, (const uint32_t[]){__VA_ARGS__, 0})
#define DECODES_WTF8(bytes, ...) \
    check_decode(__LINE__, bytes, sizeof bytes - 1, true, (const uint32_t[]){__VA_ARGS__, 0})

/* One U+FFFD for each maximal subpart of an ill-formed sequence. */
static void test_replacement(void) {
    enum { R = BT_REPLACEMENT };
    DECODES("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x82", 'a', 0xE9, 0x20AC, 0x1F602);
    DECODES("\xEF\xBB\xBFx", 0xFEFF, 'x');
    DECODES("\xE2\x82" "a", R, 'a');
    DECODES("\xF0\x9F\x98", R);
    DECODES("\xF0\x9F", R);
    DECODES("\xF0", R);
    DECODES("\xC3(", R, '(');
    DECODES("\xC0\xAF", R, R);
    DECODES("\xC1\xBF", R, R);
    DECODES("\xE0\x9F\xBF", R, R, R);
    DECODES("\xF0\x8F\xBF\xBF", R, R, R, R);
    DECODES("\xF4\x90\x80\x80", R, R, R, R);
    DECODES("\xF5\x80\x80\x80", R, R, R, R);
    DECODES("\xFE\xFF", R, R);
    DECODES("\x80\xBF" "a", R, R, 'a');
    DECODES("\xE2\x82\xE2\x82\xAC", R, 0x20AC);
    DECODES("\xF1\x80\x80\xE1\x80\xC2\x62\x80", R, R, R, 'b', R); /* Unicode 15, 3.9, table 3-8 */
    DECODES("\xED\xA0\xBD", R, R, R);
}

static void test_wtf8(void) {
    enum { R = BT_REPLACEMENT };
    DECODES_WTF8("\xED\xA0\x80" "a\xED\xBF\xBF", 0xD800, 'a', 0xDFFF);
    DECODES_WTF8("\xED\x9F\xBF\xEE\x80\x80", 0xD7FF, 0xE000);
    DECODES_WTF8("\xED\xA0" "a", R, 'a');
    DECODES_WTF8("\xED\xC0\x80", R, R, R);
    DECODES_WTF8("\xC0\xAF\xF4\x90\x80\x80", R, R, R, R, R, R);
}

static void test_nul(void) {
    static const uint8_t bytes[] = {'a', 0, 'b', 0};
    CHECK_INT(bt_utf8_decode(decoded, bytes, sizeof bytes, false), 4);
    CHECK(decoded[1] == 0 && decoded[2] == 'b' && decoded[3] == 0);
    CHECK_INT(bt_utf8_decode(decoded, bytes, 0, false), 0);
}

/* Each code point becomes the bytes that the definition names, and comes back from them. */
static void test_round_trip(void) {
    size_t wrong = 0;
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        uint8_t bytes[4];
        const size_t size = bt_utf8_put(bytes, c);
        const uint8_t *at = bytes;
        wrong += size != bt_utf8_size(c) || bt_utf8_next(&at, bytes + size, true) != c || at != bytes + size;
        const bool surrogate = c >= 0xD800 && c <= 0xDFFF;
        wrong += (bt_utf8_count(bytes, size, false) == 1) == surrogate;
    }
    CHECK_INT(wrong, 0);
}

static void test_encode(void) {
    static const uint32_t text[] = {'a', 0x7F, 0x80, 0x7FF, 0x800, 0xD83D, 0xFFFF, 0x10000, 0x10FFFF};
    static const char expected[] = "a\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\xA0\xBD\xEF\xBF\xBF\xF0\x90\x80\x80"
                                   "\xF4\x8F\xBF\xBF";
    uint8_t bytes[64];
    CHECK_INT(bt_utf8_nbytes(text, 9), sizeof expected - 1);
    CHECK_INT(bt_utf8_encode(bytes, text, 9), sizeof expected - 1);
    CHECK(memcmp(bytes, expected, sizeof expected - 1) == 0);
}

/* Decoding never reads behind the end: each prefix is decoded from memory of just its size. */
static void test_truncation(void) {
    static const char text[] = "x\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x82\xED\xA0\xBD";
    for (size_t nbytes = 0; nbytes < sizeof text; nbytes++) {
        uint8_t exact[sizeof text];
        memcpy(exact + sizeof exact - nbytes, text, nbytes);
        const size_t count = bt_utf8_count(exact + sizeof exact - nbytes, nbytes, true);
        CHECK(count <= nbytes && (nbytes == 0) == (count == 0));
    }
}

int main(void) {
    test_replacement();
    test_wtf8();
    test_nul();
    test_round_trip();
    test_encode();
    test_truncation();
    return test_end();
}
