/* emoji.demojize of emoji 2.14.1, case by case: what the package itself answers. */
#include "demojize.h"
#include "text.h"

static _Alignas(16) uint8_t memory[1 << 16];

static const char *demojize(const char *utf8) {
    bt_arena arena = bt_arena_make(memory, sizeof memory);
    const bt_text in = text_from(&arena, utf8, strlen(utf8));
    bt_text text;
    bt_writer out = bt_writer_begin(&arena);
    bt_demojize(&out, &in);
    return bt_writer_end(&out, &text) ? text_to(&arena, &text) : "no memory";
}

#define DEMOJIZES(text, expected) CHECK_STRING(demojize(text), expected)

/* The longest sequence the trie has, and names with tones at their end, inside, and twice. */
static void test_sequences(void) {
    DEMOJIZES("\U0001F602", "|face_with_tears_of_joy|");
    DEMOJIZES("a\U0001F602b", "a|face_with_tears_of_joy|b");
    DEMOJIZES("\U0001F469\u200D\U0001F680", "|woman_astronaut|");
    DEMOJIZES("\U0001F469\U0001F3FD\u200D\U0001F680", "|woman_astronaut_medium_skin_tone|");
    DEMOJIZES("\U0001F469\U0001F3FB\u200D\U0001F91D\u200D\U0001F469\U0001F3FD",
              "|women_holding_hands_light_skin_tone_medium_skin_tone|");
    DEMOJIZES("\U0001F469\U0001F3FB\u200D\U0001F9B0", "|woman_light_skin_tone_red_hair|");
    DEMOJIZES("\U0001FAF1\U0001F3FB\u200D\U0001FAF2\U0001F3FC", "|handshake_light_skin_tone_medium-light_skin_tone|");
    DEMOJIZES("\U0001F471\U0001F3FF\u200D\u2642\uFE0F", "|man_dark_skin_tone_blond_hair|");
    DEMOJIZES("\U0001F441\uFE0F\u200D\U0001F5E8\uFE0F", "|eye_in_speech_bubble|");
    DEMOJIZES("\U0001F636\u200D\U0001F32B\uFE0F", "|face_in_clouds|");
}

/* Where the trie leads on and no emoji is at the end, no shorter one is tried. */
static void test_prefixes(void) {
    DEMOJIZES("1\uFE0F\u20E3", "|keycap_1|");
    DEMOJIZES("1\uFE0Fx", "1x");
    DEMOJIZES("12\u20E3", "1|keycap_2|");
    DEMOJIZES("#\u20E3", "|keycap_#|");
    DEMOJIZES("\U0001F1E9\U0001F1EA\U0001F1E9", "|Germany|\U0001F1E9");
    DEMOJIZES("\U0001F1E9\U0001F1EA\U0001F1EB\U0001F1F7", "|Germany||France|");
    DEMOJIZES("\U0001F3F4\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F", "|England|");
    DEMOJIZES("\U0001F3F4\U000E0067\U000E0062\U000E0065", "\U0001F3F4\U000E0067\U000E0062\U000E0065");
}

/* A ZWJ that leads nowhere: what stands before it is read again, up to it. */
static void test_walls(void) {
    DEMOJIZES("\U0001F469\u200D", "|woman|\u200D");
    DEMOJIZES("\U0001F469\u200Da", "|woman|\u200Da");
    DEMOJIZES("\U0001F469\u200D\uFE0F\u200D\U0001F468", "|woman|\u200D\u200D|man|");
    DEMOJIZES("\U0001F937\u200D\uFE0F", "|person_shrugging|\u200D");
    DEMOJIZES("\U0001F937\U0001F3FD\u200D\uFE0F", "|person_shrugging_medium_skin_tone|\u200D");
    DEMOJIZES("\U0001F469\U0001F3FB\u200D\U0001F91D\u200D\U0001F469\U0001F3FB",
              "|woman_light_skin_tone|\u200D|handshake|\u200D|woman_light_skin_tone|");
    DEMOJIZES("\U0001F469\u200D\U0001F9B0\u200D", "|woman_red_hair|\u200D");
    DEMOJIZES("x\U0001F3FB\u200D", "x|light_skin_tone|\u200D");
    DEMOJIZES("\U0001F469\u200D\U0001F469\u200D\U0001F469", "|woman|\u200D|woman|\u200D|woman|");
    DEMOJIZES("\U0001F3FB\u200D\U0001F9B0\u200D\U0001F9B0\u200D",
              "|light_skin_tone|\u200D|red_hair|\u200D|red_hair|\u200D");
    DEMOJIZES("\U0001FAF1\U0001F3FB\u200Dx", "|rightwards_hand_light_skin_tone|\u200Dx");
    DEMOJIZES("\u200D", "\u200D");
    DEMOJIZES("\U0001F9D1\U0001F3FB\u200D\u2764\uFE0F\u200D\U0001F9D1\U0001F3FB",
              "|person_light_skin_tone|\u200D\u2764\u200D|person_light_skin_tone|");
}

/* Variation selectors that belong to no sequence vanish. */
static void test_selectors(void) {
    DEMOJIZES("\u2764\uFE0F\uFE0F", "|red_heart|");
    DEMOJIZES("\u2764\uFE0E", "|red_heart|");
    DEMOJIZES("a\uFE0F\uFE0E", "a");
}

/* What does not fit is only counted, and the arena stays as it was. */
static void test_no_memory(void) {
    uint32_t data[] = {0x1F602, 0x1F602};
    const bt_text in = {data, 2};
    const size_t expected = 2 * strlen("|face_with_tears_of_joy|");
    for (size_t room = 0; room <= expected; room++) {
        bt_arena arena = bt_arena_make(memory, room * sizeof(uint32_t));
        bt_writer out = bt_writer_begin(&arena);
        bt_text text;
        bt_demojize(&out, &in);
        CHECK(bt_writer_end(&out, &text) == (room == expected));
        CHECK_INT(arena.used, room == expected ? room * sizeof(uint32_t) : 0);
        CHECK_INT(out.length, expected);
    }
}

int main(void) {
    test_sequences();
    test_prefixes();
    test_walls();
    test_selectors();
    test_no_memory();
    return test_end();
}
