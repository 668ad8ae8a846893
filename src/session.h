/*
 * session.h - the state of inference: one batch, and all the memory it is computed in.
 *
 * Texts stand one after the other in x, a row for each id, without padding. A layer is computed for a group of whole
 * texts at a time (attention) and for a chunk of rows at a time (all else), so that the work memory depends on the
 * longest text and not on the batch. Each step of a layer (a matrix product, a LayerNorm) is a phase of the pool.
 */
#ifndef BT_SESSION_H
#define BT_SESSION_H

#include "kernels.h"
#include "model.h"
#include "pool.h"

/* Most rows that the feed-forward network and the head take at a time; groups of texts have at least this many too. */
#define BT_CHUNK 128

struct bt_session {
    bt_pool pool;
    const bt_model *model;
    const bt_kernels *kernels;
    uint32_t max_rows;
    uint32_t group_rows; /* most rows of a group of texts */

    /* The batch. */
    uint32_t count;      /* texts; 0: no batch */
    uint32_t next_layer; /* the one to be run next */
    uint32_t *offsets;   /* [max_rows + 1] first row of each text, and behind the last */
    float *x;            /* [max_rows][hidden]; after the last layer row t is the first row of text t */

    /* What a group or a chunk is computed in. */
    float *work;                /* q [group][hidden] and k, v [group][bt_kv_stride]; or [chunk][intermediate] */
    bt_activations activations; /* of the linear layer at hand */
    uint8_t *scratch;           /* [threads][scratch_nbytes], what kernels need */
    size_t scratch_nbytes;
};

/* Floats from one row of keys and values to the next: both, and a line of the cache more. So rows are an odd number of
 * lines apart, and the rows of one head do not compete for a few sets of the first-level cache. */
static inline size_t bt_kv_stride(uint32_t hidden_size) { return 2 * (size_t)hidden_size + 16; }

#endif
