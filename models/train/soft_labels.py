"""A teacher's logits for whole sets as one small file, so that a student can be trained where the teacher is not.

write: the mean of the teachers that label.py has asked about a set -> labels.npz. read: labels.npz -> what label.py
would have written, but for CLS vectors. The file has no text, only a hash of each set's: other texts, or others held
out, are refused.
"""

import argparse
from pathlib import Path

import numpy as np

import data

FILE = Path(__file__).with_name("labels.npz")
NEUTRAL = data.LABELS["neutral"]
# Steps of a logit, above or below that of neutral: 6 % of the odds, as far as e^8.
STEPS = 16


def pack(logits):
    """float [rows, 3] -> int8 [rows, 2]"""
    others = np.delete(logits - logits[:, [NEUTRAL]], NEUTRAL, axis=1)
    return np.clip(np.rint(others * STEPS), -127, 127).astype(np.int8)


def unpack(packed):
    """int8 [rows, 2] -> float32 [rows, 3], where neutral has 0"""
    return np.insert(packed.astype(np.float32) / STEPS, NEUTRAL, 0, axis=1)


def save(path, arrays):
    """Written whole or not at all."""
    partial = path.with_suffix(".partial.npz")
    np.savez_compressed(partial, **arrays)
    partial.replace(path)


def write(work, teachers, sets, path):
    arrays = {}
    for name in sets:
        paths = [work / teacher / "labels" / f"{name}.npz" for teacher in teachers]
        labels = [np.load(path)["logits"] for path in paths if path.exists()]
        if not labels:
            raise SystemExit(f"soft_labels.py: no teacher was asked about {name}: label.py")
        logits = np.mean(labels, axis=0, dtype=np.float32)
        arrays |= {name: pack(logits), f"{name}.sha256": np.array(data.digest(work, name))}
    save(path, arrays)


def read(path, work, teacher):
    """Writes <work>/<teacher>/labels/<set>.npz for every set of the file that has been prepared."""
    folder = Path(work) / teacher / "labels"
    folder.mkdir(parents=True, exist_ok=True)
    with np.load(path) as file:
        for name in file.files:
            if name.endswith(".sha256") or data.digest(work, name) is None:
                continue
            if file[f"{name}.sha256"] != data.digest(work, name):
                raise SystemExit(f"soft_labels.py: {name} has other texts, or in another order, than {path} is about. "
                                 "Train a teacher: recipe.py --teach")
            save(folder / f"{name}.npz", {"logits": unpack(file[name])})


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("write", "read"))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--teachers", nargs="+", required=True, help="to read: the one name of what is read")
    parser.add_argument("--sets", nargs="+", help="to write")
    parser.add_argument("--file", type=Path, default=FILE)
    args = parser.parse_args()
    if args.what == "write":
        write(args.work, args.teachers, args.sets, args.file)
    else:
        read(args.file, args.work, *args.teachers)


if __name__ == "__main__":
    main()
