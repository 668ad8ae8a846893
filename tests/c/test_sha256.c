#include "bertweet.h"

#include <stdlib.h>
#include <string.h>

#include "test.h"

static void check(const void *data, size_t nbytes, const char *expected) {
    uint8_t digest[32];
    char hex[65] = "";
    bt_sha256(digest, data, nbytes);
    for (size_t i = 0; i < 32; i++) snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    CHECK_STRING(hex, expected);
}

/* In pieces of 0, 1, 2, ... bytes. */
static void check_pieces(const uint8_t *data, size_t nbytes) {
    uint8_t whole[32], pieces[32];
    bt_sha256_context context;
    bt_sha256(whole, data, nbytes);
    bt_sha256_begin(&context);
    for (size_t at = 0, piece = 0; at < nbytes; at += piece, piece++) {
        if (piece > nbytes - at) piece = nbytes - at;
        bt_sha256_update(&context, data + at, piece);
    }
    bt_sha256_end(&context, pieces);
    CHECK(memcmp(whole, pieces, sizeof whole) == 0);
}

int main(void) {
    /* FIPS 180-4's examples. */
    check("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    check("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    check("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");

    /* 'a' around the ends of a block and of its padding; digests of Python's hashlib. */
    static const struct {
        size_t nbytes;
        const char *digest;
    } lengths[] = {
        {1, "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"},
        {55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"},
        {57, "f13b2d724659eb3bf47f2dd6af1accc87b81f09f59f2b75e5c0bed6589dfe8c6"},
        {63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"},
        {64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"},
        {65, "635361c48bb9eab14198e76ea8ab7f1a41685d6ad62aa9146d301d4f17eb0ae0"},
        {119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb"},
        {120, "2f3d335432c70b580af0e8e1b3674a7c020d683aa5f73aaaedfdc55af904c21c"},
        {127, "c57e9278af78fa3cab38667bef4ce29d783787a2f731d4e12200270f0c32320a"},
        {128, "6836cf13bac400e9105071cd6af47084dfacad4e5e302c94bfed24e013afb73e"},
        {129, "c12cb024a2e5551cca0e08fce8f1c5e314555cc3fef6329ee994a3db752166ae"},
        {1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"},
    };
    char *data = malloc(1000000);
    memset(data, 'a', 1000000);
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) check(data, lengths[i].nbytes, lengths[i].digest);
    for (size_t i = 0; i < 1000000; i++) data[i] = (char)(i % 251);
    for (size_t nbytes = 0; nbytes <= 1000; nbytes++) check_pieces((const uint8_t *)data, nbytes);
    check_pieces((const uint8_t *)data, 1000000);
    free(data);
    return test_end();
}
