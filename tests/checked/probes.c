/*
 * probes.c - in the checked modules alone: what their checks call, and functions that do what must not be done, on
 * demand, so that tests see the checks at work.
 */
#include <stddef.h>
#include <stdint.h>

#pragma GCC diagnostic ignored "-Wmissing-prototypes" /* the only callers are compilers and tests/checked */

/* Of -fstack-protector. */
uintptr_t __stack_chk_guard = 0x5AC3009Du;
_Noreturn void __stack_chk_fail(void) { __builtin_trap(); }

/* Each is sound for some argument and undefined for others. */

int32_t probe_overflow(int32_t x) { return x + 1; }

int32_t probe_shift(int32_t by) { return 1 << by; }

int32_t probe_cast(float x) { return (int32_t)x; }

int32_t probe_index(int32_t i) {
    static volatile int32_t table[4] = {1, 2, 3, 4};
    return table[i];
}

int32_t probe_read(const int32_t *at) { return *at; }

/* Writes count bytes from the beginning of an array of 16. */
int32_t probe_smash(int32_t count) {
    volatile char array[16];
    volatile char *volatile at = array;
    for (int32_t i = 0; i < count; i++) at[i] = 1;
    return array[0];
}

/* Needs 256 bytes of stack for each level. */
int32_t probe_recurse(int32_t depth) {
    volatile char frame[200];
    volatile char *volatile at = frame;
    at[0] = 1;
    return depth == 0 ? 0 : at[0] + probe_recurse(depth - 1);
}
