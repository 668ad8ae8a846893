/*
 * The wire encoding int4 on arbitrary bytes: expanded as models/MODEL.md says, or refused, and nothing else is touched.
 *
 * Input: u16 size of the piece of the image, then the wire.
 */
#include "fuzz.h"

#include "../c/image_builder.h"
#include "bertweet.h"
#include "wire.h"

/* A weight of a run of kind 1 to 3, whose multipliers and codes begin at wire. Returns -128: no multiplier. */
static int weight_at(const uint8_t *wire, unsigned kind, unsigned group, size_t i) {
    const size_t groups = kind == 1 ? 8 : 1, block = groups * group, half = kind == 1 ? 16 : 8;
    const uint8_t *begin = wire + i / block * (groups + block / 2); /* multipliers, then codes */
    const size_t place = i % block, pair_block = place / (2 * half), in_block = place % (2 * half);
    const uint8_t pair = begin[groups + pair_block * half + in_block % half];
    const int code = (in_block < half ? pair & 15 : pair >> 4);
    const int multiplier = (int8_t)begin[kind == 1 ? place / 4 % 8 : 0];
    return multiplier < -15 || multiplier > 15 ? -128 : (code < 8 ? code : code - 16) * multiplier;
}

/* Rows of a run before row r that are sent, and r itself if it is not. */
static size_t rows_sent(const uint8_t *marks, size_t r) {
    size_t sent = 0;
    for (size_t i = 0; i < r; i++) sent += !(marks[i / 8] >> i % 8 & 1);
    return sent;
}

/* MODEL.md, section 4, read as slowly as it is written. Returns bytes of image, or SIZE_MAX: not this encoding. */
static size_t expand_plainly(int8_t *image, size_t room, const uint8_t *wire, size_t nbytes) {
    size_t at = 0, out = 0;
    while (at < nbytes) {
        if (nbytes - at < 8) return SIZE_MAX;
        const unsigned kind = wire[at], group = wire[at + 1], columns = wire[at + 2] | (unsigned)wire[at + 3] << 8;
        const size_t length = test_read_u32(wire + at + 4);
        at += 8;
        if (length == 0 || length > room - out || kind > 4 || (kind != 3 && columns != 0)) return SIZE_MAX;
        if (kind == 0 || kind == 4 ? group != 0 : group != 16 && group != 32) return SIZE_MAX;
        if (kind == 3 && (columns == 0 || columns % group != 0)) return SIZE_MAX;
        const size_t units[] = {1, 8 * group, group, columns, 4};
        if (length % units[kind] != 0) return SIZE_MAX;
        const uint8_t *marks = wire + at;
        if (kind == 3) {
            const size_t rows = length / columns;
            if ((rows + 7) / 8 > nbytes - at || marks[0] & 1) return SIZE_MAX;
            if (rows % 8 != 0 && marks[rows / 8] >> rows % 8 != 0) return SIZE_MAX;
            at += (rows + 7) / 8;
        }
        const size_t weights = kind == 3 ? rows_sent(marks, length / columns) * columns : length;
        const size_t payload = kind == 0 ? length : kind == 4 ? length / 2 : weights / group + weights / 2;
        if (payload > nbytes - at) return SIZE_MAX;
        for (size_t i = 0; i < length; i++) {
            if (kind == 0) {
                image[out + i] = (int8_t)wire[at + i];
            } else if (kind == 4) {
                image[out + i] = i % 4 < 2 ? (int8_t)wire[at + i / 4 * 2 + i % 4] : 0;
            } else {
                const size_t sent = kind == 3 ? (rows_sent(marks, i / columns + 1) - 1) * columns + i % columns : i;
                const int weight = weight_at(wire + at, kind, group, sent);
                if (weight == -128) return SIZE_MAX;
                image[out + i] = (int8_t)weight;
            }
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
        const unsigned kind = (unsigned)test_random_int(random, 0, 5);
        const unsigned group = kind == 0 || kind == 4 ? 0 : test_random_int(random, 0, 2) == 0 ? 16 : 32;
        const unsigned columns = kind == 3 ? group * (unsigned)test_random_int(random, 1, 4) : 0;
        const size_t units[] = {1, 8 * group, group, columns, 4};
        const size_t count = (size_t)test_random_int(random, 1, 12), length = units[kind] * count;
        const uint8_t header[] = {(uint8_t)kind, (uint8_t)group, (uint8_t)columns, 0};
        memcpy(out + at, header, sizeof header);
        test_write_u32(out + at + 4, (uint32_t)length);
        at += 8;
        size_t weights = length;
        if (kind == 3) {
            uint8_t marks[2] = {0};
            for (size_t r = 1; r < count; r++) marks[r / 8] |= (uint8_t)(test_random_int(random, 0, 2) << r % 8);
            memcpy(out + at, marks, (count + 7) / 8);
            at += (count + 7) / 8;
            weights = rows_sent(marks, count) * columns;
        }
        const size_t payload = kind == 0 ? length : kind == 4 ? length / 2 : weights / group + weights / 2;
        for (size_t i = 0; i < payload; i++) {
            /* A code may be anything, and most that stand where a multiplier would are one as well. */
            out[at + i] = (uint8_t)test_random_int(random, -15, 16);
        }
        at += payload;
        image_nbytes += length;
    }
    out[0] = (uint8_t)image_nbytes, out[1] = (uint8_t)(image_nbytes >> 8);
    return at;
}
