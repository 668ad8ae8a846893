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

import data
import weights

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "python"))
from make_tokenizer import token_of, write_tokenizer  # noqa: E402
from reference import load_preprocess_tweet, load_tokenizer  # noqa: E402

SPECIALS = {"<s>": "[CLS]", "<pad>": "[PAD]", "</s>": "[SEP]", "<unk>": "[UNK]", "<mask>": "[MASK]"}
END = "</w>"


def count_words(folder, sets, limit):
    """Words of the preprocessed texts, with their counts."""
    preprocess_tweet = load_preprocess_tweet()
    words = collections.Counter()
    for name in sets:
        for number, (_, text) in enumerate(data.read(folder / data.SETS[name])):
            if limit and number >= limit:
                break
            words.update(preprocess_tweet(text, lang="en", user_token="@USER", url_token="HTTPURL").split())
    return words


def learn(words, size):
    """(symbols by falling frequency, merges) of a BPE with `size` symbols in all, specials included."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix=END))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    trainer = trainers.BpeTrainer(vocab_size=size - len(SPECIALS), end_of_word_suffix=END, show_progress=False,
                                  limit_alphabet=600)
    tokenizer.train_from_iterator((" ".join([word] * min(count, 50)) for word, count in words.items()), trainer)
    state = json.loads(tokenizer.to_str())["model"]
    used = collections.Counter({symbol: 0 for symbol in state["vocab"]})
    for word, count in words.items():
        for symbol in tokenizer.encode(word).tokens:
            used[symbol] += count
    symbols = [symbol for symbol, _ in used.most_common()]
    return symbols, [tuple(merge) for merge in state["merges"]]


def same_spelling(symbols):
    """[symbols]: of each the index of the first one that differs only in case, or in whether its word goes on."""
    first = {}
    return np.array([first.setdefault(symbol.removesuffix("@@").lower(), i) for i, symbol in enumerate(symbols)])


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
    parser.add_argument("--size", type=int, default=16000)
    parser.add_argument("--layers", type=int, nargs="*", help="of the teacher, which the student keeps; default: all")
    parser.add_argument("--sets", nargs="+", default=["gold", "tse", "airline", "unlabelled", "distant"])
    parser.add_argument("--limit", type=int, help="texts of each set, for a trial")
    args = parser.parse_args()

    from tokenizers import Tokenizer

    folder = args.work / "tokenizer"
    words = count_words(args.data, args.sets, args.limit)
    symbols, merges = learn(words, args.size)
    write_tokenizer(folder, [token_of(symbol) for symbol in symbols], merges)
    tokenizer = load_tokenizer(str(folder))
    wordpiece = Tokenizer.from_file(str(args.wordpiece))
    wordpiece.no_padding()
    model = weights.load_initial(args.teacher)
    rows = transplant(model, wordpiece, tokenizer, words)
    model = weights.with_words(model, rows, args.layers)
    weights.save_state(model, args.work / "student.pt")
    print(f"{len(tokenizer)} symbols, {len(merges)} merges, {model.shape.layers} layers")


if __name__ == "__main__":
    main()
