"""Train the topic classifier (ten assistant domains and `other`) and write models/taskwire/topics.

Run: python scripts/train/topics.py --data DIR [--minutes 15]"""

from __future__ import annotations

import random
from pathlib import Path

import harness
from corpora import Clinc, Example, read_jsonl
from harness import Recipe, Run
from text import Classifier, ClassifierShape, train_wordpiece

SHAPE = ClassifierShape(vocabulary=5000, hidden=192, layers=2, heads=3, max_length=128)


def unrelated(data: Path, label: int) -> list[Example]:
    """Texts that belong to no domain: CLINC150 has only 100 out-of-scope training questions."""
    comments = [
        row["text"]
        for row in read_jsonl(data / "text-classification" / "goemotions" / "train.jsonl.gz")
        if row["labels"] == ["neutral"]
    ]
    sums = [row["question"].split(". ")[0] for row in read_jsonl(data / "text-generation" / "gsm8k_train.jsonl.gz")]
    return [Example(text, label) for text in random.sample(comments, 2500) + random.sample(sums, 500)]


def measure(classifier: Classifier, clinc: Clinc) -> dict[str, str]:
    inside, outside = clinc.split("test"), clinc.out_of_scope("test")
    probabilities = classifier.probabilities([example.text for example in inside])
    among_ten = (probabilities[:, :-1].argmax(-1).tolist(), [example.label for example in inside])
    ten = 100 * sum(a == b for a, b in zip(*among_ten, strict=True)) / len(inside)
    return {
        f"CLINC150 test, {len(inside)} questions, eleven labels": f"{classifier.accuracy(inside):.1f} % right",
        f"CLINC150 test, {len(inside)} questions, best of the ten domains": f"{ten:.1f} % right",
        f"CLINC150 out-of-scope test, {len(outside)} questions": f"{classifier.accuracy(outside):.1f} % found to be `{Clinc.OTHER}`",
    }


def main(run: Run) -> None:
    clinc = Clinc(run.data / "text-classification" / "clinc150")
    other = clinc.labels.index(Clinc.OTHER)
    examples = clinc.split("train") + clinc.out_of_scope("train") * 12 + unrelated(run.data, other)
    development = clinc.split("dev") + clinc.out_of_scope("dev")
    tokenizer = train_wordpiece((example.text for example in examples), SHAPE.vocabulary)
    classifier = Classifier(tokenizer, clinc.labels, SHAPE)
    recipe = Recipe(learning_rate=8e-4, warmup_steps=100, average=0.995, bfloat16=True)
    steps = classifier.fit(
        run, examples, recipe, word_dropout=0.15, evaluate=lambda: f"dev {classifier.accuracy(development):.1f} %"
    )
    classifier.save(run.out)
    harness.write_json(
        run.out / "taskwire.json",
        {
            "task": "text-classification",
            "description": "Topic of a request: ten assistant domains, or other",
            "license": "apache-2.0",
        },
    )
    harness.write_card(run, model=classifier.describe(), metrics=measure(classifier, clinc), steps=steps)
    for text in (
        "what is my account balance",
        "book a flight to rome",
        "how do i cook rice",
        "who won the world cup in 1998",
    ):
        scores = classifier.probabilities([text])[0]
        print(f"{text!r}: {clinc.labels[int(scores.argmax())]} {scores.max():.3f}", flush=True)


if __name__ == "__main__":
    main(harness.start("topics", minutes=15))
