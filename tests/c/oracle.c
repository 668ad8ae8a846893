#include "strict.h"

#include "oracle.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "elementary.h"

typedef struct {
    const test_image *image;
    uint32_t hidden, layers, heads, intermediate, split;
    float eps;
    uint32_t rows;
} network;

static size_t aligned(size_t nbytes) { return (nbytes + 63) / 64 * 64; }

static const void *tensor(const network *net, const char *name) {
    return net->image->bytes + test_find_tensor(net->image, name);
}

static uint32_t columns_of(const network *net, const char *name) {
    return test_read_u32(net->image->bytes + test_find_entry(net->image, name) + 56);
}

static float minimum(float a, float b) { return b < a ? b : a; }
static float maximum(float a, float b) { return a < b ? b : a; }

/* Partial sums over i = 0, 1, 2, 3 mod 4. */
static float in_lanes(const float *x, const float *y, uint32_t n) {
    float s[4] = {0, 0, 0, 0};
    for (uint32_t i = 0; i < n; i++) s[i % 4] += y == NULL ? x[i] : x[i] * y[i];
    return (s[0] + s[1]) + (s[2] + s[3]);
}

static void layer_norm(const network *net, float *x, const char *name) {
    const uint32_t n = net->hidden;
    const float *weight = tensor(net, name);
    for (uint32_t r = 0; r < net->rows; r++, x += n) {
        const float mean = in_lanes(x, NULL, n) / (float)n;
        for (uint32_t i = 0; i < n; i++) x[i] -= mean;
        const float variance = in_lanes(x, x, n) / (float)n;
        const float factor = (float)(1.0 / sqrt((double)variance + (double)net->eps));
        for (uint32_t i = 0; i < n; i++) x[i] = (x[i] * factor) * weight[i] + weight[n + i];
    }
}

/* y[outputs] of one row */
static void linear(const network *net, float *y, const float *x, const char *name, uint32_t outputs) {
    const uint32_t columns = columns_of(net, name);
    const uint8_t *at = tensor(net, name);
    const float *factor = (const void *)at;
    at += aligned(4 * (size_t)columns);
    const uint16_t *source = (const void *)at;
    at += aligned(2 * (size_t)columns) + aligned(outputs / 8);
    const float *scale = (const void *)at;
    at += 2 * aligned(4 * (size_t)outputs);
    const float *bias = (const void *)at;
    const int8_t *w = (const int8_t *)at + aligned(4 * (size_t)outputs);

    float *v = malloc(columns * sizeof *v), low = 0, high = 0, sx = 0, spike[2];
    int *q = calloc(columns, sizeof *q), zero = 0;
    uint32_t at_spike[2] = {0, 0};
    for (uint32_t k = 0; k < columns; k++) v[k] = x[source[k]] * factor[k];
    for (int i = 0; i < 2; i++) {
        for (uint32_t k = 0; k < columns; k++) at_spike[i] = fabsf(v[k]) > fabsf(v[at_spike[i]]) ? k : at_spike[i];
        spike[i] = v[at_spike[i]];
        v[at_spike[i]] = 0;
    }
    for (uint32_t k = 0; k < columns; k++) {
        low = minimum(low, v[k]);
        high = maximum(high, v[k]);
    }
    const float range = high - low;
    if (range >= ldexpf(1, -80)) {
        sx = range / 127;
        const float inverse = 127 / range;
        zero = (int)rintf(-low * inverse);
        for (uint32_t k = 0; k < columns; k++) {
            q[k] = (int)minimum(maximum(0, rintf(v[k] * inverse) + (float)zero), 127);
        }
    }
    for (uint32_t n = 0; n < outputs; n++) {
        const int8_t *panel = w + (size_t)(n / 8) * 8 * columns + n % 8 * 4;
        int64_t acc = 0, colsum = 0;
        for (uint32_t k = 0; k < columns; k++) {
            const int weight = panel[k / 4 * 32 + k % 4];
            acc += (int64_t)q[k] * weight;
            colsum += weight;
        }
        float sum = (float)(acc - zero * colsum) * sx;
        for (int i = 0; i < 2; i++) sum += spike[i] * (float)panel[at_spike[i] / 4 * 32 + at_spike[i] % 4];
        y[n] = sum * scale[n] + bias[n];
    }
    free(v);
    free(q);
}

static void embed(const network *net, float *x, const int32_t *ids) {
    const uint32_t h = net->hidden;
    const uint8_t *words = tensor(net, "embeddings.word_embeddings");
    const uint8_t *places = tensor(net, "embeddings.position_embeddings");
    const bool rounded = test_read_u32(net->image->bytes + 8) == 1;
    const uint32_t num_positions = test_read_u32(net->image->bytes + 56);
    const uint32_t vocab = test_read_u32(net->image->bytes + 72);
    uint32_t count = 0;
    for (uint32_t r = 0; r < net->rows; r++) {
        count += ids[r] != 1;
        const uint32_t position = ids[r] != 1 ? 1 + count : 1;
        const uint8_t *from = words;
        uint32_t id = (uint32_t)ids[r], rows = net->split;
        if (id >= net->split) {
            from = tensor(net, "embeddings.word_embeddings.tail");
            id -= net->split;
            rows = vocab - net->split;
        }
        const float word_scale = ((const float *)(const void *)from)[id];
        const int8_t *word = (const int8_t *)from + aligned(4 * (size_t)rows) + (size_t)id * h;
        const float *place = (const float *)(const void *)places + (size_t)position * h;
        const int8_t *q = (const int8_t *)places + aligned(4 * (size_t)num_positions) + (size_t)position * h;
        for (uint32_t i = 0; i < h; i++) {
            const float at_place = rounded ? ((const float *)(const void *)places)[position] * (float)q[i] : place[i];
            x[r * h + i] = word_scale * (float)word[i] + at_place;
        }
    }
    layer_norm(net, x, "embeddings.LayerNorm");
}

/* out[i] of one query row and one head; qkv: [rows][3 hidden] */
static void attend(const network *net, float *out, const float *qkv, uint32_t i, uint32_t head) {
    const uint32_t h = net->hidden, d = h / net->heads;
    float *p = malloc(net->rows * sizeof *p);
    const float factor = (float)(1.0 / sqrt((double)d));
    float m = 0;
    for (uint32_t j = 0; j < net->rows; j++) {
        p[j] = in_lanes(qkv + i * 3 * h + head * d, qkv + j * 3 * h + h + head * d, d) * factor;
        m = j == 0 ? p[j] : maximum(m, p[j]);
    }
    for (uint32_t j = 0; j < net->rows; j++) p[j] = bt_exp(p[j] - m);
    const float total = in_lanes(p, NULL, net->rows);
    for (uint32_t e = 0; e < d; e++) {
        float sum = 0;
        for (uint32_t j = 0; j < net->rows; j++) sum += p[j] * qkv[j * 3 * h + 2 * h + head * d + e];
        out[i * h + head * d + e] = sum / total;
    }
    free(p);
}

static char *layer_name(char *name, uint32_t layer, const char *rest) {
    snprintf(name, 64, "encoder.layer.%u.%s", layer, rest);
    return name;
}

static void attention(const network *net, float *x, uint32_t layer) {
    const uint32_t h = net->hidden;
    char name[64];
    float *qkv = malloc(net->rows * 3 * h * sizeof *qkv), *a = malloc(net->rows * h * sizeof *a);
    float *y = malloc(h * sizeof *y);
    layer_name(name, layer, "attention.self");
    for (uint32_t r = 0; r < net->rows; r++) linear(net, qkv + r * 3 * h, x + r * h, name, 3 * h);
    for (uint32_t r = 0; r < net->rows; r++) {
        for (uint32_t head = 0; head < net->heads; head++) attend(net, a, qkv, r, head);
    }
    layer_name(name, layer, "attention.output.dense");
    for (uint32_t r = 0; r < net->rows; r++) {
        linear(net, y, a + r * h, name, h);
        for (uint32_t i = 0; i < h; i++) x[r * h + i] += y[i];
    }
    layer_norm(net, x, layer_name(name, layer, "attention.output.LayerNorm"));
    free(qkv);
    free(a);
    free(y);
}

static void feed_forward(const network *net, float *x, uint32_t layer) {
    const uint32_t h = net->hidden;
    char name[64];
    float *y = malloc(net->intermediate * sizeof *y), *z = malloc(h * sizeof *z);
    for (uint32_t r = 0; r < net->rows; r++) {
        linear(net, y, x + r * h, layer_name(name, layer, "intermediate.dense"), net->intermediate);
        for (uint32_t i = 0; i < net->intermediate; i++) y[i] = bt_gelu(y[i]);
        linear(net, z, y, layer_name(name, layer, "output.dense"), h);
        for (uint32_t i = 0; i < h; i++) x[r * h + i] += z[i];
    }
    layer_norm(net, x, layer_name(name, layer, "output.LayerNorm"));
    free(y);
    free(z);
}

void oracle_logits(float *logits, const test_image *image, const int32_t *ids, uint32_t length) {
    const uint8_t *at = image->bytes;
    network net = {.image = image, .hidden = test_read_u32(at + 40), .layers = test_read_u32(at + 44),
                   .heads = test_read_u32(at + 48), .intermediate = test_read_u32(at + 52),
                   .split = test_read_u32(at + 68), .rows = length};
    memcpy(&net.eps, at + 64, sizeof net.eps);
    const uint32_t h = net.hidden;
    float *x = malloc(length * h * sizeof *x), *pooled = malloc(h * sizeof *pooled);
    embed(&net, x, ids);
    for (uint32_t layer = 0; layer < net.layers; layer++) {
        attention(&net, x, layer);
        feed_forward(&net, x, layer);
    }
    linear(&net, pooled, x, "classifier.dense", h);
    for (uint32_t i = 0; i < h; i++) pooled[i] = bt_tanh(pooled[i]);
    const float *out_proj = tensor(&net, "classifier.out_proj");
    for (uint32_t l = 0; l < test_read_u32(at + 60); l++) {
        logits[l] = in_lanes(pooled, out_proj + l * (h + 1), h) + out_proj[l * (h + 1) + h];
    }
    free(x);
    free(pooled);
}
