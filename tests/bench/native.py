"""What Python users run, timed: onnxruntime on the quantised ONNX file, or PyTorch on the checkpoint in float32.

usage: native.py onnxruntime FILE THREADS
       native.py torch CHECKPOINT THREADS

Writes a line of JSON: what is loaded; then to each line {"rows", "ms"} on stdin one {"times", "logits"}: milliseconds
of calls with these rows of ids, repeated until ms milliseconds have passed, and the logits of the last.
"""

import argparse
import json
import sys
import time


def load_onnxruntime(path, threads):
    import numpy
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])

    def run(rows):
        ids = numpy.array(rows, dtype=numpy.int64)
        return session.run(["logits"], {"input_ids": ids, "attention_mask": numpy.ones_like(ids)})[0]

    return run, onnxruntime.__version__


def load_torch(checkpoint, threads):
    import torch
    import transformers

    torch.set_num_threads(threads)
    network = transformers.AutoModelForSequenceClassification.from_pretrained(checkpoint, dtype=torch.float32).eval()

    def run(rows):
        ids = torch.tensor(rows)
        with torch.inference_mode():
            return network(input_ids=ids, attention_mask=torch.ones_like(ids)).logits

    return run, torch.__version__


def measure(run, rows, ms):
    times = []
    end = time.perf_counter() + ms / 1000
    while not times or time.perf_counter() < end:
        start = time.perf_counter()
        logits = run(rows)
        times.append((time.perf_counter() - start) * 1000)
    return {"times": times, "logits": logits.reshape(-1).tolist()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("engine", choices=["onnxruntime", "torch"])
    parser.add_argument("model")
    parser.add_argument("threads", type=int)
    options = parser.parse_args()
    load = load_torch if options.engine == "torch" else load_onnxruntime
    run, version = load(options.model, options.threads)
    print(json.dumps({"threads": options.threads, "version": version}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        print(json.dumps(measure(run, request["rows"], request["ms"])), flush=True)


if __name__ == "__main__":
    main()
