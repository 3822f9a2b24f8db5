"""Text data: rows of .jsonl.gz files and the labelled sets that training and scripts/evaluate.py share.

Standard library alone; imported, never run."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Example:
    text: str
    label: int


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf8") as lines:
        return [json.loads(line) for line in lines]


def examples(path: Path) -> list[Example]:
    return [Example(row["text"], row["label"]) for row in read_jsonl(path)]


def goemotions(folder: Path, split: str) -> list[Example]:
    """Comments whose emotions are all positive (1) or all negative (0)."""
    groups = json.loads((folder / "labels.json").read_text())
    positive, negative = set(groups["positive"]), set(groups["negative"])
    found = []
    for row in read_jsonl(folder / f"{split}.jsonl.gz"):
        labels = set(row["labels"])
        if labels <= positive or labels <= negative:
            found.append(Example(row["text"], int(labels <= positive)))
    return found


def sentiment_tests(folder: Path) -> dict[str, list[Example]]:
    own = folder / "sentiment"
    return {
        "SST-2 dev": examples(folder / "extra" / "sst2_dev.jsonl.gz"),
        "SST-2 test": examples(folder / "extra" / "sst2_test.jsonl.gz"),
        "pros and cons": examples(own / "pros_cons_test.jsonl.gz"),
        "product reviews": examples(own / "product_reviews_test.jsonl.gz"),
        "GoEmotions": goemotions(folder / "goemotions", "test"),
    }


class Clinc:
    """CLINC150: 150 intents in ten domains; the domain is the label here, and an eleventh label says that none fits."""

    OTHER = "other"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        domains: dict[str, list[str]] = json.loads((folder / "domains.json").read_text())
        self.labels = [name.replace("_", " ") for name in sorted(domains)] + [self.OTHER]
        self.domain_of = {
            intent: self.labels.index(name.replace("_", " ")) for name, intents in domains.items() for intent in intents
        }

    def split(self, name: str) -> list[Example]:
        return [
            Example(row["text"], self.domain_of[row["label"]]) for row in read_jsonl(self.folder / f"{name}.jsonl.gz")
        ]

    def out_of_scope(self, name: str) -> list[Example]:
        return [
            Example(row["text"], self.labels.index(self.OTHER))
            for row in read_jsonl(self.folder / f"oos_{name}.jsonl.gz")
        ]
