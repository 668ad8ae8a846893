/* What statuses and kernels are called: each has words of its own, and so has what is none of them. */
#include "bertweet.h"
#include "test.h"

enum { STATUSES = BT_THREAD_LOST + 1, KERNELS = BT_KERNEL_SIMD128_DEEP + 1 };

static const char *status(int number) { return bt_status_message((bt_status)number); }
static const char *kernel(int number) { return bt_kernel_name((bt_kernel)number); }

static void check_distinct(const char *(*name)(int), int count) {
    for (int i = 0; i <= count; i++) {
        CHECK(name(i) && *name(i));
        for (int j = 0; j < i; j++) CHECK(strcmp(name(i), name(j)) != 0);
    }
    CHECK_STRING(name(-1), name(count));
}

int main(void) {
    check_distinct(status, STATUSES);
    for (int i = 0; i <= STATUSES; i++) CHECK(status(i)[strlen(status(i)) - 1] == '.');
    check_distinct(kernel, KERNELS);
    CHECK_STRING(kernel(BT_KERNEL_RELAXED_DOT), "relaxed-dot");
    return test_end();
}
