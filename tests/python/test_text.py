"""The text pipeline against the Python packages: all that `npm test` compares.

usage: test_text.py [--seed N]      (build/venv/text)

Golden cases answered again, 20,000 fuzzed lines in each mode, tangled tokenizers, and, where BERTWEET_SHARED has the
data, 50,000 lines that people wrote. Exits with 1 at any difference.
"""

import argparse
import os
import pathlib
import subprocess
import sys

from ours import ROOT

HERE = pathlib.Path(__file__).resolve().parent
TANGLED = ROOT / "build" / "tangled"
TANGLED_SEEDS = range(1, 7)
DATA = ["semeval2017/train.tsv", "tweeteval/unlabelled.txt.gz"]


def run(script, *arguments):
    """Whether a script of this folder succeeds."""
    print(f"$ {script} {' '.join(map(str, arguments))}", flush=True)
    return subprocess.run([sys.executable, HERE / script, *map(str, arguments)]).returncode == 0


def compare_tangled(seed):
    directory = TANGLED / str(seed)
    made = run("make_tokenizer.py", "tangled", directory, "--seed", seed)
    return made and run("compare_text.py", "--modes", "none", "--count", 2000, "--tokenizer", directory, "--seed", seed)


def compare_data():
    shared = pathlib.Path(os.environ.get("BERTWEET_SHARED", ROOT.parent / "shared"))
    files = [shared / "data" / name for name in DATA]
    if not all(file.exists() for file in files):
        print("skipped: texts that people wrote: BERTWEET_SHARED (../shared) has no data")
        return True
    return run("compare_text.py", "--count", 50_000, *files)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1, help="of the fuzzed lines")
    options = parser.parse_args()
    passed = [
        run("golden_text.py"),
        run("compare_text.py", "--seed", options.seed),
        *map(compare_tangled, TANGLED_SEEDS),
        compare_data(),
    ]
    sys.exit(not all(passed))


if __name__ == "__main__":
    main()
