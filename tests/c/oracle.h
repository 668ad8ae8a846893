/*
 * oracle.h - the logits of one text, straight from models/MODEL.md: written from that page and not from src/.
 *
 * It reads the image's table by name, multiplies in 64-bit integers, keeps no packed activations, computes all rows of
 * all layers, and shares with the library only exp, gelu and tanh, whose polynomials are part of the definition.
 */
#ifndef BT_ORACLE_H
#define BT_ORACLE_H

#include <stdint.h>

#include "image_builder.h"

/* logits: [num_labels] */
void oracle_logits(float *logits, const test_image *image, const int32_t *ids, uint32_t length);

#endif
