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
    BT_WIRE_GROUPS = 2, /* weights of embedding rows: groups of neighbours. Read only: BT_WIRE_ROWS took its place */
    BT_WIRE_ROWS = 3,   /* the same, whole rows, and those that equal the one before them travel as a bit */
    BT_WIRE_SHORTS = 4  /* u32 below 65,536 */
} bt_wire_kind;

/* How a run is written. */
typedef struct {
    bt_wire_kind kind;
    uint32_t group;   /* weights that share a multiplier: 16 or 32; 0 where there are none */
    uint32_t columns; /* BT_WIRE_ROWS: weights of a row, a multiple of the group, < 65,536; else 0 */
} bt_wire_layout;

/* Bytes of image that a run can be cut at: 1, 8 * group, group, columns, 4. */
uint32_t bt_wire_unit(const bt_wire_layout *layout);

/*
 * Writes one run.
 *
 * wire    [BT_WIRE_HEADER_NBYTES + nbytes] room; less is used where the run is smaller than what it stands for
 * image   [nbytes] consecutive bytes of the image, from a unit's beginning on
 * nbytes  multiple of the unit, > 0
 * layout  of any kind but BT_WIRE_GROUPS
 *
 * Returns the run's bytes; 0 if the weights of some group are not codes times one multiplier, as quantize_int4.h makes
 * them, or a number is no short.
 */
size_t bt_wire_pack(uint8_t *wire, const uint8_t *image, uint32_t nbytes, const bt_wire_layout *layout);

#endif
