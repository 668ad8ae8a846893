/*
 * encoder.h - the network: embeddings, encoder layers, classification head (models/MODEL.md, sections 1 and 3).
 *
 *     bt_embed -> bt_encoder_layer, for each layer -> bt_head
 *
 * All work on the batch of a session, whose order of calls session.c guards.
 */
#ifndef BT_ENCODER_H
#define BT_ENCODER_H

#include "session.h"

/* x = LayerNorm(word + position), for the ids of all texts. ids: [rows], in the vocabulary and arrived. */
void bt_embed(bt_session *s, const int32_t *ids);

/*
 * x = LayerNorm(x + attention(x)); x = LayerNorm(x + feed_forward(x))
 *
 * Of the last layer only the first row of each text is needed, as the head reads no other; so from its keys and values
 * on only those are computed, and stand as rows 0 .. count - 1 of x afterwards.
 */
void bt_encoder_layer(bt_session *s, uint32_t index);

/* logits[t] = out_proj(tanh(dense(x[t]))) for all texts; logits: [count][num_labels]. */
void bt_head(bt_session *s, float *logits);

#endif
