"""Print documents of the storybook, to read what the model is trained on: `cd scripts/train && python -m storybook 20`."""

from __future__ import annotations

import argparse
import random

from . import documents

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("count", type=int, nargs="?", default=10)
parser.add_argument("--seed", type=int, default=0)
options = parser.parse_args()
for document in documents(random.Random(options.seed), options.count):
    print("\n".join(f"{role}: {text}" for role, text in document), end="\n\n----\n\n")
