"""More texts to ask a teacher about: training tweets of which words are left out, put in others' place or cut off.

They need not make sense, and have no label but what the teacher says of them. A small student learns its teacher from
them where there are few real texts (Tang et al. 2019, arXiv:1903.12136, section 3.3).
"""

import numpy as np

# Shares of words that are left out, and that another one replaces; of texts of which only a part remains.
DROPPED, REPLACED, CUT = 0.1, 0.1, 0.25
# A text with fewer words is not cut.
LONG = 6


def part_of(words, rng):
    """A third to two thirds of them, side by side."""
    count = int(rng.integers(len(words) // 3, 2 * len(words) // 3 + 1))
    begin = int(rng.integers(len(words) - count + 1))
    return words[begin:begin + count]


def texts(originals, rng):
    """(-1, text) for each original. What replaces a word is drawn from the words of all, as often as it occurs."""
    rows = [text.split() for text in originals]
    pool = np.array([word for words in rows for word in words])
    for words in rows:
        if len(words) >= LONG and rng.random() < CUT:
            words = part_of(words, rng)
        draws = rng.random(len(words))
        others = pool[rng.integers(len(pool), size=len(words))]
        changed = [other if draw < DROPPED + REPLACED else word
                   for word, other, draw in zip(words, others, draws) if draw >= DROPPED]
        yield -1, " ".join(changed or words)
