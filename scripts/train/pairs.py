"""Pairs of texts that mean much the same, for sentences.py. Imported, never run."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from corpora import read_jsonl

Pair = tuple[str, str]


class Corpus:
    """Pairs of texts that mean much the same, from five sources, drawn at random."""

    def __init__(self, data: Path) -> None:
        self.synsets = read_jsonl(data / "embeddings" / "oewn_synsets.jsonl.gz")
        self.captions = [row["captions"] for row in read_jsonl(data / "embeddings" / "coco_captions_val2017.jsonl.gz")]
        self.intents: dict[str, list[str]] = {}
        for path in (
            data / "embeddings" / "banking77_train.jsonl.gz",
            data / "text-classification" / "clinc150" / "train.jsonl.gz",
        ):
            for row in read_jsonl(path):
                self.intents.setdefault(f"{path.parent.name} {row['label']}", []).append(row["text"])
        self.intent_names = list(self.intents)
        self.paragraphs = [
            split_sentences(text)
            for row in read_jsonl(data / "text-generation" / "standardebooks.jsonl.gz")
            for text in row["paragraphs"]
        ]
        self.paragraphs = [sentences for sentences in self.paragraphs if len(sentences) > 1]
        comments = read_jsonl(data / "text-classification" / "goemotions" / "train.jsonl.gz")
        films = read_jsonl(data / "text-classification" / "sentiment" / "sentence_polarity_train.jsonl.gz")
        self.plain = [row["text"] for row in comments + films] + [text for texts in self.captions for text in texts]
        self.plain += [row["definition"] for row in self.synsets] + [
            text for texts in self.paragraphs for text in texts if len(text) > 30
        ]
        by_id = {row["id"]: row for row in self.synsets}
        self.dictionary = [pair for row in self.synsets for pair in dictionary_pairs(row, by_id)]

    def texts(self) -> list[str]:
        return (
            self.plain
            + [text for texts in self.intents.values() for text in texts]
            + [word for pair in self.dictionary for word in pair]
        )

    def sources(self) -> list[tuple[float, Callable[[int], list[Pair]]]]:
        """How often each source fills a batch."""
        return [
            (0.30, self._dictionary),
            (0.25, self._captions),
            (0.10, self._intents),
            (0.12, self._neighbours),
            (0.05, self._halves),
            (0.18, self._damaged),
        ]

    def _dictionary(self, count: int) -> list[Pair]:
        return random.sample(self.dictionary, count)

    def _captions(self, count: int) -> list[Pair]:
        return [two(texts) for texts in random.sample(self.captions, count)]

    def _intents(self, count: int) -> list[Pair]:
        return [
            two(self.intents[name]) for name in random.sample(self.intent_names, min(count, len(self.intent_names)))
        ]

    def _neighbours(self, count: int) -> list[Pair]:
        pairs = []
        for sentences in random.sample(self.paragraphs, count):
            place = random.randrange(len(sentences) - 1)
            pairs.append((sentences[place], sentences[place + 1]))
        return pairs

    def _halves(self, count: int) -> list[Pair]:
        """The only long texts here: both halves of a paragraph."""
        return [
            (" ".join(s[: len(s) // 2]), " ".join(s[len(s) // 2 :])) for s in random.sample(self.paragraphs, count // 3)
        ]

    def _damaged(self, count: int) -> list[Pair]:
        return [(damage(text), damage(text)) for text in random.sample(self.plain, count)]


def split_sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.!?”]) +", text) if part]


def two(texts: Sequence[str]) -> Pair:
    first, second = random.sample(texts, 2)
    return first, second


def damage(text: str) -> str:
    """The text without a third of its words, at times with two neighbours swapped."""
    words = text.split()
    kept = [word for word in words if random.random() > 0.3] or words
    if len(kept) > 2 and random.random() < 0.5:
        place = random.randrange(len(kept) - 1)
        kept[place], kept[place + 1] = kept[place + 1], kept[place]
    return " ".join(kept)


def dictionary_pairs(row: dict[str, Any], by_id: dict[str, dict[str, Any]]) -> list[Pair]:
    """Word and definition, synonyms, now and then word and broader word, example and definition."""
    lemmas = [lemma.replace("_", " ") for lemma in row["lemmas"]]
    pairs = [(lemma, row["definition"]) for lemma in lemmas[:3]]
    if len(lemmas) > 1:
        pairs.append((lemmas[0], lemmas[1]))
    broader = by_id.get(row["hypernym"] or "")
    if broader and random.random() < 0.3:
        pairs.append((lemmas[0], broader["lemmas"][0].replace("_", " ")))
    if row["examples"] and row["examples"][0] and random.random() < 0.5:
        pairs.append((row["examples"][0], row["definition"]))
    return pairs
