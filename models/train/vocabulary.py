"""A student's own BPE, learned from the training texts; its first embeddings, averaged from a teacher's word pieces.

Each symbol's row is the mean of the rows of the word pieces whose characters it covers, over all its occurrences: on
the transplanted rows a fine-tuned body keeps most of what it knows before the first step of training.
"""

import argparse
import collections
import json
import sys
from pathlib import Path

import numpy as np
import torch

import weights
from bpe import END, Bpe, count_words, fold
from share_names import extend, forms_of, one_row, read_names

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests" / "python"))
from make_tokenizer import token_of, write_tokenizer  # noqa: E402
from reference import load_tokenizer  # noqa: E402

SPECIALS = {"<s>": "[CLS]", "<pad>": "[PAD]", "</s>": "[SEP]", "<unk>": "[UNK]", "<mask>": "[MASK]"}
# Characters that are symbols; others are <unk>.
ALPHABET = 600


def learn(words, size):
    """Merges of a BPE that knows no case, with `size` symbols in all, specials included. words: their counts."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    counts = collections.Counter()
    for word, count in words.items():
        counts[fold(word)] += count
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix=END))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.BpeTrainer(vocab_size=size - len(SPECIALS), end_of_word_suffix=END, show_progress=False,
                                  limit_alphabet=ALPHABET)
    tokenizer.train_from_iterator((" ".join([word] * min(count, 50)) for word, count in counts.items()), trainer)
    return [tuple(merge) for merge in json.loads(tokenizer.to_str())["model"]["merges"]]


def spell(words, merges, size):
    """(symbols with their frequencies, merges): of merges of small letters, the spellings that words have.

    So "great", "Great" and "GREAT" are cut at the same places. size: symbols in all, the most frequent ones.
    """
    bpe = Bpe(merges)
    used, taken, letters = collections.Counter(), collections.Counter(), collections.Counter()
    for word, count in words.items():
        symbols, made = bpe.trace(fold(word), word)
        for counter, found in ((used, symbols), (taken, made), (letters, word)):
            for one in found:
                counter[one] += count
    alphabet = [letter + end for end in ("", END) for letter, _ in letters.most_common(ALPHABET)]

    def rank(merge):
        return bpe.ranks[tuple(map(fold, merge))]

    # No merge is as frequent as what it is made of, so those of a kept one are kept; in order, where they are level.
    order = sorted(taken, key=lambda merge: (-taken[merge], rank(merge)))
    kept = sorted(order[:size - len(SPECIALS) - len(alphabet)], key=rank)
    return {symbol: used[symbol] for symbol in [*alphabet, *map("".join, kept)]}, kept


def in_order(words, counts, forms):
    """Words by falling frequency, those that have one row side by side: so the row travels once (models/MODEL.md)."""
    forms = set(forms)
    spelling = {word: "names" if word in forms else stem(word) for word in words}
    totals = collections.Counter()
    for word in words:
        totals[spelling[word]] += counts[word]
    return sorted(words, key=lambda word: (-totals[spelling[word]], spelling[word], -counts[word]))


def stem(word):
    """What all spellings of a word of the vocabulary have in common: but for case, and whether the word goes on."""
    return word.removesuffix("@@").lower()


def same_spelling(words):
    """[words]: of each the index of the first one that is another spelling of it."""
    first = {}
    return np.array([first.setdefault(stem(word), i) for i, word in enumerate(words)])


def transplant(teacher, wordpiece, tokenizer, words):
    """Rows [symbols, hidden] for the student's tokenizer; spellings of a word have one, as the teacher knows no case.

    Training keeps it so (train.py --tie): each spelling alone is too rare to learn what the word means.
    """
    rows = teacher.words.weight.detach().numpy()
    sums = np.zeros((len(tokenizer), rows.shape[1]), dtype=np.float64)
    counts = np.zeros(len(tokenizer))
    for word, count in words.items():
        tokens = tokenizer.tokenize(word)
        if "<unk>" in tokens:
            continue
        pieces = wordpiece.encode(word, add_special_tokens=False)
        cover = np.full(len(word), -1)
        for piece, (begin, end) in zip(pieces.ids, pieces.offsets):
            cover[begin:end] = piece
        at = 0
        for token in tokens:
            length = len(token.removesuffix("@@"))
            under = cover[at:at + length]
            at += length
            for piece in under[under >= 0]:
                index = tokenizer.convert_tokens_to_ids(token)
                sums[index] += count / length * rows[piece]
                counts[index] += count / length
    same = same_spelling(tokenizer.convert_ids_to_tokens(range(len(tokenizer))))
    for i in np.flatnonzero(same != np.arange(len(same))):
        sums[same[i]] += sums[i]
        counts[same[i]] += counts[i]
    sums, counts = sums[same], counts[same]
    mean = rows.mean(0)
    table = np.where(counts[:, None] > 0, sums / np.maximum(counts[:, None], 1e-9), mean).astype(np.float32)
    for ours, theirs in SPECIALS.items():
        table[tokenizer.convert_tokens_to_ids(ours)] = rows[wordpiece.token_to_id(theirs)]
    return torch.from_numpy(table)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--teacher", type=Path, required=True, help="state or checkpoint that gives body and rows")
    parser.add_argument("--wordpiece", type=Path, required=True, help="the teacher's tokenizer.json")
    parser.add_argument("--rows", type=int, default=20000, help="symbols that are learned, without their spellings")
    parser.add_argument("--size", type=int, default=29500, help="symbols in all, but for names")
    parser.add_argument("--layers", type=int, nargs="*", help="of the teacher, which the student keeps; default: all")
    parser.add_argument("--sets", nargs="+", default=["gold", "tse", "airline", "unlabelled", "distant"])
    parser.add_argument("--limit", type=int, help="texts of each set, for a trial")
    args = parser.parse_args()

    from tokenizers import Tokenizer

    folder = args.work / "tokenizer"
    counts = count_words(args.data, args.sets, args.limit)
    symbols, merges = spell(counts, learn(counts, args.rows), args.size)
    names = read_names()
    words, merges = extend(list(map(token_of, symbols)), merges, names)
    forms = forms_of(set(words), names, counts)
    used = collections.Counter({token_of(symbol): count for symbol, count in symbols.items()})
    used.update({name: counts[name] for name in forms if name not in used})
    words = in_order(words, used, forms)
    write_tokenizer(folder, words, merges)
    tokenizer = load_tokenizer(str(folder))
    wordpiece = Tokenizer.from_file(str(args.wordpiece))
    wordpiece.no_padding()
    model = weights.load_initial(args.teacher)
    rows = transplant(model, wordpiece, tokenizer, counts)
    one_row(rows, words, forms, counts)
    model = weights.with_words(model, rows, args.layers)
    weights.save_state(model, args.work / "student.pt")
    print(f"{len(tokenizer)} symbols, {len(torch.unique(rows, dim=0))} rows, {len(merges)} merges, "
          f"{model.shape.layers} layers")


if __name__ == "__main__":
    main()
