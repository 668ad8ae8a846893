"""onnxruntime's dynamic int8 of a checkpoint beside ours: which is closer to PyTorch's 32-bit floats?

usage: onnxruntime_int8.py CHECKPOINT MODEL DATA

CHECKPOINT is a folder of Hugging Face's layout, MODEL what `bertweet-wasm convert` made of it, DATA a file of lines
`label<TAB>text`. Prints a Markdown table: macro-averaged recall of the labels in DATA, and against PyTorch the part of
texts with the same label, the mean and largest difference of a score, and the mean KL divergence in nats.

All see the same ids, of our tokenizer, one text at a time: onnxruntime's dynamic quantisation takes one scale for all
activations of a tensor, so padding and neighbours would change its numbers. The export is quantised as models for
browsers usually are: quantize_dynamic, QInt8 weights, per channel, with reduced range, which CPUs without VNNI need.
The same file runs natively and in onnxruntime-web (onnxruntime_web.mjs: WebAssembly, in Node), whose kernels differ.

Needs build/venv/torch (setup.sh) and the packages of requirements-onnxruntime.txt.
"""

import argparse
import collections
import importlib.metadata
import json
import pathlib
import platform
import sys
import tempfile

import numpy
import onnxruntime
import torch
import transformers
from onnxruntime.quantization import QuantType, quantize_dynamic

from ours import CLI, ROOT, filter_json, int8_logits

BATCH = 64
WEB = ["node", ROOT / "tests/python/onnxruntime_web.mjs"]
CHECKED = 200  # texts for which the export must say what PyTorch says
PACKAGES = ("torch", "transformers", "onnx", "onnxruntime")


def tokenize(model, texts):
    """Ids of texts, as the model sees them."""
    command = [*CLI, "tokenize", "--tokenizer", model, "--input", "json", "--jsonl"]
    return [answer["ids"] for answer in filter_json(command, texts)]


def pytorch_logits(network, rows):
    """Texts of the same length together, so that nothing is padded."""
    logits = numpy.empty((len(rows), network.config.num_labels), dtype=numpy.float32)
    by_length = collections.defaultdict(list)
    for index, ids in enumerate(rows):
        by_length[len(ids)].append(index)
    with torch.inference_mode():
        for same in by_length.values():
            for batch in (same[at : at + BATCH] for at in range(0, len(same), BATCH)):
                logits[batch] = network(input_ids=torch.tensor([rows[index] for index in batch])).logits.numpy()
    return logits


class Exportable(torch.nn.Module):
    """Ids to logits, for texts without padding."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, input_ids, attention_mask):
        return self.network(input_ids=input_ids, attention_mask=attention_mask).logits


def export(network, path, longest):
    """Writes the network as ONNX, for one text of any length."""
    ids = torch.full((1, 12), 5)
    length = torch.export.Dim("length", min=3, max=longest)
    torch.onnx.export(
        Exportable(network).eval(),
        (ids, torch.ones_like(ids)),
        path,
        input_names=["input_ids", "attention_mask"],
        output_names=["logits"],
        dynamic_shapes={"input_ids": {1: length}, "attention_mask": {1: length}},
        dynamo=True,
        verbose=False,
    )


def onnxruntime_logits(path, rows):
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1  # texts are short: more threads would wait for each other
    session = onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])
    logits = []
    for ids in rows:
        ids = numpy.array([ids], dtype=numpy.int64)
        feed = {"input_ids": ids, "attention_mask": numpy.ones_like(ids)}
        logits.append(session.run(["logits"], {name.name: feed[name.name] for name in session.get_inputs()})[0])
    return numpy.concatenate(logits)


def softmax(logits):
    powers = numpy.exp(logits.astype(numpy.float64) - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


def macro_recall(gold, predicted):
    return numpy.mean([numpy.mean(predicted[gold == label] == label) for label in numpy.unique(gold)])


def row(name, scores, reference, gold):
    """A line of the table."""
    recall = f"{macro_recall(gold, scores.argmax(axis=1)):.2%}"
    if scores is reference:
        return f"| {name} | {recall} | | | | |"
    agreement = numpy.mean(scores.argmax(axis=1) == reference.argmax(axis=1))
    differences = numpy.abs(scores - reference)
    divergence = numpy.mean(numpy.sum(reference * numpy.log(reference / scores), axis=1))
    return (
        f"| {name} | {recall} | {agreement:.2%} | {differences.mean():.5f} | {differences.max():.4f} "
        f"| {divergence:.6f} |"
    )


def has_vnni():
    cpu = pathlib.Path("/proc/cpuinfo")
    return cpu.exists() and "vnni" in cpu.read_text(encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkpoint")
    parser.add_argument("model")
    parser.add_argument("data", type=pathlib.Path)
    options = parser.parse_args()

    network = transformers.AutoModelForSequenceClassification.from_pretrained(
        options.checkpoint, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    lines = options.data.read_text(encoding="utf-8").split("\n")
    names, texts = zip(*(line.split("\t", 1) for line in lines if line))
    labels = [network.config.id2label[index].lower() for index in range(network.config.num_labels)]
    gold = numpy.array([next(i for i, label in enumerate(labels) if name.startswith(label)) for name in names])

    rows = tokenize(options.model, texts)
    with tempfile.TemporaryDirectory() as folder:
        plain, quantized = f"{folder}/model.onnx", f"{folder}/model_quantized.onnx"
        export(network, plain, max(map(len, rows)))
        quantize_dynamic(plain, quantized, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
        exported = softmax(onnxruntime_logits(plain, rows[:CHECKED]))
        onnx_int8 = softmax(onnxruntime_logits(quantized, rows))
        web_int8 = softmax(numpy.array(filter_json([*WEB, quantized], rows), dtype=numpy.float32))
    reference = softmax(pytorch_logits(network, rows))
    if numpy.abs(exported - reference[:CHECKED]).max() > 1e-4:
        sys.exit("the ONNX export computes something else than PyTorch")
    ours = softmax(numpy.array(int8_logits(options.model, rows), dtype=numpy.float32))

    web = json.loads((ROOT / "tests/bench/package.json").read_text(encoding="utf-8"))["dependencies"]
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)
    versions += f", onnxruntime-web {web['onnxruntime-web']}"
    print(f"{len(rows)} texts of {options.data.name}; {versions}; {platform.machine()}, VNNI {has_vnni()}\n")
    print("| | macro-recall | same label as PyTorch | mean score difference | largest | KL |")
    print("|---|---|---|---|---|---|")
    print(row("PyTorch fp32", reference, reference, gold))
    print(row("bertweet-wasm int8", ours, reference, gold))
    print(row("onnxruntime int8 (dynamic), native", onnx_int8, reference, gold))
    print(row("onnxruntime int8 (dynamic), web", web_int8, reference, gold))


if __name__ == "__main__":
    main()
