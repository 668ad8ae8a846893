/*
 * bertweet.h - tweet classifiers of the BERTweet family, from a string to a label.
 *
 * The one public header of the library. It runs RobertaForSequenceClassification with BertweetTokenizer
 * (Nguyen et al. 2020, arXiv:2005.10200; finiteautomata/bertweet-base-sentiment-analysis and its sisters) on int8
 * weights, with exactly the token ids of the Python packages, and with the same bits on every machine.
 *
 * The way through it:
 *
 *     bt_model *model;                                       // views into the image, nothing is copied
 *     bt_model_open(&model, room, image, nbytes, nbytes, &fault);
 *     bt_session *session;                                   // all the scratch memory of inference
 *     bt_session_open(&session, model, rows, 1, BT_KERNEL_BEST, memory, bt_session_nbytes(model, rows, 1));
 *
 *     bt_tokens tokens;                                      // text -> ids
 *     bt_tokenize(&tokens, model, BT_MODE_PYSENTIMIENTO, text, text_nbytes, 128, scratch, scratch_nbytes);
 *     bt_begin(session, tokens.ids, &tokens.length, 1);      // ids -> embeddings
 *     for (uint32_t i = 0; i < info.num_layers; i++) bt_run_layer(session, i);
 *     bt_finish(session, logits);                            // classification head
 *     bt_softmax(probabilities, logits, info.num_labels, 1.0f);
 *
 * Rules that hold for all of it:
 *   - No function allocates, prints, reads a clock or keeps global state. All memory is the caller's: beside each
 *     buffer there is a function or a rule that says how large it must be.
 *   - What the world sends (text, images) is answered with a bt_status; after any status but BT_OK the objects stay
 *     usable as if the call had not been made. What the programmer promises (non-null pointers, sizes) is not checked.
 *   - A model is read-only after it is complete and may serve any number of sessions; a session serves one caller at a
 *     time, whom other threads may help (bt_help). bt_tokenize needs no session.
 *   - Same bits everywhere: logits do not depend on kernel, machine, compiler, threads, batch or order of calls.
 *     models/MODEL.md defines the arithmetic; src/strict.h refuses compilers' settings that would break it.
 *   - Suffix _nbytes counts bytes, length and count count elements. Little-endian machines only.
 */
#ifndef BERTWEET_H
#define BERTWEET_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define BT_VERSION "0.1.0"

/* ------------------------------------------------------------------------------------------------ statuses -- */

typedef enum {
    BT_OK = 0,
    /* The image does not begin like one of ours: another kind of file, or another byte order. */
    BT_BAD_MAGIC = 1,
    /* The image was written by a newer (or an experimental) converter: unknown version, kind or flag. */
    BT_BAD_VERSION = 2,
    /* The image contradicts itself or the architecture; bt_fault names the field, what was expected and found. */
    BT_BAD_IMAGE = 3,
    /* The image is sound but its sizes do not fit this library's packing rules; bt_fault says which. */
    BT_UNSUPPORTED = 4,
    /* The memory given is too small. For bt_tokenize: call again with more, doubling is fine. */
    BT_NO_MEMORY = 5,
    /* Text over BT_MAX_CODE_POINTS in a mode that has this limit. */
    BT_TEXT_TOO_LONG = 6,
    /* An id outside the vocabulary, an empty row of ids, more ids than max_tokens, or more rows than the session
     * has. */
    BT_BAD_IDS = 7,
    /* An embedding row that these ids need has not arrived yet: bt_model_extend first, then call again. */
    BT_PENDING = 8,
    /* Calls out of order: layers run 0, 1, 2, ... between bt_begin and bt_finish; or a session for a tokenizer. */
    BT_BAD_CALL = 9,
    /* The logits are not finite: the weights are broken (checked once, in bt_finish). */
    BT_NOT_FINITE = 10,
    /* WebAssembly only: a thread that helped was ended by its host in the midst of work. Make sure that all helpers
     * have ended, then open the session anew. */
    BT_THREAD_LOST = 11
} bt_status;

/* One English sentence for each status, never NULL. */
const char *bt_status_message(bt_status status);

/* What exactly was wrong with an image. Filled where bt_model_open answers BT_BAD_IMAGE, BT_UNSUPPORTED or
 * BT_BAD_VERSION: e.g. { "encoder.layer.3.output.dense: columns", 3072, 3071 }. */
typedef struct {
    char field[80]; /* NUL-terminated: tensor, then what about it */
    uint64_t expected;
    uint64_t found;
} bt_fault;

/* -------------------------------------------------------------------------------------------------- model -- */

typedef struct bt_model bt_model;

/* Sizes and constants of an open model, as Hugging Face's config.json names them. */
typedef struct {
    uint32_t hidden_size;       /* multiple of 16; 0 in a tokenizer image */
    uint32_t num_layers;        /* num_hidden_layers; 0 in a tokenizer image */
    uint32_t num_heads;         /* num_attention_heads; hidden_size / num_heads is a multiple of 4 */
    uint32_t intermediate_size; /* multiple of 16 */
    uint32_t vocab_size;        /* ids are 0 .. vocab_size - 1 */
    uint32_t num_positions;     /* max_position_embeddings */
    uint32_t num_labels;
    uint32_t max_tokens;        /* longest row of ids, with <s> and </s>: num_positions - 2 */
    uint32_t mask_id;           /* of "<mask>"; <s> 0, <pad> 1, </s> 2, <unk> 3 are fixed by BertweetTokenizer */
    float layer_norm_eps;
    uint64_t image_nbytes;
    uint64_t resident_nbytes; /* first bytes of the image without which nothing runs; the rest is embedding rows */
} bt_model_info;

/* Bytes of memory a bt_model takes (a few kilobytes), for the caller to provide, aligned to 16. */
size_t bt_model_nbytes(void);

/* Reads only the fixed header, so that memory can be laid out before the rest has arrived.
 * image: the first nbytes of one, BT_HEADER_NBYTES at least. */
#define BT_HEADER_NBYTES 128
bt_status bt_model_peek(bt_model_info *info, const void *image, size_t nbytes, bt_fault *fault);

/*
 * Makes a model of views into an image (format: models/MODEL.md, section 4). Nothing is copied: image must outlive the
 * model and stay unchanged. Each field, name, shape and bound is checked before it is used, tokenizer tables, weights'
 * 16-bit bound and finiteness of scales included, so no later function can be led to a bad read, and no two kernels to
 * different results.
 *
 * out      becomes room's model on BT_OK, untouched otherwise
 * room     bt_model_nbytes() bytes, aligned to 16
 * image    aligned to 64; image_nbytes bytes are reserved there, of which the first present_nbytes have arrived
 *          (resident_nbytes at least; the missing tail may be written meanwhile)
 * fault    filled as said at bt_fault; may be NULL
 *
 * BT_OK, BT_BAD_MAGIC, BT_BAD_VERSION, BT_BAD_IMAGE, BT_UNSUPPORTED.
 */
bt_status bt_model_open(bt_model **out, void *room, const void *image, size_t image_nbytes, size_t present_nbytes,
                        bt_fault *fault);

/* Moves the watermark: the first present_nbytes bytes of the image have arrived. Never moves back.
 * The scales of the rows that became visible are checked: BT_OK or BT_BAD_IMAGE. */
bt_status bt_model_extend(bt_model *model, size_t present_nbytes, bt_fault *fault);

void bt_model_get_info(const bt_model *model, bt_model_info *info);

/* --------------------------------------------------------------------------------------------- text to ids -- */

/* The three text pipelines; what each does, exactly: src/preprocess.h, src/normalize.h, src/bpe.h.
 * Numbers are part of the image format and of the manifest's readers. */
typedef enum {
    BT_MODE_NONE = 0,          /* "none": transformers' pipeline(): special strings, white space, BPE */
    BT_MODE_PYSENTIMIENTO = 1, /* "pysentimiento": pysentimiento 0.7.3 preprocess_tweet, then as "none" */
    BT_MODE_BERTWEET = 2,      /* "bertweet": BertweetTokenizer(normalization=True), normalizeTweet */
    /* Add to a mode: three-byte sequences ED A0..BF xx stand for lone surrogates, as in a Python str (WTF-8, written
     * by web/wasm.js for strings that are not well formed). Without it they are three invalid bytes. */
    BT_MODE_SURROGATES = 0x100
} bt_mode;

/* Longest text, in code points, of the modes that rewrite text; BT_MODE_NONE has no limit. */
#define BT_MAX_CODE_POINTS 32768

#define BT_ID_BOS 0 /* <s>, also cls */
#define BT_ID_PAD 1
#define BT_ID_EOS 2 /* </s>, also sep */
#define BT_ID_UNK 3

/* The result of bt_tokenize; all pointers lead into its scratch memory. */
typedef struct {
    const int32_t *ids;  /* [length], from <s> to </s> */
    uint32_t length;     /* at least 2 */
    uint32_t truncated;  /* 1 if ids were dropped to keep max_tokens, else 0 */
    const uint8_t *text; /* the text after preprocessing, UTF-8 (WTF-8 where lone surrogates survive) */
    size_t text_nbytes;
    /* Where each token stands in text: bytes begins[i] .. ends[i] - 1; both 0 for <s> and </s>. A token that is not
     * the last of its word is one whose next token begins where it ends, inside one word: inner[i] is then 1, and the
     * vocabulary spells it with a trailing "@@". */
    const uint32_t *begins;
    const uint32_t *ends;
    const uint8_t *inner;
} bt_tokens;

/*
 * Text to token ids, equal to the Python packages' to the code point (models/MODEL.md, section 2).
 *
 * mode            a bt_mode, BT_MODE_SURROGATES added where the text needs it
 * text            UTF-8 with explicit length; NUL is an ordinary character. Invalid bytes become U+FFFD, one for each
 *                 maximal subpart (Unicode 15, 3.9; what CPython's errors="replace" does). A BOM is kept.
 * max_tokens      cut to that many ids, </s> kept (R[:max_tokens-1] + [2]); 0: no limit; 1 is read as 2
 * scratch         aligned to 16; bt_tokenize_nbytes() of it suffice for ordinary text, BT_NO_MEMORY asks for more
 *
 * Time is near-linear in the text. BT_OK, BT_NO_MEMORY, BT_TEXT_TOO_LONG.
 */
bt_status bt_tokenize(bt_tokens *out, const bt_model *model, uint32_t mode, const void *text, size_t text_nbytes,
                      uint32_t max_tokens, void *scratch, size_t scratch_nbytes);

/* A good first size for bt_tokenize's scratch: enough unless the text is mostly emoji. */
size_t bt_tokenize_nbytes(uint32_t mode, size_t text_nbytes);

/* ------------------------------------------------------------------------------------------- ids to logits -- */

typedef struct bt_session bt_session;

/* The ways to multiply int8 matrices; all give the same bits. Numbers are stable. */
typedef enum {
    BT_KERNEL_BEST = 0,        /* the fastest this build has for this machine */
    BT_KERNEL_SCALAR = 1,      /* portable C, in every build */
    BT_KERNEL_SIMD128 = 2,     /* WebAssembly SIMD: weights widened panel by panel, i32x4.dot_i16x8_s */
    BT_KERNEL_RELAXED_DOT = 3, /* relaxed SIMD: i32x4.relaxed_dot_i8x16_i7x16_add_s, one instruction of AVX-VNNI, ARM */
    BT_KERNEL_RELAXED_DEEP = 4, /* relaxed SIMD: i16x8.relaxed_dot_i8x16_i7x16_s, summed in 16 bits; best elsewhere */
    BT_KERNEL_SIMD128_DEEP = 5  /* WebAssembly SIMD: i16x8.mul, summed in 16 bits; for ARM without relaxed SIMD */
} bt_kernel;

/* Memory a session takes, in bytes, for batches of at most max_rows ids. 0 for a tokenizer image. */
size_t bt_session_nbytes(const bt_model *model, uint32_t max_rows, uint32_t threads);

/*
 * Lays out a session in memory (aligned to 64, bt_session_nbytes(model, max_rows, threads) bytes, the caller's).
 * max_rows: most ids one batch can hold, over all its texts; at least the model's max_tokens.
 * threads: the caller and those that may help it, at least 1.
 * BT_OK; BT_NO_MEMORY; BT_UNSUPPORTED for a kernel this build lacks; BT_BAD_CALL for a tokenizer image.
 */
bt_status bt_session_open(bt_session **out, const bt_model *model, uint32_t max_rows, uint32_t threads,
                          bt_kernel kernel, void *memory, size_t memory_nbytes);

/*
 * Threads. The library makes none: the host does, and lets them help a session, each under a number of its own from
 * 1 to threads - 1. bt_help works whenever the session's caller has something to share, sleeps in between, and returns
 * after bt_dismiss, which the caller calls between two batches and waits for the threads before it reuses the memory.
 * Helpers may come late, or never: what they do not take, the caller does. Logits do not depend on them.
 *
 * Builds without threads (no WebAssembly atomics, BT_PTHREADS not defined) return from bt_help at once.
 */
void bt_help(bt_session *session, uint32_t thread);
void bt_dismiss(bt_session *session);

/* The kernel a session runs, never BT_KERNEL_BEST; and the name of one: "scalar", "simd128", "relaxed-dot",
 * "relaxed-deep". */
bt_kernel bt_session_kernel(const bt_session *session);
const char *bt_kernel_name(bt_kernel kernel);

/*
 * Inference in steps, so that a host without threads can yield, or give up, between layers. A batch is abandoned by
 * beginning the next one.
 *
 * bt_begin      ids: the texts' ids one after the other, no padding between them; lengths: [count], the ids of each.
 *               Embeds them. BT_OK, BT_BAD_IDS, BT_PENDING.
 * bt_run_layer  runs one encoder layer; layer counts 0 .. num_layers - 1, in order. BT_OK, BT_BAD_CALL, BT_THREAD_LOST.
 * bt_finish     runs the classification head. logits: [count][num_labels]. BT_OK, BT_BAD_CALL, BT_NOT_FINITE,
 *               BT_THREAD_LOST.
 *
 * The logits of a text do not depend on what else is in its batch.
 */
bt_status bt_begin(bt_session *session, const int32_t *ids, const uint32_t *lengths, uint32_t count);
bt_status bt_run_layer(bt_session *session, uint32_t layer);
bt_status bt_finish(bt_session *session, float *logits);

/* ---------------------------------------------------------------------------------------- logits to scores -- */

/* out[i] = exp(logits[i] / temperature) / sum, for single_label_classification. count >= 1, temperature > 0;
 * out may be logits. */
void bt_softmax(float *out, const float *logits, uint32_t count, float temperature);

/* out[i] = 1 / (1 + exp(-logits[i] / temperature)), for multi_label_classification. */
void bt_sigmoid(float *out, const float *logits, uint32_t count, float temperature);

/* ------------------------------------------------------------------------------------------------- the wire -- */

/*
 * Expands a piece of an image that travelled in the encoding `int4` (models/MODEL.md, section 4) to its place.
 *
 * image        [image_nbytes] receives the piece; may overlap nothing of wire
 * wire         [wire_nbytes] what has arrived, verified or not: anything is read safely
 *
 * BT_OK; BT_BAD_IMAGE if it is not that encoding, or not of image_nbytes bytes: image then holds nothing useful.
 */
bt_status bt_wire_expand(void *image, size_t image_nbytes, const void *wire, size_t wire_nbytes);

/* ---------------------------------------------------------------------------------------------- integrity -- */

/* SHA-256 (FIPS 180-4), for pages without crypto.subtle. digest: 32 bytes. */
void bt_sha256(uint8_t *digest, const void *data, size_t nbytes);

/* The same of data that come in pieces: begin, any number of updates, end. A context is plain memory: it may be copied
 * and moved between calls. */
typedef struct {
    uint32_t state[8];
    uint8_t block[64]; /* the last nbytes % 64 bytes, which fill no block yet */
    uint64_t nbytes;
} bt_sha256_context;

void bt_sha256_begin(bt_sha256_context *context);
void bt_sha256_update(bt_sha256_context *context, const void *data, size_t nbytes);
void bt_sha256_end(const bt_sha256_context *context, uint8_t *digest);

#ifdef __cplusplus
}
#endif

#endif
