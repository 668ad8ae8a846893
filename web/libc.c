/*
 * libc.c - the functions of the C library that compilers call by themselves and WebAssembly has no instruction for.
 * The modules link no C library; memcpy, memmove and memset are memory.copy and memory.fill.
 *
 * Compiled with -fno-builtin, or these loops would be recognised as calls of the functions they make up.
 */
#include <stddef.h>

int memcmp(const void *a, const void *b, size_t nbytes);
size_t strlen(const char *text);

int memcmp(const void *a, const void *b, size_t nbytes) {
    const unsigned char *left = a, *right = b;
    for (size_t i = 0; i < nbytes; i++) {
        if (left[i] != right[i]) return left[i] - right[i];
    }
    return 0;
}

size_t strlen(const char *text) {
    size_t length = 0;
    while (text[length] != '\0') length++;
    return length;
}
