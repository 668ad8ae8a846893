"""Checks that the comparison with the Python packages would notice a wrong rule: each of the mutations must be caught.

usage: run.py [--only FILE]

mutations.json lists one-line changes to the C sources: file of src/, old text, which occurs there once, new text. Each
is applied to a copy, compiled into a shared object and asked about lines of fuzz_text.py (a fixed seed) until an answer
differs from the Python packages' in some mode, within LIMIT_S. A mutant that crashes or hangs is caught as well. The
unchanged sources come first, and must answer everything alike.

The packages' answers are kept in build/mutation/ and used again while the generator, the cases and the tokenizer stay
the same. Run it with build/venv/text; needs cc and node. Exit status: 1 if a mutant survives or does not apply.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
PYTHON_TESTS = ROOT / "tests/python"
sys.path.insert(0, str(PYTHON_TESTS))

from native import MODES, Native  # noqa: E402

BUILD = ROOT / "build/mutation"
GOLDEN = ROOT / "tests/golden"
TOKENIZER = GOLDEN / "tokenizer-8k"
SEED, COUNT = 2020, 20_000
LIMIT_S = 60
COMPILE = [os.environ.get("CC", "cc"), "-std=c11", "-O1", "-fPIC", "-ffp-contract=off"]


def fingerprint():
    """Changes with everything that the stored answers depend on."""
    inputs = [*PYTHON_TESTS.glob("*.py"), *PYTHON_TESTS.glob("requirements-*.txt"), *TOKENIZER.iterdir()]
    digest = hashlib.sha256(f"{SEED} {COUNT}".encode())
    for path in sorted([*inputs, GOLDEN / "text_cases.jsonl"]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def reference_answers():
    """File of [line, [text, ids] by mode] for each line; made if it is not there."""
    path = BUILD / f"answers-{fingerprint()}.jsonl"
    if path.exists():
        return path
    import fuzz_text
    from compare_text import reference_command
    from ours import filter_json

    cases = fuzz_text.read_cases(GOLDEN / "text_cases.jsonl")
    lines = list(fuzz_text.generate(SEED, COUNT, cases, fuzz_text.read_merges(str(TOKENIZER))))
    by_mode = []
    for mode in MODES:
        print(f"asking the packages about {len(lines):,} lines in mode {mode}", flush=True)
        answers = filter_json(reference_command(mode, str(TOKENIZER)), lines)
        by_mode.append([[answer["text"], answer["ids"]] for answer in answers])
    with open(path.with_suffix(".new"), "w") as file:
        for line, *answers in zip(lines, *by_mode):
            file.write(json.dumps([line, answers]) + "\n")
    path.with_suffix(".new").rename(path)
    return path


def compile_source(source, output):
    subprocess.run([*COMPILE, "-I", source.parent, "-c", source, "-o", output], check=True)


def link(objects, library):
    subprocess.run([COMPILE[0], "-shared", *objects, "-o", library], check=True)
    return library


class Build:
    """The compiled sources; a mutant is compiled anew in the one file it changes."""

    def __init__(self):
        self.folder = BUILD / "objects"
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.objects = {source.name: self.folder / f"{source.stem}.o" for source in (ROOT / "src").glob("*.c")}
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda name: compile_source(ROOT / "src" / name, self.objects[name]), self.objects))

    def original(self):
        return link(self.objects.values(), self.folder / "original.so")

    def mutant(self, number, mutation):
        source = (ROOT / "src" / mutation["file"]).read_text(encoding="utf-8")
        count = source.count(mutation["old"])
        if count != 1:
            sys.exit(f"mutations.json: {mutation['file']} has {count} times: {mutation['old']}")
        folder = self.folder / str(number)
        shutil.copytree(ROOT / "src", folder)
        changed = folder / mutation["file"]
        changed.write_text(source.replace(mutation["old"], mutation["new"]), encoding="utf-8")
        compile_source(changed, folder / "mutant.o")
        rest = [path for name, path in self.objects.items() if name != mutation["file"]]
        return link([*rest, folder / "mutant.o"], folder / "mutant.so")


def first_difference(library, image, answers):
    """A line and a mode in which the library answers differently, or None."""
    native = Native(library, image)
    with open(answers) as file:
        for text, expected in map(json.loads, file):
            for mode, answer in zip(MODES, expected):
                if list(native.encode(text, mode)[:2]) != answer:
                    return f"{mode}: {json.dumps(text)[:80]}"
    return None


def check(library, image, answers):
    """first_difference in a process of its own, as a mutant may crash or hang; None if nothing differs."""
    command = [sys.executable, __file__, "--check", library, image, answers]
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        return f"no end after {LIMIT_S} s"
    if done.returncode == 0:
        return None
    return done.stdout.decode().strip() or f"crashed ({done.returncode})"


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", help="mutations of this file")
    parser.add_argument("--check", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.check:
        difference = first_difference(*options.check)
        print(difference or "")
        sys.exit(difference is not None)

    BUILD.mkdir(parents=True, exist_ok=True)
    answers = reference_answers()
    subprocess.run(["node", ROOT / "tests/c/make-goldens.mjs", BUILD / "goldens"], check=True)
    image = BUILD / "goldens/tokenizer.bin"
    build = Build()
    wrong = first_difference(build.original(), image, answers)
    if wrong:
        sys.exit(f"the unchanged sources answer otherwise: {wrong}")

    survivors = 0
    mutations = json.loads((HERE / "mutations.json").read_text(encoding="utf-8"))
    chosen = [mutation for mutation in mutations if options.only in (None, mutation["file"])]
    for number, mutation in enumerate(chosen, 1):
        library = build.mutant(number, mutation)
        started = time.monotonic()
        difference = check(library, image, answers)
        seconds = time.monotonic() - started
        survivors += difference is None
        verdict = "SURVIVED" if difference is None else "caught"
        change = f"{mutation['file']}: {mutation['old']} -> {mutation['new'] or '(nothing)'}"
        print(f"{verdict} in {seconds:4.1f} s  {change}\n    {difference or ''}", flush=True)
    print(f"{len(chosen) - survivors} of {len(chosen)} mutants caught, {COUNT:,} lines, {len(MODES)} modes")
    sys.exit(survivors > 0)


if __name__ == "__main__":
    main()
