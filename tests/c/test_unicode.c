/*
 * Every class at every code point, against hashes of what Python 3.12's re and str and the module regex 2023.8.8 say
 * (fingerprints.py), and some code points that the two take differently.
 */
#include "fingerprints.h"
#include "fnv.h"
#include "test.h"
#include "unicode.h"

#define LAST 0x10FFFFu

static uint64_t print_of(bool (*contains)(uint32_t c)) {
    uint64_t h = FNV_START;
    for (uint32_t c = 0; c <= LAST; c++) h = fnv_byte(h, contains(c));
    return h;
}

static void test_classes(void) {
    CHECK(print_of(bt_is_space) == SPACE_PRINT);
    CHECK(print_of(bt_is_regex_space) == REGEX_SPACE_PRINT);
    CHECK(print_of(bt_is_re_word) == RE_WORD_PRINT);
    CHECK(print_of(bt_is_regex_word) == REGEX_WORD_PRINT);
    CHECK(print_of(bt_is_digit) == DIGIT_PRINT);
    CHECK(print_of(bt_is_digit) == REGEX_DIGIT_PRINT);
    CHECK(print_of(bt_is_cased) == CASED_PRINT);
    CHECK(print_of(bt_is_case_ignorable) == CASE_IGNORABLE_PRINT);
}

static void test_mappings(void) {
    uint64_t digits = FNV_START, lower = FNV_START;
    for (uint32_t c = 0; c <= LAST; c++) {
        const uint32_t low = bt_to_lower(c);
        digits = fnv_byte(digits, (uint8_t)bt_digit_value(c));
        lower = fnv_code_points(lower, &low, 1);
    }
    CHECK(digits == DIGIT_VALUE_PRINT);
    CHECK(lower == LOWER_PRINT);
}

/* Values that are no code points are in no class. */
static void test_beyond(void) {
    static const uint32_t beyond[] = {0x110000, 0x11FFFF, 0x7FFFFFFF, 0x80000000, UINT32_MAX};
    for (size_t i = 0; i < sizeof beyond / sizeof *beyond; i++) {
        const uint32_t c = beyond[i];
        CHECK(!bt_is_space(c) && !bt_is_regex_space(c) && !bt_is_re_word(c) && !bt_is_regex_word(c));
        CHECK(!bt_is_digit(c) && !bt_is_cased(c) && !bt_is_case_ignorable(c));
        CHECK(bt_digit_value(c) == -1 && bt_to_lower(c) == c && !bt_is_ascii_alnum(c));
    }
}

static void test_quirks(void) {
    CHECK(bt_is_re_word(0xB2) && !bt_is_regex_word(0xB2));     /* superscript two */
    CHECK(!bt_is_re_word(0xFE0F) && bt_is_regex_word(0xFE0F)); /* a mark */
    CHECK(!bt_is_re_word(0x1F170) && bt_is_regex_word(0x1F170));
    CHECK(!bt_is_re_word(0x200D) && bt_is_regex_word(0x200D));
    CHECK(bt_is_space(0x1C) && !bt_is_regex_space(0x1C));
    CHECK(!bt_is_space(0x200B) && !bt_is_space(0x180E) && !bt_is_space(0xFEFF));
    CHECK_INT(bt_digit_value(0x1D7D7), 9); /* five sets of digits follow each other there */
    CHECK_INT(bt_digit_value(0x1D7D8), 0);
    CHECK_INT(bt_digit_value(0xB2), -1);
    CHECK_INT(bt_to_lower(0x130), 0x130);
    CHECK_INT(bt_to_lower(0x3A3), 0x3C3);
    CHECK(bt_is_cased(0x3A3) && bt_is_case_ignorable(0x2B0) && !bt_is_cased(0x2B0));
}

static void test_ascii(void) {
    for (uint32_t c = 0; c < 0x200; c++) {
        const bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z', digit = c >= '0' && c <= '9';
        CHECK(bt_is_ascii_upper(c) == upper);
        CHECK(bt_is_ascii_letter(c) == (upper || lower));
        CHECK(bt_is_ascii_digit(c) == digit);
        CHECK(bt_is_ascii_alnum(c) == (upper || lower || digit));
    }
}

int main(void) {
    test_classes();
    test_mappings();
    test_beyond();
    test_quirks();
    test_ascii();
    return test_end();
}
