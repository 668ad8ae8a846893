"""A teacher's logits and CLS vectors for whole sets: <work>/<teacher>/labels/<set>.npz, rows as in the set."""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch

import data
import named
import weights
from train import PAD, predict


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--teacher", required=True, help="the --name of its run, or a checkpoint's folder in <work>")
    parser.add_argument("--tokenizer", choices=PAD, default="wordpiece")
    parser.add_argument("--sets", nargs="+", required=True, help="a set that is labelled already is skipped")
    args = parser.parse_args()

    torch.set_num_threads(1)
    folder = args.work / args.teacher / "labels"
    folder.mkdir(exist_ok=True)
    trained = args.work / args.teacher / "model.pt"
    model = weights.load_initial(trained if trained.exists() else trained.parent)
    for name in args.sets:
        path = folder / f"{name}.npz"
        if path.exists():
            continue
        begun = time.process_time()
        rows = data.load(args.work, name, args.tokenizer)
        logits, features = predict(model, rows, PAD[args.tokenizer])
        if name == "named":
            logits, features = (named.evened(rows) for rows in (logits, features))
        partial = path.with_suffix(".partial.npz")
        np.savez(partial, logits=logits, features=features)
        partial.replace(path)
        seconds = round(time.process_time() - begun)
        print(json.dumps({"set": name, "rows": len(rows), "cpu_seconds": seconds}), flush=True)


if __name__ == "__main__":
    main()
