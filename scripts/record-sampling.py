#!/usr/bin/env python3
"""Records test/fixtures/sampling.json: which tokens transformers' logits processors leave, and how likely each is.

Run it to add a case; test/unit/generate/sampler.test.ts compares the sampler with the file and needs no Python.

Needs transformers 5, torch.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers.generation import logits_process as processors

ROOT = Path(__file__).resolve().parent.parent
VOCABULARY = 40

# The service's names; the order of the processors is that of `generate`.
CASES: list[dict[str, Any]] = [
    {"temperature": 1.0},
    {"temperature": 0.3},
    {"temperature": 2.0},
    {"top_k": 1},
    {"top_k": 7},
    {"top_k": 100},
    {"top_p": 0.05},
    {"top_p": 0.6},
    {"top_p": 0.99},
    {"min_p": 0.02},
    {"min_p": 0.5},
    {"temperature": 1.7, "top_k": 20, "top_p": 0.9, "min_p": 0.05},
    {"temperature": 0.6, "top_k": 5, "top_p": 0.5},
    {"temperature": 1.5, "top_p": 0.8, "min_p": 0.1},
    {"repetition_penalty": 1.3},
    {"repetition_penalty": 0.7, "top_k": 10},
    {"logit_bias": {"3": 4.5, "17": -100.0}},
    {"logit_bias": {"3": 4.5, "5": -2.0}, "repetition_penalty": 1.8, "temperature": 0.8, "top_p": 0.95},
    {"typical_p": 0.05},
    {"typical_p": 0.4},
    {"typical_p": 0.95},
    {"temperature": 1.6, "typical_p": 0.6},
    {"temperature": 0.5, "typical_p": 0.2},
    {"temperature": 1.5, "top_k": 20, "typical_p": 0.5},
    {"temperature": 1.4, "top_k": 30, "top_p": 0.95, "min_p": 0.01, "typical_p": 0.8},
]


def chain(fields: dict[str, Any]) -> list[processors.LogitsProcessor]:
    made: list[processors.LogitsProcessor] = []
    if "logit_bias" in fields:
        bias = [[[int(token)], value] for token, value in fields["logit_bias"].items()]
        made.append(processors.SequenceBiasLogitsProcessor(sequence_bias=bias))
    if "repetition_penalty" in fields:
        made.append(processors.RepetitionPenaltyLogitsProcessor(penalty=fields["repetition_penalty"]))
    if "temperature" in fields:
        made.append(processors.TemperatureLogitsWarper(fields["temperature"]))
    if "top_k" in fields:
        made.append(processors.TopKLogitsWarper(top_k=fields["top_k"]))
    if "top_p" in fields:
        made.append(processors.TopPLogitsWarper(top_p=fields["top_p"]))
    if "min_p" in fields:
        made.append(processors.MinPLogitsWarper(min_p=fields["min_p"]))
    if "typical_p" in fields:
        made.append(processors.TypicalLogitsWarper(mass=fields["typical_p"]))
    return made


def record(fields: dict[str, Any]) -> dict[str, Any]:
    logits = (torch.randn(1, VOCABULARY) * 3).round(decimals=3)
    seen = torch.randint(VOCABULARY, (1, 12))
    scores = logits.clone()
    for process in chain(fields):
        scores = process(seen, scores)
    probabilities = scores[0].double().softmax(-1)
    left = {str(token): round(float(value), 7) for token, value in enumerate(probabilities) if value > 0}
    return {
        "fields": fields,
        "seen": seen[0].tolist(),
        "logits": [round(float(value), 3) for value in logits[0]],
        "probabilities": left,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "test" / "fixtures" / "sampling.json")
    torch.manual_seed(4)
    recorded = {"transformers": transformers.__version__, "torch": torch.__version__}
    body = {"recorded": recorded, "cases": [record(fields) for fields in CASES]}
    out: Path = parser.parse_args().out
    out.write_text(json.dumps(body) + "\n", "utf-8")
    print(f"{out}: {len(CASES)} cases")


if __name__ == "__main__":
    main()
