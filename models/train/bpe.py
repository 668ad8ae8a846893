"""The words of the training texts, and how a BPE cuts them."""

import collections
import sys
from pathlib import Path

import data

# Last: both folders have a metrics.py.
sys.path.append(str(Path(__file__).resolve().parents[2] / "tests" / "python"))
from reference import load_preprocess_tweet  # noqa: E402

# What a symbol has behind it at the end of a word.
END = "</w>"


def count_words(folder, sets, limit=None):
    """Words of the preprocessed texts, with their counts. limit: so many texts of each set."""
    preprocess_tweet = load_preprocess_tweet()
    words = collections.Counter()
    for name in sets:
        for number, (_, text) in enumerate(data.read(folder / data.SETS[name])):
            if limit and number >= limit:
                break
            words.update(preprocess_tweet(text, lang="en", user_token="@USER", url_token="HTTPURL").split())
    return words


def fold(text):
    """A word or symbol in small letters; as it is where those are not one for one."""
    stem = text.removesuffix(END)
    small = stem.lower()
    return small + text[len(stem):] if len(small) == len(stem) else text


def symbols_of(word):
    return [*word[:-1], word[-1] + END]


class Bpe:
    """A BPE whose merges can be added to."""

    def __init__(self, merges):
        self.ranks = {tuple(merge): rank for rank, merge in enumerate(merges)}

    def trace(self, word, spelling=None):
        """(symbols, merges) of a word: what it is cut into, and the merges on the way, in order.

        spelling: another spelling of the word, of which symbols and merges are given as if it were cut at the same
        places.
        """
        symbols, spelled, taken = symbols_of(word), symbols_of(spelling or word), []
        while len(symbols) > 1:
            best = min(zip(symbols, symbols[1:]), key=lambda pair: self.ranks.get(pair, len(self.ranks)))
            if best not in self.ranks:
                break
            at = 0
            while at + 1 < len(symbols):
                if (symbols[at], symbols[at + 1]) == best:
                    taken.append((spelled[at], spelled[at + 1]))
                    symbols[at:at + 2] = ["".join(best)]
                    spelled[at:at + 2] = ["".join(taken[-1])]
                at += 1
        return spelled, taken

    def cut(self, word):
        """The symbols of a word."""
        return self.trace(word)[0]

    def join(self, word):
        """Adds the merges that make one symbol of a word, from its end: so none applies where a comma follows it."""
        *others, right = self.cut(word)
        for left in reversed(others):
            self.ranks[left, right] = len(self.ranks)
            right = left + right
