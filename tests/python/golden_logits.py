"""What PyTorch computes for a checkpoint: fp32 logits of the texts in tests/golden/texts.json and of odd rows of ids.

usage: golden_logits.py CHECKPOINT OUT.json           the texts, with hidden states of two of them
       golden_logits.py CHECKPOINT OUT.json --data FILE.tsv     argmax and logits of a labelled file, without its texts

Runs in build/venv/torch: transformers' RobertaForSequenceClassification, eager attention, float32, eval mode, one text
at a time, so nothing is padded. Texts are encoded in the mode pysentimiento, cut to 128 ids. Numbers are the shortest
decimals that read back as the same float32.
"""

import argparse
import hashlib
import importlib.metadata
import json
import pathlib
import platform

import numpy as np
import torch
from checkpoints import encode, texts
from reference import load_tokenizer
from transformers import RobertaForSequenceClassification, logging

PACKAGES = ["torch", "transformers", "pysentimiento", "emoji", "numpy"]
HIDDEN_STATES_OF = [0, 4]  # a text of a few ids and one with more
STATES_SHOWN = 8


def shortest(values):
    """float32 values as the decimals with the fewest digits that read back the same."""
    return [float(str(value)) for value in np.asarray(values, dtype=np.float32)]


def sha256(path):
    return hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()


def provenance(checkpoint):
    """What the numbers came from: versions, and the files with weights and tokenizer."""
    versions = {name: importlib.metadata.version(name) for name in PACKAGES}
    names = sorted(
        path.name
        for path in pathlib.Path(checkpoint).iterdir()
        if path.suffix in {".safetensors", ".bin", ".codes"} or path.name in {"vocab.txt", "config.json"}
    )
    return {
        "script": "tests/python/golden_logits.py",
        "arithmetic": "PyTorch, float32, eager attention, CPU",
        "python": platform.python_version(),
        **versions,
        "sha256": {name: sha256(pathlib.Path(checkpoint) / name) for name in names},
    }


def load_model(checkpoint):
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    torch.set_num_threads(1)  # the order of sums would depend on the number of cores
    model = RobertaForSequenceClassification.from_pretrained(
        checkpoint, dtype=torch.float32, attn_implementation="eager"
    )
    return model.eval()


@torch.inference_mode()
def run(model, ids, **options):
    return model(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long), **options)


def odd_rows(config, mask_id):
    """Rows of ids that texts seldom give: the shortest, typed <pad>, unknowns, every special, the longest."""
    rng = np.random.default_rng(9)
    longest = config.max_position_embeddings - 2
    words = rng.integers(4, mask_id, longest - 2).tolist()
    padded = [1 if i % 3 == 1 else word for i, word in enumerate(words[:20])]
    return [[0, 2], [0, 1, 2], [0, 3, 3, 3, 2], [0, *padded, 2], [0, 0, 1, 2, 3, mask_id, 2], [0, *words, 2]]


def hidden_states(model, ids):
    """Of the embeddings and of each layer: the first values of the row of <s>, and the sum over all rows."""
    states = run(model, ids, output_hidden_states=True).hidden_states
    return [
        {"first": shortest(state[0, 0, :STATES_SHOWN]), "sum": float(f"{state.double().sum():.7g}")} for state in states
    ]


def golden(checkpoint):
    """The golden file of a checkpoint, as a dictionary."""
    model = load_model(checkpoint)
    mask_id = load_tokenizer(checkpoint).mask_token_id
    lines = texts()
    rows = [{"text": text, "ids": ids} for text, ids in zip(lines, encode(checkpoint, lines))]
    rows += [{"text": None, "ids": ids} for ids in odd_rows(model.config, mask_id)]
    for row in rows:
        row["logits"] = shortest(run(model, row["ids"]).logits[0])
    return {
        "provenance": provenance(checkpoint),
        "preprocess": "pysentimiento",
        "labels": [model.config.id2label[i] for i in range(model.config.num_labels)],
        "problem_type": model.config.problem_type,
        "rows": rows,
        "hidden_states": [{"row": i, "layers": hidden_states(model, rows[i]["ids"])} for i in HIDDEN_STATES_OF],
    }


def golden_data(checkpoint, data):
    """Logits of a labelled file, rounded: scores without texts, in the order of the file."""
    lines = pathlib.Path(data).read_text(encoding="utf-8").split("\n")
    rows = encode(checkpoint, [line.partition("\t")[2] for line in lines if line])
    model = load_model(checkpoint)
    logits = [run(model, ids).logits[0].tolist() for ids in rows]
    return {
        "provenance": provenance(checkpoint),
        "preprocess": "pysentimiento",
        "labels": [model.config.id2label[i] for i in range(model.config.num_labels)],
        "data": {"file": "/".join(pathlib.Path(data).parts[-2:]), "sha256": sha256(data), "lines": len(rows)},
        "predicted": [int(np.argmax(row)) for row in logits],
        "logits": [[round(value, 5) for value in row] for row in logits],
    }


def layout(value, depth=0):
    """JSON with one row a line: readable, and its diffs too."""
    if depth < 2 and isinstance(value, (dict, list)) and value:
        pad = "  " * (depth + 1)
        if isinstance(value, dict):
            parts = [f"{json.dumps(key)}: {layout(item, depth + 1)}" for key, item in value.items()]
        else:
            parts = [json.dumps(item) for item in value]
        opening, closing = "{}" if isinstance(value, dict) else "[]"
        return opening + "\n" + ",\n".join(pad + part for part in parts) + "\n" + "  " * depth + closing
    return json.dumps(value)


def write(path, content):
    pathlib.Path(path).write_text(layout(content) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkpoint")
    parser.add_argument("out")
    parser.add_argument("--data", help="labelled file, `label TAB text` a line")
    options = parser.parse_args()
    write(options.out, golden_data(options.checkpoint, options.data) if options.data else golden(options.checkpoint))


if __name__ == "__main__":
    main()
