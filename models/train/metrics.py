"""The benchmark's metrics, and calibration."""

import numpy as np

from data import LABELS

CLASSES = len(LABELS)


def confusion(labels, predicted):
    """counts [true class, predicted class]"""
    counts = np.zeros((CLASSES, CLASSES), dtype=np.int64)
    np.add.at(counts, (labels, predicted), 1)
    return counts


def scores(counts):
    """Macro-averaged recall and F1, and the recalls, in percent."""
    hits = np.diag(counts)
    recalls = hits / np.maximum(1, counts.sum(1))
    f1 = 2 * hits / np.maximum(1, counts.sum(0) + counts.sum(1))
    return {"recall": round(100 * recalls.mean(), 2), "f1": round(100 * f1.mean(), 2),
            "recalls": [round(100 * r, 1) for r in recalls]}


def evaluate(logits, labels):
    return scores(confusion(labels, logits.argmax(1))) | {"nll": round(negative_log_likelihood(logits, labels), 4)}


def log_softmax(logits):
    shifted = logits - logits.max(1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(1, keepdims=True))


def negative_log_likelihood(logits, labels):
    return float(-log_softmax(logits)[np.arange(len(labels)), labels].mean())


def calibration_error(logits, labels, bins=15):
    """Expected calibration error of the winning class in bins of equal width (Guo et al. 2017), as a fraction."""
    confidence = np.exp(log_softmax(logits).max(1))
    right = logits.argmax(1) == labels
    which = np.minimum((confidence * bins).astype(int), bins - 1)
    gaps = [abs(right[which == b].mean() - confidence[which == b].mean()) * (which == b).mean()
            for b in range(bins) if (which == b).any()]
    return float(sum(gaps))
