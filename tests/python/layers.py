"""Is an int8 image what its checkpoint says: each tensor, and each linear layer in PyTorch's own network?

Logits cannot tell: a scale off by 1 % is far below the noise of int8. Nor can `verify`, where the converter is to
blame: it compares an image with what the converter makes of the checkpoint. Here image.py reads the numbers,
numerics.py has the arithmetic, and each linear layer gets what it gets in transformers' network, without the errors of
other layers.
"""

import numpy as np
import torch
from golden_logits import load_model, run
from image import F32, LINEAR, ROWS, tensors_of, weights_of
from numerics import columns_of, parts_of, quantize

# Measured: 4e-7; 0.087 in tweet-mini, where few weights of an output are large and the 16-bit bound cuts them; 0.0175
# in hidden-1024, 0.0186 with outlier channels. What is not a number is over every limit.
SCALE_LIMIT = 1e-4  # how far a scale may be from the one that is best for its integers, relative
ROW_LIMIT = 0.1  # error of the weights of an output, of the embedding of a token, relative to their size
LAYER_LIMIT = 0.02  # error of what a linear layer computes, relative to its size
MOST_INPUTS = 256  # rows that a linear layer is tried on, of all that there are


class Original:
    """A checkpoint's tensors, by their names without `roberta.`, and what PyTorch gives its linear layers."""

    def __init__(self, checkpoint, rows):
        model = load_model(checkpoint)
        self.tensors = {name.removeprefix("roberta."): values.numpy() for name, values in model.state_dict().items()}
        self.inputs = inputs_of(model, rows)

    def linear(self, name):
        """Weight and bias of a layer of the image, and its inputs."""
        parts = parts_of(name)
        joined = (np.concatenate([self.tensors[f"{part}.{what}"] for part in parts]) for what in ("weight", "bias"))
        return *joined, self.inputs[parts[0]]

    def rows(self, name, count):
        words = self.tensors["embeddings.word_embeddings.weight"]
        return words[-count:] if name.endswith(".tail") else words[:count]

    def floats(self, name):
        if name == "embeddings.position_embeddings":
            return self.tensors[f"{name}.weight"] + self.tensors["embeddings.token_type_embeddings.weight"][0]
        weight, bias = self.tensors[f"{name}.weight"], self.tensors[f"{name}.bias"]
        return np.stack([weight, bias]) if weight.ndim == 1 else np.concatenate([weight, bias[:, None]], axis=1)


@torch.inference_mode()
def inputs_of(model, rows):
    """What each linear layer is given for rows of ids, by its name."""
    inputs = {}
    for name, module in model.named_modules():
        if isinstance(module, torch.nn.Linear) and not name.endswith(("key", "value")):  # they get what query gets
            kept = inputs[name.removeprefix("roberta.")] = []
            module.register_forward_pre_hook(lambda _, given, kept=kept: kept.append(given[0].flatten(0, -2).numpy()))
    for ids in rows:
        run(model, ids)
    return {name: some_of(np.concatenate(parts)) for name, parts in inputs.items()}


def some_of(rows):
    return rows[:: -(-len(rows) // MOST_INPUTS)]


def relative(distance, size):
    return np.sqrt(np.square(distance).sum(-1) / np.maximum(np.square(size).sum(-1), 1e-30))


def row_faults(name, found, expected):
    """Of rows of rounded numbers: those that are others, and scales that are not the least squares'."""
    errors = relative(found - expected, expected)
    gains = (found * expected).sum(1) / np.maximum(np.square(found).sum(1), 1e-30)
    other, scaled = ~(errors <= ROW_LIMIT), found.any(1) & (np.abs(gains - 1) > SCALE_LIMIT)
    if other.any():
        return [f"{name}: {other.sum()} rows up to {errors.max():.1%} off, the first {other.argmax()}"]
    if scaled.any():
        off = np.abs(gains[scaled] - 1).max()
        return [f"{name}: {scaled.sum()} scales up to {off:.2%} off, the first {scaled.argmax()}"]
    return []


def layer_error(tensor, weight, bias, x):
    """Of the outputs of an int8 layer, relative."""
    exact = x @ weight.T + bias
    found = quantize(x[:, tensor["source"]] * tensor["factor"]) @ weights_of(tensor).T + tensor["bias"]
    return relative((found - exact).ravel(), exact.ravel())


def compare(original, image):
    """What is wrong with an image, in words, and the largest error of a linear layer."""
    faults, errors = [], []
    for name, tensor in tensors_of(image).items():
        if tensor["kind"] == LINEAR:
            weight, bias, x = original.linear(name)
            faults += row_faults(name, weights_of(tensor), columns_of(tensor, weight))
            if (tensor["bias"] != bias).any():
                faults.append(f"{name}: another bias")
            errors.append(layer_error(tensor, weight, bias, x))
            if not errors[-1] <= LAYER_LIMIT:
                faults.append(f"{name}: outputs {errors[-1]:.1%} off")
        elif tensor["kind"] == ROWS:
            found = tensor["scale"][:, None] * tensor["q"]
            faults += row_faults(name, found, original.rows(name, len(found)))
        elif tensor["kind"] == F32 and (tensor["values"] != original.floats(name)).any():
            faults.append(f"{name}: other numbers")
    return faults, max(errors)
