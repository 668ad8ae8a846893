#include "strict.h"

#include "error_feedback.h"

#include "elementary.h"
#include "model.h"
#include "wire.h"

/* Part of its mean that the diagonal gets in addition. */
#define DAMPING 0.1f

/* Rows of inputs that are added up while an entry is at hand. */
#define GRAM_ROWS 4

/* -------------------------------------------------------------------------------------------- correlations -- */

static uint32_t smaller(uint32_t a, uint32_t b) { return a < b ? a : b; }

/* gram[j] += sum of x[r][i] x[r][j], row after row, for j = i .. n - 1. */
static void add_products(float *restrict gram, const float *x, size_t stride, uint32_t rows, uint32_t i, uint32_t n) {
    if (rows == GRAM_ROWS) {
        const float *restrict a = x, *restrict b = a + stride, *restrict c = b + stride, *restrict d = c + stride;
        for (uint32_t j = i; j < n; j++) {
            gram[j] = (((gram[j] + a[i] * a[j]) + b[i] * b[j]) + c[i] * c[j]) + d[i] * d[j];
        }
        return;
    }
    for (uint32_t r = 0; r < rows; r++, x += stride) {
        for (uint32_t j = i; j < n; j++) gram[j] = gram[j] + x[i] * x[j];
    }
}

void bt_add_gram(float *gram, const float *x, uint32_t rows, uint32_t columns) {
    for (uint32_t first = 0; first < columns; first += BT_FEEDBACK_BLOCK) {
        const uint32_t n = smaller(BT_FEEDBACK_BLOCK, columns - first);
        for (uint32_t r = 0; r < rows; r += GRAM_ROWS) {
            for (uint32_t i = 0; i < n; i++) {
                add_products(gram + (size_t)i * n, x + (size_t)r * columns + first, columns,
                             smaller(GRAM_ROWS, rows - r), i, n);
            }
        }
        gram += (size_t)n * n;
    }
}

/* ------------------------------------------------------------------------------------------- factorisation -- */

/* Columns by falling mean square of their input; of like ones the first comes first. */
static void sort_columns(uint16_t *order, const float *gram, const float *factor, uint32_t n) {
    float size[BT_FEEDBACK_BLOCK];
    for (uint32_t k = 0; k < n; k++) size[k] = gram[(size_t)k * n + k] * factor[k] * factor[k];
    for (uint32_t k = 0; k < n; k++) {
        uint32_t at = k;
        for (; at > 0 && size[order[at - 1]] < size[k]; at--) order[at] = order[at - 1];
        order[at] = (uint16_t)k;
    }
}

/* The block after smoothing, in its order, damped: the part from the diagonal on. Returns the damping. */
static float reorder(float *block, const uint16_t *order, const float *gram, const float *factor, uint32_t n) {
    float trace = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t k = order[i];
        for (uint32_t j = i; j < n; j++) {
            const uint32_t l = order[j];
            const float sum = k < l ? gram[(size_t)k * n + l] : gram[(size_t)l * n + k];
            block[(size_t)i * n + j] = sum * (factor[k] * factor[l]);
        }
        trace += block[(size_t)i * n + i];
    }
    const float damping = trace * (DAMPING / (float)n);
    for (uint32_t i = 0; i < n; i++) block[(size_t)i * n + i] += damping;
    return damping;
}

/* H = (1 + U) D (1 + U)', in place: one column after the other, from the last on, is taken out of those before it. */
static bool decompose(float *block, uint32_t n) {
    float column[BT_FEEDBACK_BLOCK];
    for (uint32_t k = n; k-- > 0;) {
        const float d = block[(size_t)k * n + k];
        if (!(d > 0 && bt_is_finite(d))) return false;
        for (uint32_t i = 0; i < k; i++) column[i] = block[(size_t)i * n + k];
        for (uint32_t i = 0; i < k; i++) {
            float *restrict row = block + (size_t)i * n;
            const float u = column[i] / d;
            row[k] = u;
            for (uint32_t j = i; j < k; j++) row[j] = row[j] - u * column[j];
        }
    }
    return true;
}

int bt_factor_gram(bt_feedback *feedback, const float *gram, const float *factor) {
    float *block = feedback->blocks;
    for (uint32_t first = 0; first < feedback->columns; first += BT_FEEDBACK_BLOCK) {
        const uint32_t n = smaller(BT_FEEDBACK_BLOCK, feedback->columns - first);
        sort_columns(feedback->order + first, gram, factor + first, n);
        if (reorder(block, feedback->order + first, gram, factor + first, n) < 0x1p-80f || !decompose(block, n)) {
            return 0;
        }
        block += (size_t)n * n;
        gram += (size_t)n * n;
    }
    return 1;
}

/* ------------------------------------------------------------------------------------------------ rounding -- */

/* carried[j] += error U[k][j] for all j that come after k. row: U[k]. */
static void carry(float *restrict carried, const float *restrict row, float error, uint32_t k, uint32_t n) {
    for (uint32_t j = k + 1; j < n; j++) carried[j] = carried[j] + error * row[j];
}

/* What the lane groups of a block hold already, of either sign. */
typedef struct {
    int sums[2][BT_FEEDBACK_BLOCK / 2];
} lane_groups;

/* The integer nearest to value / scale that the column may have, within what its lane group has left. */
static int8_t nearest(const bt_rounded *r, uint32_t column, float value, float scale, lane_groups *groups) {
    const int multiplier = r->multipliers ? r->multipliers[column / r->group] : 1;
    const float highest = r->multipliers ? BT_WIRE_MAX_CODE : 127, lowest = r->multipliers ? BT_WIRE_MIN_CODE : -127;
    const int code = (int)bt_max(lowest, bt_min(highest, bt_rint(value / (scale * (float)multiplier))));
    const int q = code * multiplier, step = multiplier < 0 ? -multiplier : multiplier;
    const uint32_t within = column % BT_FEEDBACK_BLOCK;
    int *sum = &groups->sums[q < 0][within / (4 * r->depth) * 2 + within % 4 / 2];
    int size = q < 0 ? -q : q;
    if (size > BT_LANE_LIMIT - *sum) size = (BT_LANE_LIMIT - *sum) / step * step;
    *sum += size;
    return (int8_t)(q < 0 ? -size : size);
}

/* Rounds the columns from `first` on, a block, with feedback. */
static void round_block(int8_t *q, const bt_rounded *r, const float *block, const uint16_t *order, uint32_t first,
                        uint32_t n, float scale, float *carried) {
    lane_groups groups = {{{0}, {0}}};
    for (uint32_t i = 0; i < n; i++) carried[i] = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t k = first + order[i];
        q[k] = nearest(r, k, r->w[k] + carried[i], scale, &groups);
        carry(carried, block + (size_t)i * n, r->w[k] - scale * (float)q[k], i, n);
    }
}

/* What the loss of a scale s is made of: square s^2 - 2 product s + that of no weights at all. */
typedef struct {
    double square, product;
} parabola;

/* Adds a block's part of both, for integers q. carried: 2 n floats. */
static void add_block(parabola *loss, const int8_t *q, const float *w, const float *block, const uint16_t *order,
                      uint32_t n, float *carried) {
    float *of_q = carried, *of_w = carried + n;
    for (uint32_t i = 0; i < 2 * n; i++) carried[i] = 0;
    for (uint32_t i = 0; i < n; i++) {
        const uint32_t k = order[i];
        const float *row = block + (size_t)i * n;
        const double a = (double)q[k] + (double)of_q[i], b = (double)w[k] + (double)of_w[i];
        loss->square += (double)row[i] * a * a;
        loss->product += (double)row[i] * a * b;
        carry(of_q, row, (float)q[k], i, n);
        carry(of_w, row, w[k], i, n);
    }
}

static parabola measure(const int8_t *q, const float *w, const bt_feedback *feedback, float *carried) {
    parabola loss = {0, 0};
    const float *block = feedback->blocks;
    for (uint32_t first = 0; first < feedback->columns; first += BT_FEEDBACK_BLOCK) {
        const uint32_t n = smaller(BT_FEEDBACK_BLOCK, feedback->columns - first);
        add_block(&loss, q + first, w + first, block, feedback->order + first, n, carried);
        block += (size_t)n * n;
    }
    return loss;
}

float bt_feed_back(const bt_rounded *rounded, const bt_feedback *feedback, float scale, float *scratch) {
    const uint32_t columns = feedback->columns;
    float *carried = scratch;
    int8_t *q = (int8_t *)(scratch + 2 * (size_t)columns);
    if (scale == 0) return 0;

    const float *block = feedback->blocks;
    for (uint32_t first = 0; first < columns; first += BT_FEEDBACK_BLOCK) {
        const uint32_t n = smaller(BT_FEEDBACK_BLOCK, columns - first);
        round_block(q, rounded, block, feedback->order + first, first, n, scale, carried);
        block += (size_t)n * n;
    }
    const parabola before = measure(rounded->q, rounded->w, feedback, carried);
    const parabola after = measure(q, rounded->w, feedback, carried);
    const double fitted = after.product / after.square;
    const double least = -after.product * fitted;
    const double other = ((double)scale * before.square - 2 * before.product) * (double)scale;
    if (!(least < other && fitted > 0 && fitted < FLT_MAX)) return scale;
    for (uint32_t k = 0; k < columns; k++) rounded->q[k] = q[k];
    return (float)fitted;
}
