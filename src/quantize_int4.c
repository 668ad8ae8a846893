#include "strict.h"

#include "quantize_int4.h"

#include <stdbool.h>

#include "model.h"
#include "rounding.h"
#include "wire.h"

/* One row or column of weights, and the integers and multipliers that are tried for it. */
typedef struct {
    bt_weights weights;
    uint32_t group;
    uint32_t block; /* 4 * depth columns, which hold two lane groups; 0 where there is no bound */
    int8_t *q;           /* [columns] */
    int8_t *multipliers; /* [columns / group] */
} vector;

/* Steps from 0 to the largest weight of a group: what multipliers are tried for. Below, half of the codes lie idle;
 * above, a third of the range is clipped. */
#define LEAST_STEPS 4.5f
#define MOST_STEPS 12.0f

/* The ladder of scales: the largest weight is so many steps of the largest multiplier, and so on, each rung higher. */
static const float STEPS_AT_TOP[] = {9.5f, 8.5f, 7.75f, 7.0f, 6.25f, 5.5f};


uint32_t bt_int4_group(uint32_t columns) {
    return columns % 32 == 0 ? 32 : 16;
}

static float code_of(float steps) {
    return bt_max(bt_min(bt_rint(steps), BT_WIRE_MAX_CODE), BT_WIRE_MIN_CODE);
}

/* Squared error of a group, in lanes, relative to step^2. */
static float group_error(const float *w, uint32_t group, float inverse) {
    float lanes[4] = {0, 0, 0, 0};
    for (uint32_t i = 0; i < group; i += 4) {
        for (uint32_t lane = 0; lane < 4; lane++) {
            const float steps = w[i + lane] * inverse;
            const float residual = steps - code_of(steps);
            lanes[lane] += residual * residual;
        }
    }
    return (lanes[0] + lanes[1]) + (lanes[2] + lanes[3]);
}

/* The multiplier of least error for one scale, 1 for a group of zeros. */
static int best_multiplier(const vector *v, uint32_t begin, float scale) {
    const float *w = v->weights.w + begin;
    const float largest = bt_largest_magnitude(w, v->group) / scale;
    int best = 1;
    double least = BT_NO_LIMIT;
    for (int size = 1; size <= BT_WIRE_MAX_MULTIPLIER; size++) {
        const bool too_small = (float)size * MOST_STEPS < largest && size < BT_WIRE_MAX_MULTIPLIER;
        const bool too_large = (float)size * LEAST_STEPS > largest && size > 1;
        if (too_small || too_large) continue;
        for (int sign = 1; sign >= -1; sign -= 2) {
            const float step = scale * (float)(sign * size);
            const double error = (double)group_error(w, v->group, 1.0f / step) * ((double)step * step);
            if (error < least) {
                least = error;
                best = sign * size;
            }
        }
    }
    return best;
}

/* -------------------------------------------------------------------------------------- the 16-bit bound -- */

static int magnitude(int multiplier) {
    return multiplier < 0 ? -multiplier : multiplier;
}

/* The column of this sign in a lane group whose code moves towards 0 at the least cost for what the sum loses. */
static uint32_t cheapest_step(const vector *v, float scale, int sign, uint32_t first, uint32_t end) {
    uint32_t best = end;
    float best_cost = 0;
    for (uint32_t k = first; k < end; k = bt_next_in_group(k)) {
        if (v->q[k] * sign <= 0) continue;
        const float residual = v->weights.w[k] - scale * v->q[k];
        const float step = scale * (float)magnitude(v->multipliers[k / v->group]);
        const float cost = 2.0f * (float)sign * residual + step;
        if (best == end || cost < best_cost) {
            best = k;
            best_cost = cost;
        }
    }
    return best;
}

/* Moves codes of a lane group towards 0, the cheapest first, until both sums obey the bound. */
static void repair_lane_group(const vector *v, float scale, uint32_t first, uint32_t end) {
    for (int sign = -1; sign <= 1; sign += 2) {
        int sum = 0;
        for (uint32_t k = first; k < end; k = bt_next_in_group(k)) sum += v->q[k] * sign > 0 ? v->q[k] * sign : 0;
        while (sum > BT_LANE_LIMIT) {
            const uint32_t k = cheapest_step(v, scale, sign, first, end);
            const int step = magnitude(v->multipliers[k / v->group]);
            v->q[k] = (int8_t)(v->q[k] - sign * step);
            sum -= step;
        }
    }
}

/* ------------------------------------------------------------------------------------------ the scale -- */

/* Rounds all groups with one scale. Returns the squared error. */
static double round_at(const vector *v, float scale) {
    for (uint32_t begin = 0; begin < v->weights.columns; begin += v->group) {
        const int multiplier = best_multiplier(v, begin, scale);
        const float inverse = 1.0f / (scale * (float)multiplier);
        for (uint32_t k = begin; k < begin + v->group; k++) {
            v->q[k] = (int8_t)(multiplier * (int)code_of(v->weights.w[k] * inverse));
        }
        v->multipliers[begin / v->group] = (int8_t)multiplier;
    }
    for (uint32_t begin = 0; v->block > 0 && begin < v->weights.columns; begin += v->block) {
        repair_lane_group(v, scale, begin, begin + v->block);
        repair_lane_group(v, scale, begin + 2, begin + v->block);
    }
    return bt_squared_error(v->q, &v->weights, scale);
}

static float search(const vector *v) {
    const float largest = bt_largest_magnitude(v->weights.w, v->weights.columns);
    if (largest < 0x1p-100f) {
        for (uint32_t k = 0; k < v->weights.columns; k++) v->q[k] = 0;
        return 0;
    }
    float best = 0;
    double least = BT_NO_LIMIT;
    for (uint32_t rung = 0; rung < sizeof STEPS_AT_TOP / sizeof *STEPS_AT_TOP; rung++) {
        const float scale = largest / (STEPS_AT_TOP[rung] * BT_WIRE_MAX_MULTIPLIER);
        const double error = round_at(v, scale);
        if (rung == 0 || error < least) {
            least = error;
            best = scale;
        }
    }
    round_at(v, best);
    return bt_fitted_scale(v->q, &v->weights, best);
}

float bt_quantize_column_int4(int8_t *q, int8_t *multipliers, const float *w, uint32_t columns, uint32_t depth) {
    return search(&(vector){{w, columns}, bt_int4_group(columns), 4 * depth, q, multipliers});
}

float bt_quantize_row_int4(int8_t *q, const float *row, uint32_t columns) {
    int8_t multipliers[BT_MAX_COLUMNS / 16];
    return search(&(vector){{row, columns}, bt_int4_group(columns), 0, q, multipliers});
}
