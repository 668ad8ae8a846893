"""A BERT or RoBERTa encoder with a RoBERTa classification head, written for speed on one core.

Post-layer-norm blocks, exact GELU, no dropout but on the embeddings and in the head (dropout in every sublayer costs
17 % of the speed). Query, key and value are one product. Batches are cut by length (data.batches), so that most have
no padding and then no mask either.
"""

import functools
import timeit
from dataclasses import asdict, dataclass

import torch
from torch import nn
from torch.nn import functional as F

CLASSES = 3


@functools.cache
def fast_kind():
    """The kind of numbers in which this machine multiplies faster, tried on a product of the encoder's size.

    bfloat16 is twice as fast as 32-bit floats on a Zen 4, half as fast on a virtual Xeon that has instructions for it
    too, and many times slower where there are none.
    """
    times = {}
    for kind in (torch.float32, torch.bfloat16):
        x, weight = torch.ones(2048, 384, dtype=kind), torch.ones(1536, 384, dtype=kind)
        times[kind] = min(timeit.repeat(lambda: F.linear(x, weight), number=1, repeat=6))
    return min(times, key=times.get)


def fast_products():
    return torch.autocast("cpu", torch.bfloat16, enabled=fast_kind() == torch.bfloat16)


@dataclass
class Shape:
    vocab: int
    layers: int
    hidden: int = 384
    heads: int = 12
    ffn: int = 1536
    positions: int = 128
    norm_eps: float = 1e-12
    dropout: float = 0.1

    def to_dict(self):
        return asdict(self)


def attention(q, k, v, mask):
    """[rows, heads, length, size] each -> mixed values; mask: true where a key may be seen, or None.

    Written out: the backward pass of PyTorch's own, made for long rows, takes 8 times as long on rows of 16 to 64.
    """
    scores = (q @ k.transpose(-1, -2)) * q.shape[-1] ** -0.5
    if mask is not None:
        scores = scores.masked_fill(~mask, torch.finfo(scores.dtype).min)
    return scores.softmax(-1).to(v.dtype) @ v


class Block(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.heads = shape.heads
        self.qkv = nn.Linear(shape.hidden, 3 * shape.hidden)
        self.attention_out = nn.Linear(shape.hidden, shape.hidden)
        self.attention_norm = nn.LayerNorm(shape.hidden, shape.norm_eps)
        self.ffn_in = nn.Linear(shape.hidden, shape.ffn)
        self.ffn_out = nn.Linear(shape.ffn, shape.hidden)
        self.ffn_norm = nn.LayerNorm(shape.hidden, shape.norm_eps)

    def forward(self, x, mask, first_only=False):
        """first_only: the output of the first token alone, which is all that the last block must give."""
        rows, length, hidden = x.shape
        q, k, v = self.qkv(x).view(rows, length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        if first_only:
            q, x = q[:, :, :1], x[:, :1]
        mixed = attention(q, k, v, mask)
        x = self.attention_norm(x + self.attention_out(mixed.transpose(1, 2).reshape(rows, -1, hidden)))
        return self.ffn_norm(x + self.ffn_out(F.gelu(self.ffn_in(x))))


class Encoder(nn.Module):
    """ids [rows, length], lengths [rows] -> logits [rows, 3], the first token's last hidden state [rows, hidden].

    Position i has row i of `positions` (RoBERTa's offset of 2 is added when the checkpoint is written).
    """

    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.words = nn.Embedding(shape.vocab, shape.hidden)
        self.positions = nn.Embedding(shape.positions, shape.hidden)
        self.norm = nn.LayerNorm(shape.hidden, shape.norm_eps)
        self.blocks = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.dense = nn.Linear(shape.hidden, shape.hidden)
        self.out = nn.Linear(shape.hidden, CLASSES)
        self.dropout = nn.Dropout(shape.dropout)
        self.same = None
        for linear in (self.dense, self.out):
            nn.init.normal_(linear.weight, std=0.02)
            nn.init.zeros_(linear.bias)

    def tie(self):
        """From now on words whose rows are equal share one, the first of them, until untie() gives it to all again."""
        table = self.words.weight.detach()
        _, group = torch.unique(table, dim=0, return_inverse=True)
        index = torch.arange(len(table))
        first = torch.full((int(group.max()) + 1,), len(table)).scatter_reduce(0, group, index, "amin")
        self.same = first[group]

    def untie(self):
        if self.same is not None:
            with torch.no_grad():
                self.words.weight.copy_(self.words.weight[self.same])

    def forward(self, ids, lengths):
        length = ids.shape[1]
        if self.same is not None:
            ids = self.same[ids]
        x = self.dropout(self.norm(self.words(ids) + self.positions.weight[:length]))
        mask = None
        if int(lengths.min()) < length:
            mask = (torch.arange(length) < lengths[:, None])[:, None, None, :]
        for block in self.blocks:
            x = block(x, mask, first_only=block is self.blocks[-1])
        first = x[:, 0]
        return self.out(self.dropout(torch.tanh(self.dense(self.dropout(first))))).float(), first.float()
