#include "strict.h"

#include "wire.h"

#include <stdbool.h>
#include <string.h>

#include "wire_codes.h"

/* Bytes of image whose multipliers and codes stand together. */
static uint32_t block_nbytes(const bt_wire_layout *layout) {
    return layout->kind == BT_WIRE_LINEAR ? PANEL * layout->group : layout->group;
}

uint32_t bt_wire_unit(const bt_wire_layout *layout) {
    switch (layout->kind) {
    case BT_WIRE_RAW: return 1;
    case BT_WIRE_LINEAR:
    case BT_WIRE_GROUPS: return block_nbytes(layout);
    case BT_WIRE_ROWS: return layout->columns;
    default: return 4;
    }
}

/* A byte a multiplier, then half a byte a weight. */
static size_t coded_nbytes(size_t weights, uint32_t group) {
    return weights / group + weights / 2;
}

/* ------------------------------------------------------------------------------------------- expanding -- */

/* Whether row r is the one before it again. */
static bool repeats(const uint8_t *marks, size_t r) {
    return marks[r / 8] >> r % 8 & 1;
}

/* Rows that are sent: all but those that repeat. 0 if the marks are not in order. */
static size_t count_sent(const uint8_t *marks, size_t rows) {
    size_t sent = 0;
    if (repeats(marks, 0) || (rows % 8 != 0 && marks[rows / 8] >> rows % 8 != 0)) return 0;
    for (size_t r = 0; r < rows; r++) sent += !repeats(marks, r);
    return sent;
}

static bool expand_rows(uint8_t *image, const uint8_t *wire, size_t nbytes, uint32_t columns, uint32_t group) {
    const uint8_t *marks = wire;
    const size_t rows = nbytes / columns;
    wire += (rows + 7) / 8;
    bool sound = true;
    for (size_t r = 0; r < rows; r++, image += columns) {
        if (repeats(marks, r)) {
            memcpy(image, image - columns, columns);
        } else {
            sound &= bt_wire_expand_groups(image, wire, columns, group);
            wire += coded_nbytes(columns, group);
        }
    }
    return sound;
}

static void expand_shorts(uint8_t *image, const uint8_t *wire, size_t nbytes) {
    for (const uint8_t *end = image + nbytes; image < end; image += 4, wire += 2) {
        const uint8_t bytes[4] = {wire[0], wire[1], 0, 0};
        memcpy(image, bytes, sizeof bytes);
    }
}

static bool expand_run(uint8_t *image, const uint8_t *wire, size_t nbytes, const bt_wire_layout *layout) {
    switch (layout->kind) {
    case BT_WIRE_LINEAR: return bt_wire_expand_panels(image, wire, nbytes, layout->group);
    case BT_WIRE_GROUPS: return bt_wire_expand_groups(image, wire, nbytes, layout->group);
    case BT_WIRE_ROWS: return expand_rows(image, wire, nbytes, layout->columns, layout->group);
    case BT_WIRE_SHORTS: expand_shorts(image, wire, nbytes); return true;
    default: memcpy(image, wire, nbytes); return true;
    }
}

/* Bytes behind a run's header, which says nbytes of image; SIZE_MAX if there is no such run, or not all of it. */
static size_t payload_nbytes(const uint8_t *wire, size_t left, size_t nbytes, const bt_wire_layout *layout) {
    const uint32_t group = layout->group, columns = layout->columns;
    const bool is_coded = group == 16 || group == 32;
    size_t marks = 0, weights = nbytes;
    switch (layout->kind) {
    case BT_WIRE_RAW: return group == 0 && columns == 0 ? nbytes : SIZE_MAX;
    case BT_WIRE_SHORTS: return group == 0 && columns == 0 && nbytes % 4 == 0 ? nbytes / 2 : SIZE_MAX;
    case BT_WIRE_LINEAR:
    case BT_WIRE_GROUPS:
        if (!is_coded || columns != 0 || nbytes % block_nbytes(layout) != 0) return SIZE_MAX;
        break;
    case BT_WIRE_ROWS:
        if (!is_coded || columns == 0 || columns % group != 0 || nbytes % columns != 0) return SIZE_MAX;
        marks = (nbytes / columns + 7) / 8;
        if (marks > left) return SIZE_MAX;
        weights = count_sent(wire, nbytes / columns) * columns;
        if (weights == 0) return SIZE_MAX;
        break;
    default: return SIZE_MAX;
    }
    return marks + coded_nbytes(weights, group);
}

static uint32_t read_u32(const uint8_t *bytes) {
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

bt_status bt_wire_expand(void *image, size_t image_nbytes, const void *wire, size_t wire_nbytes) {
    uint8_t *out = image;
    const uint8_t *in = wire;
    while (wire_nbytes > 0) {
        if (wire_nbytes < BT_WIRE_HEADER_NBYTES) return BT_BAD_IMAGE;
        const bt_wire_layout layout = {in[0], in[1], in[2] | (uint32_t)in[3] << 8};
        const uint32_t length = read_u32(in + 4);
        in += BT_WIRE_HEADER_NBYTES;
        wire_nbytes -= BT_WIRE_HEADER_NBYTES;
        if (length == 0 || length > image_nbytes) return BT_BAD_IMAGE;
        const size_t nbytes = payload_nbytes(in, wire_nbytes, length, &layout);
        if (nbytes > wire_nbytes || !expand_run(out, in, length, &layout)) return BT_BAD_IMAGE;
        out += length;
        image_nbytes -= length;
        in += nbytes;
        wire_nbytes -= nbytes;
    }
    return image_nbytes == 0 ? BT_OK : BT_BAD_IMAGE;
}

/* ------------------------------------------------------------------------------------------- packing -- */

/* Where weight i of group g stands in a block. */
static uint32_t place_in_block(bt_wire_kind kind, uint32_t g, uint32_t i) {
    return kind == BT_WIRE_LINEAR ? i / 4 * QUAD_NBYTES + 4 * g + i % 4 : i;
}

static bool divides(int multiplier, const int8_t *block, bt_wire_kind kind, uint32_t g, uint32_t group) {
    for (uint32_t i = 0; i < group; i++) {
        const int weight = block[place_in_block(kind, g, i)], code = weight / multiplier;
        if (weight % multiplier != 0 || code < BT_WIRE_MIN_CODE || code > BT_WIRE_MAX_CODE) return false;
    }
    return true;
}

/* A multiplier of the group, the nearest to 0, the positive one first; 0 if there is none. */
static int find_multiplier(const int8_t *block, bt_wire_kind kind, uint32_t g, uint32_t group) {
    for (int multiplier = 1; multiplier <= BT_WIRE_MAX_MULTIPLIER; multiplier++) {
        if (divides(multiplier, block, kind, g, group)) return multiplier;
        if (divides(-multiplier, block, kind, g, group)) return -multiplier;
    }
    return 0;
}

static bool pack_block(uint8_t *wire, const int8_t *block, const bt_wire_layout *layout) {
    const bt_wire_kind kind = layout->kind;
    const uint32_t nbytes = block_nbytes(layout), groups = nbytes / layout->group;
    const uint32_t half = kind == BT_WIRE_LINEAR ? QUAD_NBYTES / 2 : 8;
    int8_t codes[PANEL * 32] = {0};
    for (uint32_t g = 0; g < groups; g++) {
        const int multiplier = find_multiplier(block, kind, g, layout->group);
        if (multiplier == 0) return false;
        wire[g] = (uint8_t)multiplier;
        for (uint32_t i = 0; i < layout->group; i++) {
            const uint32_t place = place_in_block(kind, g, i);
            codes[place] = (int8_t)(block[place] / multiplier);
        }
    }
    wire += groups;
    for (uint32_t place = 0; place < nbytes; place += 2 * half) {
        for (uint32_t i = 0; i < half; i++) {
            *wire++ = (uint8_t)((codes[place + i] & 15) | (codes[place + i + half] & 15) << 4);
        }
    }
    return true;
}

/* Returns the end of what was written; NULL if weights are not made of groups. */
static uint8_t *pack_weights(uint8_t *wire, const uint8_t *image, uint32_t nbytes, const bt_wire_layout *layout) {
    const uint32_t block = block_nbytes(layout);
    for (uint32_t done = 0; done < nbytes; done += block, wire += coded_nbytes(block, layout->group)) {
        if (!pack_block(wire, (const int8_t *)image + done, layout)) return NULL;
    }
    return wire;
}

static bool equals_row_before(const uint8_t *row, uint32_t columns) {
    for (uint32_t k = 0; k < columns; k++) {
        if (row[k] != row[(ptrdiff_t)k - (ptrdiff_t)columns]) return false;
    }
    return true;
}

static uint8_t *pack_rows(uint8_t *wire, const uint8_t *image, uint32_t nbytes, const bt_wire_layout *layout) {
    const uint32_t columns = layout->columns, rows = nbytes / columns;
    uint8_t *marks = wire;
    wire += (rows + 7) / 8;
    for (uint8_t *mark = marks; mark < wire; mark++) *mark = 0;
    for (uint32_t r = 0; wire && r < rows; r++, image += columns) {
        if (r > 0 && equals_row_before(image, columns)) {
            marks[r / 8] |= (uint8_t)(1 << r % 8);
        } else {
            wire = pack_weights(wire, image, columns, layout);
        }
    }
    return wire;
}

static uint8_t *pack_shorts(uint8_t *wire, const uint8_t *image, uint32_t nbytes) {
    for (uint32_t i = 0; i < nbytes; i += 4) {
        if (image[i + 2] != 0 || image[i + 3] != 0) return NULL;
        *wire++ = image[i];
        *wire++ = image[i + 1];
    }
    return wire;
}

static uint8_t *pack_payload(uint8_t *wire, const uint8_t *image, uint32_t nbytes, const bt_wire_layout *layout) {
    switch (layout->kind) {
    case BT_WIRE_LINEAR: return pack_weights(wire, image, nbytes, layout);
    case BT_WIRE_ROWS: return pack_rows(wire, image, nbytes, layout);
    case BT_WIRE_SHORTS: return pack_shorts(wire, image, nbytes);
    default:
        for (uint32_t i = 0; i < nbytes; i++) *wire++ = image[i];
        return wire;
    }
}

size_t bt_wire_pack(uint8_t *wire, const uint8_t *image, uint32_t nbytes, const bt_wire_layout *layout) {
    const uint32_t fields[] = {layout->kind | layout->group << 8 | layout->columns << 16, nbytes};
    for (uint32_t i = 0; i < BT_WIRE_HEADER_NBYTES; i++) wire[i] = (uint8_t)(fields[i / 4] >> 8 * (i % 4));
    const uint8_t *end = pack_payload(wire + BT_WIRE_HEADER_NBYTES, image, nbytes, layout);
    return end ? (size_t)(end - wire) : 0;
}
