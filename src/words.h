/*
 * words.h - the words, links, emoticons ... of a tweet, as NLTK's TweetTokenizer finds them.
 *
 * transformers carries a copy of NLTK 3.5's regular expression, compiled with the module `regex`, case ignored. At each
 * place the first of its alternatives that matches wins, not the longest; white space (25 code points) is skipped.
 *
 *     URL          (?:https?:(?:/{1,3}|[a-z0-9%])|[a-z0-9.\-]+[.](?:[a-z]{2,13})/) BODY+ END
 *                  BODY = [^\s()<>{}\[\]]+ | B2 | B3        B2 = \([^\s()]*?\([^\s()]+\)[^\s()]*?\)
 *                  END = B2 | B3 | [^\s`!()\[\]{};:'".,<>?«»“”‘’]          B3 = \([^\s]+?\)
 *     naked domain (?<!@)[a-z0-9]+(?:[.\-][a-z0-9]+)*[.](?:[a-z]{2,13})\b/?(?!@)
 *     phone        (?:\+?[01][ *\-.\)]*)?(?:[\(]?\d{3}[ *\-.\)]*)?\d{3}[ *\-.\)]*\d{4}
 *     emoticon     [<>]?[:;=8][\-o*']?M | M[\-o*']?[:;=8][<>]? | <3      M = [)\](\[dDpP/:}{@|\\]
 *     tag          <[^>\s]+>
 *     arrow        [\-]+> | <[\-]+
 *     handle       @[\w_]+
 *     hashtag      \#+[\w_]+[\w'_\-]*[\w_]+
 *     e-mail       [\w.+-]+@[\w-]+\.(?:[\w-]\.?)+[\w-]
 *     word         [^\W\d_](?:[^\W\d_]|['\-_])+[^\W\d_]
 *     number       [+\-]?\d+[,/.:-]\d+[+\-]?
 *     plain word   [\w_]+
 *     dots         \.(?:\s*\.){1,}
 *     the rest     \S
 *
 * Each is written out by hand (words.c says how what backtracks there is decided here without). Case being ignored,
 * [a-z] also matches U+017F, U+212A and U+0130, and s matches U+017F. The whole is linear in the text: what an
 * alternative has learnt about a run of characters serves for all places within that run.
 */
#ifndef BT_WORDS_H
#define BT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "utf8.h"

/* What is known about the run of some characters that was looked at last: valid while the place is before its end. */
typedef struct {
    size_t end;
    size_t match; /* end of the match of those that begin in this run, or 0 */
} bt_run;

/* The search through one text. */
typedef struct {
    const uint32_t *text;
    size_t length;
    size_t at;       /* where the next search begins */
    uint32_t *tails; /* [length] end of BODY+ END from each place, or 0; filled when the first link comes up */
    bool has_tails;
    bt_run host, hashtag, email;
    bt_run domain;
    size_t domain_begin; /* where the last label that can end a naked domain begins; domain.match is the domain's end */
    size_t dashes_end;   /* of the last run of '-' */
    size_t tag_end;      /* place of the first '>' or white space after the last '<' */
} bt_words;

/* Begins a search. tails: room for length numbers, its content does not matter. text may not change meanwhile.
 * length <= BT_MAX_CODE_POINTS * 3. */
bt_words bt_words_begin(const bt_text *text, uint32_t *tails);

/* Finds the next match, text[*begin] .. text[*end - 1]; false after the last one. */
bool bt_words_next(bt_words *words, size_t *begin, size_t *end);

#endif
