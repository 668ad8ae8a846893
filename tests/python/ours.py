"""Our programs, as Python functions: lines of JSON in, lines of JSON out."""

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CLI = ["node", ROOT / "js/cli/main.js"]


def filter_json(command, values):
    """Answers of a program to values, one JSON line each; exits if it fails or skips a line."""
    lines = "".join(json.dumps(value) + "\n" for value in values)
    done = subprocess.run([str(part) for part in command], input=lines.encode(), stdout=subprocess.PIPE, cwd=ROOT)
    answers = done.stdout.decode().split("\n")[:-1]
    if done.returncode or len(answers) != len(values):
        name = " ".join(map(str, command))
        sys.exit(f"{name}: exit code {done.returncode}, {len(answers)} answers to {len(values)} lines")
    return [json.loads(answer) for answer in answers]


def convert(checkpoint, model, *options):
    """Writes a model; its manifest."""
    subprocess.run([*CLI, "convert", checkpoint, model, *options], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return json.loads((pathlib.Path(model) / "manifest.json").read_text(encoding="utf-8"))


def fp32_logits(checkpoint, rows):
    """Logits of rows of ids by the converter's fp32 path."""
    return filter_json(["node", ROOT / "tests/python/fp32_logits.mjs", checkpoint], rows)


def int8_logits(model, rows):
    """Logits of rows of ids by a converted model."""
    return filter_json([*CLI, "logits", "--model", model], rows)


def classify(texts, model=None, preprocess=None):
    """What `classify --jsonl` says of texts; the package's own model by default."""
    options = ["--model", model] if model else []
    options += ["--preprocess", preprocess] if preprocess else []
    return filter_json([*CLI, "classify", "--input", "json", "--jsonl", *options], texts)
