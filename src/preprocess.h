/*
 * preprocess.h - mode "pysentimiento": the text as BERTweet's sentiment, emotion, hate and irony classifiers saw it.
 *
 * preprocess_tweet(text, lang='en', user_token='@USER', url_token='HTTPURL') of pysentimiento 0.7.3 with emoji 2.14.1
 * under Python 3.12 (Unicode 15.0), to the code point. Eight steps in this order, each one pass from left to right that
 * does not look at its own output. \w is that of Python's re (bt_is_re_word); A is [A-Za-z0-9].
 *
 * 1 hashtags    '#' not after \w, before a run of \w with an ASCII letter in it: the run, each series of capitals set
 *               apart by a space, in lower case, after "hashtag ". #BlackLivesMatter: "hashtag black lives matter";
 *               #MAGA2020: "hashtag maga2020"; #123 stays; &#x27; becomes "&hashtag x27;".
 * 2 characters  43 of them are removed or replaced (typographic quotes, dashes, some symbols). "..." as one character
 *               vanishes, and so may half of an emoji sequence.
 * 3 handles     '@' and up to 15 of [A-Za-z0-9_] after it: "@USER"; a bare '@' and one inside a word, too.
 * 4 addresses   Where no A stands before, but something does: http:// or https://, or A+ '.', or a word boundary; then
 *               one to five times \w+ '.', as many as lead on; then the first of 26 endings ("com", "co", "org", ...)
 *               that fits, and any number of '/' A+. All of it becomes "HTTPURL". No boundary is asked for behind it
 *               (foo.common: HTTPURLmon), and nothing matches at the beginning of the text (https://t.co/x:
 *               https://HTTPURL).
 * 5 repetition  three or more of one code point, line feeds aside: three of them.
 * 6 emoji       as bt_demojize; then whatever stands between two '|', the text's own included: " emoji ", that with
 *               ' ' for '_', " emoji ".
 * 7 laughter    a run of 'h' and 'a' with "ah" at its third character or later and more behind it: "haha".
 * 8 margins     white space at both ends goes; inside it stays as it is.
 */
#ifndef BT_PREPROCESS_H
#define BT_PREPROCESS_H

#include "arena.h"
#include "bertweet.h"
#include "utf8.h"

/*
 * out becomes the result, in the arena, behind nothing but padding; in may lie there too and stays as it is.
 * Linear in the text and in the result; the arena needs 4 bytes for each code point of two consecutive steps' texts.
 * BT_OK, BT_NO_MEMORY, BT_TEXT_TOO_LONG (over BT_MAX_CODE_POINTS). Unless BT_OK, the arena is as before.
 */
bt_status bt_preprocess_tweet(bt_text *out, const bt_text *in, bt_arena *arena);

#endif
