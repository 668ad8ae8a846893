#include "strict.h"

#include "bpe.h"

#define UNRANKED 0xFFFFFFFFu /* pairs that never merge; greater than every rank */

/* ------------------------------------------------------------------------------------------------- opening -- */

/* Fills fault with what is wrong and answers BT_BAD_IMAGE. */
static bt_status refuse(bt_fault *fault, const char *field, uint64_t expected, uint64_t found) {
    if (fault == NULL) return BT_BAD_IMAGE;
    size_t length = 0;
    for (; field[length] != '\0'; length++) fault->field[length] = field[length];
    fault->field[length] = '\0';
    fault->expected = expected;
    fault->found = found;
    return BT_BAD_IMAGE;
}

static bool is_symbol_or_none(const bt_bpe *bpe, uint32_t symbol) {
    return symbol < bpe->num_symbols || symbol == BT_NO_SYMBOL;
}

static bt_status check_code_points(const bt_bpe *bpe, bt_fault *fault) {
    for (uint32_t i = 0; i < bpe->num_code_points; i++) {
        const uint32_t *row = bpe->code_points + 3 * (size_t)i;
        if (row[0] > 0x10FFFF) return refuse(fault, "tokenizer.code_points: code point at most", 0x10FFFF, row[0]);
        if (i > 0 && row[0] <= row[-3])
            return refuse(fault, "tokenizer.code_points: ascending, at least", row[-3] + 1, row[0]);
        for (int end = 0; end < 2; end++) {
            if (!is_symbol_or_none(bpe, row[1 + end]))
                return refuse(fault, "tokenizer.code_points: symbol below", bpe->num_symbols, row[1 + end]);
        }
    }
    return BT_OK;
}

static bt_status check_ids(const bt_bpe *bpe, bt_fault *fault) {
    if (bpe->mask_id >= bpe->vocab_size) return refuse(fault, "mask_id: below", bpe->vocab_size, bpe->mask_id);
    if (bpe->vocab_size <= BT_ID_UNK) return refuse(fault, "vocab_size: at least", BT_ID_UNK + 1, bpe->vocab_size);
    for (size_t i = 0; i < 2 * (size_t)bpe->num_symbols; i++) {
        if (bpe->symbol_ids[i] >= bpe->vocab_size)
            return refuse(fault, "tokenizer.symbol_ids: id below", bpe->vocab_size, bpe->symbol_ids[i]);
    }
    return BT_OK;
}

static bt_status check_merge(const bt_bpe *bpe, uint32_t index, bool first_of_row, bt_fault *fault) {
    const uint32_t *merge = bpe->merges + 3 * (size_t)index;
    if (merge[0] >= bpe->num_symbols)
        return refuse(fault, "tokenizer.merges: right symbol below", bpe->num_symbols, merge[0]);
    if (!first_of_row && merge[0] <= merge[-3])
        return refuse(fault, "tokenizer.merges: right symbols ascending, at least", (uint64_t)merge[-3] + 1, merge[0]);
    if (merge[1] == UNRANKED) return refuse(fault, "tokenizer.merges: rank below", UNRANKED, merge[1]);
    if (merge[2] >= bpe->num_symbols)
        return refuse(fault, "tokenizer.merges: result below", bpe->num_symbols, merge[2]);
    return BT_OK;
}

static bt_status check_merges(const bt_bpe *bpe, bt_fault *fault) {
    const uint32_t *rows = bpe->merge_rows;
    if (rows[0] != 0) return refuse(fault, "tokenizer.merge_rows: first", 0, rows[0]);
    if (rows[bpe->num_symbols] != bpe->num_merges)
        return refuse(fault, "tokenizer.merge_rows: last", bpe->num_merges, rows[bpe->num_symbols]);
    for (uint32_t s = 0; s < bpe->num_symbols; s++) {
        if (rows[s + 1] < rows[s])
            return refuse(fault, "tokenizer.merge_rows: ascending, at least", rows[s], rows[s + 1]);
        if (rows[s + 1] > bpe->num_merges)
            return refuse(fault, "tokenizer.merge_rows: at most", bpe->num_merges, rows[s + 1]);
        for (uint32_t i = rows[s]; i < rows[s + 1]; i++) {
            const bt_status status = check_merge(bpe, i, i == rows[s], fault);
            if (status != BT_OK) return status;
        }
    }
    return BT_OK;
}

static uint32_t find_symbol(const bt_bpe *bpe, uint32_t c, bool last) {
    uint32_t low = 0, high = bpe->num_code_points;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const uint32_t *row = bpe->code_points + 3 * (size_t)middle;
        if (row[0] == c) return row[1 + last];
        if (row[0] < c) low = middle + 1;
        else high = middle;
    }
    return BT_NO_SYMBOL;
}

bt_status bt_bpe_open(bt_bpe *bpe, bt_fault *fault) {
    bt_status status = check_code_points(bpe, fault);
    if (status == BT_OK) status = check_ids(bpe, fault);
    if (status == BT_OK) status = check_merges(bpe, fault);
    if (status != BT_OK) return status;

    for (uint32_t c = 0; c < 128; c++) {
        bpe->ascii[c][0] = find_symbol(bpe, c, false);
        bpe->ascii[c][1] = find_symbol(bpe, c, true);
    }
    return BT_OK;
}

/* ------------------------------------------------------------------------------------------------- lookups -- */

uint32_t bt_bpe_symbol(const bt_bpe *bpe, uint32_t c, bool last) {
    return c < 128 ? bpe->ascii[c][last] : find_symbol(bpe, c, last);
}

uint32_t bt_bpe_id(const bt_bpe *bpe, uint32_t symbol, bool last) {
    return symbol == BT_NO_SYMBOL ? BT_ID_UNK : bpe->symbol_ids[2 * (size_t)symbol + last];
}

/* What a pair of symbols merges to, and when. */
typedef struct {
    uint32_t rank; /* or UNRANKED */
    uint32_t result;
} pair;

static pair find_pair(const bt_bpe *bpe, uint32_t left, uint32_t right) {
    const pair none = {UNRANKED, BT_NO_SYMBOL};
    if (left == BT_NO_SYMBOL || right == BT_NO_SYMBOL) return none;

    /* The last merge whose right symbol is not above the one sought. Halving without a branch on what was found: the
     * processor cannot guess it. */
    const uint32_t *row = bpe->merges + 3 * (size_t)bpe->merge_rows[left];
    uint32_t count = bpe->merge_rows[left + 1] - bpe->merge_rows[left];
    if (count == 0) return none;
    while (count > 1) {
        const uint32_t half = count / 2;
        row += row[3 * (size_t)half] <= right ? 3 * (size_t)half : 0;
        count -= half;
    }
    return row[0] == right ? (pair){row[1], row[2]} : none;
}

/* ------------------------------------------------------------------------------------------------ by scan -- */

/* Merges the pairs of this rank from left to right, and looks the pairs up that came about. pairs[i] is of symbols i
 * and i + 1. */
static void merge_round(bt_word *word, pair *pairs, uint32_t rank, const bt_bpe *bpe) {
    const uint32_t last = word->length - 1;
    uint32_t kept = 0;
    bool stale = false; /* the symbol before is new, so its pair is not known */
    for (uint32_t i = 0; i <= last; kept++) {
        const bool merges = i < last && pairs[i].rank == rank;
        const uint32_t symbol = merges ? pairs[i].result : word->symbols[i];
        if (kept > 0 && (merges || stale)) pairs[kept - 1] = find_pair(bpe, word->symbols[kept - 1], symbol);
        word->begins[kept] = word->begins[i];
        word->symbols[kept] = symbol;
        i += merges ? 2 : 1;
        if (i <= last) pairs[kept] = pairs[i - 1];
        stale = merges;
    }
    word->length = kept;
}

bt_status bt_bpe_merge_by_scan(bt_word *word, const bt_bpe *bpe, bt_arena *arena) {
    const size_t mark = arena->used;
    pair *pairs = bt_arena_take_array(arena, word->length, sizeof *pairs);
    if (pairs == NULL) return BT_NO_MEMORY;

    for (uint32_t i = 0; i + 1 < word->length; i++) pairs[i] = find_pair(bpe, word->symbols[i], word->symbols[i + 1]);
    for (;;) {
        uint32_t rank = UNRANKED;
        for (uint32_t i = 0; i + 1 < word->length; i++) rank = pairs[i].rank < rank ? pairs[i].rank : rank;
        if (rank == UNRANKED) break;
        merge_round(word, pairs, rank, bpe);
    }
    arena->used = mark;
    return BT_OK;
}

/* ------------------------------------------------------------------------------------------------ by heap -- */

/* A symbol in the list of those left, linked by index; NOWHERE ends it. The index of a symbol never changes. */
#define NOWHERE 0xFFFFFFFFu

typedef struct {
    uint32_t symbol;
    uint32_t previous, next;
    pair pair; /* with the next symbol; UNRANKED in one that was merged away */
} node;

/* Pairs to merge, as rank << 32 | index of the left symbol, the smallest first. An entry whose pair has changed since
 * is passed over when it comes up. Room: each merge adds two at most, so 3 * length. */
typedef struct {
    uint64_t *entries;
    size_t length;
} heap;

static void push(heap *h, uint64_t entry) {
    size_t i = h->length++;
    for (; i > 0 && entry < h->entries[(i - 1) / 2]; i = (i - 1) / 2) h->entries[i] = h->entries[(i - 1) / 2];
    h->entries[i] = entry;
}

static uint64_t pop(heap *h) {
    const uint64_t top = h->entries[0], moved = h->entries[--h->length];
    size_t i = 0;
    for (size_t child = 1; child < h->length; child = 2 * i + 1) {
        if (child + 1 < h->length && h->entries[child + 1] < h->entries[child]) child++;
        if (moved <= h->entries[child]) break;
        h->entries[i] = h->entries[child];
        i = child;
    }
    h->entries[i] = moved;
    return top;
}

/* Looks up the pair that begins at a node, and queues it. */
static void find_pair_at(node *nodes, uint32_t at, heap *queue, const bt_bpe *bpe) {
    if (nodes[at].next == NOWHERE) return;
    nodes[at].pair = find_pair(bpe, nodes[at].symbol, nodes[nodes[at].next].symbol);
    if (nodes[at].pair.rank != UNRANKED) push(queue, (uint64_t)nodes[at].pair.rank << 32 | at);
}

/* Replaces a node and the next one by the result of their merge. Their neighbours' pairs are not known until the round
 * is over. */
static void merge_at(node *nodes, uint32_t at) {
    const uint32_t gone = nodes[at].next, next = nodes[gone].next, previous = nodes[at].previous;
    nodes[at].symbol = nodes[at].pair.result;
    nodes[at].next = next;
    nodes[at].pair.rank = UNRANKED;
    nodes[gone].pair.rank = UNRANKED;
    if (next != NOWHERE) nodes[next].previous = at;
    if (previous != NOWHERE) nodes[previous].pair.rank = UNRANKED;
}

/* One round: takes all pairs of the lowest rank off the queue, which come in order of place, and merges those that are
 * still there. New pairs are queued afterwards, as none of them belongs to this round. merged: [length / 2] */
static void merge_lowest(node *nodes, heap *queue, uint32_t *merged, const bt_bpe *bpe) {
    const uint64_t rank = queue->entries[0] >> 32;
    uint32_t count = 0;
    while (queue->length > 0 && queue->entries[0] >> 32 == rank) {
        const uint32_t at = (uint32_t)pop(queue);
        if (nodes[at].pair.rank != rank) continue;
        merge_at(nodes, at);
        merged[count++] = at;
    }
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t previous = nodes[merged[i]].previous;
        if (previous != NOWHERE) find_pair_at(nodes, previous, queue, bpe);
        find_pair_at(nodes, merged[i], queue, bpe);
    }
}

bt_status bt_bpe_merge_by_heap(bt_word *word, const bt_bpe *bpe, bt_arena *arena) {
    const size_t mark = arena->used;
    const uint32_t length = word->length;
    node *nodes = bt_arena_take_array(arena, length, sizeof *nodes);
    uint32_t *merged = bt_arena_take_array(arena, length / 2 + 1, sizeof *merged);
    heap queue = {bt_arena_take_array(arena, length, 3 * sizeof *queue.entries), 0};
    if (nodes == NULL || merged == NULL || queue.entries == NULL) {
        arena->used = mark;
        return BT_NO_MEMORY;
    }

    for (uint32_t i = 0; i < length; i++)
        nodes[i] = (node){word->symbols[i], i > 0 ? i - 1 : NOWHERE, i + 1 < length ? i + 1 : NOWHERE, {UNRANKED, 0}};
    for (uint32_t i = 0; i < length; i++) find_pair_at(nodes, i, &queue, bpe);
    while (queue.length > 0) merge_lowest(nodes, &queue, merged, bpe);

    word->length = 0;
    for (uint32_t i = 0; i != NOWHERE && length > 0; i = nodes[i].next) {
        word->symbols[word->length] = nodes[i].symbol;
        word->begins[word->length++] = word->begins[i];
    }
    arena->used = mark;
    return BT_OK;
}

/* ------------------------------------------------------------------------------------------------- choice -- */

/* Measured with a vocabulary of 64,001: on the words of tweets, most under 10 letters, scanning makes all of
 * bt_tokenize a third faster; with random letters the heap catches up at 20, in long English words at 30. */
#define LONG_WORD 32

bt_status bt_bpe_merge(bt_word *word, const bt_bpe *bpe, bt_arena *arena) {
    return word->length < LONG_WORD ? bt_bpe_merge_by_scan(word, bpe, arena)
                                    : bt_bpe_merge_by_heap(word, bpe, arena);
}
