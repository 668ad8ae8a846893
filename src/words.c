#include "strict.h"

#include "unicode.h"
#include "words.h"

/* Each match_... below takes a place and returns where the match that begins there ends, or 0. */
#define NO_MATCH 0

/* ------------------------------------------------------------------------------------------------ classes -- */

/* [a-z] with case ignored. */
static bool is_letter(uint32_t c) {
    return bt_is_ascii_letter(c) || c == 0x17F || c == 0x212A || c == 0x130;
}

static bool is_alnum(uint32_t c) { return is_letter(c) || bt_is_ascii_digit(c); }
static bool is_space(uint32_t c) { return bt_is_regex_space(c); }
static bool is_word(uint32_t c) { return bt_is_regex_word(c); }

/* [^\W\d_] */
static bool is_word_letter(uint32_t c) { return is_word(c) && c != '_' && !bt_is_digit(c); }

/* Whether an ASCII character of the string, which is ASCII; NUL is never. */
static bool is_one_of(uint32_t c, const char *string) {
    for (; *string; string++) {
        if (c == (uint8_t)*string) return true;
    }
    return false;
}

static bool is_host(uint32_t c) { return is_alnum(c) || c == '.' || c == '-'; }
static bool is_mailbox(uint32_t c) { return is_word(c) || c == '.' || c == '+' || c == '-'; }
static bool is_mail_label(uint32_t c) { return is_word(c) || c == '-'; }
static bool is_hashtag(uint32_t c) { return is_word(c) || c == '\'' || c == '-'; }
static bool is_compound(uint32_t c) { return is_word_letter(c) || is_one_of(c, "'-_"); }
static bool is_dash(uint32_t c) { return c == '-'; }
static bool is_hash(uint32_t c) { return c == '#'; }

/* The code point at a place, or one that is in no class behind the end. */
#define NOTHING 0xFFFFFFFFu

static uint32_t at(const bt_words *w, size_t place) { return place < w->length ? w->text[place] : NOTHING; }

/* Where the run of a class from a place on ends. */
static size_t run_end(const bt_words *w, size_t place, bool (*in_class)(uint32_t)) {
    while (place < w->length && in_class(w->text[place])) place++;
    return place;
}

/* ----------------------------------------------------------------------------------------------- the tail -- */

/*
 * BODY+ END, where a backtracking matcher may take exponential time, from right to left in one pass.
 *
 * Let F(q) be where BODY* END from q ends in Perl's order (0: nowhere), and G(q) the same for BODY+ END. Neither
 * depends on how q was reached, so each is needed once:
 *
 *   q is a run character, [^\s()<>{}\[\]]: the longest run is tried first, then ever shorter ones, and END takes one
 *       character after the run. Behind the run's last character r - 1 follows F(r); if that fails, END takes the last
 *       character of the run that may be an END. So F(q) = F(q + 1), else q + 1 if END takes q, else 0; and
 *       G(q) = F(q + 1).
 *   q is '(': BODY is B2 or B3. B2 has one end at most: the next three brackets must be '(' with anything before it,
 *       ')' with something between, ')'. B3 ends at any ')' from q + 2 on within the stretch without white space; the
 *       nearest behind which F holds is the one. G(q) is the first of these with F; F(q) = G(q), else where B2 or else
 *       the nearest B3 ends.
 *   q is anything else: 0.
 */
typedef struct {
    uint32_t kind; /* '(' or ')'; 0: none before the next white space */
    uint32_t tail; /* F behind it */
    size_t place;
} bracket;

typedef struct {
    bracket next[3];     /* the nearest brackets to the right, in this stretch without white space */
    uint32_t tails[3];   /* F at the next places: q + 1, q + 2, q + 3 */
    uint32_t close;      /* behind the nearest ')' from q + 2 on, or 0 */
    uint32_t close_tail; /* F behind the nearest such ')' that has one, or 0 */
} stretch;

/* END's one character is a run character but for these. */
static bool may_end_link(uint32_t c) {
    if (c < 128) return !is_one_of(c, "`!;:'\".,?");
    return c != 0xAB && c != 0xBB && c != 0x201C && c != 0x201D && c != 0x2018 && c != 0x2019;
}

static uint32_t close_of_nested_brackets(const stretch *s) {
    const bracket *b = s->next;
    const bool matches = b[0].kind == '(' && b[1].kind == ')' && b[2].kind == ')';
    return matches && b[1].place >= b[0].place + 2 ? (uint32_t)b[2].place + 1 : 0;
}

/* F at a place, which is the next to the left of those in s; *body is set to G. */
static uint32_t find_tail(const stretch *s, uint32_t c, size_t place, uint32_t *body) {
    *body = 0;
    if (c == '(') {
        const uint32_t nested = close_of_nested_brackets(s);
        *body = nested && s->next[2].tail ? s->next[2].tail : s->close_tail;
        return *body ? *body : nested ? nested : s->close;
    }
    if (is_one_of(c, ")<>{}[]")) return 0;
    *body = s->tails[0];
    return *body ? *body : may_end_link(c) ? (uint32_t)place + 1 : 0;
}

static void find_tails(bt_words *w) {
    stretch s = {0};
    for (size_t place = w->length; place-- > 0;) {
        const uint32_t c = w->text[place];
        if (is_space(c)) {
            s = (stretch){0};
            w->tails[place] = 0;
            continue;
        }
        if (s.next[0].kind && at(w, place + 2) == ')') {
            s.close = (uint32_t)place + 3;
            if (s.tails[2]) s.close_tail = s.tails[2];
        }
        const uint32_t tail = find_tail(&s, c, place, &w->tails[place]);
        if (c == '(' || c == ')') {
            s.next[2] = s.next[1];
            s.next[1] = s.next[0];
            s.next[0] = (bracket){c, s.tails[0], place};
        }
        s.tails[2] = s.tails[1];
        s.tails[1] = s.tails[0];
        s.tails[0] = tail;
    }
}

static size_t match_tail(bt_words *w, size_t place) {
    if (place >= w->length) return NO_MATCH;
    if (!w->has_tails) find_tails(w);
    w->has_tails = true;
    return w->tails[place];
}

/* -------------------------------------------------------------------------------------------------- links -- */

/* Behind "http:" or "https:", or 0. */
static size_t match_scheme(const bt_words *w, size_t place) {
    for (const char *c = "http"; *c; c++, place++) {
        if ((at(w, place) | 0x20) != (uint8_t)*c) return NO_MATCH;
    }
    if ((at(w, place) | 0x20) == 's' || at(w, place) == 0x17F) place++;
    return at(w, place) == ':' ? place + 1 : NO_MATCH;
}

static size_t match_link_with_scheme(bt_words *w, size_t place) {
    place = match_scheme(w, place);
    if (!place) return NO_MATCH;
    if (is_alnum(at(w, place)) || at(w, place) == '%') return match_tail(w, place + 1);
    size_t slashes = 0;
    while (slashes < 3 && at(w, place + slashes) == '/') slashes++;
    for (; slashes > 0; slashes--) {
        const size_t end = match_tail(w, place + slashes);
        if (end) return end;
    }
    return NO_MATCH;
}

/* A host is all of its run: what follows, '/', is not of its class. So is its last label, as it holds no '.'. */
static size_t match_link_with_host(bt_words *w, size_t place) {
    if (!is_host(w->text[place])) return NO_MATCH;
    if (place >= w->host.end) w->host.end = run_end(w, place, is_host);
    const size_t end = w->host.end;
    if (at(w, end) != '/') return NO_MATCH;
    size_t label = end;
    while (label > place && end - label <= 13 && is_letter(w->text[label - 1])) label--;
    const bool matches = end - label >= 2 && end - label <= 13 && label >= place + 2 && w->text[label - 1] == '.';
    return matches ? match_tail(w, end + 1) : NO_MATCH;
}

static size_t match_link(bt_words *w, size_t place) {
    const size_t end = match_link_with_scheme(w, place);
    return end ? end : match_link_with_host(w, place);
}

/* The end of a naked domain whose last label is text[begin] .. text[end - 1], or 0. */
static size_t domain_end(const bt_words *w, size_t begin, size_t end) {
    if (end - begin < 2 || end - begin > 13 || is_word(at(w, end))) return NO_MATCH;
    if (run_end(w, begin, is_letter) != end) return NO_MATCH;
    if (at(w, end) == '/' && at(w, end + 1) != '@') return end + 1;
    return at(w, end) == '@' ? NO_MATCH : end;
}

/* Walks the labels of the domain that begins at a place, and notes the last one that can end it. */
static void walk_domain(bt_words *w, size_t place) {
    w->domain = (bt_run){0, NO_MATCH};
    w->domain_begin = 0;
    for (size_t label = place;;) {
        const size_t end = run_end(w, label, is_alnum);
        const size_t match = label > place && w->text[label - 1] == '.' ? domain_end(w, label, end) : NO_MATCH;
        if (match) {
            w->domain.match = match;
            w->domain_begin = label;
        }
        w->domain.end = end;
        if (!is_one_of(at(w, end), ".-") || !is_alnum(at(w, end + 1))) return;
        label = end + 1;
    }
}

static size_t match_domain(bt_words *w, size_t place) {
    if (!is_alnum(w->text[place]) || (place > 0 && w->text[place - 1] == '@')) return NO_MATCH;
    if (place >= w->domain.end) walk_domain(w, place);
    return w->domain_begin > place ? w->domain.match : NO_MATCH;
}

/* ------------------------------------------------------------------------------------------------- phones -- */

static bool is_separator(uint32_t c) { return is_one_of(c, " *-.)"); }

static size_t match_digits(const bt_words *w, size_t place, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (!bt_is_digit(at(w, place + i))) return NO_MATCH;
    }
    return place + count;
}

/* \d{3}[ *\-.\)]* */
static size_t match_three_digits(const bt_words *w, size_t place) {
    const size_t end = match_digits(w, place, 3);
    return end ? run_end(w, end, is_separator) : NO_MATCH;
}

/* \d{3}[ *\-.\)]*\d{4} */
static size_t match_local_number(const bt_words *w, size_t place) {
    const size_t base = match_three_digits(w, place);
    return base ? match_digits(w, base, 4) : NO_MATCH;
}

static size_t match_national_number(const bt_words *w, size_t place) {
    const size_t local = match_three_digits(w, place + (at(w, place) == '('));
    const size_t end = local ? match_local_number(w, local) : NO_MATCH;
    return end ? end : match_local_number(w, place);
}

static size_t match_phone(bt_words *w, size_t place) {
    const size_t country = place + (w->text[place] == '+');
    if (at(w, country) == '0' || at(w, country) == '1') {
        const size_t end = match_national_number(w, run_end(w, country + 1, is_separator));
        if (end) return end;
    }
    return match_national_number(w, place);
}

/* ---------------------------------------------------------------------------------- emoticons and markup -- */

static bool is_eyes(uint32_t c) { return is_one_of(c, ":;=8"); }
static bool is_nose(uint32_t c) { return is_one_of(c, "-oO*'"); }
static bool is_mouth(uint32_t c) { return is_one_of(c, ")]([dDpP/:}{@|\\"); }

/* No character is a nose and also eyes or mouth, so what is optional never has to be given back. */
static size_t match_emoticon(bt_words *w, size_t place) {
    const uint32_t c = w->text[place];
    const size_t eyes = place + (c == '<' || c == '>');
    if (is_eyes(at(w, eyes))) {
        const size_t mouth = eyes + 1 + is_nose(at(w, eyes + 1));
        if (is_mouth(at(w, mouth))) return mouth + 1;
    }
    if (is_mouth(c)) {
        const size_t eyes_after = place + 1 + is_nose(at(w, place + 1));
        const uint32_t after = at(w, eyes_after + 1);
        if (is_eyes(at(w, eyes_after))) return eyes_after + 1 + (after == '<' || after == '>');
    }
    return c == '<' && at(w, place + 1) == '3' ? place + 2 : NO_MATCH;
}

static size_t match_tag(bt_words *w, size_t place) {
    if (w->text[place] != '<') return NO_MATCH;
    if (place >= w->tag_end) {
        w->tag_end = place + 1;
        while (w->tag_end < w->length && w->text[w->tag_end] != '>' && !is_space(w->text[w->tag_end])) w->tag_end++;
    }
    return at(w, w->tag_end) == '>' && w->tag_end >= place + 2 ? w->tag_end + 1 : NO_MATCH;
}

static size_t match_arrow(bt_words *w, size_t place) {
    const bool points_left = w->text[place] == '<';
    const size_t dashes = place + points_left;
    if (at(w, dashes) != '-') return NO_MATCH;
    if (dashes >= w->dashes_end) w->dashes_end = run_end(w, dashes, is_dash);
    if (points_left) return w->dashes_end;
    return at(w, w->dashes_end) == '>' ? w->dashes_end + 1 : NO_MATCH;
}

/* ------------------------------------------------------------------------- handles, hashtags, addresses -- */

static size_t match_handle(bt_words *w, size_t place) {
    return w->text[place] == '@' && is_word(at(w, place + 1)) ? run_end(w, place + 1, is_word) : NO_MATCH;
}

/* Behind the last word character of the run of a class, which begins at a place; at is it if there is no other. */
static size_t last_word_end(const bt_words *w, size_t place, bool (*in_class)(uint32_t), bool (*is_last)(uint32_t)) {
    size_t last = place;
    for (size_t i = place; i < w->length && in_class(w->text[i]); i++) {
        if (is_last(w->text[i])) last = i;
    }
    return last + 1;
}

static size_t match_hashtag(bt_words *w, size_t place) {
    if (w->text[place] != '#') return NO_MATCH;
    if (place >= w->hashtag.end) {
        const size_t begin = run_end(w, place, is_hash);
        const size_t end = is_word(at(w, begin)) ? last_word_end(w, begin, is_hashtag, is_word) : 0;
        w->hashtag = (bt_run){begin, end >= begin + 2 ? end : NO_MATCH};
    }
    return w->hashtag.match;
}

/* [\w-]+\.(?:[\w-]\.?)+[\w-]: what follows the first '.' are two characters or more, each of which a '.' may follow;
 * the match ends with the last of them. */
static size_t match_mail_domain(const bt_words *w, size_t place) {
    const size_t dot = run_end(w, place, is_mail_label);
    if (dot == place || at(w, dot) != '.') return NO_MATCH;
    size_t count = 0, end = 0;
    for (size_t i = dot + 1; is_mail_label(at(w, i)); i += at(w, i) == '.') {
        end = ++i;
        count++;
    }
    return count >= 2 ? end : NO_MATCH;
}

static size_t match_email(bt_words *w, size_t place) {
    if (!is_mailbox(w->text[place])) return NO_MATCH;
    if (place >= w->email.end) {
        const size_t sign = run_end(w, place, is_mailbox);
        w->email = (bt_run){sign, at(w, sign) == '@' ? match_mail_domain(w, sign + 1) : NO_MATCH};
    }
    return w->email.match;
}

/* -------------------------------------------------------------------------------------------------- words -- */

static size_t match_compound(bt_words *w, size_t place) {
    if (!is_word_letter(w->text[place])) return NO_MATCH;
    const size_t end = last_word_end(w, place, is_compound, is_word_letter);
    return end >= place + 3 ? end : NO_MATCH;
}

static bool is_sign(uint32_t c) { return c == '+' || c == '-'; }

static size_t match_number(bt_words *w, size_t place) {
    const size_t whole = place + is_sign(w->text[place]);
    const size_t point = run_end(w, whole, bt_is_digit);
    if (point == whole || !is_one_of(at(w, point), ",/.:-")) return NO_MATCH;
    const size_t end = run_end(w, point + 1, bt_is_digit);
    return end > point + 1 ? end + is_sign(at(w, end)) : NO_MATCH;
}

static size_t match_plain_word(bt_words *w, size_t place) {
    const size_t end = run_end(w, place, is_word);
    return end > place ? end : NO_MATCH;
}

static size_t match_dots(bt_words *w, size_t place) {
    size_t end = NO_MATCH;
    while (at(w, place) == '.') {
        place = run_end(w, place + 1, is_space);
        if (at(w, place) == '.') end = place + 1;
    }
    return end;
}

/* ------------------------------------------------------------------------------------------------- search -- */

/* The alternatives in their order; the last, \S, is what remains. */
static size_t match_any(bt_words *w, size_t place) {
    static size_t (*const alternatives[])(bt_words *, size_t) = {
        match_link,   match_domain,  match_phone, match_emoticon, match_tag,    match_arrow,      match_handle,
        match_hashtag, match_email, match_compound, match_number, match_plain_word, match_dots,
    };
    for (size_t i = 0; i < sizeof alternatives / sizeof *alternatives; i++) {
        const size_t end = alternatives[i](w, place);
        if (end) return end;
    }
    return place + 1;
}

bt_words bt_words_begin(const bt_text *text, uint32_t *tails) {
    return (bt_words){.text = text->data, .length = text->length, .tails = tails};
}

bool bt_words_next(bt_words *words, size_t *begin, size_t *end) {
    while (is_space(at(words, words->at)) && words->at < words->length) words->at++;
    if (words->at >= words->length) return false;
    *begin = words->at;
    *end = words->at = match_any(words, *begin);
    return true;
}
