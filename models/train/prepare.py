"""Texts to ids, for every set and tokenizer. Run once; see README.md."""

import argparse
import itertools
import json
import sys
import time
from pathlib import Path

import numpy as np

import augmented
import data
import named
import synthetic

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests" / "python"))
from reference import load_preprocess_tweet, load_tokenizer  # noqa: E402


# Sets that are made of others, or up.
MADE = ("synthetic", "disturbed", "named", "augmented")
# Rows in capitals or with typing errors.
DISTURBED = 4000
# Whose names are put in others' place.
NAMED_IN = ("tse", "unlabelled", "gold")
# Of which more texts are made.
AUGMENTED = ("gold", "tse", "airline", "unlabelled", "distant")


def wordpiece(path):
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(data.MAX_IDS)
    return lambda texts: [encoding.ids for encoding in tokenizer.encode_batch(texts)]


def bpe(directory):
    tokenizer = load_tokenizer(str(directory))
    return lambda texts: [tokenizer.encode(text, truncation=True, max_length=data.MAX_IDS) for text in texts]


def source(name, folder, seen, limit):
    """(label, text) of each row of a set, be it read or made."""
    if name == "synthetic":
        return synthetic.sentences(np.random.default_rng(0))
    if name == "disturbed":
        rows = [row for name in ("gold", "tse") for row in data.read(folder / data.SETS[name])
                if not data.held_out(name, row[1])]
        rng = np.random.default_rng(0)
        return synthetic.disturbed([rows[i] for i in rng.permutation(len(rows))[:DISTURBED]], rng)

    def training_texts(sets):
        return (text for part in sets for _, text in data.read(folder / data.SETS[part])
                if not data.held_out(part, text) and data.fingerprint(text) not in seen)

    if name == "augmented":
        return augmented.texts(training_texts(AUGMENTED), np.random.default_rng(0))
    if name == "named":
        texts = training_texts(NAMED_IN)
        # Rows that belong together stay so.
        whole = limit and limit // named.TOGETHER * named.TOGETHER
        return itertools.islice(named.sentences(texts, np.random.default_rng(0)), whole)
    return data.read(folder / data.SETS[name])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--wordpiece", type=Path, help="tokenizer.json of the teachers")
    parser.add_argument("--bpe", type=Path, help="folder with the student's vocab.txt and bpe.codes")
    parser.add_argument("--bpe-teacher", type=Path, help="the same, of a teacher that is a model of ours")
    parser.add_argument("--sets", nargs="+", required=True, choices=[*data.SETS, *MADE])
    parser.add_argument("--limit", type=int, help="rows of each training set, drawn by chance")
    args = parser.parse_args()

    preprocess_tweet = load_preprocess_tweet()
    tokenizers = {}
    if args.wordpiece:
        tokenizers["wordpiece"] = wordpiece(args.wordpiece)
    if args.bpe:
        tokenizers["bpe"] = bpe(args.bpe)
    if args.bpe_teacher:
        tokenizers["bpe-teacher"] = bpe(args.bpe_teacher)
    seen = {data.fingerprint(text) for name in data.EVALUATION for _, text in data.read(args.data / data.SETS[name])}
    for name in args.sets:
        begun = time.process_time()
        counts = data.prepare(
            name, source(name, args.data, seen, args.limit), args.work, tokenizers,
            lambda text: preprocess_tweet(text, lang="en", user_token="@USER", url_token="HTTPURL"),
            frozenset() if name in (*data.EVALUATION, "named") else seen,
            None if name in (*data.EVALUATION, "named") else args.limit)
        print(json.dumps({"cpu_seconds": round(time.process_time() - begun), **counts}), flush=True)


if __name__ == "__main__":
    main()
