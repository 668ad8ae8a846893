"""A smaller student cut out of a checkpoint of ours: fewer symbols, fewer layers, narrower ones. <work>/student.pt,
and its tokenizer in <work>/tokenizer.

A BPE's merges stand in the order in which they were learned, so the first of them are a smaller BPE, and its symbols
have rows in the checkpoint's table. First names stay single symbols. Of hidden states, the directions in which they are
largest stay; of each layer, the heads and inner numbers that add most to its output.
"""

import argparse
import sys
from pathlib import Path

import torch
from torch.nn import functional as F

import data
import weights
from encoder import Encoder, Shape
from share_names import extend, read_names
from train import PAD

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests" / "python"))
from make_tokenizer import FIRST_ID, read_columns, token_of, write_tokenizer  # noqa: E402
from reference import load_tokenizer  # noqa: E402

# Rows of gold by which inner numbers are weighed, and how many ids a batch of them has.
TEXTS, TOKENS = 2000, 4096


def fewer_symbols(words, merges, size):
    """(words, merges, index of each kept word among `words`) of the largest BPE with at most `size` ids."""
    listed = set(words)
    # The alphabet: words that no merge makes.
    kept = listed - {token_of("".join(merge)) for merge in merges}
    first = []
    for merge in merges:
        made = {token_of("".join(merge))} & listed
        # Beside the words there are the special ones, <mask> the last.
        if FIRST_ID + len(kept) + len(made - kept) + 1 > size:
            break
        kept |= made
        first.append(merge)
    index = [i for i, word in enumerate(words) if word in kept]
    return [words[i] for i in index], first, index


def with_names(words, kept, merges, names):
    """(words, merges) of `kept` and names, in the order of `words`, so that what has one row stays side by side."""
    more, merges = extend(kept, merges, names)
    place = {word: i for i, word in enumerate(words)}
    return sorted(more, key=lambda word: place.get(word, len(place))), merges


def rows_of(words, tokenizer, table):
    """Rows [ids, hidden] for words, out of a tokenizer's table; for one that it lacks, the mean of its pieces' rows."""
    listed = tokenizer.get_vocab()

    def row_of(word):
        ids = [listed[word]] if word in listed else tokenizer.convert_tokens_to_ids(
            tokenizer.tokenize(word.removesuffix("@@")))
        return table[ids].mean(0)

    return torch.stack([*table[:FIRST_ID], *map(row_of, words), table[-1]])


def observe(model, rows, hooks):
    """Runs the model on all rows; hooks: (module, function of its first input and its output, both [n, size])."""
    def hook_of(see):
        def hook(_, inputs, output):
            see(inputs[0].float().flatten(0, -2), output.float().flatten(0, -2))
        return hook

    model.eval()
    handles = [module.register_forward_hook(hook_of(see)) for module, see in hooks]
    for index in data.batches(rows.lengths, TOKENS):
        model(*data.pad(rows, index, PAD["bpe"]))
    for handle in handles:
        handle.remove()


def norms_of(model):
    """Every LayerNorm with its name."""
    return {name: module for name, module in model.named_modules() if isinstance(module, torch.nn.LayerNorm)}


def largest_directions(model, rows, hidden):
    """Orthonormal [old, hidden]: where what the LayerNorms give is largest, all of them alike (PCA about zero)."""
    moments = torch.zeros(model.shape.hidden, model.shape.hidden, dtype=torch.float64)

    def add(_, output):
        moments.add_((output.T @ output).double() / len(output))

    observe(model, rows, [(norm, add) for norm in norms_of(model).values()])
    return torch.linalg.eigh(moments).eigenvectors[:, -hidden:].flip(1).float()


def fitted_norms(model, rows, directions):
    """Gain and bias with which a LayerNorm in fewer directions comes closest to the model's own: least squares."""
    width = directions.shape[1]
    sums = {name: torch.zeros(5, width, dtype=torch.float64) for name in norms_of(model)}

    def add(total, states, output):
        plain, wanted = (x.double() for x in (F.layer_norm(states @ directions, (width,)), output @ directions))
        total.add_(torch.stack([x.sum(0) for x in (torch.ones_like(plain), plain, wanted, plain * plain,
                                                   plain * wanted)]))

    observe(model, rows, [(norm, lambda states, output, total=sums[name]: add(total, states, output))
                          for name, norm in norms_of(model).items()])
    state = {}
    for name, (count, plain, wanted, squares, products) in sums.items():
        gain = (products - plain * wanted / count) / (squares - plain * plain / count)
        state |= {f"{name}.weight": gain, f"{name}.bias": (wanted - gain * plain) / count}
    return state


def strongest(model, rows, part, groups, count):
    """Of each block, the `count` of `groups` of inputs of its `part` that add most to its output: index of inputs."""
    sums = [torch.zeros(getattr(block, part).in_features) for block in model.blocks]
    observe(model, rows, [(getattr(block, part), lambda states, _, total=total: total.add_(states.abs().sum(0)))
                          for block, total in zip(model.blocks, sums)])
    index = torch.arange(len(sums[0])).view(groups, -1)
    strength = [(total * getattr(block, part).weight.norm(dim=0)).view(groups, -1).sum(1)
                for block, total in zip(model.blocks, sums)]
    return [index[best.topk(count).indices.sort().values].flatten() for best in strength]


@torch.no_grad()
def narrower(model, rows, hidden, ffn):
    """A copy with smaller hidden states, fewer heads and inner numbers in each layer: what adds most on `rows` stays.

    But for the LayerNorms it computes what the model does, as far as that lies in the directions that stay.
    """
    heads, left = divmod(hidden * model.shape.heads, model.shape.hidden)
    if left:
        size = model.shape.hidden // model.shape.heads
        raise SystemExit(f"shrink.py: --hidden must be a multiple of {size}, the size of a head")
    directions = largest_directions(model, rows, hidden)
    state = model.state_dict() | fitted_norms(model, rows, directions)
    mixed = strongest(model, rows, "attention_out", model.shape.heads, heads)
    inner = strongest(model, rows, "ffn_out", model.shape.ffn, ffn)

    def change(name, weight, bias=lambda b: b):
        state[f"{name}.weight"], state[f"{name}.bias"] = weight(state[f"{name}.weight"]), bias(state[f"{name}.bias"])

    # Equal rows stay equal to the bit.
    words, group = state["words.weight"].unique(dim=0, return_inverse=True)
    state["words.weight"] = (words @ directions)[group]
    state["positions.weight"] = state["positions.weight"] @ directions
    for i, (head, number) in enumerate(zip(mixed, inner)):
        qkv = torch.cat([head + part * model.shape.hidden for part in range(3)])
        change(f"blocks.{i}.qkv", lambda w: w[qkv] @ directions, lambda b: b[qkv])
        change(f"blocks.{i}.attention_out", lambda w: directions.T @ w[:, head], lambda b: b @ directions)
        change(f"blocks.{i}.ffn_in", lambda w: w[number] @ directions, lambda b: b[number])
        change(f"blocks.{i}.ffn_out", lambda w: directions.T @ w[:, number], lambda b: b @ directions)
    change("dense", lambda w: directions.T @ w @ directions, lambda b: b @ directions)
    change("out", lambda w: w @ directions)
    changed = Encoder(Shape(**{**model.shape.to_dict(), "hidden": hidden, "heads": heads, "ffn": ffn}))
    changed.load_state_dict(state)
    return changed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--teacher", required=True, help="a checkpoint's folder in <work>; gold has its ids")
    parser.add_argument("--tokenizer", choices=PAD, default="bpe-teacher", help="whose ids those are")
    parser.add_argument("--size", type=int, required=True, help="symbols at most, but for names")
    parser.add_argument("--layers", type=int, nargs="+", required=True, help="of the teacher, which stay")
    parser.add_argument("--hidden", type=int, required=True, help="size of hidden states; as many heads stay")
    parser.add_argument("--ffn", type=int, required=True, help="inner numbers of a layer that stay")
    args = parser.parse_args()

    torch.manual_seed(0)
    teacher = args.work / args.teacher
    words, merges = (read_columns(teacher / name) for name in ("vocab.txt", "bpe.codes"))
    kept, first, _ = fewer_symbols(words, [tuple(merge.split(" ")) for merge in merges], args.size)
    words, merges = with_names(words, kept, first, read_names())
    write_tokenizer(args.work / "tokenizer", words, merges)
    model = weights.load_initial(teacher)
    rows = data.load(args.work, "gold", args.tokenizer)
    model = narrower(model, rows.take(range(min(TEXTS, len(rows)))), args.hidden, args.ffn)
    table = rows_of(words, load_tokenizer(str(teacher)), model.words.weight.detach())
    model = weights.with_words(model, table, args.layers)
    weights.save_state(model, args.work / "student.pt")
    print(f"{len(words)} words, {len(merges)} merges, {model.shape.layers} layers, "
          f"{sum(p.numel() for p in model.parameters())} parameters")


if __name__ == "__main__":
    main()
