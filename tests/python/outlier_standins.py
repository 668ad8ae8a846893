"""Makes a stand-in for RoBERTa-base's outlier channels of a checkpoint that has none.

usage: outlier_standins.py CHECKPOINT DIR [--channels 6] [--least 20] [--most 60]             (numpy: build/venv/text)

In the residual stream of RoBERTa-base a few channels are 20 to 60 times larger than the rest, with the same sign in
nearly every token; rounding all channels to the same 7 bits then leaves little of the others. The stand-in's channel o
holds factor[o] (x[o] + 4 sign) where the checkpoint's holds x[o], about 1, all through the network: what writes the
channel is scaled, what reads it is scaled back and loses the constant.

Only LayerNorm cannot follow exactly, as the large channels dominate its mean and variance. Its weight and bias are
fitted anew, channel by channel and layer by layer, such that on the texts of tests/golden/texts.json its outputs come
near the checkpoint's. So the stand-in is a classifier of its own that mostly agrees with the checkpoint; how often is
printed. The checkpoint is model.safetensors with numbers that numpy knows; the same arguments give the same bytes.
"""

import argparse
import json
import pathlib
import shutil

import numpy as np
from safetensors.numpy import load_file, save_file
from transformers import BertweetTokenizer

ROOT = pathlib.Path(__file__).parents[2]
OFFSET = 4


def gelu(x):
    """x times the normal distribution; Abramowitz and Stegun 7.1.26, to 1e-7."""
    z = np.abs(x) / np.sqrt(2)
    t = 1 / (1 + 0.3275911 * z)
    tail = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = np.sign(x) * (1 - tail * np.exp(-z * z))
    return x * (1 + erf) / 2


class Network:
    """The fp32 path on named tensors, without the prefix `roberta.`."""

    def __init__(self, config, tensors):
        self.tensors = tensors
        self.num_layers = config["num_hidden_layers"]
        self.num_heads = config["num_attention_heads"]
        self.eps = config["layer_norm_eps"]

    def linear(self, name, x):
        return x @ self.tensors[f"{name}.weight"].T + self.tensors[f"{name}.bias"]

    def standardize(self, x):
        centred = x - x.mean(axis=-1, keepdims=True)
        return centred / np.sqrt((centred**2).mean(axis=-1, keepdims=True) + self.eps)

    def norm(self, name, x):
        return self.standardize(x) * self.tensors[f"{name}.weight"] + self.tensors[f"{name}.bias"]

    def embed(self, texts):
        """Rows of all texts' tokens, before LayerNorm."""
        at = np.concatenate([np.arange(2, len(ids) + 2) for ids in texts])
        return (
            self.tensors["embeddings.word_embeddings.weight"][np.concatenate(texts)]
            + self.tensors["embeddings.position_embeddings.weight"][at]
            + self.tensors["embeddings.token_type_embeddings.weight"][0]
        )

    def attend(self, layer, x, lengths):
        name = f"encoder.layer.{layer}.attention"
        query, key, value = (self.linear(f"{name}.self.{part}", x) for part in ("query", "key", "value"))
        size = x.shape[1] // self.num_heads
        out = np.empty_like(x)
        ends = np.cumsum(lengths)
        for begin, end in zip(ends - lengths, ends):
            for head in range(0, x.shape[1], size):
                here = (slice(begin, end), slice(head, head + size))
                scores = query[here] @ key[here].T / np.sqrt(size)
                weights = np.exp(scores - scores.max(axis=1, keepdims=True))
                out[here] = weights @ value[here] / weights.sum(axis=1, keepdims=True)
        return x + self.linear(f"{name}.output.dense", out)

    def feed_forward(self, layer, x):
        name = f"encoder.layer.{layer}"
        return x + self.linear(f"{name}.output.dense", gelu(self.linear(f"{name}.intermediate.dense", x)))

    def run(self, texts):
        """Rows of all texts' tokens, behind the last layer."""
        lengths = np.array([len(ids) for ids in texts])
        x = self.norm("embeddings.LayerNorm", self.embed(texts))
        for layer in range(self.num_layers):
            name = f"encoder.layer.{layer}"
            x = self.norm(f"{name}.attention.output.LayerNorm", self.attend(layer, x, lengths))
            x = self.norm(f"{name}.output.LayerNorm", self.feed_forward(layer, x))
        return x

    def classify(self, x, lengths):
        first = x[np.cumsum(lengths) - lengths]
        return self.linear("classifier.out_proj", np.tanh(self.linear("classifier.dense", first)))


def rescale(tensors, num_layers, factor, offset):
    """Tensors that write and read channels as factor * (x + offset), LayerNorms apart."""
    changed = dict(tensors)
    for layer in range(num_layers):
        name = f"encoder.layer.{layer}"
        for writer in (f"{name}.attention.output.dense", f"{name}.output.dense"):
            changed[f"{writer}.weight"] = tensors[f"{writer}.weight"] * factor[:, None]
            changed[f"{writer}.bias"] = tensors[f"{writer}.bias"] * factor
    readers = [
        f"encoder.layer.{layer}.{part}"
        for layer in range(num_layers)
        for part in ("attention.self.query", "attention.self.key", "attention.self.value", "intermediate.dense")
    ]
    for reader in [*readers, "classifier.dense"]:
        weight = tensors[f"{reader}.weight"]
        changed[f"{reader}.weight"] = weight / factor
        changed[f"{reader}.bias"] = tensors[f"{reader}.bias"] - weight @ offset
    return changed


def fit(network, name, x, wanted):
    """Sets a LayerNorm's weight and bias to those that turn x into what is wanted, by least squares."""
    u = network.standardize(x)
    centred = u - u.mean(axis=0)
    weight = (centred * wanted).sum(axis=0) / (centred**2).sum(axis=0)
    network.tensors[f"{name}.weight"] = weight
    network.tensors[f"{name}.bias"] = wanted.mean(axis=0) - weight * u.mean(axis=0)
    return network.norm(name, x)


def make(config, tensors, texts, factor, offset):
    """The stand-in's tensors, and the share of texts to which it gives the checkpoint's label."""
    lengths = np.array([len(ids) for ids in texts])
    teacher = Network(config, tensors)
    student = Network(config, rescale(tensors, teacher.num_layers, factor, offset))

    name = "embeddings.LayerNorm"
    student.tensors[f"{name}.weight"] = tensors[f"{name}.weight"] * factor
    student.tensors[f"{name}.bias"] = (tensors[f"{name}.bias"] + offset) * factor
    x, y = teacher.norm(name, teacher.embed(texts)), student.norm(name, student.embed(texts))
    for layer in range(teacher.num_layers):
        name = f"encoder.layer.{layer}.attention.output.LayerNorm"
        x, y = teacher.norm(name, teacher.attend(layer, x, lengths)), student.attend(layer, y, lengths)
        y = fit(student, name, y, (x + offset) * factor)
        name = f"encoder.layer.{layer}.output.LayerNorm"
        x, y = teacher.norm(name, teacher.feed_forward(layer, x)), student.feed_forward(layer, y)
        y = fit(student, name, y, (x + offset) * factor)
    labels = [network.classify(rows, lengths).argmax(axis=1) for network, rows in ((teacher, x), (student, y))]
    return student.tensors, (labels[0] == labels[1]).mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkpoint", type=pathlib.Path)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--channels", type=int, default=6, help="how many become large")
    parser.add_argument("--least", type=float, default=20, help="how large the first")
    parser.add_argument("--most", type=float, default=60, help="how large the last")
    options = parser.parse_args()

    config = json.loads((options.checkpoint / "config.json").read_text(encoding="utf-8"))
    raw = load_file(options.checkpoint / "model.safetensors")
    tensors = {name.removeprefix("roberta."): values.astype(np.float64) for name, values in raw.items()}
    tokenizer = BertweetTokenizer.from_pretrained(options.checkpoint, normalization=False)
    sentences = json.loads((ROOT / "tests/golden/texts.json").read_text(encoding="utf-8"))
    texts = [tokenizer(text, truncation=True, max_length=128)["input_ids"] for text in sentences]

    hidden = config["hidden_size"]
    large = np.arange(options.channels) * hidden // options.channels + hidden // (2 * options.channels)
    factor, offset = np.ones(hidden), np.zeros(hidden)
    factor[large] = np.linspace(options.least, options.most, options.channels) / OFFSET
    offset[large] = OFFSET * (-1.0) ** np.arange(options.channels)
    changed, agreement = make(config, tensors, texts, factor, offset)

    options.directory.mkdir(parents=True, exist_ok=True)
    for path in options.checkpoint.iterdir():
        if path.suffix in (".txt", ".codes", ".json") and path.name != "logits.json":
            shutil.copyfile(path, options.directory / path.name)
    prefixed = {name: name if name.startswith("classifier.") else f"roberta.{name}" for name in changed}
    save_file(
        {prefixed[name]: values.astype(np.float32) for name, values in changed.items()},
        options.directory / "model.safetensors",
        metadata={"format": "pt"},
    )
    print(
        f"{options.channels} channels, {options.least:g} to {options.most:g} times larger; "
        f"the checkpoint's label for {agreement:.0%} of {len(texts)} texts"
    )


if __name__ == "__main__":
    main()
