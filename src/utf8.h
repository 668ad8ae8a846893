/*
 * utf8.h - between UTF-8 and code points.
 *
 * Decoding is CPython's bytes.decode('utf-8', 'replace'): each maximal subpart of an ill-formed sequence becomes one
 * U+FFFD (Unicode 15, section 3.9, table 3-8). So E2 82 61 is U+FFFD 'a', F0 9F 98 is one U+FFFD, C0 AF are two and
 * F4 90 80 80 are four. A BOM is kept, NUL is a character.
 *
 * With surrogates = true the input is WTF-8: ED A0..BF 80..BF is the lone surrogate U+D800..U+DFFF, as Python's str
 * can hold one; everything else is as before. With false it is three times U+FFFD.
 */
#ifndef BT_UTF8_H
#define BT_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BT_REPLACEMENT 0xFFFDu

/* A sequence of code points, lone surrogates included: what Python calls a str. */
typedef struct {
    uint32_t *data;
    size_t length;
} bt_text;

/* The code point at *at, which is moved behind it. *at < end. */
uint32_t bt_utf8_next(const uint8_t **at, const uint8_t *end, bool surrogates);

/* How many code points bt_utf8_decode writes for these bytes: at most nbytes. */
size_t bt_utf8_count(const uint8_t *bytes, size_t nbytes, bool surrogates);

/* Writes the code points to out and returns their number. */
size_t bt_utf8_decode(uint32_t *out, const uint8_t *bytes, size_t nbytes, bool surrogates);

/* Bytes of one code point (up to U+10FFFF), and its encoding: 1 to 4. A surrogate is written as WTF-8 does. */
size_t bt_utf8_size(uint32_t c);
size_t bt_utf8_put(uint8_t *out, uint32_t c);

/* Bytes of a text, and its encoding; returns their number. */
size_t bt_utf8_nbytes(const uint32_t *text, size_t length);
size_t bt_utf8_encode(uint8_t *out, const uint32_t *text, size_t length);

#endif
