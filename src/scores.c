#include "strict.h"

#include "bertweet.h"
#include "elementary.h"

void bt_softmax(float *out, const float *logits, uint32_t count, float temperature) {
    float largest = logits[0];
    for (uint32_t i = 1; i < count; i++) largest = bt_max(largest, logits[i]);
    double total = 0; /* of up to 1024 labels: scores add up to 1 within 1e-6 */
    for (uint32_t i = 0; i < count; i++) {
        out[i] = bt_exp((logits[i] - largest) / temperature);
        total += (double)out[i];
    }
    for (uint32_t i = 0; i < count; i++) out[i] = (float)((double)out[i] / total);
}

void bt_sigmoid(float *out, const float *logits, uint32_t count, float temperature) {
    for (uint32_t i = 0; i < count; i++) {
        const float z = logits[i] / temperature;
        const float e = bt_exp(z < 0 ? z : -z); /* at most 1 */
        out[i] = (z < 0 ? e : 1.0f) / (1.0f + e);
    }
}
