#include "strict.h"

#include "quantize.h"

#include <stdbool.h>

#include "error_feedback.h"
#include "model.h"
#include "quantize_int4.h"
#include "rounding.h"

/* ------------------------------------------------------------------------------------------- one column -- */

/* The search for one column's scale. */
typedef struct {
    bt_weights weights;
    uint32_t block; /* 4 * depth columns, which hold two lane groups; or all columns, where there is no bound */
    bool bounded;
} column;

/* The column of this sign in a group, from first to end, whose integer moves towards 0 at the least cost. */
static uint32_t cheapest_step(const int8_t *q, const column *c, double scale, int sign, uint32_t first, uint32_t end) {
    uint32_t best = end;
    double best_cost = 0;
    for (uint32_t k = first; k < end; k = bt_next_in_group(k)) {
        if (q[k] * sign <= 0) continue;
        /* what the squared error grows by, / scale */
        const double cost = 2.0 * sign * (c->weights.w[k] - scale * q[k]) + scale;
        if (best == end || cost < best_cost) {
            best = k;
            best_cost = cost;
        }
    }
    return best;
}

/* Moves integers of a lane group towards 0, always the cheapest, until both sums obey the bound. As the cost of a
 * weight's steps only grows, this is the least squared error that the bound allows. */
static void repair_group(int8_t *q, const column *c, double scale, uint32_t first, uint32_t end) {
    for (int sign = -1; sign <= 1; sign += 2) {
        int sum = 0;
        for (uint32_t k = first; k < end; k = bt_next_in_group(k)) sum += q[k] * sign > 0 ? q[k] * sign : 0;
        for (; sum > BT_LANE_LIMIT; sum--) {
            const uint32_t k = cheapest_step(q, c, scale, sign, first, end);
            q[k] = (int8_t)(q[k] - sign);
        }
    }
}

/* Quantises with one scale. Returns the squared error, or anything that is not below limit once it has got there. */
static double quantize_at(int8_t *q, const column *c, float scale, double limit) {
    const float inverse = 1.0f / scale;
    double error = 0;
    for (uint32_t begin = 0; begin < c->weights.columns && error < limit; begin += c->block) {
        const uint32_t end = begin + c->block;
        for (uint32_t k = begin; k < end; k++) {
            q[k] = (int8_t)bt_max(bt_min(bt_rint(c->weights.w[k] * inverse), 127.0f), -127.0f);
        }
        if (c->bounded) {
            repair_group(q, c, scale, begin, end);
            repair_group(q, c, scale, begin + 2, end);
        }
        for (uint32_t k = begin; k < end; k++) {
            const double residual = c->weights.w[k] - (double)scale * q[k];
            error += residual * residual;
        }
    }
    return error;
}

/* Tries the scales that put the largest weight at `levels`, then at 2^(1/4) times as many, and so on until a fifth of
 * its range is clipped; then between the best and its neighbours. */
static float search(int8_t *q, const column *c, float levels) {
    const float largest = bt_largest_magnitude(c->weights.w, c->weights.columns);
    if (largest < 0x1p-100f) {
        for (uint32_t k = 0; k < c->weights.columns; k++) q[k] = 0;
        return 0;
    }
    const float quarter_of_octave = 1.1892071f;
    float best = largest / levels;
    double least = quantize_at(q, c, best, BT_NO_LIMIT);
    for (; levels < 1.25f * 127; levels *= quarter_of_octave) {
        const float scale = largest / levels;
        const double error = quantize_at(q, c, scale, least);
        if (error < least) {
            least = error;
            best = scale;
        }
    }
    for (float step = 0.08f; step > 0.015f; step *= 0.5f) {
        const float middle = best;
        for (int side = -1; side <= 1; side += 2) {
            const float scale = middle * (1.0f + (float)side * step);
            const double error = quantize_at(q, c, scale, least);
            if (error < least) {
                least = error;
                best = scale;
            }
        }
    }
    quantize_at(q, c, best, BT_NO_LIMIT);
    return bt_fitted_scale(q, &c->weights, best);
}

float bt_quantize_column(int8_t *q, const float *w, uint32_t columns, uint32_t depth) {
    const column c = {{w, columns}, 4 * depth, true};
    const uint32_t safe = BT_LANE_LIMIT / (2 * depth); /* no group of 2 * depth such integers breaks the bound */
    return search(q, &c, bt_min((float)safe, 127.0f));
}

float bt_quantize_row(int8_t *q, const float *row, uint32_t columns) {
    const column c = {{row, columns}, columns, false};
    return search(q, &c, 127.0f);
}

/* --------------------------------------------------------------------------------------------- one layer -- */

/* The largest magnitude of the weights that read each input. */
static void column_magnitudes(float *largest, const float *weights, uint32_t outputs, uint32_t inputs) {
    for (uint32_t i = 0; i < inputs; i++) largest[i] = 0;
    for (uint32_t n = 0; n < outputs; n++, weights += inputs) {
        for (uint32_t i = 0; i < inputs; i++) {
            largest[i] = bt_max(largest[i], weights[i] < 0 ? -weights[i] : weights[i]);
        }
    }
}

void bt_find_smoothing(float *smoothing, const float *activations, const float *weights, uint32_t outputs,
                       uint32_t inputs) {
    float *magnitudes = smoothing; /* until they are used */
    column_magnitudes(magnitudes, weights, outputs, inputs);
    const float least_weight = bt_largest_magnitude(magnitudes, inputs) / 256;
    const float least_activation = bt_largest_magnitude(activations, inputs) / 256;
    const bool sensible = least_weight >= 0x1p-100f && least_activation >= 0x1p-100f;
    for (uint32_t i = 0; i < inputs; i++) {
        const double activation = (double)bt_max(activations[i], least_activation);
        const double weight = (double)bt_max(magnitudes[i], least_weight);
        smoothing[i] = sensible ? (float)(activation * (double)bt_rsqrt(activation * weight)) : 1.0f;
    }
}

static uint32_t splits_at(const bt_linear_source *source, uint32_t input) {
    return source->splits ? source->splits[input] : 1;
}

static float smoothing_at(const bt_linear_source *source, uint32_t input) {
    return source->smoothing ? source->smoothing[input] : 1.0f;
}

uint32_t bt_linear_columns(const bt_linear_source *source) {
    uint32_t columns = 0;
    for (uint32_t i = 0; i < source->inputs; i++) columns += splits_at(source, i);
    const uint32_t unit = 4 * source->depth > 16 ? 4 * source->depth : 16;
    return (columns + unit - 1) / unit * unit;
}

/* The parts of a packed layer, in their order. */
typedef struct {
    float *factor;    /* [columns] */
    uint16_t *source; /* [columns] */
    uint8_t *depth;   /* [outputs / 8] */
    float *scale;     /* [outputs] */
    int32_t *colsum;  /* [outputs] */
    float *bias;      /* [outputs] */
    int8_t *weights;  /* [outputs / 8][columns / 4][8][4] */
} parts;

static parts find_parts(uint8_t *tensor, uint32_t outputs, uint32_t columns) {
    parts p;
    p.factor = (float *)(void *)tensor;
    tensor += bt_aligned(columns * sizeof *p.factor);
    p.source = (uint16_t *)(void *)tensor;
    tensor += bt_aligned(columns * sizeof *p.source);
    p.depth = tensor;
    tensor += bt_aligned(outputs / 8);
    p.scale = (float *)(void *)tensor;
    tensor += bt_aligned(outputs * sizeof *p.scale);
    p.colsum = (int32_t *)(void *)tensor;
    tensor += bt_aligned(outputs * sizeof *p.colsum);
    p.bias = (float *)(void *)tensor;
    tensor += bt_aligned(outputs * sizeof *p.bias);
    p.weights = (int8_t *)tensor;
    return p;
}

size_t bt_linear_nbytes(uint32_t outputs, uint32_t columns) {
    return (size_t)bt_packed_nbytes(outputs, columns);
}

/* One output's weights and integers, in the order of the packed columns, and what feedback takes. */
typedef struct {
    float *carried;       /* BT_FEEDBACK_SCRATCH columns */
    float *w;             /* [columns] */
    int8_t *q;            /* [columns] */
    int8_t *multipliers;  /* [columns / group] */
    bt_feedback feedback;
} workspace;

size_t bt_quantize_linear_scratch_nbytes(uint32_t columns) {
    return sizeof(float) * (bt_blocks_length(columns) + (BT_FEEDBACK_SCRATCH + 1) * (size_t)columns) +
           (sizeof(uint16_t) + 2 * sizeof(int8_t)) * (size_t)columns;
}

static workspace lay_out(void *scratch, uint32_t columns) {
    workspace work;
    work.feedback.blocks = scratch;
    work.carried = work.feedback.blocks + bt_blocks_length(columns);
    work.w = work.carried + BT_FEEDBACK_SCRATCH * (size_t)columns;
    work.feedback.order = (uint16_t *)(void *)(work.w + columns);
    work.q = (int8_t *)(work.feedback.order + columns);
    work.multipliers = work.q + columns;
    work.feedback.columns = columns;
    return work;
}

/* Factor and source of each column. Columns that fill up come last. */
static void map_columns(parts *p, const bt_linear_source *source, uint32_t columns) {
    uint32_t k = 0;
    for (uint32_t i = 0; i < source->inputs; i++) {
        const uint32_t splits = splits_at(source, i);
        const float factor = 1.0f / (smoothing_at(source, i) * (float)splits);
        for (uint32_t copy = 0; copy < splits; copy++, k++) {
            p->factor[k] = factor;
            p->source[k] = (uint16_t)i;
        }
    }
    for (; k < columns; k++) {
        p->factor[k] = 0;
        p->source[k] = 0;
    }
}

/* One output's weights, smoothed, column by column. */
static void gather_weights(float *w, const float *weights, const bt_linear_source *source, uint32_t columns) {
    uint32_t k = 0;
    for (uint32_t i = 0; i < source->inputs; i++) {
        const float smoothed = weights[i] * smoothing_at(source, i);
        for (uint32_t copy = splits_at(source, i); copy > 0; copy--) w[k++] = smoothed;
    }
    for (; k < columns; k++) w[k] = 0;
}

/* The weights of one output, which have been gathered. */
static float quantize_output(const workspace *work, const bt_linear_source *source, uint32_t columns, bool feeds_back) {
    const float scale =
        source->int4 ? bt_quantize_column_int4(work->q, work->multipliers, work->w, columns, source->depth)
                     : bt_quantize_column(work->q, work->w, columns, source->depth);
    if (!feeds_back) return scale;
    const bt_rounded rounded = {work->q, work->w, source->int4 ? work->multipliers : NULL, bt_int4_group(columns),
                                source->depth};
    return bt_feed_back(&rounded, &work->feedback, scale, work->carried);
}

static void pack_output(parts *p, const int8_t *q, uint32_t output, uint32_t columns) {
    int8_t *panel = p->weights + (size_t)(output / 8) * 8 * columns + output % 8 * 4;
    int32_t sum = 0;
    for (uint32_t k = 0; k < columns; k++) {
        panel[k / 4 * 32 + k % 4] = q[k];
        sum += q[k];
    }
    p->colsum[output] = sum;
}

int bt_all_finite(const float *values, size_t count) {
    /* x - x is 0 for finite x and NaN otherwise; NaN stays in a sum. */
    float sum = 0;
    for (size_t i = 0; i < count; i++) sum += values[i] - values[i];
    return sum == 0;
}

bt_status bt_quantize_linear(void *tensor, const bt_linear_source *source, void *scratch) {
    const uint32_t columns = bt_linear_columns(source);
    workspace work = lay_out(scratch, columns);
    uint8_t *bytes = tensor;
    for (size_t i = bt_linear_nbytes(source->outputs, columns); i > 0; i--) bytes[i - 1] = 0;
    parts p = find_parts(tensor, source->outputs, columns);

    map_columns(&p, source, columns);
    const bool feeds_back = source->gram != NULL && source->splits == NULL && columns == source->inputs &&
                            bt_factor_gram(&work.feedback, source->gram, p.factor);
    for (uint32_t panel = 0; panel < source->outputs / 8; panel++) p.depth[panel] = (uint8_t)source->depth;
    if (!bt_all_finite(source->bias, source->outputs)) return BT_NOT_FINITE;

    for (uint32_t n = 0; n < source->outputs; n++) {
        gather_weights(work.w, source->weights + (size_t)n * source->inputs, source, columns);
        if (!bt_all_finite(work.w, columns)) return BT_NOT_FINITE;
        p.bias[n] = source->bias[n];
        p.scale[n] = quantize_output(&work, source, columns, feeds_back);
        pack_output(&p, work.q, n, columns);
    }
    return BT_OK;
}
