"""A smaller student cut out of a checkpoint of ours: fewer symbols, fewer layers, narrower ones. <work>/student.pt,
and its tokenizer in <work>/tokenizer.

A BPE's merges stand in the order in which they were learned, so the first of them are a smaller BPE, and its symbols
have rows in the checkpoint's table. First names stay single symbols. Of each layer that stays, the inner numbers that
add most to its output stay.
"""

import argparse
import sys
from pathlib import Path

import torch

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


@torch.no_grad()
def narrower(model, rows, ffn):
    """A copy with `ffn` inner numbers in each layer: those of the largest mean size, times the norm of their column."""
    sums = [torch.zeros(model.shape.ffn) for _ in model.blocks]
    hooks = [block.ffn_out.register_forward_pre_hook(lambda _, inputs, total=total: total.add_(
        inputs[0].float().abs().flatten(0, -2).sum(0))) for block, total in zip(model.blocks, sums)]
    model.eval()
    for index in data.batches(rows.lengths, TOKENS):
        model(*data.pad(rows, index, PAD["bpe"]))
    for hook in hooks:
        hook.remove()
    changed = Encoder(Shape(**{**model.shape.to_dict(), "ffn": ffn}))
    state = model.state_dict()
    for i, (block, total) in enumerate(zip(model.blocks, sums)):
        best = (total * block.ffn_out.weight.norm(dim=0)).topk(ffn).indices.sort().values
        for name in ("ffn_in.weight", "ffn_in.bias"):
            state[f"blocks.{i}.{name}"] = state[f"blocks.{i}.{name}"][best]
        state[f"blocks.{i}.ffn_out.weight"] = state[f"blocks.{i}.ffn_out.weight"][:, best]
    changed.load_state_dict(state)
    return changed


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--teacher", required=True, help="a checkpoint's folder in <work>; gold has its ids")
    parser.add_argument("--tokenizer", choices=PAD, default="bpe-teacher", help="whose ids those are")
    parser.add_argument("--size", type=int, required=True, help="symbols at most, but for names")
    parser.add_argument("--layers", type=int, nargs="+", required=True, help="of the teacher, which stay")
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
    model = narrower(model, rows.take(range(min(TEXTS, len(rows)))), args.ffn)
    table = rows_of(words, load_tokenizer(str(teacher)), model.words.weight.detach())
    model = weights.with_words(model, table, args.layers)
    weights.save_state(model, args.work / "student.pt")
    print(f"{len(words)} words, {len(merges)} merges, {model.shape.layers} layers, "
          f"{sum(p.numel() for p in model.parameters())} parameters")


if __name__ == "__main__":
    main()
