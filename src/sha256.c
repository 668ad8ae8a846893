/*
 * sha256.c - SHA-256 as FIPS 180-4, section 6.2, defines it.
 */
#include "strict.h"

#include <string.h>

#include "bertweet.h"

#define BLOCK_NBYTES 64

/* First 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static inline uint32_t rotate_right(uint32_t x, int n) { return x >> n | x << (32 - n); }

static inline uint32_t read_big_endian(const uint8_t *from) {
    return (uint32_t)from[0] << 24 | (uint32_t)from[1] << 16 | (uint32_t)from[2] << 8 | from[3];
}

static inline void write_big_endian(uint8_t *to, uint32_t x) {
    for (int i = 0; i < 4; i++) to[i] = (uint8_t)(x >> (24 - 8 * i));
}

/* The message schedule: 16 words of the block, and 48 made of them. */
static void schedule(uint32_t w[64], const uint8_t *block) {
    for (int t = 0; t < 16; t++) w[t] = read_big_endian(block + 4 * t);
    for (int t = 16; t < 64; t++) {
        const uint32_t s0 = rotate_right(w[t - 15], 7) ^ rotate_right(w[t - 15], 18) ^ w[t - 15] >> 3;
        const uint32_t s1 = rotate_right(w[t - 2], 17) ^ rotate_right(w[t - 2], 19) ^ w[t - 2] >> 10;
        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
}

static void compress(uint32_t state[8], const uint8_t *block) {
    uint32_t w[64];
    schedule(w, block);
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int t = 0; t < 64; t++) {
        const uint32_t s1 = rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25);
        const uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + round_constants[t] + w[t];
        const uint32_t s0 = rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22);
        const uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        h = g, g = f, f = e, e = d + t1;
        d = c, c = b, b = a, a = t1 + t2;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
}

void bt_sha256_begin(bt_sha256_context *c) {
    *c = (bt_sha256_context){.state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                       0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

void bt_sha256_update(bt_sha256_context *c, const void *data, size_t nbytes) {
    const uint8_t *at = data, *const end = at + nbytes;
    size_t filled = (size_t)(c->nbytes % BLOCK_NBYTES);
    c->nbytes += nbytes;
    while (at < end) {
        if (filled == 0 && (size_t)(end - at) >= BLOCK_NBYTES) {
            compress(c->state, at);
            at += BLOCK_NBYTES;
            continue;
        }
        c->block[filled++] = *at++;
        if (filled == BLOCK_NBYTES) {
            compress(c->state, c->block);
            filled = 0;
        }
    }
}

/* What is left, a one bit, zeros, and the length in bits. */
void bt_sha256_end(const bt_sha256_context *c, uint8_t *digest) {
    uint32_t state[8];
    uint8_t last[2 * BLOCK_NBYTES] = {0};
    const size_t left = (size_t)(c->nbytes % BLOCK_NBYTES);
    const size_t end = left + 9 <= BLOCK_NBYTES ? BLOCK_NBYTES : 2 * BLOCK_NBYTES;
    memcpy(state, c->state, sizeof state);
    memcpy(last, c->block, left);
    last[left] = 0x80;
    write_big_endian(last + end - 8, (uint32_t)(c->nbytes >> 29));
    write_big_endian(last + end - 4, (uint32_t)(c->nbytes << 3));
    for (size_t i = 0; i < end; i += BLOCK_NBYTES) compress(state, last + i);
    for (int i = 0; i < 8; i++) write_big_endian(digest + 4 * i, state[i]);
}

void bt_sha256(uint8_t *digest, const void *data, size_t nbytes) {
    bt_sha256_context context;
    bt_sha256_begin(&context);
    bt_sha256_update(&context, data, nbytes);
    bt_sha256_end(&context, digest);
}
