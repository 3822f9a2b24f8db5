"""Golden cases of text-classification (with NER and zero-shot) and embeddings."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoTokenizer, pipeline

from .reference import STABLE, Case, case, load

TEXTS = [
    "I love it",
    "The movie was not what they said it would be; two hours of rain, mud and silence.",
    "Bad.",
    "Naïve café owners in Zürich say: 很好 👍🏽 — don't you?",
]
LONG = "once upon a time there was a happy river and a city and " * 12
NAMES = "Ann Lee of Acme Works met John in New York, then came to Paris with Bobson & Co."
STORY = " ".join([NAMES, "Then two people of the city said no to John and Ann Lee.", NAMES, NAMES[8:], "Paris and Rome.", NAMES])
TOPIC = "The film was a picture of their life; two people and a dog."
FORECAST = "Snow and wind, then sun."
CHARACTERS = "start and end count characters (code points), as Python does: an emoji is one"


def classification(models: Path) -> list[Case]:
    return [*_sentiment(models), *_entities(models), *_zero_shot(models), *_pairs(models)]


def _ranked(scores: list[dict[str, Any]]) -> dict[str, Any]:
    best = sorted(scores, key=lambda entry: -entry["score"])
    return {"labels": [entry["label"] for entry in best], "scores": [entry["score"] for entry in best]}


def _sentiment(models: Path) -> list[Case]:
    folder = models / "bert-sentiment"
    classify = pipeline("text-classification", model=load(folder), tokenizer=AutoTokenizer.from_pretrained(folder))
    model = "tiny/bert-sentiment"

    def answer(text: str, top_k: int | None = None) -> dict[str, Any]:
        return _ranked(classify(text, top_k=top_k, truncation=True))

    batch = [*TEXTS, LONG]
    zero = "a good\u0000 story"
    return [
        case("one text, all labels best first", {"model": model, "inputs": TEXTS[0]}, answer(TEXTS[0])),
        case(
            "texts of different lengths in one request answer as they do alone",
            {"model": model, "inputs": batch},
            {"results": [answer(text) for text in batch]},
            note="the last one is cut at the model's 64 tokens",
        ),
        case("accents, Chinese and emoji", {"model": model, "inputs": TEXTS[3]}, answer(TEXTS[3])),
        case("top_k 1", {"model": model, "inputs": TEXTS[1], "top_k": 1}, answer(TEXTS[1], 1)),
        case(
            "top_k 2 of an array of one",
            {"model": model, "inputs": [TEXTS[2]], "top_k": 2},
            {"results": [answer(TEXTS[2], 2)]},
        ),
        case("NUL is a character that the tokenizer drops", {"model": model, "inputs": zero}, answer(zero)),
    ]


def _entities(models: Path) -> list[Case]:
    folder = models / "bert-ner"
    model, tokenizer = load(folder), AutoTokenizer.from_pretrained(folder)
    find = pipeline("token-classification", model=model, tokenizer=tokenizer, aggregation_strategy="simple")

    def answer(text: str) -> dict[str, Any]:
        with torch.no_grad():
            best = model(**tokenizer(text, return_tensors="pt")).logits[0].topk(2, -1).values
        if float((best[:, 0] - best[:, 1]).min()) < STABLE:
            raise ValueError(f"two labels of a token of {text!r} are nearly tied")
        entities = [{key: value for key, value in entity.items()} for entity in find(text)]
        names, scores = [entity["entity_group"] for entity in entities], [entity["score"] for entity in entities]
        return {"entities": entities, "labels": names, "scores": scores}

    accents = "Zoë 👩‍🚀 came from Köln to 東京, then home."
    def by_words(strategy: str) -> dict[str, Any]:
        entities = find(NAMES, aggregation_strategy=strategy)
        names, scores = [entity["entity_group"] for entity in entities], [entity["score"] for entity in entities]
        return {"entities": [dict(entity) for entity in entities], "labels": names, "scores": scores}

    def plain(text: str, **options: Any) -> dict[str, Any]:
        entities = [dict(entity) for entity in find(text, **options)]
        for entity in entities:
            if "entity" in entity:
                entity["entity_group"] = entity.pop("entity")
        names, scores = [entity["entity_group"] for entity in entities], [entity["score"] for entity in entities]
        return {"entities": entities, "labels": names, "scores": scores}

    def long(strategy: str, stride: int) -> dict[str, Any]:
        return plain(STORY, aggregation_strategy=strategy, stride=stride)

    request = {"model": "tiny/bert-ner"}
    windows = [
        case(
            f"a long text in windows that share {stride} tokens, {strategy}",
            {**request, "inputs": STORY, "stride": stride, "aggregation_strategy": strategy},
            long(strategy, stride),
            note="where windows found entities in one place the longest stays, or the surest",
        )
        for strategy, stride in (("simple", 0), ("simple", 10), ("simple", 40), ("first", 16), ("max", 16), ("average", 31))
    ]
    single = [
        case(
            "tokens by themselves, with their labels as they are",
            {**request, "inputs": NAMES, "aggregation_strategy": "none"},
            plain(NAMES, aggregation_strategy="none"),
        ),
        case(
            "no label is left out",
            {**request, "inputs": NAMES, "ignore_labels": []},
            plain(NAMES, ignore_labels=[]),
        ),
        case(
            "other labels are left out",
            {**request, "inputs": NAMES, "ignore_labels": ["PER", "O"]},
            plain(NAMES, ignore_labels=["PER", "O"]),
        ),
        case(
            "a short text is one window",
            {**request, "inputs": NAMES, "stride": 5},
            plain(NAMES, aggregation_strategy="simple", stride=5),
        ),
    ]
    by_word = [
        case(
            f"entities of whole words, aggregated by {strategy}",
            {**request, "inputs": NAMES, "aggregation_strategy": strategy},
            by_words(strategy),
        )
        for strategy in ("first", "average", "max")
    ]
    return [
        *by_word,
        *windows,
        *single,
        case("entities by transformers' simple aggregation", {**request, "inputs": NAMES}, answer(NAMES)),
        case("entities after emoji and accents", {**request, "inputs": accents}, answer(accents), note=CHARACTERS),
        case(
            "entities of several texts",
            {**request, "inputs": [TEXTS[2], NAMES, TEXTS[1]]},
            {"results": [answer(TEXTS[2]), answer(NAMES), answer(TEXTS[1])]},
        ),
    ]


def _zero_shot(models: Path) -> list[Case]:
    folder = models / "bert-nli"
    choose = pipeline("zero-shot-classification", model=load(folder), tokenizer=AutoTokenizer.from_pretrained(folder))
    candidates = ["weather", "movie", "city life", "music"]

    def answer(text: str, **options: Any) -> dict[str, Any]:
        found = choose(text, candidates, **options)
        if min(np.abs(np.diff(found["scores"]))) < 0.002:
            raise ValueError(f"two labels of {text!r} are nearly tied")
        return {"labels": found["labels"], "scores": found["scores"]}

    request = {"model": "tiny/bert-nli", "candidate_labels": candidates}
    template = "It is about {}, surely."
    return [
        case("zero-shot, one label of several", {**request, "inputs": TOPIC}, answer(TOPIC)),
        case(
            "zero-shot, each label by itself",
            {**request, "inputs": TOPIC, "multi_label": True},
            answer(TOPIC, multi_label=True),
            note="entailment against contradiction for each label; the scores do not add up to 1",
        ),
        case(
            "zero-shot of several texts",
            {**request, "inputs": [FORECAST, TOPIC]},
            {"results": [answer(text) for text in (FORECAST, TOPIC)]},
        ),
        case(
            "zero-shot with a hypothesis of one's own",
            {**request, "inputs": FORECAST, "hypothesis_template": template},
            answer(FORECAST, hypothesis_template=template),
        ),
    ]


def _pairs(models: Path) -> list[Case]:
    def answers(name: str) -> Callable[..., dict[str, Any]]:
        folder = models / name
        classify = pipeline("text-classification", model=load(folder), tokenizer=AutoTokenizer.from_pretrained(folder))

        def answer(first: str, second: str | None = None, **options: Any) -> dict[str, Any]:
            pair = {"text": first} | ({} if second is None else {"text_pair": second})
            return _ranked(classify(pair, top_k=None, truncation="longest_first", **options))

        return answer

    compare, entail = answers("bert-rerank"), answers("bert-nli")
    request, query = {"model": "tiny/bert-rerank"}, "which city has rain"
    raw = {"function_to_apply": "none"}
    mixed = [(query, TEXTS[1]), (TEXTS[0], None), (TEXTS[3], FORECAST)]
    long = [(query, LONG), (LONG, query), (LONG, LONG), (f"{TOPIC} {TOPIC}", LONG)]
    return [
        case(
            "a pair for a cross-encoder: one score, by the sigmoid",
            {**request, "inputs": query, "text_pair": FORECAST},
            compare(query, FORECAST),
        ),
        case(
            "one text beside several, raw scores",
            {**request, **raw, "inputs": query, "text_pair": TEXTS},
            {"results": [compare(query, text, **raw) for text in TEXTS]},
        ),
        case(
            "pairs and a text without a second one",
            {**request, "inputs": [first for first, _ in mixed], "text_pair": [second for _, second in mixed]},
            {"results": [compare(*pair) for pair in mixed]},
        ),
        case(
            "pairs that are too long lose the end of the longer text",
            {**request, **raw, "inputs": [first for first, _ in long], "text_pair": [second for _, second in long]},
            {"results": [compare(*pair, **raw) for pair in long]},
            note="truncation by longest_first to the model's 64 tokens",
        ),
        case(
            "a pair for a model of three labels, each by itself",
            {"model": "tiny/bert-nli", "inputs": TOPIC, "text_pair": TEXTS[1], "function_to_apply": "sigmoid"},
            entail(TOPIC, TEXTS[1], function_to_apply="sigmoid"),
        ),
    ]


def embeddings(models: Path) -> list[Case]:
    folder = models / "bert-embed"  # tiny/bert-embed-cls has the same weights and tokenizer
    encode, tokenizer = load(folder), AutoTokenizer.from_pretrained(folder)

    def vector(text: str, pooling: str = "mean", dimensions: int | None = None, normalize: bool = True) -> np.ndarray:
        inputs = tokenizer(text, truncation=True, return_tensors="pt")
        with torch.no_grad():
            states = encode(**inputs).last_hidden_state[0].numpy()
        pooled = (states[0] if pooling == "cls" else states.mean(0))[:dimensions]
        return pooled / np.linalg.norm(pooled) if normalize else pooled

    def tokens(texts: list[str]) -> dict[str, int]:
        return {"prompt_tokens": sum(len(tokenizer(text, truncation=True).input_ids) for text in texts)}

    request = {"model": "tiny/bert-embed"}
    batch = [*TEXTS, LONG]
    return [
        case(
            "one text, mean over tokens, length 1",
            {**request, "inputs": TEXTS[0]},
            {"embeddings": [vector(TEXTS[0])], "usage": tokens(TEXTS[:1])},
        ),
        case(
            "texts of different lengths in one request answer as they do alone",
            {**request, "inputs": batch},
            {"embeddings": [vector(text) for text in batch], "usage": tokens(batch)},
            note="the last one is cut at the model's 64 tokens; usage counts what the model read, with special tokens",
        ),
        case(
            "not normalised",
            {**request, "inputs": TEXTS[:2], "normalize": False},
            {"embeddings": [vector(text, normalize=False) for text in TEXTS[:2]]},
        ),
        case(
            "a model whose pooling is the first token",
            {"model": "tiny/bert-embed-cls", "inputs": TEXTS[:2]},
            {"embeddings": [vector(text, "cls") for text in TEXTS[:2]]},
            note="the weights are those of tiny/bert-embed",
        ),
        case(
            "pooling asked for",
            {**request, "inputs": TEXTS[1], "pooling": "cls"},
            {"embeddings": [vector(TEXTS[1], "cls")]},
        ),
        case(
            "eight dimensions, normalised after cutting",
            {**request, "inputs": TEXTS[:2], "dimensions": 8},
            {"embeddings": [vector(text, dimensions=8) for text in TEXTS[:2]]},
        ),
        case(
            "eight dimensions as they are",
            {**request, "inputs": TEXTS[1], "dimensions": 8, "normalize": False},
            {"embeddings": [vector(TEXTS[1], dimensions=8, normalize=False)]},
        ),
    ]
