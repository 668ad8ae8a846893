/*
 * The words of a tweet, alternative by alternative: what NLTK's expression in transformers 4.57.6 finds (module regex
 * 2023.8.8). And the tail of links, found here in one pass, against a matcher that backtracks as Perl's does.
 */
#include "text.h"
#include "unicode.h"
#include "words.h"

static _Alignas(16) uint8_t memory[1 << 20];

/* The words of a text, with a broken bar between them. */
static const char *cut(const char *utf8, size_t nbytes) {
    static char words[1024];
    bt_arena arena = bt_arena_make(memory, sizeof memory);
    const bt_text text = text_from(&arena, utf8, nbytes);
    bt_words search = bt_words_begin(&text, bt_arena_take_array(&arena, text.length, sizeof(uint32_t)));
    size_t begin, end, length = 0;
    while (bt_words_next(&search, &begin, &end)) {
        if (length > 0) length += bt_utf8_put((uint8_t *)words + length, 0xA6);
        length += bt_utf8_encode((uint8_t *)words + length, text.data + begin, end - begin);
    }
    words[length] = '\0';
    return words;
}

#define CUTS(text, expected) CHECK_STRING(cut(text, sizeof text - 1), expected)

static void test_links(void) {
    CUTS("http://a.b/c", "http://a.b/c");
    CUTS("HTTPS://A.b", "HTTPS://A.b");
    CUTS("https://t.co/abc!!", "https://t.co/abc¦!¦!");
    CUTS("http:////x", "http:////x");
    CUTS("http:///", "http:///");
    CUTS("http://", "http¦:/¦/");
    CUTS("https:x1", "https¦:¦x1");
    CUTS("http:%2", "http¦:¦%¦2");
    CUTS("http:!", "http¦:¦!");
    CUTS("httpſ://ab", "httpſ://ab");
    CUTS("http://a(b)c", "http://a(b)c");
    CUTS("http://a(b(c)d)e.", "http://a(b(c)d)e¦.");
    CUTS("http://(a)", "http://(a)");
    CUTS("http://(((a", "http¦:/¦/¦(¦(¦(¦a");
    CUTS("http://x(", "http://x¦(");
    CUTS("http://a()b", "http://a¦(¦)¦b");
    CUTS("http://()b)c", "http://()b)c");
    CUTS("http://(x)(y)", "http://(x)(y)");
    CUTS("http://a(b))c", "http://a(b))c");
    CUTS("http://a.b<c>d", "http://a.b¦<c>¦d");
    CUTS("http://a’s", "http://a’s");
    CUTS("http://a\u00A0b", "http://a¦b");
    CUTS("http://x/?q=1&r=[2]", "http://x/?q=1&r=¦[¦2¦]");
    CUTS("http://x!.!.!.", "http://x¦!¦.¦!¦.¦!¦.");
    CUTS("http://x(a b)", "http://x¦(¦a¦b¦)");
    CUTS("http://((a)b)c(", "http://((a)b)c¦(");
    CUTS("http://((a)).", "http://((a))¦.");
    CUTS("bit.ly/x,y", "bit.ly/x,y");
    CUTS("bit.ly/", "bit.ly/");
    CUTS("a.b/c", "a¦.¦b¦/¦c");
    CUTS(".com/x", ".¦com¦/¦x");
    CUTS("x.com/(y)", "x.com/¦(¦y¦)");
    CUTS("x-y.z1/abc", "x-y¦.¦z1¦/¦abc");
    CUTS("a.abcdefghijklmn/x", "a¦.¦abcdefghijklmn¦/¦x");
    CUTS("a..com/b", "a¦..¦com¦/¦b");
    CUTS("http:x", "http¦:¦x");
    CUTS("http:/x/", "http:/x/");
    CUTS("http:/é", "http¦:/¦é");
}

static void test_domains(void) {
    CUTS("google.com", "google.com");
    CUTS("google.com/a", "google.com/¦a");
    CUTS("a.b.c", "a¦.¦b¦.¦c");
    CUTS("x.co.uk!", "x.co.uk¦!");
    CUTS("1.2.com", "1.2.com");
    CUTS("a.b-c.de", "a.b-c.de");
    CUTS("a.b1", "a¦.¦b1");
    CUTS("@me.com", "@me¦.¦com");
    CUTS("foo.na@example.com", "foo.na@example.com");
    CUTS("foo.bar.na@x.yz", "foo.bar¦.na@x.yz");
    CUTS("x.com/@y", "x.com/@y");
    CUTS("x.com@y", "x¦.¦com¦@y");
    CUTS("aaa.comé", "aaa¦.¦comé");
    CUTS("aaa.bb.comé", "aaa.bb¦.¦comé");
    CUTS("é.com", "é¦.¦com");
    CUTS("K.İſ", "K.İſ");
    CUTS("abc.abcdefghijklmn", "abc¦.¦abcdefghijklmn");
    CUTS("a.bc.d1.e", "a.bc¦.¦d1¦.¦e");
    CUTS("a.b.", "a¦.¦b¦.");
    CUTS("-a.com", "-¦a.com");
    CUTS("a.com_", "a¦.¦com¦_");
    CUTS("a--b.com", "a--b¦.¦com");
    CUTS("a.com-", "a.com¦-");
}

static void test_phones(void) {
    CUTS("5551234567", "5551234567");
    CUTS("55512345678", "5551234567¦8");
    CUTS("+1 (555) 123-4567", "+1 (555) 123-4567");
    CUTS("1 555 123 4567", "1 555 123 4567");
    CUTS("(555) 1234567", "(555) 1234567");
    CUTS("555-1234", "555-1234");
    CUTS("555.123.4567", "555.123.4567");
    CUTS("+5551234", "+¦5551234");
    CUTS("0 555-1234", "0 555-1234");
    CUTS("1) 555 1234", "1) 555 1234");
    CUTS("12345678901", "12345678901");
    CUTS("555\n1234", "555¦1234");
    CUTS("٥٥٥١٢٣٤", "٥٥٥١٢٣٤");
    CUTS("1555 123", "1555¦123");
    CUTS("+0-1234567", "+0-1234567");
    CUTS("(5551234", "(¦5551234");
}

static void test_emoticons(void) {
    CUTS(":)", ":)");
    CUTS(":-)", ":-)");
    CUTS(":oD", ":oD");
    CUTS("8P", "8P");
    CUTS(">:-(", ">:-(");
    CUTS("<=O)", "<=O)");
    CUTS("(:", "(:");
    CUTS("D:", "D:");
    CUTS("d8", "d8");
    CUTS("(-;>", "(-;>");
    CUTS("<3", "<3");
    CUTS("<33", "<3¦3");
    CUTS("::", "::");
    CUTS(":o", ":¦o");
    CUTS("=*|", "=*|");
    CUTS("o:)", "o¦:)");
    CUTS("P=<x", "P=<¦x");
    CUTS("=D", "=D");
    CUTS(":’)", ":¦’¦)");
    CUTS("@:", "@:");
    CUTS("{'8>", "{'8>");
    CUTS(":-", ":¦-");
    CUTS("xD:", "xD¦:");
}

static void test_markup(void) {
    CUTS("<b>", "<b>");
    CUTS("<a href>", "<¦a¦href¦>");
    CUTS("<>", "<¦>");
    CUTS("<<>", "<<>");
    CUTS("<<a>>", "<<a>¦>");
    CUTS("<a\x1C" "b>", "<a\x1C" "b>");
    CUTS("-->", "-->");
    CUTS("->", "->");
    CUTS("<--", "<--");
    CUTS("<-", "<-");
    CUTS("--", "-¦-");
    CUTS("---x>", "-¦-¦-¦x¦>");
    CUTS("<a", "<¦a");
    CUTS("< >", "<¦>");
}

static void test_handles(void) {
    CUTS("@me", "@me");
    CUTS("@@me", "@¦@me");
    CUTS("@ me", "@¦me");
    CUTS("@éa_1", "@éa_1");
    CUTS("@8ball", "@8¦ball");
    CUTS("@²", "@¦²");
    CUTS("@a\u0301", "@a\u0301");
    CUTS("@", "@");
    CUTS("x@y", "x¦@y");
}

static void test_hashtags(void) {
    CUTS("#a", "#¦a");
    CUTS("#ab", "#ab");
    CUTS("##ab", "##ab");
    CUTS("#a-b", "#a-b");
    CUTS("#a'", "#¦a¦'");
    CUTS("#a--b--", "#a--b¦-¦-");
    CUTS("#é_", "#é_");
    CUTS("#-a", "#¦-¦a");
    CUTS("# a", "#¦a");
    CUTS("###", "#¦#¦#");
    CUTS("#a²", "#¦a¦²");
    CUTS("#1st!", "#1st¦!");
}

static void test_emails(void) {
    CUTS("a@b.cd", "a@b.cd");
    CUTS("a.b+c@d-e.fg.h", "a.b+c@d-e.fg.h");
    CUTS("a@b.c", "a¦@b¦.¦c");
    CUTS("a@b.c.", "a¦@b¦.¦c¦.");
    CUTS("a@b.c.d.", "a@b.c.d¦.");
    CUTS("a@b..cd", "a¦@b¦..¦cd");
    CUTS("a@b.c..d", "a¦@b¦.¦c¦..¦d");
    CUTS("+@-.--", "+@-.--");
    CUTS("a@b@c.de", "a¦@b¦@c¦.¦de");
    CUTS("a@.bc", "a¦@¦.¦bc");
    CUTS(".@a.bc_", ".@a.bc_");
    CUTS("²@a.bc", "²¦@a¦.¦bc");
    CUTS("a@b.cd-.", "a@b.cd-¦.");
}

static void test_words(void) {
    CUTS("don't", "don't");
    CUTS("a-b", "a-b");
    CUTS("ab-", "ab¦-");
    CUTS("a--", "a¦-¦-");
    CUTS("l'été", "l'été");
    CUTS("covid19", "covid¦19");
    CUTS("ab1", "ab1");
    CUTS("a'b'c'", "a'b'c¦'");
    CUTS("_ab", "_ab");
    CUTS("a_b", "a_b");
    CUTS("I'm", "I'm");
    CUTS("1a", "1a");
    CUTS("²a", "²¦a");
    CUTS("½", "½");
    CUTS("a\u200Db", "a\u200Db");
    CUTS("x1y", "x1y");
    CUTS("Ⓜab", "Ⓜab");
    CUTS("a\u0301b-c", "a\u0301b-c");
    CUTS("--ab", "-¦-¦ab");
}

static void test_numbers(void) {
    CUTS("1,000", "1,000");
    CUTS("-1.5", "-1.5");
    CUTS("+3/4-", "+3/4-");
    CUTS("1:2:3", "1:2¦:¦3");
    CUTS("8:00pm", "8:¦00pm");
    CUTS("1.", "1¦.");
    CUTS("٣.٤", "٣.٤");
    CUTS("1,000,000", "1,000¦,¦000");
    CUTS("1-1-1", "1-1-¦1");
    CUTS("12+", "12¦+");
    CUTS("½.5", "½¦.¦5");
}

static void test_dots(void) {
    CUTS("..", "..");
    CUTS("...", "...");
    CUTS(". .", ". .");
    CUTS(". \n .x", ". \n .¦x");
    CUTS(".", ".");
    CUTS(".a", ".¦a");
    CUTS(".. .b", ".. .¦b");
    CUTS(". .\x1C.", ". .¦\x1C¦.");
}

static void test_rest(void) {
    CUTS("", "");
    CUTS("  \t\n", "");
    CUTS("a\x1C" "b", "a¦\x1C¦b");
    CUTS("!?", "!¦?");
    CUTS("😂😂", "😂¦😂");
    CUTS("️", "️");
    CUTS("\u200B", "\u200B");
    CUTS(" a  b ", "a¦b");
}

/* --------------------------------------------------------------------------------------------- link tails -- */

/* BODY and END of words.h, tried in order, one continuation after the other. */
typedef struct {
    const uint32_t *text;
    size_t length;
} subject;

static uint32_t char_at(const subject *s, size_t place) { return place < s->length ? s->text[place] : ' '; }

static int is_in(uint32_t c, const char *string) { return c < 128 && c != 0 && strchr(string, (int)c) != NULL; }

/* B2, which has one end at most, or 0. */
static size_t nested_end(const subject *s, size_t place) {
    const char *const expected = "(())";
    for (const char *bracket = expected; *bracket; bracket++) {
        const size_t begin = place;
        while (bracket != expected && !is_in(char_at(s, place), " ()")) place++;
        if (char_at(s, place) != (bracket - expected < 2 ? '(' : ')')) return 0;
        if (bracket - expected == 2 && place == begin) return 0;
        place++;
    }
    return place;
}

static size_t match_end(const subject *s, size_t place) {
    const uint32_t c = char_at(s, place);
    if (c == '(') {
        const size_t nested = nested_end(s, place);
        if (nested) return nested;
        for (size_t i = place + 1; char_at(s, i) != ' '; i++) {
            if (i > place + 1 && char_at(s, i) == ')') return i + 1;
        }
        return 0;
    }
    return is_in(c, " `!()[]{};:'\".,<>?") ? 0 : place + 1;
}

/* BODY+ END, or BODY* END unless first. */
static size_t match_literally(const subject *s, size_t place, int first) {
    size_t run = place, end;
    while (!is_in(char_at(s, run), " ()<>{}[]")) run++;
    for (; run > place; run--) {
        if ((end = match_literally(s, run, 0)) > 0) return end;
    }
    if (char_at(s, place) == '(') {
        const size_t nested = nested_end(s, place);
        if (nested && (end = match_literally(s, nested, 0)) > 0) return end;
        for (size_t i = place + 1; char_at(s, i) != ' '; i++) {
            if (i > place + 1 && char_at(s, i) == ')' && (end = match_literally(s, i + 1, 0)) > 0) return end;
        }
    }
    return first ? 0 : match_end(s, place);
}

static uint32_t draw(uint32_t below) {
    static uint64_t state = 20201125;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % below;
}

/* "bc.de/" before a tail of a few characters that matter. Where no tail fits, the first word is another. */
static void test_tails(void) {
    for (int round = 0; round < 200000; round++) {
        uint32_t characters[64] = {'b', 'c', '.', 'd', 'e', '/'};
        const size_t length = 6 + draw(15);
        for (size_t i = 6; i < length; i++) characters[i] = (uint8_t)"aa!.()()<] "[draw(11)];
        uint32_t tails[64];
        const bt_text text = {characters, length};
        const subject s = {characters, length};
        bt_words search = bt_words_begin(&text, tails);
        size_t begin, end;
        CHECK(bt_words_next(&search, &begin, &end) && begin == 0);
        const size_t expected = match_literally(&s, 6, 1);
        CHECK_INT(end > 6 ? end : 0, expected);
    }
}

/* ----------------------------------------------------------------------------------------- long and nasty -- */

/* What makes backtracking or careless searching take quadratic time or worse, as long as texts may be. Each must be
 * cut without a gap but white space. */
static void test_long(void) {
    static const char *const units[] = {"a.", "(", ")", "http://(((", "http://!.", ". ", "@", "1-", "<", "#", "#a-",
                                        "-", "a@", "a@b.", "1 ", "a/", "a.com@", "&", "'_", "a.b/(", "()",
                                        "http://a(b)", "+", "'"};
    static uint32_t characters[32768], tails[32768];
    for (size_t unit = 0; unit < sizeof units / sizeof *units; unit++) {
        const size_t period = strlen(units[unit]);
        for (size_t i = 0; i < 32768; i++) characters[i] = (uint8_t)units[unit][i % period];
        const bt_text text = {characters, 32768};
        bt_words search = bt_words_begin(&text, tails);
        size_t begin, end, reached = 0;
        while (bt_words_next(&search, &begin, &end)) {
            CHECK(end > begin && begin >= reached);
            for (size_t i = reached; i < begin; i++) CHECK(bt_is_regex_space(characters[i]));
            reached = end;
        }
        CHECK(reached + 1 >= 32768);
    }
}

int main(void) {
    test_links();
    test_domains();
    test_phones();
    test_emoticons();
    test_markup();
    test_handles();
    test_hashtags();
    test_emails();
    test_words();
    test_numbers();
    test_dots();
    test_rest();
    test_tails();
    test_long();
    return test_end();
}
