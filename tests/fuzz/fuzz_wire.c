/*
 * The wire encoding int4 on arbitrary bytes: expanded as models/MODEL.md says, or refused, and nothing else is touched.
 *
 * Input: u16 size of the piece of the image, then the wire.
 */
#include "fuzz.h"

#include "../c/image_builder.h"
#include "bertweet.h"
#include "wire.h"

/* MODEL.md, section 4, read as slowly as it is written. Returns bytes of image, or SIZE_MAX: not this encoding. */
static size_t expand_plainly(int8_t *image, size_t room, const uint8_t *wire, size_t nbytes) {
    size_t at = 0, out = 0;
    while (at < nbytes) {
        if (nbytes - at < 8 || wire[at + 2] != 0 || wire[at + 3] != 0) return SIZE_MAX;
        const unsigned kind = wire[at], group = wire[at + 1];
        const size_t length = test_read_u32(wire + at + 4);
        at += 8;
        if (length == 0 || length > room - out || kind > 2) return SIZE_MAX;
        if (kind == 0 ? group != 0 : group != 16 && group != 32) return SIZE_MAX;
        const size_t payload = kind == 0 ? length : length / group + length / 2;
        const size_t unit = kind == 0 ? 1 : kind == 1 ? 8 * group : group;
        if (length % unit != 0 || payload > nbytes - at) return SIZE_MAX;
        for (size_t i = 0; i < length; i++) {
            if (kind == 0) {
                image[out + i] = (int8_t)wire[at + i];
                continue;
            }
            const size_t groups = unit / group, half = kind == 1 ? 16 : 8;
            const uint8_t *begin = wire + at + i / unit * (groups + unit / 2); /* multipliers, then codes */
            const size_t place = i % unit, block = place / (2 * half), in_block = place % (2 * half);
            const uint8_t pair = begin[groups + block * half + in_block % half];
            const int code = (in_block < half ? pair & 15 : pair >> 4);
            const int multiplier = (int8_t)begin[kind == 1 ? place / 4 % 8 : 0];
            if (multiplier < -15 || multiplier > 15) return SIZE_MAX;
            image[out + i] = (int8_t)((code < 8 ? code : code - 16) * multiplier);
        }
        at += payload;
        out += length;
    }
    return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t nbytes) {
    fuzz_bytes in = {data, nbytes};
    const size_t image_nbytes = fuzz_u16(&in);
    uint8_t *wire = fuzz_alloc_exact(in.left); /* at any address */
    memcpy(wire, in.at, in.left);
    int8_t *image = fuzz_alloc_exact(image_nbytes), *expected = fuzz_alloc_exact(image_nbytes);
    memset(image, 0x55, image_nbytes);

    const bt_status status = bt_wire_expand(image, image_nbytes, wire, in.left);
    REQUIRE(status == BT_OK || status == BT_BAD_IMAGE);
    const size_t length = expand_plainly(expected, image_nbytes, wire, in.left);
    REQUIRE((status == BT_OK) == (length == image_nbytes));
    if (status == BT_OK) REQUIRE(memcmp(image, expected, image_nbytes) == 0);
    free(wire);
    free(image);
    free(expected);
    return 0;
}

size_t fuzz_seed(uint8_t *out, size_t capacity, uint64_t *random) {
    (void)capacity;
    size_t image_nbytes = 0, at = 2;
    for (int runs = test_random_int(random, 1, 5); runs > 0; runs--) {
        const unsigned kind = (unsigned)test_random_int(random, 0, 3);
        const unsigned group = kind == 0 ? 0 : test_random_int(random, 0, 2) == 0 ? 16 : 32;
        const size_t unit = kind == 0 ? 1 : kind == 1 ? 8 * group : group;
        const size_t length = unit * (size_t)test_random_int(random, 1, 9);
        out[at] = (uint8_t)kind, out[at + 1] = (uint8_t)group, out[at + 2] = out[at + 3] = 0;
        test_write_u32(out + at + 4, (uint32_t)length);
        const size_t payload = kind == 0 ? length : length / group + length / 2;
        for (size_t i = 0; i < payload; i++) {
            /* A code may be anything, and most that stand where a multiplier would are one as well. */
            out[at + 8 + i] = (uint8_t)test_random_int(random, -15, 16);
        }
        at += 8 + payload;
        image_nbytes += length;
    }
    out[0] = (uint8_t)image_nbytes, out[1] = (uint8_t)(image_nbytes >> 8);
    return at;
}
