"""The golden cases of the text pipeline: tests/golden/text_cases.jsonl, answered again by the installed packages.

usage: golden_text.py [--write]

Each line holds a text, a note on what it is there for, and the reference's answers in the three modes (A: none,
B: pysentimiento, C: bertweet). Prints the lines whose answers would be others today and exits with 1 if there is any;
--write rewrites them instead, so a new case needs only {"id", "text", "modes": {}, "note"}. Runs in build/venv/text.
"""

import argparse
import json
import sys

from alphabets import is_stable
from compare_text import reference_command
from fuzz_text import GOLDEN
from ours import filter_json
from reference import MODES

CASES = GOLDEN / "text_cases.jsonl"


def answered(cases):
    """The cases with the packages' answers of now."""
    texts = [case["text"] for case in cases]
    answers = [filter_json(reference_command(mode, GOLDEN / "tokenizer-8k"), texts) for mode in MODES]
    fields = [("ids",), ("text", "ids"), ("text", "ids")]
    for case, *triple in zip(cases, *answers):
        modes = {
            letter: {field: answer[field] for field in kept} for letter, answer, kept in zip("ABC", triple, fields)
        }
        yield case | {"modes": modes}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--write", action="store_true", help="rewrite the file")
    options = parser.parse_args()

    old = CASES.read_text(encoding="ascii").splitlines()
    stable = [line for line in old if is_stable(json.loads(line)["text"])]
    new = [json.dumps(case, separators=(",", ":")) for case in answered(list(map(json.loads, stable)))]
    changed = {before: after for before, after in zip(stable, new) if before != after}
    if options.write:
        CASES.write_text("".join(changed.get(line, line) + "\n" for line in old), encoding="ascii")
    for before, after in changed.items():
        print(f"recorded {before}\nnow      {after}")
    print(f"{len(new)} golden cases answered by the installed packages, {len(changed)} changed")
    sys.exit(bool(changed) and not options.write)


if __name__ == "__main__":
    main()
