"""Makes of a checkpoint what transformers.js and onnxruntime load: an ONNX file, quantised as models for browsers are.

usage: export_onnx.py CHECKPOINT DIR

CHECKPOINT is a folder of Hugging Face's layout. Written are DIR/config.json and DIR/onnx/model_quantized.onnx: inputs
input_ids and attention_mask, int64, texts x tokens of any number; output logits. The steps are those of the scripts of
transformers.js: PyTorch's export, then onnxruntime's quantize_dynamic with QInt8 weights, one scale per output channel,
in reduced range (7 bits, which CPUs without VNNI need).

Needs build/venv/torch (tests/python/setup.sh torch) and tests/python/requirements-onnxruntime.txt.
"""

import argparse
import pathlib
import shutil
import tempfile

import onnx
import torch
import transformers
from onnxruntime.quantization import QuantType, quantize_dynamic


class Exportable(torch.nn.Module):
    """Ids and mask to logits alone."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, input_ids, attention_mask):
        return self.network(input_ids=input_ids, attention_mask=attention_mask).logits


def export(network, path):
    ids = torch.full((2, 12), 5)
    axes = {0: torch.export.Dim("texts", min=1, max=4096), 1: torch.export.Dim("tokens", min=3, max=128)}
    torch.onnx.export(
        Exportable(network).eval(),
        (ids, torch.ones_like(ids)),
        path,
        input_names=["input_ids", "attention_mask"],
        output_names=["logits"],
        dynamic_shapes={"input_ids": axes, "attention_mask": axes},
        dynamo=True,
        verbose=False,
    )


def count_products(path):
    """How many matrix products of a quantised model are of integers, and how many are not."""
    kinds = [node.op_type for node in onnx.load(path).graph.node]
    return kinds.count("MatMulInteger"), kinds.count("MatMul") + kinds.count("Gemm")


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkpoint", type=pathlib.Path)
    parser.add_argument("directory", type=pathlib.Path)
    options = parser.parse_args()

    network = transformers.AutoModelForSequenceClassification.from_pretrained(
        options.checkpoint, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    quantized = options.directory / "onnx" / "model_quantized.onnx"
    quantized.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        plain = f"{folder}/model.onnx"
        export(network, plain)
        quantize_dynamic(plain, quantized, weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)
    shutil.copyfile(options.checkpoint / "config.json", options.directory / "config.json")
    integers, floats = count_products(quantized)
    print(f"{quantized}: {quantized.stat().st_size:,} bytes, {integers} int8 matrix products, {floats} others")


if __name__ == "__main__":
    main()
