/* normalizeTweet of transformers 4.57.6 (emoji 0.6.0, regex 2023.8.8), step by step: what the package answers. */
#include <stdlib.h>

#include "normalize.h"
#include "text.h"

static _Alignas(16) uint8_t memory[8 << 20];

static const char *normalize(const char *utf8, size_t nbytes) {
    bt_arena arena = bt_arena_make(memory, sizeof memory);
    const bt_text in = text_from(&arena, utf8, nbytes);
    bt_text text;
    return bt_normalize_tweet(&text, &in, &arena) == BT_OK ? text_to(&arena, &text) : "no memory";
}

#define BECOMES(text, expected) CHECK_STRING(normalize(text, sizeof text - 1), expected)

static void test_punctuation(void) {
    BECOMES("it’s…", "it 's ...");
    BECOMES("’’", "' '");
    BECOMES("a…b", "a ... b");
    BECOMES("’s x", "' s x");
    BECOMES("", "");
    BECOMES(" \t\n ", "");
    BECOMES("\x1C a \x1F", "a");
    BECOMES("a\u3000b\xC2\x85" "c", "a b c");
}

static void test_entities(void) {
    BECOMES("&amp;", "&");
    BECOMES("&lt;3", "<3");
    BECOMES("&AMP;", "");
    BECOMES("&apos;", "");
    BECOMES("R&D;", "R");
    BECOMES("&;", "& ;");
    BECOMES("& amp;", "& amp ;");
    BECOMES("&amp", "& amp");
    BECOMES("&amp;lt;", "& lt ;");
    BECOMES("&&amp;", "& &");
    BECOMES("a&b;c", "ac");
    BECOMES("&thetasym;", "ϑ");
    BECOMES("&Aacute;&aacute;", "Áá");
    BECOMES("&frac12;", "½");
    BECOMES("&#39;", "'");
    BECOMES("&#x27;", "'");
    BECOMES("&x41;", "A");
    BECOMES("&#X27;", "");
    BECOMES("&xi;", "");
    BECOMES("&#xi;", "");
    BECOMES("&#;", "");
    BECOMES("&x;", "");
    BECOMES("&#x;", "");
    BECOMES("&##39;", "");
    BECOMES("&#+39;", "'");
    BECOMES("&#-39;", "");
    BECOMES("&#-0;x", "\0 x");
    BECOMES("&#3_9;", "'");
    BECOMES("&#3__9;", "");
    BECOMES("&#_39;", "");
    BECOMES("&#39_;", "");
    BECOMES("&#x_27;", "");
    BECOMES("&#x0x27;", "'");
    BECOMES("&#x0X_27;", "'");
    BECOMES("&#x0x__27;", "");
    BECOMES("&#x0x;", "");
    BECOMES("&#+x41;", "");
    BECOMES("&#x+41;", "A");
    BECOMES("&#x-0;y", "\0 y");
    BECOMES("&#x+0x41;", "A");
    BECOMES("&#٣٩;", "'");
    BECOMES("&x٤١;", "A");
    BECOMES("&#x٠x41;", "A");
    BECOMES("&#128;", "€");
    BECOMES("&#129;a", "a");
    BECOMES("&#x9F;", "Ÿ");
    BECOMES("&#x99;", ":trade_mark:");
    BECOMES("&#159;", "Ÿ");
    BECOMES("&#160;b", "b");
    BECOMES("&#8217;", "'");
    BECOMES("&#8230;", "...");
    BECOMES("&hellip;", "...");
    BECOMES("&rsquo;", "'");
    BECOMES("&#1114111;", "\U0010FFFF");
    BECOMES("&#1114112;c", "c");
    BECOMES("&#99999999999999999999;d", "d");
    BECOMES("&#x110000;e", "e");
    BECOMES("&#128514;", ":face_with_tears_of_joy:");
    BECOMES("&#38;lt;", "& lt ;");
    BECOMES("&#\x1C" "39;f", "f");
    BECOMES("&a b;", "& a b ;");
    BECOMES("&nbsp;x", "x");
    BECOMES("&#10;y", "y");
    BECOMES("&lt;s&gt;", "<s>");
}

static void test_runs(void) {
    BECOMES("!!!!!!", "! ! !");
    BECOMES("aaaaaa", "aaaaaa");
    BECOMES("111111", "111111");
    BECOMES("éééééé", "ééé");
    BECOMES("    a", "a");
    BECOMES("a\n\n\n\n\nb", "a b");
    BECOMES("😂😂😂😂😂", ":face_with_tears_of_joy: :face_with_tears_of_joy: :face_with_tears_of_joy:");
    BECOMES("......", "...");
    BECOMES("-----", "- - -");
    BECOMES("____", "___");
    BECOMES("!!!", "! ! !");
    BECOMES("!!!?", "! ! ! ?");
    BECOMES("&#33;!!!!", "! ! !");
    BECOMES("🏻🏻🏻🏻🏻", ":light_skin_tone: :light_skin_tone: :light_skin_tone:");
}

static void test_words(void) {
    BECOMES("@me hi", "@USER hi");
    BECOMES("@", "@USER");
    BECOMES("@²", "@USER ²");
    BECOMES("http", "HTTPURL");
    BECOMES("https", "HTTPURL");
    BECOMES("wwwhat", "HTTPURL");
    BECOMES("WWW.x", "HTTPURL . x");
    BECOMES("ww", "ww");
    BECOMES("hTtPs", "HTTPURL");
    BECOMES("https://t.co/a", "HTTPURL");
    BECOMES("www.a.com", "HTTPURL");
    BECOMES("ｗｗｗ", "ｗｗｗ");
    BECOMES("www", "HTTPURL");
    BECOMES("😂", ":face_with_tears_of_joy:");
    BECOMES("😂😂", ":face_with_tears_of_joy: :face_with_tears_of_joy:");
    BECOMES("❤️", ":red_heart:");
    BECOMES("👍🏽", ":thumbs_up: :medium_skin_tone:");
    BECOMES("🇺🇸", ":regional_indicator_symbol_letter_u: :regional_indicator_symbol_letter_s:");
    BECOMES("️a", "️a");
    BECOMES("a️", "a️");
    BECOMES("︎", "︎");
    BECOMES("©", ":copyright:");
    BECOMES("™", ":trade_mark:");
    BECOMES("️", "");
    BECOMES("👨\u200D👩", ":man: \u200D :woman:");
    BECOMES("’", "'");
    BECOMES("#tag @x :) ...", "#tag @USER :) ...");
}

static void test_replacements(void) {
    BECOMES("cannot do", "can not do");
    BECOMES("I cannot", "I cannot");
    BECOMES("don't go", "do n't go");
    BECOMES("don't", "don't");
    BECOMES("can't go", "can't go");
    BECOMES("ca n't", "can't");
    BECOMES("ai n't x", "ai n't x");
    BECOMES("ain't so", "ain't so");
    BECOMES("won't n't x", "wo n't n't x");
    BECOMES("I'm me", "I 'm me");
    BECOMES("we're on", "we 're on");
    BECOMES("it's it", "it 's it");
    BECOMES("he'll go", "he 'll go");
    BECOMES("I'd go", "I 'd go");
    BECOMES("we've x", "we 've x");
    BECOMES("'tis 's x", "' tis ' s x");
    BECOMES("n 't x", "n ' t x");
    BECOMES("5 p.m. x", "5 p.m. x");
    BECOMES("at 5 p . m . now", "at 5 p.m. now");
    BECOMES("5 p . m x", "5 p.m x");
    BECOMES("p . m . x", "p . m . x");
    BECOMES("5 a . m . x", "5 a.m. x");
    BECOMES("5 a . m x", "5 a.m x");
    BECOMES("6 a.m x", "6 a.m x");
    BECOMES(" p . m .", "p . m .");
    BECOMES("cannot cannot x", "can not can not x");
    BECOMES("didn't 've x", "did n't ' ve x");
    BECOMES("CAN'T x", "CAN'T x");
    BECOMES("'s's 's x", "' s 's ' s x");
}

/* int(body, 10) takes 4,300 digits, leading zeros among them, and '_' between them for nothing; int(body, 16) any. */
static void test_long_numbers(void) {
    static char text[16384];
    for (size_t zeros = 4298; zeros <= 4299; zeros++) {
        const char *const expected = zeros == 4298 ? "A x" : "x";
        size_t length = (size_t)sprintf(text, "&#+");
        for (size_t i = 0; i < zeros; i++) length += (size_t)sprintf(text + length, i % 2 ? "0_" : "0");
        length += (size_t)sprintf(text + length, "65; x");
        CHECK_STRING(normalize(text, length), expected);
    }
    size_t length = (size_t)sprintf(text, "&x");
    memset(text + length, '0', 9000);
    length += 9000 + (size_t)sprintf(text + length + 9000, "41; x");
    CHECK_STRING(normalize(text, length), "A x");
}

/* A surrogate and a NUL can come out of a reference: each is a word. */
static void test_strange_characters(void) {
    CHECK(memcmp(normalize("&#55357;&#56834;", 16), "\xED\xA0\xBD \xED\xB8\x82", 8) == 0);
    CHECK(memcmp(normalize("a&#0;b", 6), "a \0 b", 6) == 0);
}

/* With too little memory nothing is taken and nothing written beyond it; the input stays. */
static void test_memory(void) {
    static const char utf8[] = "don't ’stop’ http://a.b/c… \U0001F602 cannot stop & won't &amp; can't p.m. it's";
    char expected[256];
    strcpy(expected, normalize(utf8, sizeof utf8 - 1));
    bt_text out = {NULL, 0};
    bt_status status = BT_NO_MEMORY;
    for (size_t nbytes = 0; status == BT_NO_MEMORY; nbytes += 16) {
        uint8_t *scratch = aligned_alloc(16, nbytes + 16);
        memset(scratch + nbytes, 0xAB, 16);
        bt_arena outer = bt_arena_make(memory, sizeof memory), arena = bt_arena_make(scratch, nbytes);
        const bt_text in = text_from(&outer, utf8, sizeof utf8 - 1);
        status = bt_normalize_tweet(&out, &in, &arena);
        for (size_t i = 0; i < 16; i++) CHECK_INT(scratch[nbytes + i], 0xAB);
        if (status == BT_NO_MEMORY) CHECK(arena.used == 0 && out.data == NULL);
        else CHECK_STRING(text_to(&outer, &out), expected);
        free(scratch);
    }
    CHECK_INT(status, BT_OK);
}

int main(void) {
    test_punctuation();
    test_entities();
    test_runs();
    test_words();
    test_replacements();
    test_long_numbers();
    test_strange_characters();
    test_memory();
    return test_end();
}
