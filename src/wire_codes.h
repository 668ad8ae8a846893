/*
 * wire_codes.h - weights from multipliers and codes of 4 bits (models/MODEL.md, section 4): the loops of wire.c that
 * see every weight, compiled for speed.
 */
#ifndef BT_WIRE_CODES_H
#define BT_WIRE_CODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire.h"

#define PANEL 8                 /* outputs of a panel */
#define QUAD_NBYTES (4 * PANEL) /* of one quad of a panel */

/*
 * Expands weights of a linear layer: units of a panel's next `group` inputs.
 *
 * image   [nbytes] receives the weights; nbytes: a multiple of 8 * group
 * wire    [nbytes / group + nbytes / 2]
 *
 * Returns whether all multipliers are in range.
 */
bool bt_wire_expand_panels(uint8_t *image, const uint8_t *wire, size_t nbytes, uint32_t group);

/* The same for weights of rows: units of `group` neighbours. nbytes: a multiple of group. */
bool bt_wire_expand_groups(uint8_t *image, const uint8_t *wire, size_t nbytes, uint32_t group);

#endif
