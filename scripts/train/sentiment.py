"""Train the sentiment classifier (positive, negative) and write models/taskwire/sentiment.

Run: python scripts/train/sentiment.py --data DIR [--minutes 30]"""

from __future__ import annotations

import random
import re
from pathlib import Path

import harness
from corpora import Example, examples, goemotions, read_jsonl, sentiment_tests
from harness import Recipe, Run
from phrases import EVERYDAY, everyday
from text import Classifier, ClassifierShape, train_wordpiece

LABELS = ["negative", "positive"]
# Share of the minutes spent on guessing hidden words.
WARM_UP = 0.35
SHAPE = ClassifierShape(vocabulary=8000, hidden=192, layers=3, heads=3, max_length=256)


def letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())


def review_passages(path: Path, split: str) -> list[Example]:
    """Passages of whole film reviews, 2 to 12 sentences: the only long texts here. The ends of a review carry its verdict, so they come twice."""
    found = []
    for row in read_jsonl(path):
        if row["split"] != split:
            continue
        sentences = row["text"].split(" . ")
        begin = 0
        while begin < len(sentences):
            length = random.randint(2, 12)
            passage = Example(" . ".join(sentences[begin : begin + length]), row["label"])
            found += [passage] * (2 if begin == 0 or begin + length >= len(sentences) else 1)
            begin += length
    return found


def measured(held_out: dict[str, list[Example]]) -> set[str]:
    """What may not be trained on, whatever its spacing or case; short phrases ("great movie") may."""
    texts = [letters(example.text) for part in held_out.values() for example in part]
    return {text for text in texts if len(text) > 15}


def training_set(folder: Path, forbidden: set[str]) -> list[Example]:
    own = folder / "sentiment"
    found = examples(own / "sentence_polarity_train.jsonl.gz") * 4
    found += examples(own / "pros_cons_train.jsonl.gz")
    found += examples(own / "product_reviews_train.jsonl.gz") * 3
    found += examples(own / "opinion_lexicon.jsonl.gz")
    found += goemotions(folder / "goemotions", "train")
    found += review_passages(own / "movie_reviews.jsonl.gz", "train")
    found += everyday(12000)
    return [example for example in found if letters(example.text) not in forbidden]


def unlabelled(folder: Path, rows: list[Example], forbidden: set[str]) -> list[str]:
    """Every training text once, the sentences of the film reviews, and all of GoEmotions' training comments."""
    reviews = [
        row["text"] for row in read_jsonl(folder / "sentiment" / "movie_reviews.jsonl.gz") if row["split"] == "train"
    ]
    comments = [row["text"] for row in read_jsonl(folder / "goemotions" / "train.jsonl.gz")]
    sentences = [sentence for review in reviews for sentence in review.split(" . ")]
    texts = {*(row.text for row in rows if len(row.text) < 300), *comments, *sentences}
    return sorted(text for text in texts if letters(text) not in forbidden)


def measure(classifier: Classifier, held_out: dict[str, list[Example]]) -> dict[str, str]:
    names = {"everyday": "everyday phrases (hand-written)"}
    return {
        f"{names.get(name, name)}, {len(part)} texts": f"{classifier.accuracy(part):.1f} % right"
        for name, part in held_out.items()
    }


def main(run: Run) -> None:
    folder = run.data / "text-classification"
    held_out = sentiment_tests(folder) | {"everyday": EVERYDAY}
    forbidden = measured(held_out)
    rows = training_set(folder, forbidden)
    tokenizer = train_wordpiece((example.text for example in rows), SHAPE.vocabulary)
    classifier = Classifier(tokenizer, LABELS, SHAPE)
    quick = {name: held_out[name] for name in ("SST-2 dev", "everyday")}
    recipe = Recipe(learning_rate=1e-3, bfloat16=True)
    classifier.warm_up(run, unlabelled(folder, rows, forbidden), recipe, WARM_UP * run.minutes)
    recipe = Recipe(learning_rate=6e-4, bfloat16=True)
    minutes = (1 - WARM_UP) * run.minutes
    steps = classifier.fit(run, rows, recipe, minutes=minutes, evaluate=lambda: str(measure(classifier, quick)))
    classifier.save(run.out)
    harness.write_json(
        run.out / "taskwire.json",
        {
            "task": "text-classification",
            "default": True,
            "description": "English sentiment: negative or positive",
            "license": "apache-2.0",
        },
    )
    harness.write_card(run, model=classifier.describe(), metrics=measure(classifier, held_out), steps=steps)
    for text in (
        "I love it",
        "I love this product! It's amazing.",
        "This is terrible",
        "The food was okay.",
        "not bad",
    ):
        scores = classifier.probabilities([text])[0].tolist()
        print(f"{text!r}: negative {scores[0]:.3f}, positive {scores[1]:.3f}", flush=True)


if __name__ == "__main__":
    main(harness.start("sentiment", minutes=30))
