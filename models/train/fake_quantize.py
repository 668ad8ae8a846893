"""The library's arithmetic, simulated in training (models/MODEL.md, sections 3 and 4).

Inputs of every linear layer: 7 bits, asymmetric, per token. Weights: int8 per output, or int4: groups of 32 along K,
codes -8..7, a step that is a multiplier of 1 to 15 times the row's scale, and whose sign says which side gets the
eighth step. Word rows are rounded like weights; positions and the head's dense layer are int8 in both. Not simulated:
smoothing, channel splitting, the 16-bit bound. Gradients pass through the rounding unchanged.
"""

import torch
from torch.nn import functional as F

GROUP = 32
# Steps from 0 to the largest weight: of a row's largest multiplier, and what is tried for a group.
STEPS_AT_TOP = 7.75
STEPS_TRIED = (9.5, 8.5, 7.5, 7.0, 6.25)
# Weights move little: the steps of a tensor are searched again after so many uses.
SEARCH_EVERY = 25


def through(x, rounded):
    """rounded, with the gradient of x."""
    return x + (rounded - x).detach()


@torch.no_grad()
def round_activations(x):
    low, high = x.amin(-1, keepdim=True).clamp(max=0), x.amax(-1, keepdim=True).clamp(min=0)
    scale = ((high - low) / 127).clamp(min=1e-20)
    zero = torch.round(-low / scale)
    return (torch.clamp(torch.round(x / scale) + zero, 0, 127) - zero) * scale


@torch.no_grad()
def int8_steps(w):
    return (w.abs().amax(1, keepdim=True) / 127).clamp(min=1e-20)


@torch.no_grad()
def int4_steps(w):
    """Signed steps [rows, groups, 1] of least squared error among those tried."""
    groups = w.view(w.shape[0], -1, GROUP)
    scale = w.abs().amax(1)[:, None, None].clamp(min=1e-20) / (STEPS_AT_TOP * 15)
    largest = groups.abs().amax(2, keepdim=True)
    best = error = None
    for steps in STEPS_TRIED:
        size = torch.clamp(torch.round(largest / steps / scale), 1, 15) * scale
        for step in (size, -size):
            found = (groups - round_to(groups, step, -8, 7)).pow(2).sum(2, keepdim=True)
            if best is None:
                best, error = step.clone(), found
            else:
                better = found < error
                best, error = torch.where(better, step, best), torch.where(better, found, error)
    return best


def round_to(w, steps, low, high):
    return torch.clamp(torch.round(w / steps), low, high) * steps


class Rounded:
    """A weight as it will be after conversion."""

    def __init__(self, parameter, kind):
        self.parameter = parameter
        self.kind = kind
        self.uses = 0
        self.steps = None

    def __call__(self):
        w = self.parameter
        if self.uses % SEARCH_EVERY == 0:
            self.steps = int4_steps(w) if self.kind == "int4" else int8_steps(w)
        self.uses += 1
        with torch.no_grad():
            if self.kind == "int4":
                rounded = round_to(w.view(w.shape[0], -1, GROUP), self.steps, -8, 7).view_as(w)
            else:
                rounded = round_to(w, self.steps, -127, 127)
        return through(w, rounded)


def quantize_linear(linear, kind):
    weight = Rounded(linear.weight, kind)
    linear.forward = lambda x: F.linear(through(x, round_activations(x.float()).to(x.dtype)), weight(), linear.bias)


def quantize_embedding(embedding, kind):
    def forward(ids):
        # Only the rows that occur: rounding the whole table would cost more than a layer.
        rows = F.embedding(ids, embedding.weight)
        flat = rows.reshape(-1, rows.shape[-1])
        with torch.no_grad():
            if kind == "int4":
                steps = int4_steps(flat)
                rounded = round_to(flat.view(flat.shape[0], -1, GROUP), steps, -8, 7).view_as(rows)
            else:
                rounded = round_to(flat, int8_steps(flat), -127, 127).view_as(rows)
        return through(rows, rounded)

    embedding.forward = forward


def apply(model, kind):
    """Makes an Encoder compute as its converted form will; kind: int8 or int4."""
    for block in model.blocks:
        for linear in (block.qkv, block.attention_out, block.ffn_in, block.ffn_out):
            quantize_linear(linear, kind)
    quantize_linear(model.dense, "int8")
    quantize_embedding(model.words, kind)
