"""The default model on SemEval-2017's 2016 devtest: does int8 say what PyTorch said in fp32?

usage: dev_agreement.py [--model DIR]      (any Python; the data in BERTWEET_SHARED, else it is skipped)

Classifies the texts with our command line and compares the labels with tests/golden/dev-logits-tweet-mini.json: 99 % at
least must agree, and the macro-averaged recall of the gold labels may differ by half a point.
"""

import argparse
import hashlib
import json
import os
import pathlib
import sys

from ours import ROOT, classify

GOLDEN = ROOT / "tests/golden/dev-logits-tweet-mini.json"
GOLD_LABELS = ["negative", "neutral", "positive"]  # of the data, in the order of NEG, NEU, POS
LEAST_AGREEMENT = 0.99
MOST_RECALL_CHANGE = 0.005


def macro_recall(gold, predicted):
    """Mean over the classes of the part of each that was found."""
    pairs = list(zip(gold, predicted))
    recalls = [sum(found == label for true, found in pairs if true == label) / gold.count(label) for label in set(gold)]
    return sum(recalls) / len(recalls)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", help="folder of a converted model; default: the package's")
    options = parser.parse_args()

    golden = json.loads(GOLDEN.read_text(encoding="utf-8"))
    shared = pathlib.Path(os.environ.get("BERTWEET_SHARED", ROOT.parent / "shared"))
    data = shared / "data" / golden["data"]["file"]
    if not data.exists():
        print(f"skipped: agreement on {golden['data']['file']}: BERTWEET_SHARED (../shared) has no such data")
        return 0
    content = data.read_bytes()
    if hashlib.sha256(content).hexdigest() != golden["data"]["sha256"]:
        sys.exit(f"{data.name} is not the file that the golden logits belong to")
    gold, texts = zip(*(line.split("\t", 1) for line in content.decode().split("\n") if line))
    gold = [GOLD_LABELS.index(label) for label in gold]

    answers = classify(texts, options.model, golden["preprocess"])
    ours, pytorch = [golden["labels"].index(answer["label"]) for answer in answers], golden["predicted"]
    agreement = sum(a == b for a, b in zip(ours, pytorch)) / len(ours)
    recalls = [macro_recall(gold, labels) for labels in (pytorch, ours)]
    print(
        f"{golden['data']['file']}: {len(ours)} texts, labels agree with PyTorch fp32 on {agreement:.2%}, "
        f"macro-recall {recalls[0]:.2%} in PyTorch, {recalls[1]:.2%} in int8"
    )
    return 0 if agreement >= LEAST_AGREEMENT and abs(recalls[0] - recalls[1]) <= MOST_RECALL_CHANGE else 1


if __name__ == "__main__":
    sys.exit(main())
