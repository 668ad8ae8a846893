"""From the states of runs to a checkpoint: averages weights, shifts the classes' balance, fits the temperature.

Everything is chosen on dev and on the held-out rows of the other sources, nothing on test. Writes <output>/ in Hugging
Face's layout and <output>/finish.json, which has every figure that a choice was made by.
"""

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import torch

import data
import metrics
import weights
from train import PAD, predict

SOURCES = ("dev", "tse-held", "airline-held")
SHIFTS = np.round(np.arange(-0.2, 0.81, 0.1), 1)
TEMPERATURES = np.round(np.arange(0.5, 2.51, 0.05), 2)
TOKENIZER_FILES = ("vocab.txt", "bpe.codes", "added_tokens.json", "special_tokens_map.json", "tokenizer_config.json")


def average(models, shares):
    """A model whose parameters are the weighted mean of the others' (Wortsman et al. 2022)."""
    states = [model.state_dict() for model in models]
    mean = {name: sum(share * state[name] for share, state in zip(shares, states)) for name in states[0]}
    models[0].load_state_dict(mean)
    return models[0]


def log_prior(work):
    counts = np.bincount(data.load(work, "gold", "bpe").labels, minlength=metrics.CLASSES)
    return np.log(counts / counts.sum()).astype(np.float32)


def logits_of(model, work, names):
    rows = {name: data.load(work, name, "bpe") for name in names}
    return {name: (predict(model, rows[name], PAD["bpe"])[0], rows[name].labels) for name in names}


def choose_shift(found, prior):
    """The share of gold's class balance, on top of the model's own, with the best recall and F1 on dev."""
    logits, labels = found["dev"]
    tried = {float(shift): metrics.evaluate(logits + shift * prior, labels) for shift in SHIFTS}
    return max(tried, key=lambda shift: tried[shift]["recall"] + tried[shift]["f1"]), tried


def choose_temperature(found):
    """The temperature of least negative log-likelihood, each source weighing the same."""
    tried = {float(t): float(np.mean([metrics.negative_log_likelihood(logits / t, labels)
                                      for logits, labels in found.values()])) for t in TEMPERATURES}
    return min(tried, key=tried.get)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--models", nargs="+", required=True, help="states (.pt) or checkpoint folders")
    parser.add_argument("--shares", nargs="+", type=float, help="of each in the mean; default: the same")
    parser.add_argument("--shift", type=float, help="default: chosen on dev")
    parser.add_argument("--tokenizer", type=Path, required=True, help="folder with the tokenizer's files")
    parser.add_argument("--card", type=Path, help="README.md of the checkpoint; its licence goes into the manifest")
    parser.add_argument("--output", type=Path, help="default: measure only")
    args = parser.parse_args()

    torch.set_num_threads(1)
    shares = args.shares or [1 / len(args.models)] * len(args.models)
    model = average([weights.load_initial(path) for path in args.models], shares)
    found = logits_of(model, args.work, SOURCES)
    prior = log_prior(args.work)
    shift, tried = choose_shift(found, prior)
    shift = shift if args.shift is None else args.shift
    shifted = {name: (logits + shift * prior, labels) for name, (logits, labels) in found.items()}
    temperature = choose_temperature(shifted)
    report = {
        "models": args.models, "shares": shares, "shift": shift, "shifts_on_dev": tried, "temperature": temperature,
        "sources": {name: metrics.evaluate(logits, labels) | {
            "nll_at_temperature": round(metrics.negative_log_likelihood(logits / temperature, labels), 4),
            "calibration_error": round(metrics.calibration_error(logits, labels), 4),
            "calibration_error_at_temperature": round(metrics.calibration_error(logits / temperature, labels), 4),
        } for name, (logits, labels) in shifted.items()},
    }
    print(json.dumps(report, indent=1))
    if args.output:
        with torch.no_grad():
            model.out.bias += torch.from_numpy(shift * prior)
        write_checkpoint(model, args, report)


def write_checkpoint(model, args, report):
    from safetensors.torch import save_file

    args.output.mkdir(parents=True, exist_ok=True)
    save_file(weights.to_hugging_face(model), args.output / "model.safetensors", metadata={"format": "pt"})
    (args.output / "config.json").write_text(json.dumps(weights.hugging_face_config(model.shape), indent=2) + "\n")
    (args.output / "finish.json").write_text(json.dumps(report, indent=1) + "\n")
    (args.output / "temperature").write_text(f"{report['temperature']}\n")
    for name in TOKENIZER_FILES:
        if (args.tokenizer / name).exists():
            shutil.copy(args.tokenizer / name, args.output / name)
    if args.card:
        shutil.copy(args.card, args.output / "README.md")


if __name__ == "__main__":
    main()
