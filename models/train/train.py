"""One training run: a teacher on labels, or a student on labels and a teacher's logits.

Resumable: <work>/<name>/run.pt is written every few minutes and taken up again by the same command. At the end
<work>/<name>/model.pt holds the running mean of the weights. <work>/<name>/log.jsonl has a line for each report.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import data
import metrics
import weights
from encoder import fast_products

# A teacher may have a BPE of its own.
PAD = {"wordpiece": 0, "bpe": 1, "bpe-teacher": 1}
WORDS = ("words.weight", "positions.weight")
# Batches to which the projection of CLS vectors is fitted at first.
FITTED = 64


def parse_set(text):
    """gold:2:1.0 -> 2 passes over gold, each row's loss times 1."""
    name, passes, weight = text.split(":")
    return name, float(passes), float(weight)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--init", type=Path, required=True)
    parser.add_argument("--tokenizer", choices=PAD, required=True)
    parser.add_argument("--sets", nargs="+", type=parse_set, required=True, metavar="NAME:PASSES:WEIGHT")
    parser.add_argument("--eval", nargs="*", default=["dev", "tse-held", "airline-held"])
    parser.add_argument("--teachers", nargs="*", default=[], help="labelled by label.py; logits are averaged")
    parser.add_argument("--soft", type=float, default=0.5, help="share of the teacher in the loss of a labelled row")
    parser.add_argument("--feature", type=float, default=0, help="weight of the distance to the teachers' CLS vectors")
    parser.add_argument("--adjust", type=float, default=0.6, help="of logits: 0 keeps gold's classes, 1 balances them")
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--smoothing", type=float, default=0.05)
    parser.add_argument("--lr", type=float, required=True)
    parser.add_argument("--words-lr", type=float, default=1, help="the embeddings' rate, as a multiple")
    parser.add_argument("--tie", action="store_true", help="words whose embeddings are equal keep having equal ones")
    parser.add_argument("--freeze", type=int, default=0, help="leave the embeddings and so many blocks as they are")
    parser.add_argument("--decay", type=float, default=0.5, help="share of the run in which the rate falls to 0")
    parser.add_argument("--warmup", type=float, default=0.06)
    parser.add_argument("--batch", type=int, default=2048, help="token ids in a batch")
    parser.add_argument("--steps", type=int, help="end after so many, rather than after all rows")
    parser.add_argument("--ema", type=float, default=0.99)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--save-minutes", type=float, default=4)
    parser.add_argument("--eval-every", type=int, default=0, help="steps; 0: at the end only")
    parser.add_argument("--quantize", choices=("int8", "int4"), help="simulate the library's arithmetic")
    return parser.parse_args()


def normed(vectors):
    """A teacher's CLS vectors, each with mean 0 and variance 1: teachers differ in size."""
    return F.layer_norm(torch.from_numpy(vectors).float(), vectors.shape[1:]).half().numpy()


class Mix:
    """The training rows of all sets, each with its weight, its set's class offsets and its teacher's logits."""

    def __init__(self, args, rng):
        gold = np.bincount(data.load(args.work, "gold", args.tokenizer).labels, minlength=3)
        gold = np.log(gold / gold.sum())
        self.rows, self.offsets, self.index = [], [], []
        self.logits, self.features = [], []
        for number, (name, passes, weight) in enumerate(args.sets):
            rows = data.load(args.work, name, args.tokenizer)
            counts = np.bincount(rows.labels[rows.labels >= 0], minlength=3)
            if not counts.all():
                # distant knows no neutral tweet: its guesses are none about three classes, and the teacher alone says.
                rows.labels[:] = -1
                counts[:] = 0
            # Each set has its own class balance. The model's own logits are to carry gold's to the power of 1 - adjust.
            offset = np.log(counts / counts.sum()) - (1 - args.adjust) * gold if counts.sum() else np.zeros(3)
            self.rows.append(rows)
            self.offsets.append(offset)
            labels = self.load_labels(args, name)
            if labels:
                self.logits.append(np.mean([label["logits"] for label in labels], axis=0, dtype=np.float32))
                vectors = [normed(label["features"]) for label in labels if "features" in label]
                self.features.append(np.concatenate(vectors, axis=1) if args.feature and vectors else None)
            elif counts.sum() == len(rows):
                # Never seen by the teacher: NaN stands for that. The rows' own labels do.
                self.logits.append(np.full((len(rows), 3), np.nan, dtype=np.float32))
                self.features.append(None)
            else:
                raise SystemExit(f"train.py: {name} has rows without a label; label it first: label.py")
            order = rng.permutation(len(rows))
            while passes > 0:
                part = order[:round(min(passes, 1) * len(rows))]
                self.index.append(np.stack([np.full(len(part), number), part], axis=1))
                passes -= 1
        self.has_features = args.feature > 0
        if self.has_features:
            # Only zeros where no teacher gave any: loss_of leaves those out.
            width = max((features.shape[1] for features in self.features if features is not None), default=0)
            if not width:
                raise SystemExit("train.py: --feature needs CLS vectors of a teacher: label.py, not soft_labels.py")
            self.features = [np.zeros((len(rows), width), dtype=np.float16) if features is None else features
                             for rows, features in zip(self.rows, self.features)]
        self.weights = [weight for _, _, weight in args.sets]
        self.index = np.concatenate(self.index)
        self.lengths = np.concatenate([rows.lengths for rows in self.rows])
        self.first = np.cumsum([0] + [len(rows) for rows in self.rows])
        self.lengths = self.lengths[self.first[self.index[:, 0]] + self.index[:, 1]]

    @staticmethod
    def load_labels(args, name):
        """What the teachers say of a set: those who have seen it, which need not be all."""
        paths = [args.work / teacher / "labels" / f"{name}.npz" for teacher in args.teachers]
        return [np.load(path) for path in paths if path.exists()]

    def batch(self, which, pad_id):
        index = self.index[which]
        lengths = self.lengths[which]
        ids = np.full((len(which), int(lengths.max())), pad_id, dtype=np.int64)
        for row, (number, i) in enumerate(index):
            rows = self.rows[number]
            ids[row, :lengths[row]] = rows.ids[rows.starts[i]:rows.starts[i + 1]]

        def gather(parts):
            return torch.from_numpy(np.stack([parts[number][i] for number, i in index]).astype(np.float32))

        return {
            "ids": torch.from_numpy(ids),
            "lengths": torch.from_numpy(lengths),
            "labels": torch.tensor([int(self.rows[number].labels[i]) for number, i in index]),
            "offsets": torch.from_numpy(np.stack([self.offsets[number] for number, _ in index]).astype(np.float32)),
            "weights": torch.tensor([self.weights[number] for number, _ in index]),
            "logits": gather(self.logits),
            "features": gather(self.features) if self.has_features else None,
        }


def loss_of(args, logits, first, batch, projection):
    """Cross entropy on what is labelled, divergence from the teacher on everything that has one."""
    labelled = batch["labels"] >= 0
    hard = F.cross_entropy(logits + batch["offsets"], batch["labels"].clamp(min=0), reduction="none",
                           label_smoothing=args.smoothing)
    taught = batch["logits"].isfinite().all(1)
    share = torch.where(labelled, args.soft, 1.0) * taught
    soft = F.kl_div(logits.log_softmax(1), batch["logits"].nan_to_num().softmax(1), reduction="none").sum(1)
    loss = (1 - share) * hard + share * soft
    if batch["features"] is not None:
        seen = batch["features"].any(1)
        loss = loss + args.feature * seen * (projection(first) - batch["features"]).pow(2).mean(1)
    return (loss * batch["weights"]).sum() / batch["weights"].sum()


@torch.no_grad()
def fitted_projection(model, batches):
    """From the student's CLS vectors to its teachers', as close as it can start: least squares over some batches."""
    model.eval()
    ours, theirs = [], []
    for batch in batches:
        seen = batch["features"].any(1)
        ours.append(model(batch["ids"], batch["lengths"])[1][seen])
        theirs.append(batch["features"][seen])
    model.train()
    ours, theirs = torch.cat(ours), torch.cat(theirs)
    projection = torch.nn.Linear(ours.shape[1], theirs.shape[1])
    solution = torch.linalg.lstsq(F.pad(ours, (0, 1), value=1), theirs).solution
    projection.weight.copy_(solution[:-1].T)
    projection.bias.copy_(solution[-1])
    return projection


@torch.no_grad()
def predict(model, rows, pad_id, tokens=4096):
    """logits [rows, 3] and CLS vectors [rows, hidden] of all rows."""
    model.eval()
    logits = np.empty((len(rows), 3), dtype=np.float32)
    features = np.empty((len(rows), model.shape.hidden), dtype=np.float16)
    for index in data.batches(rows.lengths, tokens):
        ids, lengths = data.pad(rows, index, pad_id)
        with fast_products():
            out, first = model(ids, lengths)
        logits[index] = out.numpy()
        features[index] = first.numpy()
    model.train()
    return logits, features


def main():
    args = arguments()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    folder = args.work / args.name
    folder.mkdir(parents=True, exist_ok=True)
    log_file = open(folder / "log.jsonl", "a")

    def report(**line):
        print(json.dumps(line), file=log_file, flush=True)

    mix = Mix(args, rng)
    batches = data.batches(mix.lengths, args.batch, rng)
    total = min(args.steps or len(batches), len(batches))
    model = weights.load_initial(args.init)
    model.dropout.p = args.dropout
    if args.tie:
        model.tie()
    if args.quantize:
        import fake_quantize
        fake_quantize.apply(model, args.quantize)
    projection = None
    if args.feature:
        some = (mix.batch(index, PAD[args.tokenizer]) for index in batches[:FITTED])
        projection = fitted_projection(model, some)
    if args.freeze:
        for part in (model.words, model.positions, model.norm, *model.blocks[:args.freeze]):
            part.requires_grad_(False)
    words = [p for name, p in model.named_parameters() if name in WORDS and p.requires_grad]
    others = [p for name, p in model.named_parameters() if name not in WORDS and p.requires_grad]
    if projection:
        others += projection.parameters()
    groups = [{"params": words, "rate": args.words_lr}, {"params": others, "rate": 1}]
    groups = [group for group in groups if group["params"]]
    optimizer = torch.optim.AdamW(groups, lr=args.lr, weight_decay=0.01, betas=(0.9, 0.98), fused=True)
    parameters = words + others
    mean = [p.detach().clone() for p in model.parameters()]

    step = 0
    if (folder / "run.pt").exists():
        saved = torch.load(folder / "run.pt", weights_only=True)
        model.load_state_dict(saved["model"])
        optimizer.load_state_dict(saved["optimizer"])
        mean, step = saved["mean"], saved["step"]
        if projection:
            projection.load_state_dict(saved["projection"])
    report(event="start", step=step, steps=total, rows=len(mix.index), ids=int(mix.lengths.sum()), args=vars_of(args))

    def save():
        weights.save_state(model, folder / "run.pt", optimizer=optimizer.state_dict(), mean=mean, step=step,
                           projection=projection.state_dict() if projection else None)

    def with_mean(action):
        kept = [p.detach().clone() for p in model.parameters()]
        with torch.no_grad():
            for p, m in zip(model.parameters(), mean):
                p.copy_(m)
            result = action()
            for p, k in zip(model.parameters(), kept):
                p.copy_(k)
        return result

    def evaluate():
        found = {}
        for name in args.eval:
            rows = data.load(args.work, name, args.tokenizer)
            found[name] = metrics.evaluate(predict(model, rows, PAD[args.tokenizer])[0], rows.labels)
        return found

    model.train()
    every = 8
    began, saved_at, tokens, losses = time.monotonic(), time.monotonic(), 0, []
    cpu = time.process_time()
    while step < total:
        share = step / total
        rate = args.lr * min(1, (step + 1) / (args.warmup * total), (1 - share) / args.decay)
        for group in optimizer.param_groups:
            group["lr"] = rate * group["rate"]
        batch = mix.batch(batches[step], PAD[args.tokenizer])
        with fast_products():
            logits, first = model(batch["ids"], batch["lengths"])
        loss = loss_of(args, logits, first, batch, projection)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
        step += 1
        tokens += int(batch["lengths"].sum())
        losses.append(float(loss.detach()))
        if step % every == 0:
            # The mean follows faster at first, when there is nothing yet to remember.
            keep = min(args.ema ** every, (step - every + 1) / (step + 9 * every))
            with torch.no_grad():
                torch._foreach_lerp_(mean, list(model.parameters()), 1 - keep)
        if step % 50 == 0:
            now = time.monotonic()
            used = time.process_time()
            report(event="step", step=step, of=total, loss=round(float(np.mean(losses)), 4), rate=float(f"{rate:.3g}"),
                   tokens_per_second=round(tokens / (now - began)), tokens_per_cpu_second=round(tokens / (used - cpu)))
            began, cpu, tokens, losses = now, used, 0, []
        if time.monotonic() - saved_at > 60 * args.save_minutes:
            save()
            saved_at = time.monotonic()
        if args.eval_every and step % args.eval_every == 0 and step < total:
            report(event="eval", step=step, mean=with_mean(evaluate))
            began, cpu, tokens = time.monotonic(), time.process_time(), 0
    save()
    report(event="eval", step=step, last=evaluate(), mean=with_mean(evaluate))

    def finish(path):
        model.untie()
        weights.save_state(model, path)

    with_mean(lambda: finish(folder / "model.pt"))
    finish(folder / "last.pt")


def vars_of(args):
    return {name: str(value) if isinstance(value, Path) else value for name, value in vars(args).items()}


if __name__ == "__main__":
    main()
