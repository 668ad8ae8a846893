#include "strict.h"

#include "wire.h"

#include <stdbool.h>

#define PANEL 8                /* outputs of a panel */
#define QUAD_NBYTES (4 * PANEL) /* of one quad of a panel */

static bool is_known(uint32_t kind, uint32_t group) {
    if (kind == BT_WIRE_RAW) return group == 0;
    return (kind == BT_WIRE_LINEAR || kind == BT_WIRE_ROWS) && (group == 16 || group == 32);
}

static uint32_t groups_in_unit(bt_wire_kind kind) {
    return kind == BT_WIRE_LINEAR ? PANEL : 1;
}

uint32_t bt_wire_unit(bt_wire_kind kind, uint32_t group) {
    return kind == BT_WIRE_RAW ? 1 : groups_in_unit(kind) * group;
}

/* A byte a multiplier, then half a byte a weight. */
static size_t payload_nbytes(bt_wire_kind kind, uint32_t group, size_t nbytes) {
    return kind == BT_WIRE_RAW ? nbytes : nbytes / group + nbytes / 2;
}

size_t bt_wire_run_nbytes(bt_wire_kind kind, uint32_t group, size_t nbytes) {
    return BT_WIRE_HEADER_NBYTES + payload_nbytes(kind, group, nbytes);
}

/* ------------------------------------------------------------------------------------------- expanding -- */

static int low_code(uint8_t pair) {
    return ((pair & 15) ^ 8) - 8;
}

static int high_code(uint8_t pair) {
    return (pair >> 4 ^ 8) - 8;
}

static bool is_multiplier(uint8_t byte) {
    return (uint8_t)(byte + BT_WIRE_MAX_MULTIPLIER) <= 2 * BT_WIRE_MAX_MULTIPLIER;
}

/* Expands `group` inputs of a panel. Returns whether the multipliers are in range. */
static bool expand_panel(int8_t *restrict weights, const uint8_t *restrict wire, uint32_t group) {
    int8_t multipliers[QUAD_NBYTES];
    bool sound = true;
    for (uint32_t i = 0; i < QUAD_NBYTES; i++) {
        multipliers[i] = (int8_t)wire[i / 4];
        sound &= is_multiplier(wire[i / 4]);
    }
    wire += PANEL;
    for (uint32_t quad = 0; quad < group / 4; quad++, weights += QUAD_NBYTES, wire += QUAD_NBYTES / 2) {
        for (uint32_t i = 0; i < QUAD_NBYTES / 2; i++) {
            weights[i] = (int8_t)(low_code(wire[i]) * multipliers[i]);
            weights[i + QUAD_NBYTES / 2] = (int8_t)(high_code(wire[i]) * multipliers[i + QUAD_NBYTES / 2]);
        }
    }
    return sound;
}

/* Expands one group of neighbours. */
static bool expand_group(int8_t *restrict weights, const uint8_t *restrict wire, uint32_t group) {
    const int8_t multiplier = (int8_t)wire[0];
    wire++;
    for (uint32_t begin = 0; begin < group; begin += 16, weights += 16, wire += 8) {
        for (uint32_t i = 0; i < 8; i++) {
            weights[i] = (int8_t)(low_code(wire[i]) * multiplier);
            weights[i + 8] = (int8_t)(high_code(wire[i]) * multiplier);
        }
    }
    return is_multiplier((uint8_t)multiplier);
}

static bool expand_run(uint8_t *image, const uint8_t *wire, size_t nbytes, bt_wire_kind kind, uint32_t group) {
    if (kind == BT_WIRE_RAW) {
        for (size_t i = 0; i < nbytes; i++) image[i] = wire[i];
        return true;
    }
    const uint32_t unit = bt_wire_unit(kind, group);
    const size_t unit_nbytes = payload_nbytes(kind, group, unit);
    bool sound = true;
    for (size_t done = 0; done < nbytes; done += unit, wire += unit_nbytes) {
        int8_t *weights = (int8_t *)image + done;
        sound &= kind == BT_WIRE_LINEAR ? expand_panel(weights, wire, group) : expand_group(weights, wire, group);
    }
    return sound;
}

static uint32_t read_u32(const uint8_t *bytes) {
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

bt_status bt_wire_expand(void *image, size_t image_nbytes, const void *wire, size_t wire_nbytes) {
    uint8_t *out = image;
    const uint8_t *in = wire;
    while (wire_nbytes > 0) {
        if (wire_nbytes < BT_WIRE_HEADER_NBYTES) return BT_BAD_IMAGE;
        const uint32_t group = in[1], length = read_u32(in + 4);
        if (in[2] != 0 || in[3] != 0 || !is_known(in[0], group)) return BT_BAD_IMAGE;
        const bt_wire_kind kind = (bt_wire_kind)in[0];
        const size_t nbytes = bt_wire_run_nbytes(kind, group, length);
        const bool fits = length > 0 && length <= image_nbytes && nbytes <= wire_nbytes;
        if (!fits || length % bt_wire_unit(kind, group) != 0) return BT_BAD_IMAGE;
        if (!expand_run(out, in + BT_WIRE_HEADER_NBYTES, length, kind, group)) return BT_BAD_IMAGE;
        out += length;
        image_nbytes -= length;
        in += nbytes;
        wire_nbytes -= nbytes;
    }
    return image_nbytes == 0 ? BT_OK : BT_BAD_IMAGE;
}

/* ------------------------------------------------------------------------------------------- packing -- */

/* Where weight i of group g stands in a unit. */
static uint32_t place_in_unit(bt_wire_kind kind, uint32_t g, uint32_t i) {
    return kind == BT_WIRE_LINEAR ? i / 4 * QUAD_NBYTES + 4 * g + i % 4 : i;
}

static bool divides(int multiplier, const int8_t *unit, bt_wire_kind kind, uint32_t g, uint32_t group) {
    for (uint32_t i = 0; i < group; i++) {
        const int weight = unit[place_in_unit(kind, g, i)], code = weight / multiplier;
        if (weight % multiplier != 0 || code < BT_WIRE_MIN_CODE || code > BT_WIRE_MAX_CODE) return false;
    }
    return true;
}

/* A multiplier of the group, the nearest to 0, the positive one first; 0 if there is none. */
static int find_multiplier(const int8_t *unit, bt_wire_kind kind, uint32_t g, uint32_t group) {
    for (int multiplier = 1; multiplier <= BT_WIRE_MAX_MULTIPLIER; multiplier++) {
        if (divides(multiplier, unit, kind, g, group)) return multiplier;
        if (divides(-multiplier, unit, kind, g, group)) return -multiplier;
    }
    return 0;
}

static bool pack_unit(uint8_t *wire, const int8_t *unit, bt_wire_kind kind, uint32_t group) {
    const uint32_t groups = groups_in_unit(kind), half = kind == BT_WIRE_LINEAR ? QUAD_NBYTES / 2 : 8;
    int8_t codes[PANEL * 32] = {0};
    for (uint32_t g = 0; g < groups; g++) {
        const int multiplier = find_multiplier(unit, kind, g, group);
        if (multiplier == 0) return false;
        wire[g] = (uint8_t)multiplier;
        for (uint32_t i = 0; i < group; i++) {
            const uint32_t place = place_in_unit(kind, g, i);
            codes[place] = (int8_t)(unit[place] / multiplier);
        }
    }
    wire += groups;
    for (uint32_t place = 0; place < groups * group; place += 2 * half) {
        for (uint32_t i = 0; i < half; i++) {
            *wire++ = (uint8_t)((codes[place + i] & 15) | (codes[place + i + half] & 15) << 4);
        }
    }
    return true;
}

int bt_wire_pack(uint8_t *wire, const uint8_t *image, uint32_t nbytes, bt_wire_kind kind, uint32_t group) {
    *wire++ = (uint8_t)kind;
    *wire++ = (uint8_t)group;
    *wire++ = 0;
    *wire++ = 0;
    for (uint32_t shift = 0; shift < 32; shift += 8) *wire++ = (uint8_t)(nbytes >> shift);
    if (kind == BT_WIRE_RAW) {
        for (uint32_t i = 0; i < nbytes; i++) wire[i] = image[i];
        return 1;
    }
    const uint32_t unit = bt_wire_unit(kind, group);
    for (uint32_t done = 0; done < nbytes; done += unit, wire += payload_nbytes(kind, group, unit)) {
        if (!pack_unit(wire, (const int8_t *)image + done, kind, group)) return 0;
    }
    return 1;
}
