/*
 * unicode.h - the character classes of the text pipelines, as the Python packages see them: Unicode 15.0.
 *
 * Two regex modules meet here and disagree. Python's own `re` (mode pysentimiento) takes letters and numbers of all
 * kinds as \w, but no mark; the module `regex` (mode bertweet) takes marks, decimal digits and letter numbers, but no
 * other number (U+00B2), and fewer control characters as \s. Functions are named for the module they follow.
 *
 * All take any uint32_t; surrogates and values over U+10FFFF are in no class. Tables: src/tables, generated from
 * utf8proc 2.8 and compared with it at every code point by tests/c/test_unicode*.c.
 */
#ifndef BT_UNICODE_H
#define BT_UNICODE_H

#include <stdbool.h>
#include <stdint.h>

/* White space of str.split, str.strip and \s of `re`: 29 code points, U+001C..001F among them. */
bool bt_is_space(uint32_t c);

/* \s of `regex`, the Unicode property White_Space: the same without U+001C..001F, 25 code points. */
bool bt_is_regex_space(uint32_t c);

/* \w of `re`: general category L* or N*, or '_'. */
bool bt_is_re_word(uint32_t c);

/* \w of `regex`: Alphabetic, M*, Nd, Nl, Pc and the two joiners U+200C, U+200D. */
bool bt_is_regex_word(uint32_t c);

/* \d of both: general category Nd. The value is 0 to 9, or -1 for anything that is no decimal digit. */
bool bt_is_digit(uint32_t c);
int bt_digit_value(uint32_t c);

/* The two sides of the final sigma rule (Unicode 15, 3.13, Final_Sigma, with CPython's order of tests): a letter that
 * counts as case, and a character that is looked through. No code point is both. U+03A3 itself counts as cased. */
bool bt_is_cased(uint32_t c);
bool bt_is_case_ignorable(uint32_t c);

/* str.lower of one code point, where that is one code point; U+0130 (which becomes two) and everything without a
 * lower case form are returned unchanged, U+03A3 becomes U+03C3. */
uint32_t bt_to_lower(uint32_t c);

static inline bool bt_is_ascii_upper(uint32_t c) { return c - 'A' < 26; }
static inline bool bt_is_ascii_letter(uint32_t c) { return (c | 0x20) - 'a' < 26; }
static inline bool bt_is_ascii_digit(uint32_t c) { return c - '0' < 10; }
static inline bool bt_is_ascii_alnum(uint32_t c) { return bt_is_ascii_letter(c) || bt_is_ascii_digit(c); }

#endif
