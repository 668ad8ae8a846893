#include "strict.h"

#include "pool.h"

#ifdef BT_HAS_THREADS

#define DISMISSED UINT32_MAX

/* Turns of a loop, some tens of microseconds: more than passes between two phases of a layer. */
#define SPINS 20000

/* -------------------------------------------------------------------------------------------- waiting and waking -- */

#ifdef __wasm__

#define SLICE_NS 500000000
#define PATIENCE 20 /* slices */

/* Sleeps until somebody wakes, unless *word has changed; false if nobody has for a while. */
static bool sleep_while(bt_pool *pool, atomic_uint *word, uint32_t value) {
    atomic_fetch_add(&pool->sleepers, 1);
    const int result = __builtin_wasm_memory_atomic_wait32((int *)(void *)word, (int)value, SLICE_NS);
    atomic_fetch_sub(&pool->sleepers, 1);
    return result != 2;
}

static void wake(bt_pool *pool, atomic_uint *word) {
    if (atomic_load(&pool->sleepers) > 0) __builtin_wasm_memory_atomic_notify((int *)(void *)word, UINT32_MAX);
}

#else

#define PATIENCE UINT32_MAX /* threads of a process do not vanish */

static bool sleep_while(bt_pool *pool, atomic_uint *word, uint32_t value) {
    pthread_mutex_lock(&pool->mutex);
    atomic_fetch_add(&pool->sleepers, 1);
    while (atomic_load(word) == value) pthread_cond_wait(&pool->changed, &pool->mutex);
    atomic_fetch_sub(&pool->sleepers, 1);
    pthread_mutex_unlock(&pool->mutex);
    return true;
}

static void wake(bt_pool *pool, atomic_uint *word) {
    (void)word;
    if (atomic_load(&pool->sleepers) == 0) return;
    pthread_mutex_lock(&pool->mutex);
    pthread_cond_broadcast(&pool->changed);
    pthread_mutex_unlock(&pool->mutex);
}

#endif

/* ------------------------------------------------------------------------------------------------------- chunks -- */

/* Takes a chunk if one is left. Whether the value that was compared is of this phase or an earlier one does not
 * matter: what is taken is of this phase, which cannot end before it is done. */
static bool take(bt_pool *pool, uint32_t *chunk) {
    uint32_t left = atomic_load_explicit(&pool->left, memory_order_relaxed);
    while (left != 0 && left != DISMISSED) {
        if (atomic_compare_exchange_weak_explicit(&pool->left, &left, left - 1, memory_order_acquire,
                                                  memory_order_relaxed)) {
            *chunk = left - 1;
            return true;
        }
    }
    return false;
}

static void work_on(bt_pool *pool, uint32_t thread) {
    uint32_t chunk;
    while (take(pool, &chunk)) {
        pool->work(pool->context, chunk, thread);
        if (atomic_fetch_sub(&pool->pending, 1) == 1) wake(pool, &pool->pending);
    }
}

/* ------------------------------------------------------------------------------------------------------- public -- */

void bt_pool_open(bt_pool *pool, uint32_t threads) {
    *pool = (bt_pool){.threads = threads};
#ifdef BT_PTHREADS
    pool->mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    pool->changed = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
#endif
}

void bt_pool_run(bt_pool *pool, bt_work *work, void *context, uint32_t chunks) {
    if (pool->is_lost) return;
    if (pool->threads == 1 || chunks == 1) {
        for (uint32_t chunk = 0; chunk < chunks; chunk++) work(context, chunk, 0);
        return;
    }
    pool->work = work;
    pool->context = context;
    atomic_store_explicit(&pool->pending, chunks, memory_order_relaxed);
    atomic_store(&pool->left, chunks);
    wake(pool, &pool->left);
    work_on(pool, 0);

    uint32_t pending, spins = 0, idle = 0;
    while ((pending = atomic_load_explicit(&pool->pending, memory_order_acquire)) != 0) {
        if (spins < SPINS) spins++;
        else if (sleep_while(pool, &pool->pending, pending)) idle = 0;
        else if (++idle == PATIENCE) {
            pool->is_lost = true;
            return;
        }
    }
}

void bt_pool_help(bt_pool *pool, uint32_t thread) {
    for (uint32_t spins = 0;;) {
        const uint32_t left = atomic_load_explicit(&pool->left, memory_order_acquire);
        if (left == DISMISSED) return;
        if (left != 0) {
            work_on(pool, thread);
            spins = 0;
        } else if (spins < SPINS) {
            spins++;
        } else {
            sleep_while(pool, &pool->left, 0);
        }
    }
}

void bt_pool_dismiss(bt_pool *pool) {
    atomic_store(&pool->left, DISMISSED);
    wake(pool, &pool->left);
}

#else

void bt_pool_open(bt_pool *pool, uint32_t threads) {
    (void)threads;
    *pool = (bt_pool){.threads = 1};
}

void bt_pool_run(bt_pool *pool, bt_work *work, void *context, uint32_t chunks) {
    (void)pool;
    for (uint32_t chunk = 0; chunk < chunks; chunk++) work(context, chunk, 0);
}

void bt_pool_help(bt_pool *pool, uint32_t thread) {
    (void)pool;
    (void)thread;
}

void bt_pool_dismiss(bt_pool *pool) { (void)pool; }

#endif
