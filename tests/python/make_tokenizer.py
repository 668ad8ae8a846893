"""Makes tokenizers for tests, in the files of BertweetTokenizer: vocab.txt, bpe.codes and the JSON files beside them.

usage: make_tokenizer.py published|small DIR
       make_tokenizer.py tangled DIR [--seed N]

published  exactly the sizes of vinai/bertweet-base: 63,996 words, 68,000 merges, <mask> = 64000. Begins with the merges
           of tests/golden/tokenizer-8k, so that English text comes out in words, and goes on with invented words.
small      the first 150 merges of tests/golden/tokenizer-8k: some 300 words.
tangled    a few hundred merges over a few letters in random order: strings that several merges build, ranks that fall
           while a word grows, symbols that the vocabulary lacks, "</w>" and "@@" typed in words.

The same arguments give the same bytes. Needs nothing but Python.
"""

import argparse
import json
import pathlib
import random

TOKENIZER_8K = pathlib.Path(__file__).resolve().parent.parent / "golden" / "tokenizer-8k"
PUBLISHED_WORDS = 63_996
PUBLISHED_MERGES = 68_000

SPECIAL = {"bos": "<s>", "cls": "<s>", "eos": "</s>", "sep": "</s>", "unk": "<unk>", "pad": "<pad>", "mask": "<mask>"}
FIRST_ID = 4  # of the vocabulary's words, after <s>, <pad>, </s> and <unk>


def token_of(symbol):
    """How the vocabulary spells a symbol."""
    return symbol.removesuffix("</w>") if symbol.endswith("</w>") else symbol + "@@"


def read_columns(path):
    """Lines of a file without their last column, the count."""
    lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    return [line.rpartition(" ")[0] for line in lines]


def write_counted(path, entries):
    """One entry a line with a count that falls, as in files learned from text."""
    path.write_text("".join(f"{entry} {len(entries) - i}\n" for i, entry in enumerate(entries)), encoding="utf-8")


def write_tokenizer(directory, words, merges):
    """The files of a tokenizer whose <mask> follows the last word."""
    directory.mkdir(parents=True, exist_ok=True)
    write_counted(directory / "vocab.txt", words)
    write_counted(directory / "bpe.codes", [f"{left} {right}" for left, right in merges])
    names = {f"{name}_token": token for name, token in SPECIAL.items()}
    config = {"normalization": False, "model_max_length": 128, "tokenizer_class": "BertweetTokenizer"}
    files = {
        "added_tokens.json": {"<mask>": FIRST_ID + len(words)},
        "special_tokens_map.json": names,
        "tokenizer_config.json": config | names,
    }
    for name, content in files.items():
        (directory / name).write_text(json.dumps(content) + "\n", encoding="utf-8")


def invented_words(rng):
    """Words of syllables without end, like no language's."""
    starts = "b c d f g h j k l m n p r s t v w z bl br ch cl dr fl gr pl pr sh sl st th tr qu".split()
    vowels = "a e i o u ai au ea ee ie oa oo ou y".split()
    ends = [""] * 8 + "b d g k l m n p r s t x ck ld mp nd ng nk nt rd rk rt sh st th".split()
    while True:
        count = rng.choice([1, 2, 2, 3, 3, 4])
        word = "".join(rng.choice(starts) + rng.choice(vowels) + rng.choice(ends) for _ in range(count))
        yield rng.choice([word, word, word, word.capitalize(), word.upper()])


def published():
    """(words, merges) of the published model's sizes."""
    rng = random.Random(64_001)
    merges = dict.fromkeys(tuple(line.split(" ")) for line in read_columns(TOKENIZER_8K / "bpe.codes"))
    for word in invented_words(rng):
        symbols = [*word[:-1], word[-1] + "</w>"]
        while len(symbols) > 1 and len(merges) < PUBLISHED_MERGES:
            at = rng.randrange(len(symbols) - 1)
            merges[tuple(symbols[at : at + 2])] = None
            symbols[at : at + 2] = ["".join(symbols[at : at + 2])]
        if len(merges) == PUBLISHED_MERGES:
            break
    words = dict.fromkeys(read_columns(TOKENIZER_8K / "vocab.txt"))
    for pair in merges:
        token = token_of("".join(pair))
        if len(words) < PUBLISHED_WORDS and token not in SPECIAL.values():
            words[token] = None
    return list(words), list(merges)


def small():
    """(words, merges): the most frequent part of tokenizer-8k."""
    merges = [tuple(line.split(" ")) for line in read_columns(TOKENIZER_8K / "bpe.codes")[:150]]
    letters = dict.fromkeys(letter for pair in merges for letter in "".join(pair).removesuffix("</w>"))
    letters |= dict.fromkeys("?'#_BCDFGJKLMNOPQVWXYZ0123456789")
    words = dict.fromkeys(token_of("".join(pair)) for pair in merges)
    words |= dict.fromkeys(spelling for letter in letters for spelling in (letter, letter + "@@"))
    return list(words), merges


def tangled(seed):
    """(words, merges) of a small tokenizer that no text would teach."""
    rng = random.Random(seed)
    letters = [*"ab", rng.choice(["é", "한", "😂", "@", "\u0301"])]
    symbols = letters + [letter + "</w>" for letter in letters]
    # "a</w>" from five typed characters: the same symbol as "a" at the end of a word, also in the middle of one.
    merges = {("a", "<"), ("a<", "/"), ("a</", "w"), ("a</w", ">"), ("@", "@")}
    for _ in range(300):
        left, right = rng.choice(symbols), rng.choice(symbols)
        if len(left + right) <= 8 and ("</w>" not in left or rng.random() < 0.1):
            merges.add((left, right))
            symbols.append(left + right)
    # Short merges first, as learned ones are, but for a third: a pair may come to outrank what its symbols are made by.
    ranks = {pair: rng.choice([0, 1, 1]) * len("".join(pair)) + rng.random() for pair in sorted(merges)}
    merges = sorted(merges, key=ranks.get)
    tokens = sorted({token_of(symbol) for symbol in symbols + ["<", "/", "w", ">"]})
    return rng.sample(tokens, len(tokens) * 3 // 4), merges


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("kind", choices=["published", "small", "tangled"])
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1, help="of a tangled one")
    options = parser.parse_args()
    makers = {"published": published, "small": small, "tangled": lambda: tangled(options.seed)}
    write_tokenizer(options.directory, *makers[options.kind]())


if __name__ == "__main__":
    main()
