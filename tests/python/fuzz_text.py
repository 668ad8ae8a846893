"""Generator of strings that try the text pipeline's rules: prints JSON strings, one a line.

usage: fuzz_text.py [--seed N] [--count N] [--cases FILE] [--tokenizer DIR]
       fuzz_text.py --characters

Lines are sentences of pieces (fuzz_pieces.py), golden cases or sentences mutated, and soups of one or two classes of
characters (alphabets.py). The same seed gives the same lines. --characters prints, instead, every assigned character
and samples of the others in the contexts that tell the classes apart.

Runs in build/venv/text. Lone surrogates are not printed: JavaScript and Python differ about them. In a Python without
Unicode 15.0, lines with characters of another class are left out.
"""

import argparse
import json
import pathlib
import sys

from alphabets import ALPHABETS, EVERYTHING, is_stable
from fuzz_pieces import Pieces

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"
MUTATED_LENGTH = 600  # longest stretch of a golden case that is mutated, in code points


class Fuzzer(Pieces):
    """Draws lines. cases: texts to mutate; merges: pairs of symbols of the tokenizer, in rank order."""

    def __init__(self, seed, cases, merges):
        super().__init__(seed, merges)
        self.cases = cases
        self.pieces = self.all()

    def line(self):
        draw = self.rng.random()
        if draw < 0.005:
            return "".join(self.sentence() for _ in range(30))
        if draw < 0.55:
            return self.sentence()
        if draw < 0.93:
            return self.mutated()
        return self.soup()

    def sentence(self):
        blank = self.rng.choice(ALPHABETS["white space"])
        joiners = self.pick([""], [" "], ["", " "], ["", " ", "\n", "  ", " \n", blank])
        chosen = self.rng.choices(self.pieces, k=self.pick(1, 2, 3, 4, 6, 10))
        return "".join(piece() + self.rng.choice(joiners) for piece in chosen)

    def mutated(self):
        """A golden case or a sentence, changed one to five times."""
        text = self.rng.choice(self.cases) if self.rng.random() < 0.7 else self.sentence()
        start = self.rng.randrange(max(1, len(text) - MUTATED_LENGTH + 1))
        text = text[start : start + MUTATED_LENGTH]
        for _ in range(self.rng.randint(1, 5)):
            text = self.mutate(text)
        return text

    def mutate(self, text):
        """Cuts text into three and changes the middle, which is short more often than not."""
        begin = self.rng.randint(0, len(text))
        end = begin + self.pick(0, 1, 1, 1, 2, 3, 8, 30)
        before, middle, after = text[:begin], text[begin:end], text[end:]
        other = self.rng.choice(self.cases)
        at = self.rng.randint(0, len(other))
        middle = self.pick(
            "",
            middle * self.pick(2, 3, 4),
            middle[::-1],
            self.character(),
            middle + self.character(),
            middle + self.rng.choice(self.pieces)(),
            other[at : at + self.pick(1, 3, 10, 40)],
            middle.swapcase(),
            middle.replace(" ", self.character()),
        )
        return before + middle + after


def generate(seed, count, cases, merges):
    """Yields count strings."""
    fuzzer = Fuzzer(seed, cases, merges)
    while count:
        text = fuzzer.line()
        if is_stable(text) and not any("\ud800" <= char < "\ue000" for char in text):
            yield text
            count -= 1


def in_contexts(char):
    """char where it shows its classes: alone, in a word, in a hashtag beside a sigma, as a digit, as an entity, ..."""
    return (
        f"{char} a{char}b a-{char} 1,{char}2 .{char}. #A{char}Bc #aΣ{char} #a{char}Σ #aΣ{char}b &#6{char}; "
        f"@{char} x.{char}o/ &#{ord(char)}; {char * 5} .a.{char}.co |{char}"
    )


def characters():
    """Every assigned character; of the private and the unassigned ones each 256th and those beside other ones."""
    blank = set(ALPHABETS["category Co"]) | set(ALPHABETS["category Cn"])
    rare = set(ALPHABETS["edges of blank"])
    return [
        char for char in EVERYTHING if is_stable(char) and (char not in blank or char in rare or not ord(char) % 256)
    ]


def read_cases(path):
    """The golden cases' texts."""
    with open(path, encoding="utf-8") as file:
        return [case for case in (json.loads(line)["text"] for line in file) if is_stable(case)]


def read_merges(directory):
    """The merges of a tokenizer, as (left, right)."""
    lines = (pathlib.Path(directory) / "bpe.codes").read_text(encoding="utf-8").split("\n")[:-1]
    return [tuple(line.split(" ")[:2]) for line in lines]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--cases", default=GOLDEN / "text_cases.jsonl", help="golden cases to mutate")
    parser.add_argument("--tokenizer", default=GOLDEN / "tokenizer-8k", help="whose merges make the words")
    parser.add_argument("--characters", action="store_true", help="every character in context instead")
    options = parser.parse_args()

    if options.characters:
        lines = map(in_contexts, characters())
    else:
        lines = generate(options.seed, options.count, read_cases(options.cases), read_merges(options.tokenizer))
    for line in lines:
        sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()
