#!/usr/bin/env python3
"""Records test/fixtures/decoding.json: how the tiny decoders go on from prompts, token by token, in PyTorch.

Run it after a tiny decoder changed (`make-model.py tiny`); test/runner/decoding.test.ts compares the engine with the
file, many texts at once, and needs no Python.

Needs what make-golden.py needs.
"""

import argparse
import json
from pathlib import Path

import torch
import transformers

from make_golden import decoding

ROOT = Path(__file__).resolve().parent.parent
MODELS = ["llama-gqa", "llama-classic"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fixtures", type=Path, default=ROOT / "test" / "fixtures", help="holds models/tiny")
    fixtures: Path = parser.parse_args().fixtures
    torch.set_num_threads(1)
    recorded = {"transformers": transformers.__version__, "torch": torch.__version__}
    models = {name: decoding.continuations(fixtures / "models" / "tiny" / name) for name in MODELS}
    out = fixtures / "decoding.json"
    out.write_text(json.dumps({"recorded": recorded, "models": models}, ensure_ascii=False) + "\n", "utf-8")
    for name, cases in models.items():
        lengths = [len(case["promptIds"]) for case in cases]
        closest = min(gap for case in cases for gap in case["gaps"])
        print(f"{name}: {len(cases)} prompts of {min(lengths)} to {max(lengths)} tokens, closest choice {closest}")


if __name__ == "__main__":
    main()
