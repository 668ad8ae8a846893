/*
 * pool.h - threads that share the work of one call.
 *
 * Threads are the host's. One, the caller, runs phases; any number of others help until they are dismissed. A phase is
 * a number of chunks, each independent of all others, taken one by one by whoever is free: unequal cores are no matter,
 * and a helper that is asleep, late or was never started is not waited for, as the caller takes what is left. Who did a
 * chunk cannot be seen in results.
 *
 *     caller    bt_pool_run(pool, work, context, chunks)     returns when all chunks are done
 *     helper    bt_pool_help(pool, thread)                   returns after bt_pool_dismiss(pool)
 *
 * Whoever waits spins for some microseconds, then sleeps. Compiled for WebAssembly with atomics, or with BT_PTHREADS
 * defined for POSIX threads; without either there are no helpers and bt_pool_run is a loop.
 */
#ifndef BT_POOL_H
#define BT_POOL_H

#include <stdbool.h>
#include <stdint.h>

#if defined __wasm__
#ifdef __wasm_atomics__
#define BT_HAS_THREADS 1
#endif
#elif defined BT_PTHREADS
#define BT_HAS_THREADS 1
#include <pthread.h>
#endif

/* Does one chunk; thread: 0 for the caller, else the helper's number. */
typedef void bt_work(void *context, uint32_t chunk, uint32_t thread);

#ifdef BT_HAS_THREADS

#include <stdatomic.h>

typedef struct {
    uint32_t threads; /* with the caller */
    bool is_lost;

    /* Of the phase; written while no chunk is left to be taken. */
    bt_work *work;
    void *context;

    /* What threads wait for, in lines of the cache of their own. */
    _Alignas(64) atomic_uint left;     /* chunks nobody has taken: 0 between phases; UINT32_MAX at the end */
    _Alignas(64) atomic_uint pending;  /* chunks that are not done */
    _Alignas(64) atomic_uint sleepers; /* threads that sleep or are about to */
#ifdef BT_PTHREADS
    pthread_mutex_t mutex;
    pthread_cond_t changed;
#endif
} bt_pool;

#else

typedef struct {
    uint32_t threads;
    bool is_lost;
} bt_pool;

#endif

/* threads: the caller and its helpers, at least 1. */
void bt_pool_open(bt_pool *pool, uint32_t threads);

/*
 * Does the chunks 0 .. chunks - 1, in any order and several at once. Everything that was written before is visible to
 * all of them, and everything they write to the caller afterwards.
 *
 * In WebAssembly a host may end a thread at any point. If a chunk that a helper has taken is not done after some
 * seconds, the pool is lost: this phase returns unfinished, and all later ones return at once.
 */
void bt_pool_run(bt_pool *pool, bt_work *work, void *context, uint32_t chunks);

/* thread: 1 .. threads - 1, each at most once at a time. */
void bt_pool_help(bt_pool *pool, uint32_t thread);

/* Lets the helpers return, also those that come later. Only between phases. */
void bt_pool_dismiss(bt_pool *pool);

#endif
