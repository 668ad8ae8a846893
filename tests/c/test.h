/*
 * test.h - all that a test program needs.
 *
 *     int main(void) {
 *         CHECK(1 + 1 == 2);
 *         CHECK_INT(strlen("ab"), 2);
 *         return test_end();
 *     }
 *
 * A failed check prints its place and what was found, and the program goes on; the exit status tells in the end.
 */
#ifndef BT_TEST_H
#define BT_TEST_H

#include <stdio.h>
#include <string.h>

static unsigned long test_checks, test_failures;

/* Counts a check; returns whether it failed and should be printed (the first 50 are). */
static inline int test_fails(int ok, const char *file, int line) {
    test_checks++;
    if (ok) return 0;
    if (test_failures++ >= 50) return 0;
    fprintf(stderr, "%s:%d: ", file, line);
    return 1;
}

#define CHECK(condition) \
    do { \
        if (test_fails(!!(condition), __FILE__, __LINE__)) fprintf(stderr, "%s\n", #condition); \
    } while (0)

#define CHECK_INT(found, expected) \
    do { \
        const long long found_ = (long long)(found), expected_ = (long long)(expected); \
        if (test_fails(found_ == expected_, __FILE__, __LINE__)) \
            fprintf(stderr, "%s is %lld, not %lld\n", #found, found_, expected_); \
    } while (0)

#define CHECK_STRING(found, expected) \
    do { \
        const char *const found_ = (found), *const expected_ = (expected); \
        if (test_fails(strcmp(found_, expected_) == 0, __FILE__, __LINE__)) \
            fprintf(stderr, "%s is\n    \"%s\", not\n    \"%s\"\n", #found, found_, expected_); \
    } while (0)

/* The last statement of main: prints a summary, and is the exit status. A program without a check fails. */
static inline int test_end(void) {
    if (test_failures > 0) fprintf(stderr, "%lu of %lu checks failed\n", test_failures, test_checks);
    else printf("%lu checks passed\n", test_checks);
    return test_failures > 0 || test_checks == 0;
}

#endif
