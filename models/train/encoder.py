"""A BERT or RoBERTa encoder with a RoBERTa classification head, written for speed on one core.

Post-layer-norm blocks, exact GELU, no dropout but on the embeddings and in the head (dropout in every sublayer costs
17 % of the speed). Query, key and value are one product. Batches are cut by length (data.batches), so that most have
no padding and then no mask either.
"""

from dataclasses import asdict, dataclass

import torch
from torch import nn
from torch.nn import functional as F

CLASSES = 3


def fast_products():
    """bfloat16 where the processor multiplies it. Where it does not, 32-bit floats are many times as fast."""
    return torch.autocast("cpu", torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported())


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
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask)
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
        for linear in (self.dense, self.out):
            nn.init.normal_(linear.weight, std=0.02)
            nn.init.zeros_(linear.bias)

    def forward(self, ids, lengths):
        length = ids.shape[1]
        x = self.dropout(self.norm(self.words(ids) + self.positions.weight[:length]))
        mask = None
        if int(lengths.min()) < length:
            mask = (torch.arange(length) < lengths[:, None])[:, None, None, :]
        for block in self.blocks:
            x = block(x, mask, first_only=block is self.blocks[-1])
        first = x[:, 0]
        return self.out(self.dropout(torch.tanh(self.dense(self.dropout(first))))).float(), first.float()
