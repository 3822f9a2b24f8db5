"""Train the sentiment classifier (positive, negative) and write models/taskwire/sentiment. Run: python scripts/train/sentiment.py --data DIR [--minutes 30]"""

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


def training_set(folder: Path, held_out: dict[str, list[Example]]) -> list[Example]:
    own = folder / "sentiment"
    found = examples(own / "sentence_polarity_train.jsonl.gz") * 4
    found += examples(own / "pros_cons_train.jsonl.gz")
    found += examples(own / "product_reviews_train.jsonl.gz") * 3
    found += examples(own / "opinion_lexicon.jsonl.gz")
    found += goemotions(folder / "goemotions", "train")
    found += review_passages(own / "movie_reviews.jsonl.gz", "train")
    found += everyday(12000)
    # No sentence that is measured on may be trained on, whatever its spacing or case.
    seen = {letters(example.text) for name, part in held_out.items() if name != "everyday" for example in part if len(letters(example.text)) > 15}
    return [example for example in found if letters(example.text) not in seen]


CARD = {
    "What it does": "Says whether an English text is `negative` or `positive`, with a score for each. The default text-classification model.",
    "Data and attribution": """\
Trained on, all CC BY 4.0:
- Sentence polarity (Pang and Lee 2005), pros and cons (Bing Liu 2008), product reviews (Hu and Liu 2004; Ding, Liu and Yu 2008), opinion lexicon (Bing Liu 2011), movie reviews (Pang and Lee 2004), all as distributed by NLTK (nltk/nltk_data, which states the licence);
- GoEmotions (Demszky et al., Google Research 2020; monologg/GoEmotions-pytorch), comments whose emotions are all positive or all negative;
- 12,000 everyday phrases written by `scripts/train/phrases.py`.

SST-2 is measured on and never trained on; training sentences that also occur in a measured set were removed.""",
    "Limits": """\
- English only; lower-cased; 256 tokens, the rest is cut off.
- Two labels: neutral or mixed texts get one of them too, often with a high score. Irony, comparisons and long reviews that weigh both sides are often wrong.
- Trained on film and product reviews, forum comments and templates; other domains (news, finance, medicine) were not measured.
- The everyday set is 60 hand-written phrases: a sanity check, not a benchmark.
- A small model trained from random weights in minutes: a pre-trained encoder does better by about ten points on SST-2.""",
}
HEADER: dict[str, str | list[str]] = {
    "license": "apache-2.0",
    "language": "en",
    "library_name": "transformers.js",
    "pipeline_tag": "text-classification",
    "tags": ["sentiment", "bert", "onnx"],
}


def measure(classifier: Classifier, held_out: dict[str, list[Example]]) -> dict[str, str]:
    names = {"everyday": "everyday phrases (hand-written)"}
    return {f"{names.get(name, name)}, {len(part)} texts": f"{classifier.accuracy(part):.1f} % right" for name, part in held_out.items()}


def main(run: Run) -> None:
    folder = run.data / "text-classification"
    held_out = sentiment_tests(folder) | {"everyday": EVERYDAY}
    rows = training_set(folder, held_out)
    tokenizer = train_wordpiece((example.text for example in rows), SHAPE.vocabulary)
    classifier = Classifier(tokenizer, LABELS, SHAPE)
    quick = {name: held_out[name] for name in ("SST-2 dev", "everyday")}
    steps = classifier.fit(run, rows, Recipe(learning_rate=6e-4), evaluate=lambda: str(measure(classifier, quick)))
    classifier.save(run.out)
    size = harness.parameters(classifier.model)
    harness.write_json(
        run.out / "taskwire.json",
        {"task": "text-classification", "default": True, "description": "English sentiment: negative or positive", "license": "apache-2.0"},
    )
    card = {**CARD, "Model": f"BERT for sequence classification: {SHAPE.layers} layers of {SHAPE.hidden}, own WordPiece vocabulary of {tokenizer.get_vocab_size()}, {size / 1e6:.2f} M parameters, fp32."}
    harness.write_card(run, title="sentiment", header=HEADER, sections=card, metrics=measure(classifier, held_out), steps=steps)
    for text in ("I love it", "I love this product! It's amazing.", "This is terrible", "The food was okay.", "not bad"):
        scores = classifier.probabilities([text])[0].tolist()
        print(f"{text!r}: negative {scores[0]:.3f}, positive {scores[1]:.3f}", flush=True)


if __name__ == "__main__":
    main(harness.start("sentiment", minutes=30))
