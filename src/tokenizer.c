/*
 * tokenizer.c - bt_tokenize: from bytes to token ids.
 *
 *     none           bytes -> clean UTF-8 -> pieces -> words -> ids
 *     pysentimiento  bytes -> code points -> preprocess.h -> UTF-8 -> pieces -> words -> ids
 *     bertweet       bytes -> pieces -> code points -> normalize.h -> UTF-8 -> words -> ids
 *
 * Pieces are the special strings <s> </s> <unk> <pad> <mask>, wherever they stand, and what is between them. Words are
 * the matches of \S+\n? in a piece: a run without white space, and one line feed directly behind it. Ids of a word: see
 * bpe.h. Words do not depend on each other, so that reading ends where max_tokens is reached.
 *
 * The arena holds, in this order: the pieces and the text (either may come first), the tokens, and one word at a time.
 */
#include "strict.h"

#include "bpe.h"
#include "model.h"
#include "normalize.h"
#include "preprocess.h"
#include "unicode.h"
#include "utf8.h"

/* ------------------------------------------------------------------------------------------------- pieces -- */

#define NOT_SPECIAL (-1)

/* Bytes begin .. end - 1 of a text. */
typedef struct {
    uint32_t begin, end;
    int32_t id; /* of the special string that this is, or NOT_SPECIAL */
} piece;

typedef struct {
    piece *items;
    size_t count;
} piece_list;

static bool begins_with(const uint8_t *at, const uint8_t *end, const char *string) {
    for (; *string; string++, at++) {
        if (at == end || *at != (uint8_t)*string) return false;
    }
    return true;
}

/* The special string at a place: its length, 0 if there is none. None is the beginning of another. */
static uint32_t match_special(const uint8_t *at, const uint8_t *end, uint32_t mask_id, int32_t *id) {
    static const struct {
        char string[7];
        uint8_t length;
        int8_t id;
    } specials[] = {{"<s>", 3, BT_ID_BOS}, {"</s>", 4, BT_ID_EOS}, {"<unk>", 5, BT_ID_UNK}, {"<pad>", 5, BT_ID_PAD}};
    for (size_t i = 0; i < sizeof specials / sizeof *specials; i++) {
        *id = specials[i].id;
        if (begins_with(at, end, specials[i].string)) return specials[i].length;
    }
    *id = (int32_t)mask_id;
    return begins_with(at, end, "<mask>") ? 6 : 0;
}

static size_t add_piece(piece *pieces, size_t count, size_t begin, size_t end, int32_t id) {
    if (begin == end) return count;
    if (pieces != NULL) pieces[count] = (piece){(uint32_t)begin, (uint32_t)end, id};
    return count + 1;
}

/* Writes the pieces of a text, none of them empty, and returns their number; pieces may be NULL. */
static size_t find_pieces(piece *pieces, const uint8_t *text, size_t nbytes, uint32_t mask_id) {
    size_t count = 0, begin = 0;
    for (size_t i = 0; i < nbytes;) {
        int32_t id;
        const uint32_t length = text[i] == '<' ? match_special(text + i, text + nbytes, mask_id, &id) : 0;
        if (length == 0) {
            i++;
            continue;
        }
        count = add_piece(pieces, count, begin, i, NOT_SPECIAL);
        count = add_piece(pieces, count, i, i + length, id);
        begin = i += length;
    }
    return add_piece(pieces, count, begin, nbytes, NOT_SPECIAL);
}

static bt_status split(piece_list *out, const uint8_t *text, size_t nbytes, uint32_t mask_id, bt_arena *arena) {
    out->count = find_pieces(NULL, text, nbytes, mask_id);
    out->items = bt_arena_take_array(arena, out->count, sizeof *out->items);
    if (out->items == NULL) return BT_NO_MEMORY;
    find_pieces(out->items, text, nbytes, mask_id);
    return BT_OK;
}

/* ---------------------------------------------------------------------------------------- text, prepared -- */

/* What a user gave. */
typedef struct {
    const uint8_t *bytes;
    size_t nbytes;
    bool surrogates;
} source;

/* What the tokens stand in: UTF-8, or WTF-8 where lone surrogates came through. */
typedef struct {
    const uint8_t *bytes;
    size_t nbytes;
    piece_list pieces;
} prepared_text;

/* The next nbytes bytes of the arena, without a gap; NULL if they do not fit. */
static uint8_t *extend(bt_arena *arena, size_t nbytes) {
    if (nbytes > arena->capacity - arena->used) return NULL;
    arena->used += nbytes;
    return arena->base + arena->used - nbytes;
}

static bt_status append_utf8(bt_arena *arena, const bt_text *text) {
    uint8_t *bytes = extend(arena, bt_utf8_nbytes(text->data, text->length));
    if (bytes == NULL) return BT_NO_MEMORY;
    bt_utf8_encode(bytes, text->data, text->length); /* the text may lie above: what is written stays below it */
    return BT_OK;
}

static bt_status decode(bt_text *out, const source *in, bt_arena *arena) {
    out->length = bt_utf8_count(in->bytes, in->nbytes, in->surrogates);
    out->data = bt_arena_take_array(arena, out->length, sizeof *out->data);
    if (out->data == NULL) return BT_NO_MEMORY;
    bt_utf8_decode(out->data, in->bytes, in->nbytes, in->surrogates);
    return BT_OK;
}

static bool is_too_long(const source *in) {
    return in->nbytes > BT_MAX_CODE_POINTS &&
           bt_utf8_count(in->bytes, in->nbytes, in->surrogates) > BT_MAX_CODE_POINTS;
}

static bt_status prepare_none(prepared_text *out, const source *in, uint32_t mask_id, bt_arena *arena) {
    const uint8_t *const end = in->bytes + in->nbytes;
    size_t nbytes = 0;
    for (const uint8_t *at = in->bytes; at < end;) nbytes += bt_utf8_size(bt_utf8_next(&at, end, in->surrogates));
    if (nbytes > UINT32_MAX - 2) return BT_TEXT_TOO_LONG; /* where tokens stand is told in 32 bits */

    uint8_t *text = bt_arena_take(arena, nbytes);
    if (text == NULL) return BT_NO_MEMORY;
    out->bytes = text;
    out->nbytes = nbytes;
    for (const uint8_t *at = in->bytes; at < end;) text += bt_utf8_put(text, bt_utf8_next(&at, end, in->surrogates));
    return split(&out->pieces, out->bytes, out->nbytes, mask_id, arena);
}

static bt_status prepare_pysentimiento(prepared_text *out, const source *in, uint32_t mask_id, bt_arena *arena) {
    if (is_too_long(in)) return BT_TEXT_TOO_LONG;
    const size_t begin = arena->used;
    bt_text text;
    bt_status status = decode(&text, in, arena);
    if (status == BT_OK) status = bt_preprocess_tweet(&text, &text, arena);
    arena->used = begin;
    if (status == BT_OK) status = append_utf8(arena, &text);
    if (status != BT_OK) return status;

    out->bytes = arena->base + begin;
    out->nbytes = arena->used - begin;
    return split(&out->pieces, out->bytes, out->nbytes, mask_id, arena);
}

/* Normalises what is between special strings, and appends it; special strings are appended as they are. */
static bt_status append_normalized(bt_arena *arena, const source *in, bool is_special) {
    const size_t begin = arena->used;
    bt_text text;
    bt_status status = decode(&text, in, arena);
    if (status == BT_OK && !is_special) status = bt_normalize_tweet(&text, &text, arena);
    arena->used = begin;
    return status == BT_OK ? append_utf8(arena, &text) : status;
}

static bt_status prepare_bertweet(prepared_text *out, const source *in, uint32_t mask_id, bt_arena *arena) {
    if (is_too_long(in)) return BT_TEXT_TOO_LONG;
    bt_status status = split(&out->pieces, in->bytes, in->nbytes, mask_id, arena);
    const size_t begin = arena->used;
    for (size_t i = 0; i < out->pieces.count && status == BT_OK; i++) {
        piece *p = &out->pieces.items[i];
        const source part = {in->bytes + p->begin, p->end - p->begin, in->surrogates};
        p->begin = (uint32_t)(arena->used - begin);
        status = append_normalized(arena, &part, p->id != NOT_SPECIAL);
        p->end = (uint32_t)(arena->used - begin);
    }
    out->bytes = arena->base + begin;
    out->nbytes = arena->used - begin;
    return status;
}

static bt_status prepare(prepared_text *out, uint32_t mode, const source *in, uint32_t mask_id, bt_arena *arena) {
    switch (mode & ~(uint32_t)BT_MODE_SURROGATES) {
    case BT_MODE_PYSENTIMIENTO: return prepare_pysentimiento(out, in, mask_id, arena);
    case BT_MODE_BERTWEET: return prepare_bertweet(out, in, mask_id, arena);
    default: return prepare_none(out, in, mask_id, arena);
    }
}

/* ------------------------------------------------------------------------------------------------- tokens -- */

/* Tokens while they are found; ids[0] is <s>, and there is room for </s>. */
typedef struct {
    const bt_bpe *bpe;
    const uint8_t *text;
    bt_arena *arena;
    int32_t *ids;
    uint32_t *begins;
    uint32_t *ends;
    uint8_t *inner;
    uint32_t length;
    uint32_t limit; /* length may reach this */
    bool truncated; /* it would have gone further */
} token_list;

static void add_token(token_list *list, uint32_t id, uint32_t begin, uint32_t end, bool inner) {
    if (list->length == list->limit) {
        list->truncated = true;
        return;
    }
    list->ids[list->length] = (int32_t)id;
    list->begins[list->length] = begin;
    list->ends[list->length] = end;
    list->inner[list->length++] = inner;
}

/* The code point at *at of a clean text, which is moved behind it. */
static uint32_t next_code_point(const uint8_t **at, const uint8_t *end) {
    return **at < 0x80 ? *(*at)++ : bt_utf8_next(at, end, true);
}

/* The word text[begin] .. text[end - 1], of count code points. */
static bt_status add_word(token_list *list, uint32_t begin, uint32_t end, uint32_t count) {
    const size_t mark = list->arena->used;
    bt_word word = {bt_arena_take_array(list->arena, count, sizeof *word.symbols),
                    bt_arena_take_array(list->arena, count, sizeof *word.begins), count};
    if (word.symbols == NULL || word.begins == NULL) return BT_NO_MEMORY;

    const uint8_t *at = list->text + begin;
    for (uint32_t i = 0; i < count; i++) {
        word.begins[i] = (uint32_t)(at - list->text);
        word.symbols[i] = bt_bpe_symbol(list->bpe, next_code_point(&at, list->text + end), i + 1 == count);
    }
    if (count > 1 && bt_bpe_merge(&word, list->bpe, list->arena) != BT_OK) return BT_NO_MEMORY;
    for (uint32_t i = 0; i < word.length; i++) {
        const bool last = i + 1 == word.length;
        add_token(list, bt_bpe_id(list->bpe, word.symbols[i], last), word.begins[i], last ? end : word.begins[i + 1],
                  !last);
    }
    list->arena->used = mark;
    return BT_OK;
}

/* The words of text[begin] .. text[end - 1]. */
static bt_status add_words(token_list *list, uint32_t begin, uint32_t end) {
    const uint8_t *const stop = list->text + end;
    for (const uint8_t *at = list->text + begin; at < stop && !list->truncated;) {
        const uint8_t *word = at, *behind = at;
        uint32_t count = 0, c = 0;
        for (; at < stop; behind = at, count++) {
            c = next_code_point(&at, stop);
            if (bt_is_space(c)) break;
        }
        if (count == 0) continue;
        if (behind < at && c == '\n') behind = at, count++; /* it belongs to the word */
        const bt_status status =
            add_word(list, (uint32_t)(word - list->text), (uint32_t)(behind - list->text), count);
        if (status != BT_OK) return status;
    }
    return BT_OK;
}

static uint32_t count_code_points(const uint8_t *text, size_t nbytes) {
    uint32_t count = 0;
    for (size_t i = 0; i < nbytes; i++) count += (text[i] & 0xC0) != 0x80;
    return count;
}

/* Room for all the tokens there can be: one for each code point, or max_tokens. */
static bt_status make_list(token_list *list, const prepared_text *text, uint32_t max_tokens) {
    uint32_t room = count_code_points(text->bytes, text->nbytes) + 2;
    if (max_tokens > 0 && max_tokens < room) room = max_tokens > 2 ? max_tokens : 2;
    list->limit = room - 1;
    list->ids = bt_arena_take_array(list->arena, room, sizeof *list->ids);
    list->begins = bt_arena_take_array(list->arena, room, sizeof *list->begins);
    list->ends = bt_arena_take_array(list->arena, room, sizeof *list->ends);
    list->inner = bt_arena_take_array(list->arena, room, sizeof *list->inner);
    return list->ids && list->begins && list->ends && list->inner ? BT_OK : BT_NO_MEMORY;
}

static bt_status add_pieces(token_list *list, const piece_list *pieces) {
    for (size_t i = 0; i < pieces->count && !list->truncated; i++) {
        const piece *p = &pieces->items[i];
        if (p->id == NOT_SPECIAL) {
            const bt_status status = add_words(list, p->begin, p->end);
            if (status != BT_OK) return status;
        } else {
            add_token(list, (uint32_t)p->id, p->begin, p->end, false);
        }
    }
    return BT_OK;
}

bt_status bt_tokenize(bt_tokens *out, const bt_model *model, uint32_t mode, const void *text, size_t text_nbytes,
                      uint32_t max_tokens, void *scratch, size_t scratch_nbytes) {
    const bt_bpe *bpe = &model->bpe;
    const source in = {text, text_nbytes, mode & BT_MODE_SURROGATES};
    bt_arena arena = bt_arena_make(scratch, scratch_nbytes);
    prepared_text prepared;
    bt_status status = prepare(&prepared, mode, &in, bpe->mask_id, &arena);
    if (status != BT_OK) return status;

    token_list list = {.bpe = bpe, .text = prepared.bytes, .arena = &arena};
    status = make_list(&list, &prepared, max_tokens);
    if (status != BT_OK) return status;
    add_token(&list, BT_ID_BOS, 0, 0, false);
    status = add_pieces(&list, &prepared.pieces);
    if (status != BT_OK) return status;
    list.limit++;
    const bool truncated = list.truncated;
    add_token(&list, BT_ID_EOS, 0, 0, false);

    *out = (bt_tokens){.ids = list.ids, .length = list.length, .truncated = truncated,
                       .text = prepared.bytes, .text_nbytes = prepared.nbytes,
                       .begins = list.begins, .ends = list.ends, .inner = list.inner};
    return BT_OK;
}

/*
 * For each byte of text, which is a code point at most: a token with its span takes 13 bytes, the text itself 1. Modes
 * that rewrite it keep two versions in code points, 8 bytes, which may have grown by half, and bertweet 4 more to find
 * links. A word takes 56 bytes for each code point while it is merged, and is seldom longer than a few hundred.
 */
size_t bt_tokenize_nbytes(uint32_t mode, size_t text_nbytes) {
    const size_t per_byte = (mode & ~(uint32_t)BT_MODE_SURROGATES) == BT_MODE_NONE ? 14 : 14 + 18;
    const size_t longest_word = text_nbytes < 512 ? text_nbytes : 512;
    if (text_nbytes > (SIZE_MAX - 65536) / per_byte) return SIZE_MAX;
    return per_byte * text_nbytes + 56 * longest_word + 1024;
}
