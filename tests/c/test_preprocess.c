/* preprocess_tweet of pysentimiento 0.7.3, step by step: what the package itself answers. */
#include <time.h>

#include "preprocess.h"
#include "text.h"

static _Alignas(16) uint8_t memory[1 << 20];

static const char *preprocess(const char *utf8, size_t nbytes) {
    bt_arena arena = bt_arena_make(memory, sizeof memory);
    const bt_text in = text_from(&arena, utf8, nbytes);
    bt_text text;
    return bt_preprocess_tweet(&text, &in, &arena) == BT_OK ? text_to(&arena, &text) : "no memory";
}

#define BECOMES(text, expected) CHECK_STRING(preprocess(text, sizeof text - 1), expected)

static void test_hashtags(void) {
    BECOMES("#BlackLivesMatter", "hashtag black lives matter");
    BECOMES("#MAGA2020", "hashtag maga2020");
    BECOMES("#123", "#123");
    BECOMES("#123a", "hashtag 123a");
    BECOMES("#", "#");
    BECOMES("##a#b", "#hashtag a#b");
    BECOMES("a#b", "a#b");
    BECOMES(" #a_B", "hashtag a_ b");
    BECOMES("&#x27;", "&hashtag x27;");
    BECOMES("&#39;", "&#39;");
    BECOMES("#ABCdefGHI", "hashtag abcdef ghi");
    BECOMES("#é", "#é");
    BECOMES("#éA", "hashtag é a");
    BECOMES("#ΑΣ", "#ΑΣ");
    BECOMES("#xΣ", "hashtag x\u03C2");
    BECOMES("#xΣy", "hashtag xσy");
    BECOMES("#xΣA", "hashtag x\u03C2 a");
    BECOMES("#xʰΣ", "hashtag xʰ\u03C2");
    BECOMES("#Σx", "hashtag σx");
    BECOMES("#xΣʰy", "hashtag xσʰy");
    BECOMES("#aİ", "hashtag ai\u0307");
    BECOMES("#a²", "hashtag a²");
    BECOMES("#a\u0301b", "hashtag a\u0301b");
    BECOMES("\u0301#ab", "\u0301hashtag ab");
    BECOMES("_#ab", "_#ab");
    BECOMES("#a-b", "hashtag a-b");
}

static void test_characters(void) {
    BECOMES("a~b£c¥d", "abcd");
    BECOMES("«»“”¨", "\"\"\"");
    BECOMES("it’s…", "its");
    BECOMES("‼€", "!$");
    BECOMES("☻", "emoji grinning face with big eyes emoji");
    BECOMES("\u2764\uFE0F", "");
    BECOMES("♥", "emoji red heart emoji");
    BECOMES("♡", "emoji red heart emoji");
    BECOMES("<ma…sk>", "<mask>");
    BECOMES("\u0627b", "b");
    BECOMES("ー", "");
    BECOMES("\U0001F469\u200D\u2764\uFE0F\u200D\U0001F468", "emoji woman emoji \u200D\u200D emoji man emoji");
    BECOMES("\U0001F937\u200D\u2640\uFE0F", "emoji person shrugging emoji \u200D");
}

static void test_handles(void) {
    BECOMES("@", "@USER");
    BECOMES("@a", "@USER");
    BECOMES("a@b.com", "a@HTTPURL");
    BECOMES("@abcdefghijklmno", "@USER");
    BECOMES("@abcdefghijklmnop", "@USERp");
    BECOMES("@a_b-c", "@USER-c");
    BECOMES("@é", "@USERé");
    BECOMES("@@x", "@USER@USER");
    BECOMES("x @USER", "x @USER");
}

static void test_addresses(void) {
    BECOMES("https://t.co/x", "https://HTTPURL");
    BECOMES("see https://t.co/x", "see HTTPURL");
    BECOMES("see https://t.co/x/y/", "see HTTPURL/");
    BECOMES("see foo.common", "see HTTPURLmon");
    BECOMES("foo.com", "foo.com");
    BECOMES(" foo.com", "HTTPURL");
    BECOMES(" a.b.c.d.e.f.g.com", "a.HTTPURL");
    BECOMES(" a.com.xyz", "HTTPURL.xyz");
    BECOMES(" http://foo", "http://foo");
    BECOMES(" www.foo.co.uk/a?b", "HTTPURL?b");
    BECOMES(" é.com", "HTTPURL");
    BECOMES("é.com", "é.com");
    BECOMES("(a.co.x)", "(HTTPURL.x)");
    BECOMES(" http://http://a.com", "http://HTTPURL");
    BECOMES(" a.de/é", "HTTPURL/é");
    BECOMES(" a..com", "a..com");
    BECOMES("x..com", "x..com");
    BECOMES("-_a.com", "-HTTPURL");
    BECOMES("a-a.com", "a-HTTPURL");
    BECOMES(" ²a.io//x", "HTTPURL//x");
    BECOMES(" a.comco", "HTTPURLco");
    BECOMES(" http://a.b\n.com", "http://a.b\n.com");
    BECOMES("x.y.z a.b", "x.y.z a.b");
    BECOMES(" 1.de/1/2/", "HTTPURL/");
}

static void test_repetition(void) {
    BECOMES("aaaa", "aaa");
    BECOMES("aaa", "aaa");
    BECOMES("aabb", "aabb");
    BECOMES("1000000", "1000");
    BECOMES("a     b", "a   b");
    BECOMES("\n\n\n\nx", "x");
    BECOMES("x\n\n\n\ny", "x\n\n\n\ny");
    BECOMES("éééé!!!!", "ééé!!!");
    BECOMES("\U0001F602\U0001F602\U0001F602\U0001F602",
            "emoji face with tears of joy emoji  emoji face with tears of joy emoji  "
            "emoji face with tears of joy emoji");
}

static void test_emoji(void) {
    BECOMES("x | y \U0001F602", "x  emoji  y  emoji face_with_tears_of_joy|");
    BECOMES("|a_b|", "emoji a b emoji");
    BECOMES("||", "||");
    BECOMES("|a|b|", "emoji a emoji b|");
    BECOMES("|||a|", "|| emoji a emoji");
    BECOMES("|", "|");
    BECOMES("a|\n|b", "a emoji \n emoji b");
    BECOMES("\U0001F602\U0001F602", "emoji face with tears of joy emoji  emoji face with tears of joy emoji");
    BECOMES("é|_|", "é emoji   emoji");
    BECOMES("|x", "|x");
    BECOMES("1\uFE0F\u20E3", "emoji keycap 1 emoji");
}

static void test_laughter(void) {
    BECOMES("hahaha", "haha");
    BECOMES("haha", "haha");
    BECOMES("hahah", "hahah");
    BECOMES("ahah", "ahah");
    BECOMES("ahahh", "haha");
    BECOMES("hhah", "hhah");
    BECOMES("hhahh", "haha");
    BECOMES("aaha", "aaha");
    BECOMES("xhahahax", "xhahax");
    BECOMES("hahahaHAHA", "hahaHAHA");
    BECOMES("jaja", "jaja");
    BECOMES("hhaahhaa", "haha");
    BECOMES("ahahaha ha", "haha ha");
    BECOMES("Hahaha", "Hhaha");
}

static void test_margins(void) {
    BECOMES("", "");
    BECOMES("   ", "");
    BECOMES("\u3000a\u2028b\034", "a\u2028b");
    BECOMES("\na\nb\n", "a\nb");
    BECOMES("\uFEFF a ", "\uFEFF a");
    BECOMES("\u200B a", "\u200B a");
}

/* Lone surrogates and NUL are ordinary characters. */
static void test_strange_characters(void) {
    BECOMES("\xED\xA0\xBD#a\xED\xB8\x80", "\xED\xA0\xBDhashtag a\xED\xB8\x80");
    BECOMES("\xED\xA0\xBD\xED\xA0\xBD\xED\xA0\xBD\xED\xA0\xBD", "\xED\xA0\xBD\xED\xA0\xBD\xED\xA0\xBD");

    bt_arena arena = bt_arena_make(memory, sizeof memory);
    const bt_text in = text_from(&arena, "a\0#b\0\0\0\0", 8);
    bt_text text;
    CHECK(bt_preprocess_tweet(&text, &in, &arena) == BT_OK);
    CHECK_INT(text.length, strlen("a hashtag b   "));
    CHECK(text.data[1] == 0 && text.data[2] == 'h' && text.data[13] == 0);
}

/* The input as it was, and nothing of the arena taken, where the answer is not BT_OK. */
static void test_limits(void) {
    static uint32_t data[BT_MAX_CODE_POINTS + 1];
    for (size_t i = 0; i <= BT_MAX_CODE_POINTS; i++) data[i] = i % 2 ? 'x' : ' ';
    bt_arena arena = bt_arena_make(memory, sizeof memory);
    bt_text text, in = {data, BT_MAX_CODE_POINTS + 1};
    CHECK_INT(bt_preprocess_tweet(&text, &in, &arena), BT_TEXT_TOO_LONG);
    CHECK_INT(arena.used, 0);
    in.length--;
    CHECK_INT(bt_preprocess_tweet(&text, &in, &arena), BT_OK);
    CHECK_INT(text.length, BT_MAX_CODE_POINTS - 1);
    CHECK_INT(arena.used, text.length * sizeof(uint32_t));
    CHECK(data[0] == ' ' && text.data != data);
}

static void test_no_memory(void) {
    static uint32_t data[] = {'#', 'A', 'b', ' ', '@', 'c', ' ', 0x1F602};
    const bt_text in = {data, sizeof data / sizeof *data};
    bt_status status = BT_NO_MEMORY;
    size_t room = 0;
    for (; status == BT_NO_MEMORY && room < 4096; room++) {
        bt_arena arena = bt_arena_make(memory, 32 + room);
        bt_text text = {NULL, 0};
        arena.used = 5;
        status = bt_preprocess_tweet(&text, &in, &arena);
        CHECK(status == BT_OK ? text.data != NULL : text.data == NULL && arena.used == 5);
    }
    CHECK_INT(status, BT_OK);
    CHECK(room > 8 * sizeof(uint32_t));
}

/* ------------------------------------------------------------------------------------------------ near-linear -- */

/* Best of five, in seconds, for length code points that repeat a pattern behind a beginning. */
static double seconds_for(const char *beginning, const char *pattern, size_t length) {
    static uint32_t data[BT_MAX_CODE_POINTS + 16];
    static _Alignas(16) uint8_t room[8 << 20];
    const size_t pattern_nbytes = strlen(pattern), used = strlen(beginning);
    size_t filled = bt_utf8_decode(data, (const uint8_t *)beginning, used, false);
    while (filled < length) filled += bt_utf8_decode(data + filled, (const uint8_t *)pattern, pattern_nbytes, false);
    const bt_text in = {data, length};
    double best = 1e9;
    for (int i = 0; i < 5; i++) {
        bt_arena arena = bt_arena_make(room, sizeof room);
        bt_text text;
        const clock_t begin = clock();
        CHECK(bt_preprocess_tweet(&text, &in, &arena) == BT_OK);
        const double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
        if (seconds < best) best = seconds;
    }
    return best;
}

/* Eight times the text takes about eight times as long; 64 would be quadratic. */
static void test_time(void) {
    static const char *const patterns[][2] = {
        {"", "a.a."}, {"", "a."}, {"", "_a."}, {"", "éa"}, {"", "http://"}, {"", "a/"}, {" a.com", "/a"},
        {"", "#a"}, {"", "#"}, {"#aΣ", "ʰ"}, {"#a", "Σʰ"}, {"", "@"}, {"", "|"}, {"|", "a"}, {"", "ha"}, {"", "h"},
        {"", "\U0001F469\u200D"}, {"", "\U0001F3FB\u200D"}, {"", "\U0001F1E6"}, {"", "1\u20E3"},
    };
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        const double slack = 1e-3; /* what a clock of microseconds and a busy machine may add */
        const double small = seconds_for(patterns[i][0], patterns[i][1], BT_MAX_CODE_POINTS / 8);
        const double large = seconds_for(patterns[i][0], patterns[i][1], BT_MAX_CODE_POINTS);
        if (test_fails(large < 24 * small + slack, __FILE__, __LINE__))
            fprintf(stderr, "\"%s%s\": %.6f s, then %.6f s\n", patterns[i][0], patterns[i][1], small, large);
    }
}

int main(void) {
    test_hashtags();
    test_characters();
    test_handles();
    test_addresses();
    test_repetition();
    test_emoji();
    test_laughter();
    test_margins();
    test_strange_characters();
    test_limits();
    test_no_memory();
    test_time();
    return test_end();
}
