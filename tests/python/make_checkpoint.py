"""Writes a checkpoint with random weights in the Hugging Face layout, tokenizer files and all.

usage: make_checkpoint.py SHAPE DIR                                                      (numpy: build/venv/text)
       make_checkpoint.py SHAPE DIR --transformers [--format bin|safetensors|sharded] [--dtype float32|float16|bfloat16]
                                                                                                (build/venv/torch)

SHAPE is a name of checkpoints.SHAPES, `full` for the published model's. Without --transformers the file is written by
the safetensors package from numpy, which takes no torch; with it by the save_pretrained of transformers. Both write the
same weights. The same arguments give the same bytes.
"""

import argparse
import json
import pathlib
import shutil

from checkpoints import SHAPES, random_checkpoint

TOKENIZER_FILES = ["vocab.txt", "bpe.codes", "added_tokens.json", "special_tokens_map.json", "tokenizer_config.json"]


def write_with_numpy(directory, config, tensors):
    from safetensors.numpy import save_file

    (directory / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    save_file(tensors, directory / "model.safetensors", metadata={"format": "pt"})


def write_with_transformers(directory, config, tensors, file_format, dtype):
    """As transformers saves a model. A .bin also holds what those of the published model's age do: position_ids and a
    pooler, which classification does not use."""
    import torch
    from transformers import RobertaConfig, RobertaForSequenceClassification

    dtype = getattr(torch, dtype)
    state = {name: torch.from_numpy(values).to(dtype) for name, values in tensors.items()}
    with torch.device("meta"):
        model = RobertaForSequenceClassification(RobertaConfig(**config)).to(dtype)
    model.load_state_dict(state, strict=True, assign=True)
    options = {"safe_serialization": file_format != "bin"}
    if file_format == "bin":
        dense = state["classifier.dense.weight"]
        options["state_dict"] = state | {
            "roberta.embeddings.position_ids": torch.arange(config["max_position_embeddings"]).expand((1, -1)),
            "roberta.pooler.dense.weight": torch.zeros_like(dense),
            "roberta.pooler.dense.bias": torch.zeros(len(dense), dtype=dtype),
        }
    if file_format == "sharded":
        options["max_shard_size"] = sum(tensor.nbytes for tensor in state.values()) // 3
    model.save_pretrained(directory, **options)


def make_checkpoint(name, directory, transformers=False, file_format="safetensors", dtype="float32"):
    """Writes the checkpoint of a shape into a new or existing folder."""
    config, tensors, tokenizer = random_checkpoint(SHAPES[name])
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for file in TOKENIZER_FILES:
        shutil.copyfile(tokenizer / file, directory / file)
    if transformers:
        write_with_transformers(directory, config, tensors, file_format, dtype)
    else:
        write_with_numpy(directory, config, tensors)
    for file in directory.glob("*.safetensors"):
        file.chmod(0o644)  # the safetensors package leaves them to their owner alone


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("shape", choices=SHAPES)
    parser.add_argument("directory")
    parser.add_argument("--transformers", action="store_true", help="write with transformers, in build/venv/torch")
    parser.add_argument("--format", default="safetensors", choices=["bin", "safetensors", "sharded"])
    parser.add_argument("--dtype", default="float32", choices=["float32", "float16", "bfloat16"])
    options = parser.parse_args()
    make_checkpoint(options.shape, options.directory, options.transformers, options.format, options.dtype)


if __name__ == "__main__":
    main()
