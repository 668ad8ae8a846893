"""One row of embeddings for all first names of a list, so that no label can hang on which of them a text has.

Each name becomes one symbol of the BPE, by merges behind all others, so that hardly another word is cut differently.
Its row is the mean of those that names had. Only between spaces: "Emily," is another word to this BPE. A name that is a
word, a month or a well-known place too is not on the list, and one in small letters is left as it is where tweets have
it more often than the name.
"""

import argparse
import sys
from pathlib import Path

import torch

import weights
from bpe import END, Bpe, count_words
from data import EVALUATION, SETS

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "python"))
from make_tokenizer import FIRST_ID, read_columns, token_of, write_tokenizer  # noqa: E402

LIST = Path(__file__).with_name("first-names.txt")
# The id of <unk>, whose row a letter has that the vocabulary lacks.
UNKNOWN = 3


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


def extend_rows(table, words, more, merges):
    """The table [ids of words, <mask> last] with rows for all of `more`; a new one is the mean of what it is merged of.

    merges: of the larger tokenizer.
    """
    rows = {word: table[FIRST_ID + i] for i, word in enumerate(words)}
    parts = {token_of(left + right): (left, right) for left, right in reversed(merges)}

    def row_of(symbol):
        token = token_of(symbol)
        if token in rows or token not in parts:
            return rows.get(token, table[UNKNOWN])
        return sum(map(row_of, parts[token])) / 2

    # Symbols, as merges have them, of the words that are new.
    new = [row_of(word.removesuffix("@@") if word.endswith("@@") else word + END) for word in more[len(words):]]
    return torch.stack([*table[:-1], *new, table[-1]])


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


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--start", type=Path, required=True, help="a checkpoint of ours")
    parser.add_argument("--work", type=Path, required=True, help="gets student.pt and tokenizer/")
    parser.add_argument("--limit", type=int, help="texts of each set, for a trial")
    args = parser.parse_args()

    counts = count_words(args.data, [name for name in SETS if name not in EVALUATION], args.limit)
    words, merges = read_columns(args.start / "vocab.txt"), read_columns(args.start / "bpe.codes")
    names = read_names()
    more, merges = extend(words, [tuple(merge.split(" ")) for merge in merges], names)
    write_tokenizer(args.work / "tokenizer", more, merges)
    model = weights.load_initial(args.start)
    table = extend_rows(model.words.weight.detach(), words, more, merges)
    forms = forms_of(set(more), names, counts)
    one_row(table, more, forms, counts)
    weights.save_state(weights.with_words(model, table), args.work / "student.pt")
    print(f"{len(names)} names, {len(forms)} spellings with one row, {len(more) - len(words)} new words")


if __name__ == "__main__":
    main()
