/*
 * Threads that help: the same bits with any number of them, whenever they come and go. Meant for ThreadSanitizer too.
 */
#include "bertweet.h"

#include <stdlib.h>

#include "image_builder.h"
#include "pool.h"
#include "test.h"

#define MAX_THREADS 4
#define TEXTS 5
#define ROWS 64

#ifdef BT_HAS_THREADS

/* -------------------------------------------------------------------------------------------------------- pool -- */

typedef struct {
    bt_pool *pool;
    bt_session *session;
    uint32_t number;
    pthread_t thread;
} helper;

static void *help_pool(void *argument) {
    const helper *h = argument;
    bt_pool_help(h->pool, h->number);
    return NULL;
}

static void *help_session(void *argument) {
    const helper *h = argument;
    bt_help(h->session, h->number);
    return NULL;
}

static void start(helper *helpers, uint32_t threads, void *(*run)(void *)) {
    for (uint32_t i = 1; i < threads; i++) {
        helpers[i].number = i;
        CHECK_INT(pthread_create(&helpers[i].thread, NULL, run, &helpers[i]), 0);
    }
}

static void join(helper *helpers, uint32_t threads) {
    for (uint32_t i = 1; i < threads; i++) pthread_join(helpers[i].thread, NULL);
}

#define CHUNKS 300

/* How often each chunk was done, and by whom last; not atomic, so that a race shows. */
typedef struct {
    uint32_t times[CHUNKS], by[CHUNKS];
    uint32_t phase;
} tally;

static void count(void *context, uint32_t chunk, uint32_t thread) {
    tally *t = context;
    t->times[chunk]++;
    t->by[chunk] = thread;
}

/* Phases of all sizes, one after the other and with pauses in which helpers fall asleep. */
static void test_phases(uint32_t threads) {
    static tally t;
    memset(&t, 0, sizeof t);
    _Alignas(64) bt_pool pool;
    bt_pool_open(&pool, threads);
    helper helpers[MAX_THREADS] = {0};
    for (uint32_t i = 0; i < MAX_THREADS; i++) helpers[i].pool = &pool;
    uint32_t expected[CHUNKS] = {0};
    for (uint32_t phase = 0; phase < 400; phase++) {
        if (phase == 50) start(helpers, threads, help_pool); /* late */
        const uint32_t chunks = 1 + phase * 7 % CHUNKS;
        bt_pool_run(&pool, count, &t, chunks);
        for (uint32_t i = 0; i < chunks; i++) expected[i]++;
        CHECK(memcmp(t.times, expected, sizeof expected) == 0);
        for (volatile uint32_t pause = 0; phase % 100 == 99 && pause < 10000000;) pause = pause + 1;
    }
    for (uint32_t i = 0; i < CHUNKS; i++) CHECK(t.by[i] < threads);
    bt_pool_dismiss(&pool);
    join(helpers, threads);
    bt_pool_help(&pool, 1); /* comes when all is over */
    CHECK(!pool.is_lost);
}

#endif

/* ------------------------------------------------------------------------------------------------------ session -- */

typedef struct {
    test_image image;
    void *room;
    bt_model *model;
    int32_t ids[ROWS];
    uint32_t lengths[TEXTS];
} subject;

static subject make_subject(uint64_t seed) {
    const test_shape shape = {.hidden_size = 192, .num_heads = 3, .intermediate_size = 304, .num_layers = 2,
                              .num_positions = 40, .num_labels = 3, .vocab_size = 300, .word_split = 300, .depth = 4,
                              .seed = seed};
    subject s = {.image = test_build_image(&shape)};
    s.room = aligned_alloc(64, (bt_model_nbytes() + 63) / 64 * 64);
    CHECK_INT(bt_model_open(&s.model, s.room, s.image.bytes, s.image.nbytes, s.image.nbytes, NULL), BT_OK);
    uint32_t rows = 0;
    for (uint32_t t = 0; t < TEXTS; t++) {
        s.lengths[t] = (uint32_t)test_random_int(&seed, 1, 13);
        for (uint32_t i = 0; i < s.lengths[t]; i++) s.ids[rows++] = test_random_int(&seed, 0, 300);
    }
    return s;
}

/* Several batches with so many threads, all of which must give the same logits. */
static void run(float logits[TEXTS * 3], const subject *s, uint32_t threads) {
    const size_t nbytes = bt_session_nbytes(s->model, ROWS, threads);
    void *memory = aligned_alloc(64, nbytes);
    bt_session *session;
    CHECK_INT(bt_session_open(&session, s->model, ROWS, threads, BT_KERNEL_BEST, memory, nbytes), BT_OK);
#ifdef BT_HAS_THREADS
    helper helpers[MAX_THREADS] = {0};
    for (uint32_t i = 0; i < MAX_THREADS; i++) helpers[i].session = session;
    start(helpers, threads, help_session);
#endif
    for (int batch = 0; batch < 8; batch++) {
        float found[TEXTS * 3];
        CHECK_INT(bt_begin(session, s->ids, s->lengths, TEXTS), BT_OK);
        for (uint32_t layer = 0; layer < 2; layer++) CHECK_INT(bt_run_layer(session, layer), BT_OK);
        CHECK_INT(bt_finish(session, found), BT_OK);
        if (batch == 0) memcpy(logits, found, sizeof found);
        CHECK(memcmp(logits, found, sizeof found) == 0);
    }
    bt_dismiss(session);
#ifdef BT_HAS_THREADS
    join(helpers, threads);
#else
    bt_help(session, 1); /* returns at once */
#endif
    free(memory);
}

int main(void) {
#ifdef BT_HAS_THREADS
    for (uint32_t threads = 1; threads <= MAX_THREADS; threads++) test_phases(threads);
#endif
    for (uint64_t seed = 1; seed <= 3; seed++) {
        subject s = make_subject(seed);
        float expected[TEXTS * 3], found[TEXTS * 3];
        run(expected, &s, 1);
        for (uint32_t threads = 2; threads <= MAX_THREADS; threads++) {
            run(found, &s, threads);
            CHECK(memcmp(found, expected, sizeof expected) == 0);
        }
        free(s.room);
        free(s.image.bytes);
    }
    return test_end();
}
