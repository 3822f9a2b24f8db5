#!/usr/bin/env python3
"""Records tasks/<task>/golden.json: what Python's transformers answers on the tiny models and media.

Run it after a tiny model changed (`make-model.py tiny`) or to add a case; the tests compare the service with these
files and need no Python. Every number comes from PyTorch on the weights in the committed ONNX files, none from the
service.

Needs what make-model.py needs, and: pillow 13, scipy 1.17, jinja2 3.1.
"""

import argparse
import json
import platform
from pathlib import Path
from typing import Any

import onnxruntime
import torch
import transformers
from transformers.utils import logging

from make_golden import answers, generation, media, speech, text, vision

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--fixtures", type=Path, default=ROOT / "test" / "fixtures", help="holds models/tiny; media go there"
    )
    parser.add_argument("--tasks", type=Path, default=ROOT / "tasks", help="<task>/golden.json goes there")
    parser.add_argument("--only", help="one task")
    options = parser.parse_args()
    torch.set_num_threads(1)
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    models, pictures = options.fixtures / "models" / "tiny", options.fixtures / "media"
    media.write_all(pictures)
    recorders = {
        "text-classification": lambda: text.classification(models),
        "embeddings": lambda: text.embeddings(models),
        "question-answering": lambda: answers.questions(models),
        "fill-mask": lambda: answers.masks(models),
        "image-classification": lambda: vision.classification(models, pictures),
        "object-detection": lambda: vision.detection(models, pictures),
        "asr": lambda: speech.recognition(models, pictures),
        "text-generation": lambda: generation.generation(models),
    }
    for task, record in recorders.items():
        if options.only in (None, task):
            cases = record()
            write(options.tasks / task / "golden.json", {"recorded": versions(), "cases": cases})
            print(f"{task}: {len(cases)} cases")


def versions() -> dict[str, str]:
    return {
        "python": platform.python_version(),
        "transformers": transformers.__version__,
        "onnxruntime": onnxruntime.__version__,
        "torch": torch.__version__,
    }


def write(path: Path, body: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
