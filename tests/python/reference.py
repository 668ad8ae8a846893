"""The reference tokenizer: real Python packages as a filter from JSON lines to JSON lines.

usage: reference.py --mode none|pysentimiento|bertweet --tokenizer DIR < strings > tokens

Each line of standard input is a JSON string. Each line of standard output is an object:

    text    after preprocessing. none: the input. pysentimiento: what preprocess_tweet returns. bertweet: the parts
            between special strings after normalizeTweet, and the special strings, concatenated with nothing between
    ids     untruncated, from <s> to </s>
    tokens  convert_ids_to_tokens(ids)

Lines are flushed one by one, so that the program can also be asked interactively. Run it with build/venv/text (none,
pysentimiento) or build/venv/normalize (bertweet), which setup.sh creates; other versions of the packages are refused,
because they give other results.
"""

import argparse
import importlib.metadata
import importlib.util
import json
import os
import sys

MODES = ("none", "pysentimiento", "bertweet")

# transformers: the reference, and the newest one, whose ids parity.py found to be the same in the first two modes.
TRANSFORMERS = ("4.57.6", "5.24.0")

# The packages whose versions decide the result, by mode.
PINNED = {
    "none": {"transformers": TRANSFORMERS},
    "pysentimiento": {"transformers": TRANSFORMERS, "pysentimiento": ("0.7.3",), "emoji": ("2.14.1",)},
    "bertweet": {"transformers": TRANSFORMERS[:1], "emoji": ("0.6.0",), "regex": ("2023.8.8",)},
}


def check_versions(mode):
    for package, wanted in PINNED[mode].items():
        found = importlib.metadata.version(package)
        if found not in wanted:
            sys.exit(f"reference.py: mode {mode} needs {package} {' or '.join(wanted)}, this environment has {found}")


def load_preprocess_tweet():
    """preprocess_tweet of the installed pysentimiento, without its __init__, which imports torch."""
    [path] = [file.locate() for file in importlib.metadata.files("pysentimiento") if file.name == "preprocessing.py"]
    spec = importlib.util.spec_from_file_location("pysentimiento_preprocessing", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.preprocess_tweet


def load_tokenizer(directory, normalization=False):
    os.environ |= {
        "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
        "HF_HUB_OFFLINE": "1",
    }  # before the import: torch is absent
    import transformers

    transformers.logging.set_verbosity_error()  # every text over 128 ids would warn
    return transformers.BertweetTokenizer.from_pretrained(directory, normalization=normalization)


class Reference:
    """A tokenizer in one of the three modes. encode(text) -> (preprocessed text, ids)."""

    def __init__(self, mode, directory):
        check_versions(mode)
        self.tokenizer = load_tokenizer(directory, normalization=mode == "bertweet")
        self.encode = getattr(self, f"_encode_{mode}")
        if mode == "pysentimiento":
            self.preprocess_tweet = load_preprocess_tweet()
        if mode == "bertweet":
            self.normalize = self.tokenizer.normalizeTweet
            self.tokenizer.normalizeTweet = self._normalize_and_keep

    def _encode_none(self, text):
        return text, self.tokenizer.encode(text)

    def _encode_pysentimiento(self, text):
        # The arguments of pysentimiento.create_analyzer("sentiment", "en").
        text = self.preprocess_tweet(text, lang="en", user_token="@USER", url_token="HTTPURL")
        return text, self.tokenizer.encode(text)

    def _encode_bertweet(self, text):
        self.normalized = []
        ids = self.tokenizer.encode(text)
        special = set(self.tokenizer.all_special_tokens)
        parts = iter(self.normalized)
        pieces = (piece for piece in self.tokenizer.tokens_trie.split(text) if piece)
        return "".join(piece if piece in special else next(parts) for piece in pieces), ids

    def _normalize_and_keep(self, piece):
        """Stands in for tokenizer.normalizeTweet, which encode calls for each piece between special strings."""
        self.normalized.append(self.normalize(piece))
        return self.normalized[-1]

    def answer(self, text):
        text, ids = self.encode(text)
        return {"text": text, "ids": ids, "tokens": self.tokenizer.convert_ids_to_tokens(ids)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--mode", choices=MODES, required=True)
    parser.add_argument("--tokenizer", required=True, help="folder with vocab.txt and bpe.codes")
    options = parser.parse_args()

    reference = Reference(options.mode, options.tokenizer)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(reference.answer(json.loads(line))) + "\n")
        sys.stdout.flush()
        if len(reference.tokenizer.cache) > 1_000_000:  # words seen so far: of no effect but on memory
            reference.tokenizer.cache.clear()


if __name__ == "__main__":
    main()
