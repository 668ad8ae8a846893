"""An image (models/MODEL.md, section 4) as numpy arrays that look into its bytes: for comparisons, and for changes."""

import hashlib
import json
import pathlib
import struct

import numpy as np

HEADER_NBYTES, ENTRY_NBYTES, NAME_NBYTES = 128, 80, 48
U32, F32, ROWS, LINEAR = 1, 2, 3, 4


def read_image(model):
    """The bytes of a model whose wire encoding is raw."""
    shards = json.loads((pathlib.Path(model) / "manifest.json").read_text(encoding="utf-8"))["shards"]
    assert all(shard["encoding"] == "raw" for shard in shards)
    return bytearray(b"".join((pathlib.Path(model) / shard["file"]).read_bytes() for shard in shards))


def write_model(model, image, directory):
    """A model with other bytes of as many, whose hashes fit."""
    manifest = json.loads((pathlib.Path(model) / "manifest.json").read_text(encoding="utf-8"))
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    for shard in manifest["shards"]:
        content = image[shard["offset"] : shard["offset"] + shard["size"]]
        (directory / shard["file"]).write_bytes(content)
        shard["sha256"] = hashlib.sha256(content).hexdigest()
    (directory / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def layout(kind, rows, columns):
    """Name, type and length of each part of a tensor."""
    if kind in (U32, F32):
        return [("values", np.uint32 if kind == U32 else np.float32, rows * columns)]
    if kind == ROWS:
        return [("scale", np.float32, rows), ("q", np.int8, rows * columns)]
    before = [("factor", np.float32, columns), ("source", np.uint16, columns), ("depth", np.uint8, rows // 8)]
    each = [("scale", np.float32, rows), ("colsum", np.int32, rows), ("bias", np.float32, rows)]
    return [*before, *each, ("packed", np.int8, rows * columns)]


def tensors_of(image):
    """{name: {"kind", part: array}}, in the image's order. `values` and `q` have the tensor's shape, `packed` has
    [panel][quad][output in the panel][k in the quad]."""
    tensors = {}
    for index in range(struct.unpack_from("<I", image, 20)[0]):
        entry = HEADER_NBYTES + ENTRY_NBYTES * index
        kind, rows, columns, _, at, _ = struct.unpack_from("<4I2Q", image, entry + NAME_NBYTES)
        tensor = {"kind": kind}
        for part, dtype, count in layout(kind, rows, columns):
            tensor[part] = np.frombuffer(image, dtype, count, at)
            at += (tensor[part].nbytes + 63) // 64 * 64
        for part in tensor.keys() & {"values", "q"}:
            tensor[part] = tensor[part].reshape(rows, columns)
        if kind == LINEAR:
            tensor["packed"] = tensor["packed"].reshape(rows // 8, columns // 4, 8, 4)
        tensors[bytes(image[entry : entry + NAME_NBYTES]).rstrip(b"\0").decode()] = tensor
    return tensors


def linears_of(image):
    return {name: tensor for name, tensor in tensors_of(image).items() if tensor["kind"] == LINEAR}


def weights_of(linear):
    """[output][column] of a linear layer, scales included."""
    q = linear["packed"].transpose(0, 2, 1, 3).reshape(len(linear["scale"]), -1)
    return linear["scale"][:, None] * q
