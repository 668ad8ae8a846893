"""The numerics report of models/MODEL.md: how far each linear layer of an int8 model is from 32-bit floats, and why.

usage: numerics.py CHECKPOINT MODEL                                                       (numpy: build/venv/text)

CHECKPOINT is a folder with model.safetensors, MODEL what `bertweet-wasm convert` made of it with the wire encoding raw.
Over the texts of tests/golden/texts.json, which nothing is calibrated by, each linear layer is given what the 32-bit
floats give it, so errors of earlier layers are left out. Printed, in percent of the root mean square of its output:
the error of the int8 layer, of its 7-bit activations alone, of its 8-bit weights alone; the largest over the smallest
factor of its smoothing; and how often each depth of the 16-bit bound was chosen.
"""

import argparse
import json
import pathlib
from collections import Counter

import numpy as np
from image import linears_of, read_image, weights_of
from outlier_standins import ROOT, Network
from safetensors.numpy import load_file
from transformers import BertweetTokenizer

LEVELS, SPIKES = 127, 2


def quantize(v):
    """Rows in 7 bits but for their two spikes, as MODEL.md's section 3 has it, and back."""
    spikes = np.argsort(-np.abs(v), axis=1, kind="stable")[:, :SPIKES]
    rest = v.copy()
    np.put_along_axis(rest, spikes, 0, axis=1)
    rounded = quantize_rest(rest)
    np.put_along_axis(rounded, spikes, np.take_along_axis(v, spikes, axis=1), axis=1)
    return rounded


def quantize_rest(v):
    low, high = np.minimum(v.min(1, keepdims=True), 0), np.maximum(v.max(1, keepdims=True), 0)
    step = np.maximum(high - low, 2.0**-80) / LEVELS
    zero = np.rint(-low / step)
    return (np.clip(np.rint(v / step) + zero, 0, LEVELS) - zero) * step


class Observed(Network):
    """The fp32 path, which keeps what its linear layers are given."""

    def __init__(self, config, tensors):
        super().__init__(config, tensors)
        self.inputs = {}

    def linear(self, name, x):
        self.inputs[name] = x
        return super().linear(name, x)


def parts_of(name):
    """The checkpoint's layers whose outputs stand side by side in a layer of the image."""
    return [f"{name}.{part}" for part in ("query", "key", "value")] if name.endswith(".self") else [name]


def columns_of(layer, weight):
    """The weights of a checkpoint as a layer of the image multiplies them: smoothed, split, filled up."""
    columns = np.zeros((len(weight), len(layer["factor"])), weight.dtype)
    used = layer["factor"] != 0
    source = layer["source"][used]
    columns[:, used] = weight[:, source] / (layer["factor"][used] * np.bincount(source)[source])
    return columns


def errors_of(layer, weight, bias, x):
    """In percent: of the int8 layer, of its activations alone, of its weights alone."""
    v = x[:, layer["source"]] * layer["factor"]
    columns, weights = columns_of(layer, weight), weights_of(layer)
    exact = x @ weight.T + bias
    size = np.sqrt(np.mean(exact**2))
    found = (
        quantize(v) @ weights.T + layer["bias"],
        quantize(v) @ columns.T + bias,
        v @ weights.T + layer["bias"],
    )
    return [100 * np.sqrt(np.mean((y - exact) ** 2)) / size for y in found]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkpoint", type=pathlib.Path)
    parser.add_argument("model", type=pathlib.Path)
    options = parser.parse_args()

    config = json.loads((options.checkpoint / "config.json").read_text(encoding="utf-8"))
    raw = load_file(options.checkpoint / "model.safetensors")
    tensors = {name.removeprefix("roberta."): values.astype(np.float64) for name, values in raw.items()}
    tokenizer = BertweetTokenizer.from_pretrained(options.checkpoint, normalization=False)
    sentences = json.loads((ROOT / "tests/golden/texts.json").read_text(encoding="utf-8"))
    texts = [tokenizer(text, truncation=True, max_length=128)["input_ids"] for text in sentences]
    lengths = np.array([len(ids) for ids in texts])

    network = Observed(config, tensors)
    network.classify(network.run(texts), lengths)

    print("| layer | int8 | activations | weights | factors | depth |\n|---|---|---|---|---|---|")
    total = []
    for name, layer in linears_of(read_image(options.model)).items():
        parts = parts_of(name)
        weight, bias = (np.concatenate([tensors[f"{part}.{what}"] for part in parts]) for what in ("weight", "bias"))
        errors = errors_of(layer, weight, bias, network.inputs[parts[0]])
        factors = layer["factor"][layer["factor"] > 0]
        depths = ", ".join(f"{depth}" if count == len(layer["depth"]) else f"{depth} ({count})"
                           for depth, count in sorted(Counter(layer["depth"].tolist()).items()))
        row = " | ".join(f"{error:.2f} %" for error in errors)
        print(f"| `{name}` | {row} | {factors.max() / factors.min():.0f} | {depths} |")
        total.append(errors)
    print("| mean | " + " | ".join(f"{mean:.2f} %" for mean in np.mean(total, axis=0)) + " | | |")


if __name__ == "__main__":
    main()
