/* The classes that general categories define, and lower case, against utf8proc 2.8 at every code point. */
#include <utf8proc.h>

#include "test.h"
#include "unicode.h"

static bool is_letter(utf8proc_category_t k) { return k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LO; }

static bool is_mark(utf8proc_category_t k) { return k >= UTF8PROC_CATEGORY_MN && k <= UTF8PROC_CATEGORY_ME; }

static bool is_number(utf8proc_category_t k) { return k >= UTF8PROC_CATEGORY_ND && k <= UTF8PROC_CATEGORY_NO; }

static bool is_regex_word(uint32_t c, utf8proc_category_t k) {
    const bool symbol = (c >= 0x24B6 && c <= 0x24E9) || (c >= 0x1F130 && c <= 0x1F149) ||
                        (c >= 0x1F150 && c <= 0x1F169) || (c >= 0x1F170 && c <= 0x1F189);
    return is_letter(k) || is_mark(k) || k == UTF8PROC_CATEGORY_ND || k == UTF8PROC_CATEGORY_NL ||
           k == UTF8PROC_CATEGORY_PC || c == 0x200C || c == 0x200D || symbol;
}

static bool is_cased_letter(utf8proc_category_t k) { return k >= UTF8PROC_CATEGORY_LU && k <= UTF8PROC_CATEGORY_LT; }

static void check_code_point(uint32_t c) {
    const utf8proc_category_t k = utf8proc_category((utf8proc_int32_t)c);
    const uint32_t lower = (uint32_t)utf8proc_tolower((utf8proc_int32_t)c);
    const int same = bt_is_re_word(c) == (is_letter(k) || is_number(k) || c == '_') &&
                     bt_is_regex_word(c) == is_regex_word(c, k) && bt_is_digit(c) == (k == UTF8PROC_CATEGORY_ND) &&
                     (!is_cased_letter(k) || bt_is_cased(c)) &&
                     (!(is_mark(k) && k != UTF8PROC_CATEGORY_MC) || bt_is_case_ignorable(c)) &&
                     bt_to_lower(c) == (c == 0x130 ? c : lower);
    if (test_fails(same, __FILE__, __LINE__)) fprintf(stderr, "U+%04X, category %d\n", (unsigned)c, (int)k);
}

int main(void) {
    CHECK_STRING(utf8proc_unicode_version(), "15.0.0");
    for (uint32_t c = 0; c <= 0x10FFFF; c++) check_code_point(c);
    return test_end();
}
