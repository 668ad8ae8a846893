/* fnv.h - FNV-1a, 64 bits, over code points as little-endian 32-bit numbers or over bytes; as in fingerprints.py. */
#ifndef BT_TEST_FNV_H
#define BT_TEST_FNV_H

#include <stddef.h>
#include <stdint.h>

#define FNV_START 0xCBF29CE484222325u

static inline uint64_t fnv_byte(uint64_t h, uint8_t byte) { return (h ^ byte) * 0x100000001B3u; }

static inline uint64_t fnv_code_points(uint64_t h, const uint32_t *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        for (unsigned shift = 0; shift < 32; shift += 8) h = fnv_byte(h, (uint8_t)(text[i] >> shift));
    }
    return h;
}

#endif
