#!/usr/bin/env python3
"""Writes a model with random weights in hub layout: a public shape for benchmarks, or a tiny one for the tests.

Run it before `bench/` for the public shapes; run `make-model.py tiny --out test/fixtures/models/tiny` when a tiny model
must change, and `make-golden.py` after it. The tiny speech models are trained on tones, about ten minutes of one core.

Needs Python 3.11 and: torch 2.10, transformers 5.23, tokenizers 0.23, onnx 1.23, onnxruntime 1.30, onnxscript 0.7,
onnxruntime-genai 0.17 (decoders), numpy. Every graph is checked against PyTorch (1e-4) before the command ends.
"""

import argparse
import json
import shutil
import time
from pathlib import Path

import torch
from transformers.utils import logging

from make_model import shapes, tiny


def main() -> None:
    names = ["tiny", *(f"tiny-{name}" for name in tiny.MODELS), *shapes.MODELS]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", choices=names, help="'tiny' writes every tiny model, each into a folder below --out")
    parser.add_argument("--out", type=Path, required=True, help="the model's folder; what it holds is replaced")
    parser.add_argument("--dtype", choices=["fp32", "int4"], default="fp32", help="int4: decoders only")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=1, help="of PyTorch; the tiny models are the same for 1 alone")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    if options.dtype == "int4" and options.name not in shapes.DECODERS:
        parser.error(f"--dtype int4 is for {', '.join(shapes.DECODERS)}")
    wanted = list(tiny.MODELS) if options.name == "tiny" else [options.name.removeprefix("tiny-")]
    for name in wanted:
        folder = options.out / name if options.name == "tiny" else options.out
        write(name, folder, options)


def write(name: str, folder: Path, options: argparse.Namespace) -> None:
    """Replaces the folder by the model and prints one line about it."""
    started = time.monotonic()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if name in tiny.MODELS:
        difference = tiny.MODELS[name](folder, options.seed)
    else:
        difference = shapes.MODELS[name](folder, options.seed, options.dtype)
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    report = {"name": name, "out": str(folder), "bytes": size, "largest_difference": difference}
    print(json.dumps(report | {"seconds": round(time.monotonic() - started, 1)}), flush=True)


if __name__ == "__main__":
    main()
