"""Our logits and labels against PyTorch's: `npm run test:parity`, and `test:parity5` with the newest transformers.

usage: parity.py [NAME ...]      names of CHECKPOINTS, `damages`, `stand-ins`, `pipelines`, `dev`; default: all

For each checkpoint, over the texts of tests/golden/texts.json and odd rows of ids: the converter's fp32 path and the
int8 model it writes against transformers in float32, as logits, and its image layer by layer (layers.py), which logits
do not replace: `damages` shows what that sees. `pipelines` asks transformers' pipeline() and pysentimiento's
create_analyzer() about the default model's checkpoint, end to end; `stand-ins` converts checkpoints with outlier
channels, and a real encoder, with smoothing, without, and as int4, and compares them with transformers over the texts
of SemEval-2017's 2016 devtest, where BERTWEET_SHARED has them; `dev` is dev_agreement.py. Prints the figures and exits
with 1 if one is over its limit. Checkpoints are made once, under build/checkpoints.
"""

import argparse
import functools
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import torch
from checkpoints import BUILD, SHARED, encode, texts
from damages import DAMAGES, damaged
from golden_logits import golden, load_model, run
from image import read_image
from layers import Original, compare
from make_checkpoint import make_checkpoint
from ours import classify, convert, fp32_logits, int8_logits

HERE = pathlib.Path(__file__).resolve().parent
TWEET_MINI = SHARED / "models" / "tweet-mini"

# Name: shape of checkpoints.SHAPES, format and type of its files.
CHECKPOINTS = {
    "tweet-mini": None,
    "full-bin": ("full", "bin", "float32"),
    "full-safetensors": ("full", "safetensors", "float32"),
    "one-layer": ("one-layer", "bin", "float16"),
    "seven-labels": ("seven-labels", "safetensors", "bfloat16"),
    "multi-label": ("multi-label", "sharded", "float32"),
    "hidden-64": ("hidden-64", "safetensors", "float32"),
    "hidden-320": ("hidden-320", "bin", "bfloat16"),
    "hidden-1024": ("hidden-1024", "sharded", "float16"),
    "deep": ("deep", "safetensors", "float32"),
}

# Largest difference of a logit. Measured: 2.2e-5 in `deep`, 1.5e-5 or less elsewhere, 1.1e-6 in tweet-mini. What it
# must see is larger (MODEL.md, section 6): a tensor in fp16 or bf16 2.5e-4, another eps or form of gelu 1.2e-3.
FP32_LIMIT = 1e-4
# How many labels int8 keeps says little about random weights: in `deep`, rows of a text are the same but for 0.1 % of
# their size behind 24 layers, so that all are rounded alike, and attention, which averages independent errors, leaves
# these as they are. So int8 is held to what PyTorch's own network does when the weights of its int8 layers are off by
# noise that puts each layer's output off by LAYER_ERROR, which int8 does to a layer in 7 and 8 bits (MODEL.md, section
# 6: 0.7 to 1.2 % in `deep`, 0.4 to 1.7 % in tweet-mini). Of the labels, those count that noise of that size leaves.
LAYER_ERROR = 0.012
NOISES = 3  # drawings of the noise
NOISE_LIMIT = 1.6  # int8's error of the logits over the noise's, root mean squares
INT8_AGREEMENT = 0.9  # of the labels of rows whose margin is wider than the noise's error
# The trained model has closer limits.
TWEET_MINI_FP32_LIMIT = 5e-6
TWEET_MINI_AGREEMENT = 0.99
# Stand-ins: script that makes one, its arguments, the least part of labels that int8 keeps, and whether that is held to
# DEV, where there is one: the full shape takes long for that, and its random weights tell no tweet from another text.
DEV = SHARED / "data" / "semeval2017" / "dev.tsv"
STAND_INS = {
    "outliers": ("outlier_standins.py", [TWEET_MINI], 0.98, True),
    "outliers-full": ("outlier_standins.py", [BUILD / "full-safetensors"], 0.9, False),
    "minilm": ("minilm_standin.py", [], 0.95, True),
}
SCORE_LIMIT = 0.03  # largest difference of a score between int8 and float32


def labels_of(logits, problem_type):
    """The predicted class of each text; with several labels, which of them hold."""
    logits = np.array(logits)
    return logits > 0 if problem_type == "multi_label_classification" else logits.argmax(1)[:, None]


def same_labels(expected, logits, problem_type):
    """Whether a text's labels agree, for each text."""
    return (labels_of(expected, problem_type) == labels_of(logits, problem_type)).all(1)


def margins(logits, problem_type):
    """How much a text's logits may change before its labels do: by how much the first is ahead, or the least size."""
    if problem_type == "multi_label_classification":
        return np.abs(logits).min(1)
    first, second = np.sort(logits)[:, -2:].T[::-1]
    return first - second


def rms(values):
    return np.sqrt(np.mean(np.square(values)))


def pytorch_logits(model, rows):
    return np.array([run(model, ids).logits[0].numpy() for ids in rows])


@torch.inference_mode()
def noise_error(checkpoint, rows, expected):
    """The error of PyTorch's logits when the weights of what is an int8 layer here are off by LAYER_ERROR."""
    model = load_model(checkpoint)
    layers = [
        module
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear) and name != "classifier.out_proj"
    ]
    weights = [layer.weight.clone() for layer in layers]
    random = torch.Generator().manual_seed(1)
    errors = []
    for _ in range(NOISES):
        for layer, weight in zip(layers, weights):
            noise = torch.randn(weight.shape, generator=random)
            layer.weight.copy_(weight + LAYER_ERROR * weight.square().mean().sqrt() * noise)
        errors.append(pytorch_logits(model, rows) - expected)
    return rms(errors)


def checkpoint_directory(name):
    """The folder of a checkpoint, made if it is not there."""
    if name == "tweet-mini":
        return TWEET_MINI
    directory = BUILD / name
    if not (directory / "complete").exists():
        shape, file_format, dtype = CHECKPOINTS[name]
        make_checkpoint(shape, directory, transformers=True, file_format=file_format, dtype=dtype)
        (directory / "complete").touch()
    return directory


@functools.cache
def converted(name):
    """The folder of a checkpoint's int8 model, converted in this run."""
    model = BUILD / "models" / name
    convert(checkpoint_directory(name), model)
    return model


def check_checkpoint(name):
    checkpoint = checkpoint_directory(name)
    if not checkpoint.exists():
        print(f"skipped: {name}: BERTWEET_SHARED (../shared) has no such checkpoint")
        return True
    reference = golden(checkpoint)
    rows = [row["ids"] for row in reference["rows"]]
    expected = np.array([row["logits"] for row in reference["rows"]])
    fp32 = np.abs(fp32_logits(checkpoint, rows) - expected).max()
    int8 = np.array(int8_logits(converted(name), rows))
    error, noise = rms(int8 - expected), noise_error(checkpoint, rows, expected)
    same = same_labels(expected, int8, reference["problem_type"])
    clear = margins(expected, reference["problem_type"]) > noise
    print(
        f"{name:<16} {len(rows)} rows, logits spread by {np.ptp(expected, axis=0).min():.1f}: fp32 within {fp32:.1e}, "
        f"int8 within {np.abs(int8 - expected).max():.1e}, {error / noise:.2f} times the noise's {noise:.1e}, "
        f"labels agree on {same.mean():.1%}, of {clear.sum()} clear rows on {same[clear].mean():.1%}",
        flush=True,
    )
    is_image_right = check_image(name, Original(checkpoint, rows), read_image(converted(name)))
    is_int8_right = is_image_right and error <= NOISE_LIMIT * noise and same[clear].mean() >= INT8_AGREEMENT
    if name == "tweet-mini":
        return is_int8_right and fp32 <= TWEET_MINI_FP32_LIMIT and same.mean() >= TWEET_MINI_AGREEMENT
    return is_int8_right and fp32 <= FP32_LIMIT


def check_image(name, original, image):
    faults, error = compare(original, image)
    print(f"{name:<16} linear layers within {error:.2%}; faults of the image: {faults or 'none'}", flush=True)
    return not faults


def check_damages():
    """An image whose channels are of unequal size, so that smoothing matters, is without fault; damaged, it is not."""
    directory, model = BUILD / "outliers-64", BUILD / "models" / "outliers-64"
    source = checkpoint_directory("hidden-64")
    subprocess.run([sys.executable, HERE / "outlier_standins.py", source, directory], check=True)
    convert(directory, model)
    original, image = Original(directory, encode(directory, texts())), read_image(model)
    missed = []
    for damage in DAMAGES:
        faults, _ = compare(original, damaged(image, original, damage))
        print(f"{damage}: {faults or 'not seen'}", flush=True)
        missed += [] if faults else [damage]
    return check_image("outliers-64", original, image) and not missed


def divergence(expected, logits):
    """As a manifest's `fidelity` has it, of classes that exclude each other."""
    scores, ours = (torch.softmax(torch.tensor(values).double(), 1) for values in (expected, logits))
    return {
        "texts": len(scores),
        "labelAgreement": same_labels(expected, logits, "single_label_classification").mean(),
        "maxScoreDifference": (scores - ours).abs().max().item(),
        "meanScoreDifference": (scores - ours).abs().mean().item(),
        "klDivergence": (scores * (scores / ours).log()).sum(1).mean().item(),
    }


def check_stand_in(name):
    """Converts a stand-in three times. Smoothing must be what keeps its labels, by the divergence of its scores."""
    script, sources, least, has_dev = STAND_INS[name]
    if any(source == TWEET_MINI and not source.exists() for source in sources):
        print(f"skipped: {name}: BERTWEET_SHARED (../shared) has no tweet-mini checkpoint")
        return True
    if name == "outliers-full":
        checkpoint_directory("full-safetensors")
    directory = BUILD / name
    subprocess.run([sys.executable, HERE / script, *sources, directory], check=True)
    rows = []
    if has_dev and DEV.exists():
        lines = DEV.read_text(encoding="utf-8").split("\n")
        rows = encode(directory, [line.partition("\t")[2] for line in lines if line])
        expected = pytorch_logits(load_model(directory), rows)
    elif has_dev:
        print(f"skipped: {name} on {DEV.name}: BERTWEET_SHARED (../shared) has no such data")
    found = {}
    for kind, options in {"int8": [], "unsmoothed": ["--smoothing", "none"], "int4": ["--wire", "int4"]}.items():
        model = BUILD / "models" / f"{name}-{kind}"
        found[kind] = convert(directory, model, *options)["fidelity"]
        report_fidelity(name, kind, found[kind])
        if rows:
            found[kind] = divergence(expected, int8_logits(model, rows))
            report_fidelity(name, kind, found[kind])
    kept = found["int8"]["labelAgreement"] >= least
    return kept and found["int8"]["klDivergence"] < found["unsmoothed"]["klDivergence"]


def report_fidelity(name, kind, fidelity):
    print(
        f"{name:<16} {kind:<12} labels agree on {fidelity['labelAgreement']:.2%} of {fidelity['texts']} texts, "
        f"scores within {fidelity['maxScoreDifference']:.3f}, mean {fidelity['meanScoreDifference']:.4f}, "
        f"KL {fidelity['klDivergence']:.2e}",
        flush=True,
    )


def check_stand_ins():
    return all([check_stand_in(name) for name in STAND_INS])


def report(name, expected, lines, preprocess):
    """Compares {label: score} of each text with what our command line says of it."""
    ours = classify(lines, converted("tweet-mini"), preprocess)
    difference = max(
        abs(scores[label] - our["scores"][label]) for scores, our in zip(expected, ours) for label in scores
    )
    agreement = np.mean([max(scores, key=scores.get) == our["label"] for scores, our in zip(expected, ours)])
    print(f"{name}: {len(lines)} texts, scores within {difference:.4f}, labels agree on {agreement:.1%}", flush=True)
    return difference <= SCORE_LIMIT and agreement >= TWEET_MINI_AGREEMENT


def check_pipelines():
    if not TWEET_MINI.exists():
        print("skipped: pipelines: BERTWEET_SHARED (../shared) has no tweet-mini checkpoint")
        return True
    lines = texts()
    return all([check_transformers(lines), check_pysentimiento(lines)])


def check_transformers(lines):
    import transformers

    pipeline = transformers.pipeline("text-classification", model=str(TWEET_MINI), top_k=None)
    answers = [{entry["label"]: entry["score"] for entry in answer} for answer in pipeline(lines)]
    name = f"transformers {transformers.__version__} pipeline() ({pipeline.model.dtype})"
    return report(name, answers, lines, "none")


def check_pysentimiento(lines):
    os.environ |= {"HF_HOME": str(BUILD / "huggingface"), "HF_DATASETS_DISABLE_PROGRESS_BARS": "1"}  # for its data sets
    from pysentimiento import create_analyzer

    analyzer = create_analyzer(
        model_name=str(TWEET_MINI),
        task="sentiment",
        lang="en",
        preprocessing_args={"user_token": "@USER", "url_token": "HTTPURL"},
    )
    with torch.inference_mode():
        single = [analyzer.predict(line).probas for line in lines]
    batch = [answer.probas for answer in analyzer.predict(lines)]
    return all(
        [
            report("pysentimiento create_analyzer(), a text a call", single, lines, "pysentimiento"),
            report("pysentimiento create_analyzer(), a list", batch, lines, "pysentimiento"),
        ]
    )


def check_dev():
    if not TWEET_MINI.exists():
        print("skipped: dev: BERTWEET_SHARED (../shared) has no tweet-mini checkpoint")
        return True
    command = [sys.executable, HERE / "dev_agreement.py", "--model", converted("tweet-mini")]
    return subprocess.run(command).returncode == 0


def main():
    checks = {name: lambda name=name: check_checkpoint(name) for name in CHECKPOINTS}
    checks |= {"damages": check_damages, "stand-ins": check_stand_ins, "pipelines": check_pipelines, "dev": check_dev}
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", choices=[[], *checks], metavar="NAME", help=", ".join(checks))
    names = parser.parse_args().names or list(checks)
    failed = [name for name in names if not checks[name]()]
    print(json.dumps({"failed": failed}))
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
