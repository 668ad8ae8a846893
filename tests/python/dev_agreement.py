"""The models that ship on SemEval-2017's 2016 devtest: do they say what PyTorch said in fp32?

usage: dev_agreement.py [--model DIR]      (any Python; the data in BERTWEET_SHARED, else it is skipped)

Classifies the texts with our command line and compares the labels with those of the checkpoint, of which
tests/golden/dev-logits-*.json has PyTorch's logits: so many at least must agree, and the macro-averaged recall of the
gold labels may differ by half a point; by one where weights are int4, as the 4 % of labels that change then move it by
half a point (one standard error) by chance.
"""

import argparse
import hashlib
import json
import os
import pathlib
import sys

from ours import ROOT, classify

GOLD_LABELS = ["negative", "neutral", "positive"]  # of the data, in the order of NEG, NEU, POS
LEAST_AGREEMENT = {"int8": 0.99, "int4": 0.95}  # of weights
MOST_RECALL_CHANGE = {"int8": 0.005, "int4": 0.01}


def macro_recall(gold, predicted):
    """Mean over the classes of the part of each that was found."""
    pairs = list(zip(gold, predicted))
    recalls = [sum(found == label for true, found in pairs if true == label) / gold.count(label) for label in set(gold)]
    return sum(recalls) / len(recalls)


def golden_of(manifest):
    """PyTorch's logits of the checkpoint that a model was made of."""
    made_of = {name: file["sha256"] for name, file in manifest["source"]["files"].items()}
    for path in sorted((ROOT / "tests/golden").glob("dev-logits-*.json")):
        golden = json.loads(path.read_text(encoding="utf-8"))
        if golden["provenance"]["sha256"].items() <= made_of.items():
            return golden
    sys.exit(f"tests/golden has no logits of the checkpoint that {manifest['name']} was made of: see models/ship.js")


def compare(model):
    """Whether a model, in a folder, is close enough; without the data it is not looked at."""
    manifest = json.loads((model / "manifest.json").read_text(encoding="utf-8"))
    golden = golden_of(manifest)
    shared = pathlib.Path(os.environ.get("BERTWEET_SHARED", ROOT.parent / "shared"))
    data = shared / "data" / golden["data"]["file"]
    if not data.exists():
        print(f"skipped: agreement on {golden['data']['file']}: BERTWEET_SHARED (../shared) has no such data")
        return True
    content = data.read_bytes()
    if hashlib.sha256(content).hexdigest() != golden["data"]["sha256"]:
        sys.exit(f"{data.name} is not the file that the golden logits belong to")
    gold, texts = zip(*(line.split("\t", 1) for line in content.decode().split("\n") if line))
    gold = [GOLD_LABELS.index(label) for label in gold]

    weights = manifest["quantization"]["weights"]
    answers = classify(texts, model, golden["preprocess"])
    ours, pytorch = [golden["labels"].index(answer["label"]) for answer in answers], golden["predicted"]
    agreement = sum(a == b for a, b in zip(ours, pytorch)) / len(ours)
    recalls = [macro_recall(gold, labels) for labels in (pytorch, ours)]
    print(
        f"{manifest['name']} on {golden['data']['file']}: {len(ours)} texts, labels agree with PyTorch fp32 on "
        f"{agreement:.2%}, macro-recall {recalls[0]:.2%} in PyTorch, {recalls[1]:.2%} in {weights}"
    )
    return agreement >= LEAST_AGREEMENT[weights] and abs(recalls[0] - recalls[1]) <= MOST_RECALL_CHANGE[weights]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--model", type=pathlib.Path, help="folder of a converted model; default: those of the package")
    options = parser.parse_args()
    models = [options.model] if options.model else [path.parent for path in ROOT.glob("models/*/manifest.json")]
    return 0 if all([compare(model.resolve()) for model in sorted(models)]) else 1


if __name__ == "__main__":
    sys.exit(main())
