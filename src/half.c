#include "strict.h"

#include "half.h"

#include "elementary.h"

static float from_float16(uint16_t half) {
    const uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    const uint32_t magnitude = half & 0x7FFF;
    if (magnitude >= 0x7C00) return bt_float(sign | 0x7F800000 | (magnitude & 0x3FF) << 13);
    /* Exponent and fraction in binary32's places make a number 2^112 times too small (bias 15 against 127); the
     * product is exact, and normalises what binary16 stores as subnormal. */
    const float value = bt_float(magnitude << 13) * 0x1p112f;
    return sign ? -value : value;
}

void bt_float16_to_float32(float *out, const uint16_t *in, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = from_float16(in[i]);
}

void bt_bfloat16_to_float32(float *out, const uint16_t *in, size_t count) {
    for (size_t i = 0; i < count; i++) out[i] = bt_float((uint32_t)in[i] << 16);
}
