"""A shipped model's shards back to a checkpoint: its weights as the library has them, rounded, in 32-bit floats.

To train on from a model, or by its labels, where the checkpoint that it was converted from is gone. Formats of
models/MODEL.md, sections 4 and 5. Smoothing and channel splitting are undone; activations are not rounded.
"""

import argparse
import json
import struct
import sys
from pathlib import Path

import numpy as np
import torch

import weights

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests" / "python"))
from make_tokenizer import FIRST_ID, token_of, write_tokenizer  # noqa: E402

HEADER = 128
ENTRY = struct.Struct("<48sIIIIQQ")
U32, F32, ROWS, LINEAR = 1, 2, 3, 4
NOTHING = 0xFFFFFFFF
PANEL = 8
# Kinds of runs of the wire encoding; 2: groups of rows.
RAW, PANELS, WHOLE_ROWS, SHORTS = 0, 1, 3, 4


def nibbles(codes, block):
    """Codes of 4 bits, two's complement: of each `block` the low halves of the bytes come first."""
    pairs = codes.reshape(-1, block // 2)
    halves = np.concatenate([pairs & 15, pairs >> 4], axis=1).astype(np.int8)
    return np.where(halves > 7, halves - 16, halves).reshape(-1)


def decode_weights(wire, linear, group):
    """Weights of whole blocks: multipliers, then codes."""
    rows = PANEL if linear else 1
    block = np.frombuffer(wire, np.uint8).reshape(-1, rows + rows * group // 2)
    codes = nibbles(block[:, rows:].copy(), 32 if linear else 16).astype(np.int16)
    multipliers = block[:, :rows].astype(np.int8).astype(np.int16)
    # Of a linear layer: [block, quad, output, k]; of rows: [block, k].
    codes = codes.reshape(len(block), -1, PANEL, 4) if linear else codes.reshape(-1, group)
    multipliers = multipliers[:, None, :, None] if linear else multipliers
    return (codes * multipliers).astype(np.int8)


def decode_int4(wire):
    """The image's bytes of a shard in the wire encoding int4."""
    at, parts = 0, []

    def take(length):
        nonlocal at
        at += length
        return wire[at - length:at]

    while at < len(wire):
        kind, group, columns, length = struct.unpack("<BBHI", take(8))
        if kind == RAW:
            parts.append(take(length))
        elif kind == SHORTS:
            parts.append(np.frombuffer(take(length // 2), np.uint16).astype(np.uint32).tobytes())
        elif kind == WHOLE_ROWS:
            count = length // columns
            again = np.unpackbits(np.frombuffer(take((count + 7) // 8), np.uint8), bitorder="little")[:count]
            sent = count - int(again.sum())
            rows = decode_weights(take(sent * (columns // group + columns // 2)), False, group).reshape(sent, columns)
            parts.append(rows[np.cumsum(1 - again.astype(int)) - 1].tobytes())
        else:
            parts.append(decode_weights(take(length // group + length // 2), kind == PANELS, group).tobytes())
    return b"".join(parts)


def read_image(folder):
    """(manifest, the image's bytes) of a model's folder."""
    manifest = json.loads((folder / "manifest.json").read_text())
    decode = {"raw": bytes, "int4": decode_int4}
    image = b"".join(decode[shard["encoding"]]((folder / shard["file"]).read_bytes()) for shard in manifest["shards"])
    if len(image) != manifest["image"]["bytes"]:
        raise SystemExit(f"unpack.py: {len(image)} bytes of image, not {manifest['image']['bytes']}")
    return manifest, image


def padded(nbytes):
    return (nbytes + 63) // 64 * 64


def read_rows(data, rows, columns):
    scale = np.frombuffer(data, np.float32, rows)
    q = np.frombuffer(data, np.int8, rows * columns, padded(4 * rows)).reshape(rows, columns)
    return scale[:, None] * q


def read_linear(data, rows, columns, sources):
    """(weight [rows, sources], bias)"""
    at = 0

    def part(kind, count):
        nonlocal at
        found = np.frombuffer(data, kind, count, at)
        at += padded(found.nbytes)
        return found

    factor, source = part(np.float32, columns), part(np.uint16, columns)
    part(np.uint8, rows // PANEL)
    scale = part(np.float32, rows)
    part(np.int32, rows)
    bias = part(np.float32, rows)
    w = part(np.int8, rows * columns).reshape(rows // PANEL, columns // 4, PANEL, 4)
    w = w.transpose(0, 2, 1, 3).reshape(rows, columns) * scale[:, None] * factor
    weight = np.zeros((rows, sources), dtype=np.float32)
    np.add.at(weight.T, source, w.T)
    return weight, bias


def read_tensors(image):
    """name -> array; of a linear layer (weight, bias)."""
    if image[:8] != b"bertweet" or struct.unpack_from("<II", image, 8) != (2, 1):
        raise SystemExit("unpack.py: not a classifier's image of version 2")
    tensors = {}
    for index in range(struct.unpack_from("<I", image, 20)[0]):
        name, kind, rows, columns, sources, offset, nbytes = ENTRY.unpack_from(image, HEADER + index * ENTRY.size)
        data = image[offset:offset + nbytes]
        if kind in (U32, F32):
            tensor = np.frombuffer(data, np.uint32 if kind == U32 else np.float32).reshape(rows, columns)
        else:
            tensor = read_rows(data, rows, columns) if kind == ROWS else read_linear(data, rows, columns, sources)
        tensors[name.rstrip(b"\0").decode()] = tensor
    return tensors


def to_hugging_face(tensors, config):
    """The parameters under the names of RobertaForSequenceClassification; the token type's row is in the positions."""
    words = [tensors[name] for name in ("embeddings.word_embeddings", "embeddings.word_embeddings.tail")
             if name in tensors]
    found = {
        "embeddings.word_embeddings.weight": np.concatenate(words),
        "embeddings.position_embeddings.weight": tensors["embeddings.position_embeddings"],
        "embeddings.token_type_embeddings.weight": np.zeros((1, config["hidden_size"])),
    }
    for name, tensor in tensors.items():
        if name.endswith("LayerNorm"):
            found[f"{name}.weight"], found[f"{name}.bias"] = tensor
        elif name.endswith("attention.self"):
            for kind, whole in zip(("weight", "bias"), tensor):
                for part, piece in zip(weights.QKV, np.split(whole, 3)):
                    found[f"{name}.{part}.{kind}"] = piece
        elif name == "classifier.out_proj":
            found[f"{name}.weight"], found[f"{name}.bias"] = tensor[:, :-1], tensor[:, -1]
        elif isinstance(tensor, tuple):
            found[f"{name}.weight"], found[f"{name}.bias"] = tensor
    return {f"{'' if name.startswith('classifier') else 'roberta.'}{name}":
            torch.from_numpy(np.array(tensor, dtype=np.float32)) for name, tensor in found.items()}


def tokenizer_of(tensors, size):
    """(words of vocab.txt, merges of bpe.codes). An id that no symbol has gets a word that no text can hold."""
    strings = {}
    for code_point, inside, end in tensors["tokenizer.code_points"].tolist():
        strings |= {inside: chr(code_point), end: chr(code_point) + "</w>"}
    strings.pop(NOTHING, None)
    starts = tensors["tokenizer.merge_rows"][:, 0].tolist()
    merges = []
    for left, (begin, stop) in enumerate(zip(starts, starts[1:])):
        merges += [(rank, left, right, result)
                   for right, rank, result in tensors["tokenizer.merges"][begin:stop].tolist()]
    merges.sort()
    # A merge may stand before those that its parts are made by.
    known = 0
    while known < len(strings):
        known = len(strings)
        strings |= {result: strings[left] + strings[right] for _, left, right, result in merges
                    if left in strings and right in strings}
    words = {i: f"a {i}" for i in range(FIRST_ID, size)}
    for symbol, (inside, end) in enumerate(tensors["tokenizer.symbol_ids"].tolist()):
        words[end if strings[symbol].endswith("</w>") else inside] = token_of(strings[symbol])
    return ([words[i] for i in range(FIRST_ID, size)],
            [(strings[left], strings[right]) for _, left, right, _ in merges])


def unpack(model, output):
    """The checkpoint of the model in a folder, in another."""
    from safetensors.torch import save_file

    manifest, image = read_image(model)
    tensors = read_tensors(image)
    encoder = weights.from_hugging_face(to_hugging_face(tensors, manifest["config"]), position_offset=2,
                                        norm_eps=manifest["config"]["layer_norm_eps"],
                                        heads=manifest["config"]["num_attention_heads"])
    output.mkdir(parents=True, exist_ok=True)
    save_file(weights.to_hugging_face(encoder), output / "model.safetensors", metadata={"format": "pt"})
    (output / "config.json").write_text(json.dumps(weights.hugging_face_config(encoder.shape), indent=2) + "\n")
    (output / "temperature").write_text(f"{manifest['temperature']}\n")
    # <mask> is the last id.
    write_tokenizer(output, *tokenizer_of(tensors, encoder.shape.vocab - 1))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", type=Path, help="folder with manifest.json and shards")
    parser.add_argument("output", type=Path)
    args = parser.parse_args()
    unpack(args.model, args.output)


if __name__ == "__main__":
    main()
