"""Damages of a realistic size to an int8 image: layers.py must see each of them (`parity.py damages`).

usage: damages.py CHECKPOINT MODEL DAMAGE DIR      a model with a damage, to try other checks on (MODEL.md, section 6)

Each changes tensors (image.tensors_of) in place; original is layers.Original.
"""

import argparse

import numpy as np
from image import read_image, tensors_of, write_model
from layers import Original
from numerics import columns_of


def scale(tensors, original):
    tensors["encoder.layer.1.output.dense"]["scale"][17] *= 1.01


def scales(tensors, original):
    tensors["encoder.layer.1.attention.self"]["scale"][:] *= 0.99


def invert(factor):
    np.divide(1, factor, out=factor, where=factor != 0)


def smoothing_inverted(tensors, original):
    invert(tensors["encoder.layer.0.intermediate.dense"]["factor"])


def smoothing_the_wrong_way(tensors, original):
    """Divided where it should be multiplied, in inputs and weights: the same products, with other roundings."""
    name = "encoder.layer.1.intermediate.dense"
    linear = tensors[name]
    invert(linear["factor"])
    weights = columns_of(linear, original.linear(name)[0])
    q = np.rint(weights / np.abs(weights).max(1, keepdims=True) * 127).astype(np.int8)
    linear["scale"][:] = (weights * q).sum(1) / np.square(q.astype(np.float32)).sum(1)
    linear["packed"][:] = q.reshape(len(q) // 8, 8, -1, 4).transpose(0, 2, 1, 3)
    linear["colsum"][:] = q.sum(1, dtype=np.int32)
    linear["depth"][:] = 1  # weights of up to 127 obey its bound


def panel(tensors, original):
    linear = tensors["encoder.layer.0.attention.output.dense"]
    linear["packed"][[1, 2]] = linear["packed"][[2, 1]]
    colsum = linear["colsum"].reshape(-1, 8)  # else it would not be opened
    colsum[[1, 2]] = colsum[[2, 1]]


def bias(tensors, original):
    tensors["encoder.layer.1.attention.output.dense"]["bias"][:] = 0


def neighbour(tensors, original):
    words = tensors["embeddings.word_embeddings"]
    for part in ("scale", "q"):
        words[part][100] = words[part][101]


def shifted_words(tensors, original):
    words = tensors["embeddings.word_embeddings"]
    for part in ("scale", "q"):
        words[part][5:] = words[part][4:-1].copy()


def shifted_positions(tensors, original):
    values = tensors["embeddings.position_embeddings"]["values"]
    values[1:] = values[:-1].copy()


def query_and_key(tensors, original):
    linear = tensors["encoder.layer.0.attention.self"]
    rows = len(linear["scale"]) // 3
    for part in ("scale", "bias", "colsum"):
        linear[part][: 2 * rows] = np.roll(linear[part][: 2 * rows], rows)
    linear["packed"][: rows // 4] = np.roll(linear["packed"][: rows // 4], rows // 8, axis=0)


DAMAGES = {
    "a scale off by 1 %": scale,
    "all scales of a layer off by 1 %": scales,
    "a layer's smoothing inverted": smoothing_inverted,
    "a layer's smoothing the wrong way": smoothing_the_wrong_way,
    "two panels' weights swapped": panel,
    "a layer's bias left out": bias,
    "a word's embedding its neighbour's": neighbour,
    "word embeddings shifted by a row": shifted_words,
    "positions shifted by a row": shifted_positions,
    "query and key swapped": query_and_key,
}


def damaged(image, original, damage):
    """A copy of an image with a damage."""
    image = bytearray(image)
    DAMAGES[damage](tensors_of(image), original)
    return image


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkpoint")
    parser.add_argument("model")
    parser.add_argument("damage", choices=DAMAGES)
    parser.add_argument("directory")
    options = parser.parse_args()
    original = Original(options.checkpoint, [[0, 2]])
    write_model(options.model, damaged(read_image(options.model), original, options.damage), options.directory)


if __name__ == "__main__":
    main()
