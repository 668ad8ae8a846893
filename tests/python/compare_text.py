"""Compares a tokenizer program with the reference, line by line, in each text mode.

usage: compare_text.py [--modes LIST] [--tokenizer DIR] [--command COMMAND] [--seed N] [--count N] [FILE ...]

Without files the lines come from fuzz_text.py (--seed, --count; --characters for every character in context). Files
hold JSON strings or golden cases (.jsonl), a text after the last tab (.tsv) or a text a line (.txt), gzipped or not.

COMMAND reads JSON strings and answers {"text", "tokens", "ids"} lines; {tokenizer} and {mode} in it are filled in.
Prints a line of figures for each mode and the first differences, made shorter; exits with 1 if there is any.
Run it with build/venv/text.
"""

import argparse
import concurrent.futures
import gzip
import json
import pathlib
import shlex
import sys
import time

import fuzz_text
from alphabets import is_stable
from ours import ROOT, filter_json
from reference import MODES

HERE = pathlib.Path(__file__).resolve().parent
OURS = "node js/cli/main.js tokenize --tokenizer {tokenizer} --mode {mode} --input json --jsonl --no-truncation"
SHOWN = 20
SHRINKING_ROUNDS = 14


def reference_command(mode, tokenizer):
    venv = "normalize" if mode == "bertweet" else "text"
    return [
        ROOT / "build/venv" / venv / "bin/python",
        HERE / "reference.py",
        "--mode",
        mode,
        "--tokenizer",
        tokenizer,
    ]


class Comparison:
    """The two programs in one mode."""

    def __init__(self, mode, tokenizer, command):
        self.reference = reference_command(mode, tokenizer)
        self.ours = [part.format(mode=mode, tokenizer=tokenizer) for part in shlex.split(command)]

    def differences(self, texts):
        """(text, expected, found) for each text that the two answer differently."""
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            expected, found = pool.map(filter_json, [self.reference, self.ours], [texts, texts])
        return [triple for triple in zip(texts, expected, found) if triple[1] != triple[2]]

    def shrink(self, texts):
        """Shorter texts that still differ: each loses a part at a time, halves first, then smaller ones."""
        parts = [2] * len(texts)
        for _ in range(SHRINKING_ROUNDS):
            candidates = [without_a_part(text, count) for text, count in zip(texts, parts)]
            flat = sorted({candidate for group in candidates for candidate in group})
            if not flat:
                break
            differing = {text for text, *_ in self.differences(flat)}
            for i, group in enumerate(candidates):
                kept = next((candidate for candidate in group if candidate in differing), None)
                texts[i], parts[i] = (texts[i], parts[i] * 2) if kept is None else (kept, max(2, parts[i] - 1))
        return list(dict.fromkeys(texts))


def without_a_part(text, count):
    """text without its first, second, ... of count equal parts; nothing if it has no so many."""
    if count >= 2 * len(text):
        return []
    size = -(-len(text) // count)
    return [text[:at] + text[at + size :] for at in range(0, len(text), size)]


def describe(expected, found):
    """The first field of two answers that differs."""
    for field in ("text", "ids", "tokens"):
        if expected[field] != found.get(field):
            return (
                f"  {field} expected {json.dumps(expected[field])}\n  {field} found    {json.dumps(found.get(field))}"
            )
    return f"  found more fields: {sorted(found)}"


def read_texts(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8", newline="\n") as file:
        lines = file.read().split("\n")
    lines = lines[:-1] if not lines[-1] else lines
    kind = pathlib.Path(path.removesuffix(".gz")).suffix
    if kind == ".jsonl":
        values = map(json.loads, lines)
        texts = [value["text"] if isinstance(value, dict) else value for value in values]
    else:
        texts = [line.rpartition("\t")[2] for line in lines] if kind == ".tsv" else lines
    return [text for text in texts if is_stable(text)]


def collect(options):
    if options.characters:
        return [fuzz_text.in_contexts(char) for char in fuzz_text.characters()]
    if options.files:
        return [text for path in options.files for text in read_texts(path)][: options.count]
    cases, merges = fuzz_text.read_cases(options.cases), fuzz_text.read_merges(options.tokenizer)
    return list(fuzz_text.generate(options.seed, options.count or 20_000, cases, merges))


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--modes", default=",".join(MODES))
    parser.add_argument("--tokenizer", default=str(fuzz_text.GOLDEN / "tokenizer-8k"))
    parser.add_argument("--command", default=OURS, help=f"default: {OURS}")
    parser.add_argument("--cases", default=fuzz_text.GOLDEN / "text_cases.jsonl", help="golden cases to mutate")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, help="lines; default 20000 generated ones, or all of the files")
    parser.add_argument("--characters", action="store_true", help="every character in context")
    parser.add_argument("files", nargs="*")
    options = parser.parse_args()
    options.tokenizer = str(pathlib.Path(options.tokenizer).resolve())

    texts = collect(options)
    failed = False
    for mode in options.modes.split(","):
        started = time.monotonic()
        comparison = Comparison(mode, options.tokenizer, options.command)
        found = comparison.differences(texts)
        seconds = time.monotonic() - started
        print(f"{mode}: {len(texts):,} lines, {len(found):,} differences ({seconds:.1f} s)", flush=True)
        if found:
            failed = True
            shortest = sorted((text for text, *_ in found), key=len)[:SHOWN]
            for text, expected, answer in comparison.differences(comparison.shrink(shortest)):
                print(f"{json.dumps(text)}\n{describe(expected, answer)}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
