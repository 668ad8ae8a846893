/*
 * mutator.c - under libFuzzer: most inputs change those it has, some begin anew from the fuzzer's own seeds.
 */
#include "fuzz.h"

size_t LLVMFuzzerMutate(uint8_t *data, size_t nbytes, size_t capacity);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t nbytes, size_t capacity, unsigned seed);

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t nbytes, size_t capacity, unsigned seed) {
    static uint8_t fresh[65536];
    uint64_t random = seed;
    if (seed % 32 != 0) return LLVMFuzzerMutate(data, nbytes, capacity);
    const size_t length = fuzz_seed(fresh, sizeof fresh, &random);
    nbytes = length < capacity ? length : capacity;
    memcpy(data, fresh, nbytes);
    return LLVMFuzzerMutate(data, nbytes, capacity);
}
