"""Numbers of scikit-learn and numpy for js/metrics.js: writes tests/golden/metrics.json.

usage: metrics.py        (with scikit-learn 1.9.1 and numpy)
"""

import json
import pathlib

import numpy
import sklearn.metrics

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden/metrics.json"
BINS = 15


def calibration_error(confidence, correct):
    """By its definition (Guo et al. 2017): bins (0, 1/15], (1/15, 2/15], ..."""
    edges = numpy.arange(BINS + 1) / BINS
    error = 0
    for lower, upper in zip(edges, edges[1:]):
        inside = (confidence > lower) & (confidence <= upper)
        if inside.any():
            error += inside.mean() * abs(correct[inside].mean() - confidence[inside].mean())
    return error


def case(random, size, num_labels, gold_labels, given_labels, skill):
    gold = random.choice(gold_labels, size)
    predicted = numpy.where(random.random(size) < skill, gold, random.choice(given_labels, size))
    confidence = numpy.round(random.uniform(1 / num_labels, 1, size), 6)
    labels = range(num_labels)
    precision, recall, f1, support = sklearn.metrics.precision_recall_fscore_support(
        gold, predicted, labels=labels, zero_division=0
    )
    return {
        "numLabels": num_labels,
        "gold": gold.tolist(),
        "predicted": predicted.tolist(),
        "confidence": confidence.tolist(),
        "confusion": sklearn.metrics.confusion_matrix(gold, predicted, labels=labels).tolist(),
        "accuracy": sklearn.metrics.accuracy_score(gold, predicted),
        "macroRecall": sklearn.metrics.recall_score(
            gold, predicted, labels=numpy.unique(gold), average="macro", zero_division=0
        ),
        "macroF1": sklearn.metrics.f1_score(gold, predicted, average="macro", zero_division=0),
        "calibrationError": calibration_error(confidence, gold == predicted),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": support.tolist(),
        "quantiles": {str(share): numpy.quantile(confidence, share) for share in (0, 0.025, 0.5, 0.975, 1)},
    }


def multi_label_case(random, size, num_labels, skill):
    gold = (random.random((size, num_labels)) < 0.3).astype(int)
    flipped = random.random((size, num_labels)) > skill
    high, low = random.uniform(0.4, 1, gold.shape), random.uniform(0, 0.6, gold.shape)
    scores = numpy.round(numpy.where(gold ^ flipped, high, low), 6)
    predicted = (scores >= 0.5).astype(int)
    gold[:, -1] = 0  # a label that no text has
    precision, recall, f1, support = sklearn.metrics.precision_recall_fscore_support(gold, predicted, zero_division=0)
    return {
        "gold": gold.tolist(),
        "predicted": predicted.tolist(),
        "scores": scores.tolist(),
        "exactMatch": sklearn.metrics.accuracy_score(gold, predicted),
        "microF1": sklearn.metrics.f1_score(gold, predicted, average="micro", zero_division=0),
        "macroF1": sklearn.metrics.f1_score(gold, predicted, average="macro", zero_division=0),
        "macroRecall": sklearn.metrics.recall_score(gold, predicted, average="macro", zero_division=0),
        "calibrationError": calibration_error(scores.ravel(), gold.ravel() == 1),
        "precision": precision.tolist(),
        "recall": recall.tolist(),
        "f1": f1.tolist(),
        "support": support.tolist(),
    }


def main():
    random = numpy.random.default_rng(20170804)
    cases = [
        case(random, 120, 3, [0, 1, 2], [0, 1, 2], 0.6),
        case(random, 40, 2, [0, 1], [0, 1], 0.8),
        case(random, 60, 7, [0, 2, 3, 6], [0, 1, 2, 3], 0.3),  # labels never right, never given, and neither
        case(random, 1, 3, [1], [2], 0),
    ]
    multi_label = [multi_label_case(random, size, labels, 0.8) for size, labels in ((90, 4), (25, 11), (1, 2))]
    versions = {"scikit-learn": sklearn.__version__, "numpy": numpy.__version__}
    golden = {"versions": versions, "cases": cases, "multiLabel": multi_label}
    GOLDEN.write_text(json.dumps(golden) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
