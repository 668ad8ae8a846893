/*
 * test_reference.c - the fp32 path: its sums to the bit against MODEL.md's definition, the network against the same
 * network in double precision with libm.
 */
#include <math.h>
#include <stdlib.h>

#include "reference.h"
#include "test.h"

static uint64_t state = 251;

/* -1 .. 1 */
static float random_float(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (float)((double)(state >> 11) / 4503599627370496.0 - 1);
}

static float *random_floats(size_t count, float scale) {
    float *values = malloc(count * sizeof *values);
    for (size_t i = 0; i < count; i++) values[i] = scale * random_float();
    return values;
}

/* ------------------------------------------------------------------------------------------ linear, bits -- */

static float lanes(const float *x, const float *w, uint32_t count) {
    float s[4] = {0, 0, 0, 0};
    for (uint32_t k = 0; k < count; k++) {
        const float product = x[k] * w[k];
        s[k % 4] += product;
    }
    return (s[0] + s[1]) + (s[2] + s[3]);
}

/* All edges of tiles and blocks: 1 to 9 rows, around 32 and 64; outputs odd and even. */
static void test_linear(void) {
    static const uint32_t rows[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 32, 33, 35, 36, 63, 65};
    static const uint32_t outputs[] = {1, 2, 3, 7, 8, 48};
    static const uint32_t inputs[] = {4, 16, 20, 192};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (size_t j = 0; j < sizeof outputs / sizeof *outputs; j++) {
            for (size_t l = 0; l < sizeof inputs / sizeof *inputs; l++) {
                const uint32_t m = rows[i], n = outputs[j], k = inputs[l];
                float *x = random_floats(m * k, 3), *w = random_floats(n * k, 1), *bias = random_floats(n, 1);
                float *y = random_floats(m * n + 1, 1);
                const float guard = y[m * n];
                bt_reference_linear(y, x, m, w, bias, n, k);
                int same = y[m * n] == guard;
                for (uint32_t r = 0; r < m; r++) {
                    for (uint32_t o = 0; o < n; o++) same &= y[r * n + o] == lanes(x + r * k, w + o * k, k) + bias[o];
                }
                CHECK(same);
                free(x), free(w), free(bias), free(y);
            }
        }
    }
}

/* ------------------------------------------------------------------------------------- network in double -- */

static void oracle_linear(double *y, const double *x, uint32_t rows, const float *w, const float *bias, uint32_t n,
                          uint32_t k) {
    for (uint32_t r = 0; r < rows; r++) {
        for (uint32_t o = 0; o < n; o++) {
            double sum = (double)bias[o];
            for (uint32_t i = 0; i < k; i++) sum += x[r * k + i] * (double)w[o * k + i];
            y[r * n + o] = sum;
        }
    }
}

static void oracle_norm(double *x, uint32_t rows, const float *weight, const float *bias,
                        const bt_reference_shape *shape) {
    const uint32_t n = shape->hidden_size;
    for (uint32_t r = 0; r < rows; r++, x += n) {
        double mean = 0, variance = 0;
        for (uint32_t i = 0; i < n; i++) mean += x[i] / n;
        for (uint32_t i = 0; i < n; i++) variance += (x[i] - mean) * (x[i] - mean) / n;
        for (uint32_t i = 0; i < n; i++) {
            x[i] = (x[i] - mean) / sqrt(variance + (double)shape->layer_norm_eps) * (double)weight[i] + (double)bias[i];
        }
    }
}

/* out[rows][hidden] from qkv[rows][3 hidden], one text. */
static void oracle_attention(double *out, const double *qkv, uint32_t rows, const bt_reference_shape *shape) {
    const uint32_t hidden = shape->hidden_size, d = hidden / shape->num_heads;
    double *p = malloc(rows * sizeof *p);
    for (uint32_t head = 0; head < shape->num_heads; head++) {
        for (uint32_t i = 0; i < rows; i++) {
            double total = 0;
            for (uint32_t j = 0; j < rows; j++) {
                double score = 0;
                for (uint32_t e = 0; e < d; e++) {
                    score += qkv[i * 3 * hidden + head * d + e] * qkv[j * 3 * hidden + hidden + head * d + e];
                }
                p[j] = exp(score / sqrt(d));
                total += p[j];
            }
            for (uint32_t e = 0; e < d; e++) {
                double sum = 0;
                for (uint32_t j = 0; j < rows; j++) sum += p[j] * qkv[j * 3 * hidden + 2 * hidden + head * d + e];
                out[i * hidden + head * d + e] = sum / total;
            }
        }
    }
    free(p);
}

static void oracle_layer(double *x, uint32_t rows, const float *w, const bt_reference_shape *shape) {
    const uint32_t h = shape->hidden_size, n = shape->intermediate_size;
    double *wide = malloc(rows * (3 * h + n) * sizeof *wide), *narrow = malloc(2 * rows * h * sizeof *narrow);
    double *sum = narrow + rows * h;
    oracle_linear(wide, x, rows, w, w + 3 * h * h, 3 * h, h);
    w += 3 * h * (h + 1);
    oracle_attention(narrow, wide, rows, shape);
    oracle_linear(sum, narrow, rows, w, w + h * h, h, h);
    w += h * (h + 1);
    for (uint32_t i = 0; i < rows * h; i++) x[i] += sum[i];
    oracle_norm(x, rows, w, w + h, shape);
    w += 2 * h;
    oracle_linear(wide, x, rows, w, w + n * h, n, h);
    w += n * (h + 1);
    for (uint32_t i = 0; i < rows * n; i++) wide[i] *= 0.5 * erfc(-wide[i] / sqrt(2));
    oracle_linear(sum, wide, rows, w, w + h * n, h, n);
    w += h * (n + 1);
    for (uint32_t i = 0; i < rows * h; i++) x[i] += sum[i];
    oracle_norm(x, rows, w, w + h, shape);
    free(wide), free(narrow);
}

static void oracle_head(double *logits, const double *x, const float *dense, const float *out_proj,
                        const bt_reference_shape *shape) {
    const uint32_t h = shape->hidden_size;
    double *hidden = malloc(h * sizeof *hidden);
    oracle_linear(hidden, x, 1, dense, dense + h * h, h, h);
    for (uint32_t label = 0; label < shape->num_labels; label++, out_proj += h + 1) {
        logits[label] = (double)out_proj[h];
        for (uint32_t i = 0; i < h; i++) logits[label] += tanh(hidden[i]) * (double)out_proj[i];
    }
    free(hidden);
}

/* A model with random weights, and texts of random rows of embeddings. */
typedef struct {
    bt_reference_shape shape;
    uint32_t lengths[4], positions[64];
    bt_reference_batch batch;
    float *words, *position_rows, *norm, *layers[3], *dense, *out_proj;
} network;

static network random_network(uint32_t hidden, uint32_t heads, uint32_t intermediate, uint32_t labels) {
    network net = {.shape = {hidden, heads, intermediate, labels, 1e-5f}, .lengths = {5, 1, 17, 9}};
    for (uint32_t i = 0; i < 32; i++) net.positions[i] = 2 + i % 12;
    net.words = random_floats(32 * hidden, 1);
    net.position_rows = random_floats(16 * hidden, 0.3f);
    net.norm = random_floats(2 * hidden, 1);
    const float spread = 2.0f / sqrtf((float)hidden);
    for (int i = 0; i < 3; i++) net.layers[i] = random_floats(bt_reference_layer_length(&net.shape), spread);
    net.dense = random_floats(hidden * (hidden + 1), spread);
    net.out_proj = random_floats(labels * (hidden + 1), spread);
    return net;
}

/* What calibration saw of layer 0 and of the head. */
typedef struct {
    float self[320], attention_output[320], intermediate[320], output[320], head[320];
    uint32_t rows;
} observation;

static void free_network(network *net) {
    free(net->words), free(net->position_rows), free(net->norm), free(net->dense), free(net->out_proj);
    for (int i = 0; i < 3; i++) free(net->layers[i]);
}

/* Logits of the texts first .. first + count - 1, of which first_row is the first row. seen may be NULL. */
static void run(float *logits, const network *net, uint32_t first, uint32_t count, uint32_t first_row,
                observation *seen) {
    uint32_t rows = 0;
    for (uint32_t i = 0; i < count; i++) rows += net->lengths[first + i];
    const bt_reference_batch batch = {net->lengths + first, count, rows};
    const uint32_t hidden = net->shape.hidden_size;
    float *x = malloc(rows * hidden * sizeof *x);
    for (uint32_t i = 0; i < rows * hidden; i++) x[i] = net->words[first_row * hidden + i];
    const size_t nbytes = bt_reference_scratch_nbytes(&net->shape, rows);
    void *scratch = aligned_alloc(64, (nbytes + 63) / 64 * 64);
    float *head_scratch = malloc(hidden * sizeof *head_scratch);

    bt_reference_embed(x, net->position_rows, net->positions + first_row, rows, net->norm, &net->shape);
    for (int i = 0; i < 3; i++) {
        const bt_reference_inputs inputs = {
            seen ? seen->rows : 0, {seen ? seen->self : NULL, NULL}, {seen ? seen->attention_output : NULL, NULL},
            {seen ? seen->intermediate : NULL, NULL}, {seen ? seen->output : NULL, NULL},
        };
        bt_reference_run_layer(x, &batch, net->layers[i], &net->shape, seen && i == 0 ? &inputs : NULL, scratch);
    }
    const bt_reference_inputs inputs = {.rows = seen ? seen->rows : 0, .self = {seen ? seen->head : NULL, NULL}};
    bt_reference_head(logits, x, &batch, net->dense, net->out_proj, &net->shape, seen ? &inputs : NULL, head_scratch);
    free(x), free(scratch), free(head_scratch);
}

static double largest_difference(const float *logits, const network *net) {
    const uint32_t hidden = net->shape.hidden_size, labels = net->shape.num_labels;
    double worst = 0;
    uint32_t row = 0;
    for (uint32_t text = 0; text < 4; text++) {
        const uint32_t rows = net->lengths[text];
        double *x = malloc(rows * hidden * sizeof *x), *expected = malloc(labels * sizeof *expected);
        for (uint32_t r = 0; r < rows; r++) {
            for (uint32_t i = 0; i < hidden; i++) {
                x[r * hidden + i] = (double)net->words[(row + r) * hidden + i] +
                                    (double)net->position_rows[net->positions[row + r] * hidden + i];
            }
        }
        oracle_norm(x, rows, net->norm, net->norm + hidden, &net->shape);
        for (int i = 0; i < 3; i++) oracle_layer(x, rows, net->layers[i], &net->shape);
        oracle_head(expected, x, net->dense, net->out_proj, &net->shape);
        for (uint32_t i = 0; i < labels; i++) {
            worst = fmax(worst, fabs(expected[i] - (double)logits[text * labels + i]));
        }
        row += rows;
        free(x), free(expected);
    }
    return worst;
}

static void test_network(uint32_t hidden, uint32_t heads, uint32_t intermediate, uint32_t labels) {
    network net = random_network(hidden, heads, intermediate, labels);
    float *together = malloc(4 * labels * sizeof *together), *alone = malloc(labels * sizeof *alone);
    run(together, &net, 0, 4, 0, NULL);
    const double difference = largest_difference(together, &net);
    printf("%u x %u, %u heads: largest logit difference to double precision %.2e\n", hidden, intermediate, heads,
           difference);
    CHECK(difference < 2e-5);

    uint32_t row = 0;
    for (uint32_t text = 0; text < 4; text++) {
        run(alone, &net, text, 1, row, NULL);
        CHECK(memcmp(alone, together + text * labels, labels * sizeof *alone) == 0);
        row += net.lengths[text];
    }
    free(together), free(alone);
    free_network(&net);
}

/* Observing a batch's first texts sees what these texts alone show, and changes no logit. */
static void test_observation(void) {
    network net = random_network(64, 4, 96, 3);
    float watched[4 * 3], plain[4 * 3], first[2 * 3];
    static observation of_batch = {.rows = 6}, of_first = {.rows = 6}, of_all = {.rows = 32};
    run(plain, &net, 0, 4, 0, NULL);
    run(watched, &net, 0, 4, 0, &of_batch);
    run(first, &net, 0, 2, 0, &of_first);
    CHECK(memcmp(plain, watched, sizeof plain) == 0);
    CHECK(memcmp(&of_batch, &of_first, sizeof of_batch) == 0);

    /* Layer 0 reads the embeddings after LayerNorm, weight first: its largest values by the definition. */
    double expected[64] = {0};
    for (uint32_t r = 0; r < 6; r++) {
        double x[64];
        for (uint32_t i = 0; i < 64; i++) {
            x[i] = (double)net.words[r * 64 + i] + (double)net.position_rows[net.positions[r] * 64 + i];
        }
        oracle_norm(x, 1, net.norm, net.norm + 64, &net.shape);
        for (uint32_t i = 0; i < 64; i++) expected[i] = fmax(expected[i], fabs(x[i]));
    }
    for (uint32_t i = 0; i < 64; i++) {
        CHECK(fabs(expected[i] - (double)of_batch.self[i]) < 1e-5);
        CHECK(of_batch.attention_output[i] > 0 && of_batch.intermediate[i] > 0 && of_batch.head[i] > 0);
    }
    for (uint32_t i = 0; i < 96; i++) CHECK(of_batch.output[i] > 0);

    run(watched, &net, 0, 4, 0, &of_all);
    int raised = 0;
    for (uint32_t i = 0; i < 64; i++) {
        CHECK(of_all.self[i] >= of_batch.self[i] && of_all.head[i] >= of_batch.head[i]);
        raised += of_all.self[i] > of_batch.self[i];
    }
    CHECK(raised > 0);
    free_network(&net);
}

int main(void) {
    test_linear();
    test_network(16, 1, 16, 1);
    test_network(64, 4, 256, 3);
    test_network(48, 12, 16, 7);
    test_network(320, 5, 80, 2);
    test_observation();
    return test_end();
}
