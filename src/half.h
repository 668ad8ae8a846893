/*
 * half.h - the 16-bit floats that checkpoints are stored in, as f32. Every value is converted exactly; infinities and
 * NaNs stay what they are, so that whoever validates the result sees them.
 */
#ifndef BT_HALF_H
#define BT_HALF_H

#include <stddef.h>
#include <stdint.h>

/* out[i] = in[i], IEEE 754 binary16 ("F16" in safetensors). */
void bt_float16_to_float32(float *out, const uint16_t *in, size_t count);

/* out[i] = in[i], the upper half of a binary32 ("BF16"). */
void bt_bfloat16_to_float32(float *out, const uint16_t *in, size_t count);

#endif
