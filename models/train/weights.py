"""Initial weights and checkpoints: from what packages carry, from a Hugging Face folder, and back to one."""

import json
from pathlib import Path

import numpy as np
import torch

from encoder import Encoder, Shape

# Hugging Face's name of each piece of a block -> ours.
BLOCK = {
    "attention.output.dense": "attention_out",
    "attention.output.LayerNorm": "attention_norm",
    "intermediate.dense": "ffn_in",
    "output.dense": "ffn_out",
    "output.LayerNorm": "ffn_norm",
}
QKV = ("query", "key", "value")


def read_safetensors(path):
    from safetensors.torch import load_file
    return {name: tensor.float() for name, tensor in load_file(path).items()}


def read_onnx(path):
    """Parameters of a BERT exported to ONNX, by their Hugging Face names: the export renames and transposes weights."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load(path)
    tensors = {t.name: np.array(numpy_helper.to_array(t), dtype=np.float32) for t in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] in tensors:
            name = node.name.removesuffix("/MatMul").strip("/").replace("/", ".")
            tensors[f"{name}.weight"] = tensors.pop(node.input[1]).T.copy()
    return {name: torch.from_numpy(tensor) for name, tensor in tensors.items()}


def from_hugging_face(tensors, position_offset, norm_eps=1e-12, heads=12):
    """An Encoder with the parameters of a BertModel (offset 0) or RobertaForSequenceClassification (offset 2)."""
    tensors = {name.removeprefix("bert.").removeprefix("roberta."): tensor for name, tensor in tensors.items()}
    words = tensors["embeddings.word_embeddings.weight"]
    positions = tensors["embeddings.position_embeddings.weight"][position_offset:]
    layers = 1 + max(int(name.split(".")[2]) for name in tensors if name.startswith("encoder.layer."))
    shape = Shape(vocab=words.shape[0], layers=layers, hidden=words.shape[1], heads=heads,
                  ffn=tensors["encoder.layer.0.intermediate.dense.bias"].shape[0],
                  positions=min(128, positions.shape[0]), norm_eps=norm_eps)
    model = Encoder(shape)
    state = model.state_dict()
    state["words.weight"] = words
    # Every token has type 0, so its row is part of each position's.
    state["positions.weight"] = positions[:shape.positions] + tensors["embeddings.token_type_embeddings.weight"][0]
    for kind in ("weight", "bias"):
        state[f"norm.{kind}"] = tensors[f"embeddings.LayerNorm.{kind}"]
        for layer in range(layers):
            theirs, ours = f"encoder.layer.{layer}", f"blocks.{layer}"
            state[f"{ours}.qkv.{kind}"] = torch.cat([tensors[f"{theirs}.attention.self.{part}.{kind}"] for part in QKV])
            for their_name, our_name in BLOCK.items():
                state[f"{ours}.{our_name}.{kind}"] = tensors[f"{theirs}.{their_name}.{kind}"]
        for their_name, our_name in (("classifier.dense", "dense"), ("classifier.out_proj", "out")):
            if f"{their_name}.{kind}" in tensors:
                state[f"{our_name}.{kind}"] = tensors[f"{their_name}.{kind}"]
    model.load_state_dict(state)
    return model


def to_hugging_face(model):
    """The parameters under the names of RobertaForSequenceClassification."""
    state = model.state_dict()
    hidden = model.shape.hidden
    # Rows 0 and 1 belong to no position: RoBERTa counts from padding_idx + 1.
    positions = torch.cat([torch.zeros(2, hidden), state["positions.weight"]])
    tensors = {
        "roberta.embeddings.word_embeddings.weight": state["words.weight"],
        "roberta.embeddings.position_embeddings.weight": positions,
        "roberta.embeddings.token_type_embeddings.weight": torch.zeros(1, hidden),
    }
    for kind in ("weight", "bias"):
        tensors[f"roberta.embeddings.LayerNorm.{kind}"] = state[f"norm.{kind}"]
        for layer in range(model.shape.layers):
            theirs, ours = f"roberta.encoder.layer.{layer}", f"blocks.{layer}"
            for part, tensor in zip(QKV, state[f"{ours}.qkv.{kind}"].chunk(3)):
                tensors[f"{theirs}.attention.self.{part}.{kind}"] = tensor
            for their_name, our_name in BLOCK.items():
                tensors[f"{theirs}.{their_name}.{kind}"] = state[f"{ours}.{our_name}.{kind}"]
        tensors[f"classifier.dense.{kind}"] = state[f"dense.{kind}"]
        tensors[f"classifier.out_proj.{kind}"] = state[f"out.{kind}"]
    return {name: tensor.clone().contiguous() for name, tensor in tensors.items()}


def with_words(model, rows, layers=None):
    """A copy with other embeddings and some of the blocks."""
    layers = range(model.shape.layers) if layers is None else layers
    shape = Shape(**{**model.shape.to_dict(), "vocab": len(rows), "layers": len(layers)})
    changed = Encoder(shape)
    state = model.state_dict()
    kept = {name: tensor for name, tensor in state.items() if not name.startswith(("words.", "blocks."))}
    for ours, theirs in enumerate(layers):
        prefix = f"blocks.{theirs}."
        kept |= {f"blocks.{ours}.{name.removeprefix(prefix)}": tensor for name, tensor in state.items()
                 if name.startswith(prefix)}
    changed.load_state_dict({**kept, "words.weight": rows})
    return changed


def hugging_face_config(shape):
    """config.json of RobertaForSequenceClassification with a BertweetTokenizer."""
    labels = ("NEG", "NEU", "POS")
    return {
        "architectures": ["RobertaForSequenceClassification"], "model_type": "roberta",
        "tokenizer_class": "BertweetTokenizer", "problem_type": "single_label_classification",
        "vocab_size": shape.vocab, "hidden_size": shape.hidden, "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads, "intermediate_size": shape.ffn, "hidden_act": "gelu",
        "max_position_embeddings": shape.positions + 2, "type_vocab_size": 1, "layer_norm_eps": shape.norm_eps,
        "position_embedding_type": "absolute", "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1,
        "initializer_range": 0.02, "bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2,
        "id2label": {str(index): label for index, label in enumerate(labels)},
        "label2id": {label: index for index, label in enumerate(labels)}, "dtype": "float32",
    }


def load_initial(source):
    """source: a BERT's folder or .onnx file, a RoBERTa's folder, or a state that this recipe saved (.pt)."""
    source = Path(source)
    if source.suffix == ".pt":
        saved = torch.load(source, weights_only=True)
        model = Encoder(Shape(**saved["shape"]))
        model.load_state_dict(saved["model"])
        return model
    if source.suffix == ".onnx":
        return from_hugging_face(read_onnx(source), position_offset=0)
    config = json.loads((source / "config.json").read_text())
    tensors = read_safetensors(source / "model.safetensors")
    offset = 2 if config["model_type"] == "roberta" else 0
    return from_hugging_face(tensors, offset, config["layer_norm_eps"], config["num_attention_heads"])


def save_state(model, path, **more):
    """Written whole or not at all."""
    path = Path(path)
    partial = path.with_suffix(".partial")
    torch.save({"shape": model.shape.to_dict(), "model": model.state_dict(), **more}, partial)
    partial.replace(path)
