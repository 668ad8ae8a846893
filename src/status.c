#include "strict.h"

#include "bertweet.h"

const char *bt_status_message(bt_status status) {
    switch (status) {
    case BT_OK: return "Success.";
    case BT_BAD_MAGIC: return "This is not a model image of this library.";
    case BT_BAD_VERSION: return "The model image has a version, kind or flag that this library does not know.";
    case BT_BAD_IMAGE: return "The model image contradicts itself.";
    case BT_UNSUPPORTED: return "The model's sizes, or the kernel asked for, are not supported.";
    case BT_NO_MEMORY: return "The memory given is too small.";
    case BT_TEXT_TOO_LONG: return "The text has more than 32768 code points.";
    case BT_BAD_IDS: return "There are no ids, too many, or some outside the vocabulary.";
    case BT_PENDING: return "Embedding rows that these ids need have not arrived yet.";
    case BT_BAD_CALL: return "The call is out of order, or the image holds only a tokenizer.";
    case BT_NOT_FINITE: return "The logits are not finite: the weights are broken.";
    case BT_THREAD_LOST: return "A thread was ended in the midst of work.";
    }
    return "Unknown status.";
}
