"""Checkpoints with random weights, for tests: RobertaForSequenceClassification of any shape, in numpy.

SHAPES names the shapes; random_checkpoint(shape) gives config, tensors by their Hugging Face names, and the tokenizer.
The weights are drawn so that the model depends on its input as a trained one does, and the classification head is set
to what the texts of tests/golden/texts.json come to: logits of mean 0 and deviation near 1.5 in every class, so that no
class takes over. Same shape, same numpy: same weights.
"""

import dataclasses
import json
import math
import os
import pathlib
import subprocess
import sys

import numpy as np
from reference import Reference

HERE = pathlib.Path(__file__).resolve().parent
GOLDEN = HERE.parent / "golden"
BUILD = HERE.parent.parent / "build" / "checkpoints"
SHARED = pathlib.Path(os.environ.get("BERTWEET_SHARED", HERE.parent.parent.parent / "shared"))
POSITIONS = 130
LOGIT_DEVIATION = 1.5


@dataclasses.dataclass(frozen=True)
class Shape:
    """Sizes by their names in config.json. tokenizer: see tokenizer_directory."""

    hidden_size: int
    num_hidden_layers: int
    num_attention_heads: int
    intermediate_size: int
    labels: tuple = ("NEG", "NEU", "POS")
    problem_type: str = "single_label_classification"
    tokenizer: str = "8k"
    seed: int = 1


EMOTIONS = ("others", "joy", "sadness", "anger", "surprise", "disgust", "fear")
HATE = ("hateful", "targeted", "aggressive")

SHAPES = {
    # The published model's: vocabulary 64,001.
    "full": Shape(768, 12, 12, 3072, tokenizer="published"),
    # Odd ones, for `npm run test:parity`.
    "one-layer": Shape(96, 1, 6, 208, labels=("not ironic", "ironic")),
    "seven-labels": Shape(192, 3, 6, 768, labels=EMOTIONS),
    "multi-label": Shape(128, 2, 4, 512, labels=HATE, problem_type="multi_label_classification"),
    "hidden-64": Shape(64, 2, 2, 256),
    "hidden-320": Shape(320, 4, 5, 1280),
    "hidden-1024": Shape(1024, 2, 16, 4096),
    "deep": Shape(64, 24, 4, 256),
    # Committed, in tests/golden: a few kilobytes each.
    "tiny-bin": Shape(32, 2, 4, 64, tokenizer="small", seed=2),
    "tiny-sharded": Shape(48, 1, 4, 112, tokenizer="small", seed=3),
    "tiny-f16": Shape(16, 1, 2, 48, labels=("not ironic", "ironic"), tokenizer="small", seed=4),
    "tiny-bf16": Shape(64, 1, 2, 96, labels=EMOTIONS, tokenizer="small", seed=5),
    "tiny-multi-label": Shape(
        32, 3, 2, 80, labels=HATE, problem_type="multi_label_classification", tokenizer="small", seed=6
    ),
}


def texts():
    """The synthetic sentences that everything with weights is tried on."""
    return json.loads((GOLDEN / "texts.json").read_text(encoding="utf-8"))


def tokenizer_directory(name):
    """8k: tests/golden/tokenizer-8k. published: one learned from text where BERTWEET_SHARED has it, else an invented
    one; that and `small` are made by make_tokenizer.py, under build/checkpoints."""
    if name == "8k":
        return GOLDEN / "tokenizer-8k"
    learned = SHARED / "spec" / "tokenizer-64k"
    if name == "published" and learned.exists():
        return learned
    directory = BUILD / f"tokenizer-{name}"
    subprocess.run([sys.executable, HERE / "make_tokenizer.py", name, directory], check=True)
    return directory


def encode(directory, lines, limit=POSITIONS - 2):
    """Ids of texts in the mode pysentimiento, cut to the limit."""
    reference = Reference("pysentimiento", directory)
    rows = (reference.encode(line)[1] for line in lines)
    return [row if len(row) <= limit else [*row[: limit - 1], row[-1]] for row in rows]


def config_of(shape, vocab_size):
    """config.json, as the published model has it."""
    return {
        "architectures": ["RobertaForSequenceClassification"],
        "model_type": "roberta",
        "attention_probs_dropout_prob": 0.1,
        "bos_token_id": 0,
        "eos_token_id": 2,
        "pad_token_id": 1,
        "hidden_act": "gelu",
        "hidden_dropout_prob": 0.1,
        "hidden_size": shape.hidden_size,
        "id2label": {str(i): label for i, label in enumerate(shape.labels)},
        "initializer_range": 0.02,
        "intermediate_size": shape.intermediate_size,
        "label2id": {label: i for i, label in enumerate(shape.labels)},
        "layer_norm_eps": 1e-05,
        "max_position_embeddings": POSITIONS,
        "num_attention_heads": shape.num_attention_heads,
        "num_hidden_layers": shape.num_hidden_layers,
        "position_embedding_type": "absolute",
        "problem_type": shape.problem_type,
        "tokenizer_class": "BertweetTokenizer",
        "type_vocab_size": 1,
        "vocab_size": vocab_size,
    }


class Drawing:
    """Random tensors by name, in the order they are asked for."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.tensors = {}

    def normal(self, name, shape, deviation, mean=0.0):
        values = self.rng.standard_normal(shape, dtype=np.float32)
        values *= np.float32(deviation)
        values += np.float32(mean)
        self.tensors[name] = values

    def linear(self, name, outputs, inputs, gain=1.0):
        self.normal(f"{name}.weight", (outputs, inputs), gain / math.sqrt(inputs))
        self.normal(f"{name}.bias", (outputs,), 0.05)

    def layer_norm(self, name, size):
        self.normal(f"{name}.weight", (size,), 0.1, mean=1.0)
        self.normal(f"{name}.bias", (size,), 0.1)


def draw_tensors(shape, vocab_size):
    """All tensors of a model, the head not yet set to any text."""
    drawing = Drawing(shape.seed)
    hidden, inner = shape.hidden_size, shape.intermediate_size
    drawing.normal("roberta.embeddings.word_embeddings.weight", (vocab_size, hidden), 0.06)
    drawing.normal("roberta.embeddings.position_embeddings.weight", (POSITIONS, hidden), 0.02)
    drawing.normal("roberta.embeddings.token_type_embeddings.weight", (1, hidden), 0.02)
    drawing.layer_norm("roberta.embeddings.LayerNorm", hidden)
    for i in range(shape.num_hidden_layers):
        layer = f"roberta.encoder.layer.{i}"
        for name in ("query", "key"):
            drawing.linear(f"{layer}.attention.self.{name}", hidden, hidden, gain=1.5)
        drawing.linear(f"{layer}.attention.self.value", hidden, hidden)
        drawing.linear(f"{layer}.attention.output.dense", hidden, hidden)
        drawing.layer_norm(f"{layer}.attention.output.LayerNorm", hidden)
        drawing.linear(f"{layer}.intermediate.dense", inner, hidden, gain=1.5)
        drawing.linear(f"{layer}.output.dense", hidden, inner)
        drawing.layer_norm(f"{layer}.output.LayerNorm", hidden)
    drawing.linear("classifier.dense", hidden, hidden, gain=1.5)
    drawing.linear("classifier.out_proj", len(shape.labels), hidden)
    return drawing.tensors


class Forward:
    """The forward pass in numpy, with the tanh form of gelu: near enough to set the head by, not a reference."""

    def __init__(self, shape, tensors, eps=1e-5):
        self.shape, self.tensors, self.eps = shape, tensors, eps

    def linear(self, x, name):
        return x @ self.tensors[f"{name}.weight"].T + self.tensors[f"{name}.bias"]

    def layer_norm(self, x, name):
        x = x - x.mean(-1, keepdims=True)
        x /= np.sqrt((x * x).mean(-1, keepdims=True) + self.eps)
        return x * self.tensors[f"{name}.weight"] + self.tensors[f"{name}.bias"]

    def embed(self, ids):
        ids = np.array(ids)
        kept = ids != 1
        positions = np.where(kept, 1 + np.cumsum(kept), 1)
        table = "roberta.embeddings.{}_embeddings.weight".format
        x = self.tensors[table("word")][ids] + self.tensors[table("position")][positions]
        return self.layer_norm(x + self.tensors[table("token_type")][0], "roberta.embeddings.LayerNorm")

    def attend(self, query, key, value):
        """One text: [tokens][hidden] each."""
        heads = self.shape.num_attention_heads
        query, key, value = (m.reshape(len(m), heads, -1).swapaxes(0, 1) for m in (query, key, value))
        scores = query @ key.swapaxes(1, 2) / math.sqrt(query.shape[-1])
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        return (weights @ value).swapaxes(0, 1).reshape(value.shape[1], -1)

    def encoder_layer(self, x, starts, layer):
        query, key, value = (self.linear(x, f"{layer}.attention.self.{n}") for n in ("query", "key", "value"))
        parts = (np.split(m, starts[1:]) for m in (query, key, value))
        attended = np.concatenate([self.attend(*part) for part in zip(*parts)])
        x = x + self.linear(attended, f"{layer}.attention.output.dense")
        x = self.layer_norm(x, f"{layer}.attention.output.LayerNorm")
        inner = self.linear(x, f"{layer}.intermediate.dense")
        inner *= 0.5 * (1 + np.tanh(0.7978845608 * (inner + 0.044715 * inner**3)))
        return self.layer_norm(x + self.linear(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")

    def logits(self, rows):
        """[texts][labels] of rows of ids."""
        starts = np.cumsum([0, *map(len, rows)])[:-1]
        x = np.concatenate([self.embed(row) for row in rows])
        for i in range(self.shape.num_hidden_layers):
            x = self.encoder_layer(x, starts, f"roberta.encoder.layer.{i}")
        return self.linear(np.tanh(self.linear(x[starts], "classifier.dense")), "classifier.out_proj")


def set_head(shape, tensors, rows):
    """Scales and shifts the head to logits of mean 0 and a deviation near LOGIT_DEVIATION over rows of ids.

    By coarse steps (powers of two, sixteenths), so that rounding elsewhere does not show in the weights.
    """
    logits = Forward(shape, tensors).logits(rows)
    scale = 2.0 ** np.round(np.log2(LOGIT_DEVIATION / logits.std(0)))
    tensors["classifier.out_proj.weight"] *= scale[:, None].astype(np.float32)
    bias = tensors["classifier.out_proj.bias"]
    bias[:] = np.round((bias - logits.mean(0)) * scale * 16) / 16


def random_checkpoint(shape):
    """(config, tensors, tokenizer directory) of a shape."""
    directory = tokenizer_directory(shape.tokenizer)
    vocab_size = json.loads((directory / "added_tokens.json").read_text())["<mask>"] + 1
    tensors = draw_tensors(shape, vocab_size)
    set_head(shape, tensors, encode(directory, texts()))
    return config_of(shape, vocab_size), tensors, directory
