#include "strict.h"

#include "wire_codes.h"

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

bool bt_wire_expand_panels(uint8_t *image, const uint8_t *wire, size_t nbytes, uint32_t group) {
    const size_t block = PANEL * (size_t)group;
    bool sound = true;
    for (size_t done = 0; done < nbytes; done += block, wire += PANEL + block / 2) {
        sound &= expand_panel((int8_t *)image + done, wire, group);
    }
    return sound;
}

bool bt_wire_expand_groups(uint8_t *image, const uint8_t *wire, size_t nbytes, uint32_t group) {
    bool sound = true;
    for (size_t done = 0; done < nbytes; done += group, wire += 1 + group / 2) {
        sound &= expand_group((int8_t *)image + done, wire, group);
    }
    return sound;
}
