/*
 * wire.h - the wire encoding `int4` (models/MODEL.md, section 4): runs of an image's bytes, weights among them as 4-bit
 * codes times a small multiplier per group.
 *
 * bt_wire_expand, in bertweet.h, reads it. Here is the other direction, which only the converter needs.
 */
#ifndef BT_WIRE_H
#define BT_WIRE_H

#include "bertweet.h"

#define BT_WIRE_HEADER_NBYTES 8
#define BT_WIRE_MAX_MULTIPLIER 15 /* -8 times it fits a weight */
#define BT_WIRE_MIN_CODE (-8)
#define BT_WIRE_MAX_CODE 7

/* What the bytes of a run are; numbers are part of the format. */
typedef enum {
    BT_WIRE_RAW = 0,    /* themselves */
    BT_WIRE_LINEAR = 1, /* weights of a linear layer: panels of 8 outputs, groups along the inputs */
    BT_WIRE_ROWS = 2    /* weights of embedding rows: groups of neighbours */
} bt_wire_kind;

/* Bytes of image that a run of this kind can be cut at: 1, 8 * group, group. */
uint32_t bt_wire_unit(bt_wire_kind kind, uint32_t group);

/* Bytes on the wire of a run of nbytes of image, a multiple of the unit; its header included. */
size_t bt_wire_run_nbytes(bt_wire_kind kind, uint32_t group, size_t nbytes);

/*
 * Writes one run.
 *
 * wire    [bt_wire_run_nbytes(kind, group, nbytes)]
 * image   [nbytes] consecutive bytes of the image, from a unit's beginning on
 * nbytes  multiple of the unit, > 0
 * group   weights that share a multiplier: 16 or 32; 0 for BT_WIRE_RAW
 *
 * Returns 1; 0 if the weights of some group are not codes times one multiplier, as quantize_int4.h makes them.
 */
int bt_wire_pack(uint8_t *wire, const uint8_t *image, uint32_t nbytes, bt_wire_kind kind, uint32_t group);

#endif
