"""Compares C with BertweetTokenizer on random small tokenizers: loading, ranks, rounds of merging, ids.

usage: random_tokenizers.py --library FILE [--seed N] [--count N]

Each tokenizer has up to 40 merges over a few letters and the pieces of "</w>", "@@" and special strings, in random
order, and a vocabulary that has some of the tokens; its files vary in newlines and white space as Python allows.
Words are drawn from the same letters, long ones among them. Prints a line of figures; exits with 1 if an answer
differs.
Run it with build/venv/text; needs node. --library: the shared object of src/*.c.
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile

from native import Native
from reference import load_tokenizer

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
LETTERS = ["a", "b", "c", "é", "😂", "<", "/", "w", ">", "@", "s"]
WORDS = 60
BUILD_IMAGES = """
    import { readFileSync, writeFileSync } from 'node:fs'
    import { buildTokenizerImage } from './js/convert/tokenizer.js'
    for (const folder of JSON.parse(process.argv[1])) {
      const read = (name) => readFileSync(`${folder}/${name}`)
      const files = { 'vocab.txt': read('vocab.txt'), 'bpe.codes': read('bpe.codes') }
      writeFileSync(`${folder}/tokenizer.bin`, buildTokenizerImage(files))
    }
"""


class Files:
    """Draws a tokenizer's files."""

    def __init__(self, rng):
        self.rng = rng
        self.letters = rng.sample(LETTERS, rng.randint(2, len(LETTERS)))

    def merges(self):
        symbols = [*self.letters, *(letter + "</w>" for letter in self.letters)]
        merges = {}
        for _ in range(self.rng.randint(0, 40)):
            left, right = self.rng.choice(symbols), self.rng.choice(symbols)
            if len(left + right) < 24:
                merges[left, right] = None
                symbols.append(left + right)
        shuffled = list(merges)
        if self.rng.random() < 0.7:  # as learnt, parts come before what is made of them; rounds show where they do not
            self.rng.shuffle(shuffled)
        return shuffled, symbols

    def vocabulary(self, symbols):
        tokens = {symbol.removesuffix("</w>") if self.rng.random() < 0.8 else symbol for symbol in symbols}
        tokens |= {symbol + "@@" for symbol in symbols} | {"@", "@@", "@@@", "</w>"}
        tokens -= {"<s>", "</s>", "<unk>", "<pad>", "<mask>", ""}
        return self.rng.sample(sorted(tokens), self.rng.randint(0, len(tokens)))

    def write(self, folder):
        merges, symbols = self.merges()
        newline = self.rng.choice(["\n", "\r\n", "\r"])
        blank = self.rng.choice([" ", "\t", "\u3000", " \x1c"])
        codes = "".join(f"{left}{blank}{right} {self.rng.randint(1, 9)}{newline}" for left, right in merges)
        codes += self.rng.choice(["", "a a 1"])
        vocab = newline.join(f"{token} {self.rng.randint(1, 9)}{blank}" for token in self.vocabulary(symbols))
        (folder / "bpe.codes").write_bytes(codes.encode())
        (folder / "vocab.txt").write_bytes(vocab.encode())

    def text(self):
        lengths = [self.rng.choice([1, 2, 3, 5, 8, 13, 40, 90]) for _ in range(WORDS)]
        words = ["".join(self.rng.choices(self.letters + ["</w>", "x"], k=length)) for length in lengths]
        return "".join(word + self.rng.choice([" ", "\n", " \n", "\n\n"]) for word in words)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--library", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=200)
    options = parser.parse_args()
    rng = random.Random(options.seed)

    with tempfile.TemporaryDirectory() as root:
        folders = [pathlib.Path(root, str(number)) for number in range(options.count)]
        drawn = [Files(rng) for _ in folders]
        for folder, files in zip(folders, drawn):
            folder.mkdir()
            files.write(folder)
        names = json.dumps([str(folder) for folder in folders])
        subprocess.run(["node", "--input-type=module", "--eval", BUILD_IMAGES, names], cwd=ROOT, check=True)

        differing = 0
        for folder, files in zip(folders, drawn):
            native = Native(options.library, folder / "tokenizer.bin")
            text = files.text()
            expected = load_tokenizer(folder).encode(text)
            _, found, _ = native.encode(text, "none")
            if found != expected:
                differing += 1
                print(f"{(folder / 'bpe.codes').read_text()!r}\n{text!r}\n  expected {expected}\n  found    {found}")
    print(f"{options.count:,} random tokenizers, {WORDS} words each, {differing} differ")
    sys.exit(differing > 0)


if __name__ == "__main__":
    main()
