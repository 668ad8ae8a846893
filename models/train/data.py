"""The sets, from text files to batches of ids.

No text is kept: prepare() writes ids and labels under <work>/ids/, one file for each set and tokenizer.
"""

import gzip
import hashlib
import re
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

LABELS = {"negative": 0, "neutral": 1, "positive": 2}
MAX_IDS = 128

# Labelled: label<TAB>text. Where each comes from: README.md.
SETS = {
    "gold": "semeval2017/train.tsv",
    "dev": "semeval2017/dev.tsv",
    "test": "semeval2017/test.tsv",
    "tse": "extra/tse.train.tsv",
    "airline": "extra/airline.train.tsv",
    "unlabelled": "tweeteval/unlabelled.txt.gz",
    "distant": "distant/sentiment140-100k.tsv.gz",
}
# One row in so many is kept out of training to choose by, besides dev.
HELD_OUT = {"tse": 8, "airline": 8}
EVALUATION = ("dev", "test")


@dataclass
class Rows:
    """Token ids of many texts, one after the other: text i is ids[starts[i]:starts[i + 1]]. Label -1: unknown."""

    ids: np.ndarray
    starts: np.ndarray
    labels: np.ndarray

    def __len__(self):
        return len(self.labels)

    @property
    def lengths(self):
        return np.diff(self.starts)

    def take(self, index):
        pieces = [self.ids[self.starts[i]:self.starts[i + 1]] for i in index]
        starts = np.concatenate([[0], np.cumsum([len(piece) for piece in pieces])])
        return Rows(np.concatenate(pieces), starts, self.labels[index])

    def save(self, path):
        np.savez(path, ids=self.ids, starts=self.starts, labels=self.labels)

    @staticmethod
    def load(path):
        with np.load(path) as file:
            return Rows(file["ids"], file["starts"], file["labels"])


def read(path):
    """(label or -1, text) of each line of a set."""
    opened = gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else open(path, encoding="utf-8")
    with opened as lines:
        for line in lines:
            line = line.rstrip("\n")
            label, tab, text = line.partition("\t")
            if tab and label in LABELS:
                yield LABELS[label], text
            elif line.strip():
                yield -1, line


def fingerprint(text):
    """What two copies of a tweet have in common: its words without case, handles, links and punctuation."""
    text = re.sub(r"@\w+|https?\S*|\burl\b", " ", text.lower())
    return " ".join(re.findall(r"\w+", text))


def held_out(name, text):
    """Whether a row is kept for choosing. Depends on its words only, so copies stay together."""
    return name in HELD_OUT and zlib.crc32(fingerprint(text).encode()) % HELD_OUT[name] == 0


def prepare(name, texts, work, tokenizers, preprocess, forbidden, limit=None):
    """Writes <work>/ids/<name>.<tokenizer>.npz and .sha256, and <name>-held where a part of the set is held out.

    texts: (label, text) of each row. tokenizers: name -> function from a list of preprocessed texts to lists of ids.
    forbidden: fingerprints of dev and test; rows that have one are dropped. limit: so many rows at most are kept, drawn
    by chance, of what is trained on. Returns the counts for the log.
    """
    folder = Path(work) / "ids"
    folder.mkdir(parents=True, exist_ok=True)
    parts = {part: ([], []) for part in ((name, f"{name}-held") if name in HELD_OUT else (name,))}
    dropped = 0
    for label, text in texts:
        if fingerprint(text) in forbidden:
            dropped += 1
            continue
        labels, kept = parts[f"{name}-held" if held_out(name, text) else name]
        labels.append(label)
        kept.append(text)
    counts = {}
    for part, (labels, kept) in parts.items():
        if part == name and limit and limit < len(kept):
            drawn = np.sort(np.random.default_rng(0).permutation(len(kept))[:limit])
            labels, kept = ([rows[i] for i in drawn] for rows in (labels, kept))
        (folder / f"{part}.sha256").write_text(hashlib.sha256("\n".join(kept).encode()).hexdigest())
        kept = [preprocess(text) for text in kept]
        counts[part] = {"rows": len(labels), "dropped": dropped}
        for tokenizer, encode in tokenizers.items():
            ids = [row[:MAX_IDS] for row in encode(kept)]
            starts = np.concatenate([[0], np.cumsum([len(row) for row in ids])])
            flat = np.fromiter((i for row in ids for i in row), dtype=np.int32, count=starts[-1])
            Rows(flat, starts, np.array(labels, dtype=np.int8)).save(folder / f"{part}.{tokenizer}.npz")
            counts[part][tokenizer] = int(starts[-1])
    return counts


def digest(work, name):
    """SHA-256 of a set's texts in their order, hex digits; None where it was not prepared."""
    path = Path(work) / "ids" / f"{name}.sha256"
    return path.read_text() if path.exists() else None


def load(work, name, tokenizer):
    return Rows.load(Path(work) / "ids" / f"{name}.{tokenizer}.npz")


def batches(lengths, tokens, rng=None):
    """Index arrays of rows of like length, each of at most `tokens` ids; shuffled where rng is given."""
    noise = np.zeros(len(lengths)) if rng is None else rng.random(len(lengths))
    order = np.lexsort((noise, lengths))
    cut, begin = [], 0
    while begin < len(order):
        end = begin + max(1, tokens // max(1, int(lengths[order[begin]])))
        end = min(end, len(order))
        while end > begin + 1 and lengths[order[end - 1]] * (end - begin) > tokens:
            end -= 1
        cut.append(order[begin:end])
        begin = end
    if rng is not None:
        rng.shuffle(cut)
    return cut


def pad(rows, index, pad_id):
    """ids [rows, longest] and lengths [rows] of one batch."""
    lengths = rows.lengths[index]
    ids = np.full((len(index), int(lengths.max())), pad_id, dtype=np.int64)
    for row, i in enumerate(index):
        ids[row, :lengths[row]] = rows.ids[rows.starts[i]:rows.starts[i + 1]]
    return torch.from_numpy(ids), torch.from_numpy(lengths)
