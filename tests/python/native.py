"""The C tokenizer as a filter from JSON lines to JSON lines, through its shared object: reference.py's counterpart.

usage: native.py --library FILE --image FILE --tokenizer DIR --mode none|pysentimiento|bertweet < strings > tokens

Each line of standard input is a JSON string; each line of standard output an object {"text", "ids", "tokens"} as
tests/python/reference.py writes it. --image: a tokenizer image of DIR (tests/c/make-goldens.mjs). Lone surrogates in a
string stay what they are, as in Python.
"""

import argparse
import ctypes
import json
import pathlib
import sys

MODES = {"none": 0, "pysentimiento": 1, "bertweet": 2}
SURROGATES = 0x100
OK, NO_MEMORY = 0, 5


class Tokens(ctypes.Structure):
    """bt_tokens"""

    _fields_ = [
        ("ids", ctypes.POINTER(ctypes.c_int32)),
        ("length", ctypes.c_uint32),
        ("truncated", ctypes.c_uint32),
        ("text", ctypes.POINTER(ctypes.c_char)),
        ("text_nbytes", ctypes.c_size_t),
        ("begins", ctypes.POINTER(ctypes.c_uint32)),
        ("ends", ctypes.POINTER(ctypes.c_uint32)),
        ("inner", ctypes.POINTER(ctypes.c_uint8)),
    ]


def aligned(nbytes, alignment=64):
    """A buffer and its first address that is a multiple of alignment."""
    buffer = ctypes.create_string_buffer(nbytes + alignment)
    return buffer, ctypes.addressof(buffer) + -ctypes.addressof(buffer) % alignment


class Native:
    """A tokenizer of the shared object at library, on an image."""

    def __init__(self, library, image):
        self.library = ctypes.CDLL(str(library))
        self.library.bt_model_nbytes.restype = ctypes.c_size_t
        self.library.bt_tokenize_nbytes.restype = ctypes.c_size_t
        self.library.bt_tokenize_nbytes.argtypes = [ctypes.c_uint32, ctypes.c_size_t]
        self.library.bt_tokenize.argtypes = [
            ctypes.POINTER(Tokens),
            ctypes.c_void_p,
            ctypes.c_uint32,
            ctypes.c_char_p,
            ctypes.c_size_t,
            ctypes.c_uint32,
            ctypes.c_void_p,
            ctypes.c_size_t,
        ]
        content = pathlib.Path(image).read_bytes()
        self.image, image_at = aligned(len(content))
        ctypes.memmove(image_at, content, len(content))
        self.room, room_at = aligned(self.library.bt_model_nbytes())
        model, size = ctypes.c_void_p(), ctypes.c_size_t(len(content))
        status = self.library.bt_model_open(
            ctypes.byref(model), ctypes.c_void_p(room_at), ctypes.c_void_p(image_at), size, size, None
        )
        if status != OK:
            raise ValueError(f"bt_model_open: status {status}")
        self.model = model
        self.grow(1 << 16)

    def grow(self, nbytes):
        self.scratch_nbytes = nbytes
        self.scratch, self.scratch_at = aligned(nbytes)

    def encode(self, text, mode, max_tokens=0):
        """(preprocessed text, ids, truncated) of a str"""
        data = text.encode("utf-8", "surrogatepass")
        number = MODES[mode] | SURROGATES
        if self.library.bt_tokenize_nbytes(number, len(data)) > self.scratch_nbytes:
            self.grow(self.library.bt_tokenize_nbytes(number, len(data)))
        tokens = Tokens()
        while True:
            status = self.library.bt_tokenize(
                tokens, self.model, number, data, len(data), max_tokens, self.scratch_at, self.scratch_nbytes
            )
            if status != NO_MEMORY:
                break
            self.grow(2 * self.scratch_nbytes)
        if status != OK:
            raise ValueError(f"bt_tokenize: status {status}")
        preprocessed = ctypes.string_at(tokens.text, tokens.text_nbytes).decode("utf-8", "surrogatepass")
        return preprocessed, tokens.ids[: tokens.length], tokens.truncated


def read_tokens(directory):
    """Tokens by id, as BertweetTokenizer numbers them."""
    with open(pathlib.Path(directory) / "vocab.txt", encoding="utf-8") as file:
        listed = [line.strip().rpartition(" ")[0] for line in file]
    return ["<s>", "<pad>", "</s>", "<unk>", *listed, "<mask>"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--library", required=True)
    parser.add_argument("--image", required=True)
    parser.add_argument("--tokenizer", required=True)
    parser.add_argument("--mode", choices=MODES, required=True)
    options = parser.parse_args()

    native = Native(options.library, options.image)
    vocabulary = read_tokens(options.tokenizer)
    for line in sys.stdin:
        text, ids, _ = native.encode(json.loads(line), options.mode)
        print(json.dumps({"text": text, "ids": ids, "tokens": [vocabulary[i] for i in ids]}))


if __name__ == "__main__":
    main()
