/*
 * The error bounds that elementary.h states, against libm in binary64: for every 257th float, or for all of them with
 * the argument "all" (minutes).
 */
#include "elementary.h"

#include <math.h>
#include <stdlib.h>

#include "bertweet.h"
#include "test.h"

static uint32_t step = 257;

/* The largest |found - exact| / unit over the floats with low <= |x| < high and both signs. */
static double largest_error(float (*found)(float), double (*exact)(double), double (*unit)(double, double), float low,
                            float high) {
    double worst = 0;
    for (uint32_t bits = bt_bits(low); bits < bt_bits(high); bits += step) {
        for (uint32_t sign = 0; sign < 2; sign++) {
            const float x = bt_float(bits | sign << 31);
            const double y = exact(x), error = fabs((double)found(x) - y) / unit(x, y);
            if (!(error <= worst)) worst = error;
        }
    }
    return worst;
}

static double absolute(double x, double y) {
    (void)x, (void)y;
    return 1;
}

static double ulp(double x, double y) {
    (void)x;
    return ldexp(1, ilogb(y) - 23);
}

static double size_of_x(double x, double y) {
    (void)y;
    return fabs(x) > 1 ? fabs(x) : 1;
}

static double exact_gelu(double x) { return 0.5 * x * erfc(-x * sqrt(0.5)); }

/* Functions of their own, as those of the header are inlined. */
static float found_exp(float x) { return bt_exp(x); }
static float found_erf(float x) { return bt_erf(x); }
static float found_tanh(float x) { return bt_tanh(x); }
static float found_gelu(float x) { return bt_gelu(x); }

static void test_bounds(void) {
    const double errors[] = {
        largest_error(found_exp, exp, ulp, 0x1p-30f, 87.0f),
        largest_error(found_erf, erf, absolute, 0, 10),
        largest_error(found_tanh, tanh, absolute, 0, 20),
        largest_error(found_gelu, exact_gelu, size_of_x, 0, 1e6f),
    };
    printf("exp %.3f ulp, erf %.3g, tanh %.3g, gelu %.3g\n", errors[0], errors[1], errors[2], errors[3]);
    CHECK(errors[0] <= 1.0);
    CHECK(errors[1] <= 4.3e-7);
    CHECK(errors[2] <= 2.5e-7);
    CHECK(errors[3] <= 2.7e-7);
}

static void test_edges(void) {
    const float infinity = bt_float(0x7F800000);
    CHECK(bt_exp(0) == 1);
    CHECK(bt_exp(-87.0f) > 0x1p-126f);
    CHECK(bt_exp(-87.5f) == 0 && bt_exp(-infinity) == 0);
    CHECK(bt_exp(1000.0f) == bt_exp(88.0f) && bt_exp(infinity) < 1.7e38f);
    CHECK(bt_erf(4) == 1 && bt_erf(-4) == -1 && bt_erf(infinity) == 1);
    CHECK(bt_tanh(0) == 0 && bt_tanh(-3) == -bt_tanh(3) && bt_tanh(infinity) <= 1);
    CHECK(bt_gelu(-10) == 0 && bt_gelu(10) == 10 && bt_gelu(-3e38f) == 0);
    CHECK(bt_rint(2.5f) == 2 && bt_rint(3.5f) == 4 && bt_rint(-0.5f) == 0 && bt_rint(-126.5f) == -126);
    CHECK(bt_is_finite(3e38f) && !bt_is_finite(infinity) && !bt_is_finite(infinity - infinity));
}

/* The correctly rounded values, as binary64 has them. */
static void test_rsqrt(void) {
    uint32_t different = 0;
    for (uint32_t bits = 0x00800000; bits < 0x7F800000; bits += step) {
        const double x = bt_float(bits);
        different += bt_rsqrt(x) != (float)(1 / sqrt(x));
    }
    CHECK_INT(different, 0);
    CHECK(bt_rsqrt(64) == 0.125f);
}

static void test_scores(void) {
    const float logits[] = {1, 2, 3}, huge[] = {3e38f, -3e38f, 0, 3e38f};
    float out[4];
    bt_softmax(out, logits, 3, 1);
    const double total = exp(1) + exp(2) + exp(3);
    for (int i = 0; i < 3; i++) CHECK(fabs((double)out[i] - exp(i + 1) / total) < 1e-6);
    bt_softmax(out, logits, 3, 2);
    CHECK(fabs((double)out[0] - exp(0.5) / (exp(0.5) + exp(1) + exp(1.5))) < 1e-6);
    bt_softmax(out, huge, 4, 1e-3f);
    CHECK(out[0] == 0.5f && out[1] == 0 && out[2] == 0 && out[3] == 0.5f);
    bt_softmax(out, logits, 1, 1);
    CHECK(out[0] == 1);

    float many[1024], sum = 0;
    for (int i = 0; i < 1024; i++) many[i] = (float)(i * 37 % 101) * 0.1f;
    bt_softmax(many, many, 1024, 1);
    for (int i = 0; i < 1024; i++) sum += many[i];
    CHECK(fabsf(sum - 1) < 1e-6f);

    bt_sigmoid(out, logits, 3, 1);
    for (int i = 0; i < 3; i++) CHECK(fabs((double)out[i] - 1 / (1 + exp(-(i + 1)))) < 1e-6);
    bt_sigmoid(out, huge, 4, 1);
    CHECK(out[0] == 1 && out[1] == 0 && out[2] == 0.5f);
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "all") == 0) step = 1;
    test_bounds();
    test_edges();
    test_rsqrt();
    test_scores();
    return test_end();
}
