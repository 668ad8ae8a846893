"""One row of embeddings for all first names of a list, so that no label can hang on which of them a text has.

Each name becomes one symbol of the BPE, by merges behind all others, so that hardly another word is cut differently.
Its row is the mean of those that names had. Only between spaces: "Emily," is another word to this BPE. A name that is a
word, a month or a well-known place too is not on the list, and one in small letters is left as it is where tweets have
it more often than the name.
"""

import sys
from pathlib import Path

import torch

from bpe import Bpe

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests" / "python"))
from make_tokenizer import FIRST_ID, token_of  # noqa: E402

LIST = Path(__file__).with_name("first-names.txt")


def read_names(path=LIST):
    """The list's names; lines that begin with # say where they are from."""
    return [name for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")
            for name in line.split()]


def extend(words, merges, names):
    """(words, merges) of a tokenizer that cuts no name. Ends of names get ids too, for words that are left with one."""
    bpe = Bpe(merges)
    for name in names:
        bpe.join(name)
    made = (token_of("".join(merge)) for merge in list(bpe.ranks)[len(merges):])
    return list(dict.fromkeys([*words, *made])), list(bpe.ranks)


def forms_of(words, names, counts):
    """The spellings of names among `words` that are to have one row: not those that tweets have more often."""
    return [form for name in names for form in dict.fromkeys((name, name.upper(), name.lower()))
            if form in words and (form == name or counts[form] < counts[name])]


def one_row(table, words, forms, counts):
    """Gives all forms in `table` the mean row of those that tweets have."""
    index = {word: FIRST_ID + i for i, word in enumerate(words)}
    # The square root: a famous name is not to be most of it.
    share = torch.tensor([counts[form] for form in forms]).sqrt()
    ids = [index[form] for form in forms]
    table[ids] = (table[ids] * share[:, None]).sum(0) / share.sum()
