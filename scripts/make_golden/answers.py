"""Golden cases of question-answering and fill-mask."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoTokenizer, pipeline

from .reference import Case, case, load
from .text import NAMES, TEXTS, TOPIC

APART = 0.0002  # two answers' scores at least so far apart: no rounding may swap them
RULES = "transformers 5 has no such pipeline: its model, and the documented rules of transformers 4.57 over the logits"
STORY = " ".join([NAMES, *TEXTS, TOPIC, "Snow and wind, then sun."])
WORDS = 10  # candidates beyond twice top_k, since several may be the same words


def questions(models: Path) -> list[Case]:
    folder = models / "bert-qa"
    model, tokenizer = load(folder), AutoTokenizer.from_pretrained(folder)

    def answer(question: str, context: str, **options: Any) -> dict[str, Any]:
        found = _find(model, tokenizer, question, context, **options)
        scores = [each["score"] for each in found]
        if len(scores) > 1 and np.abs(np.diff(scores)).min() < APART:
            raise ValueError(f"two answers to {question!r} are nearly tied: {scores}")
        top_k = options.get("top_k", 1)
        best = found[:top_k]
        return best[0] | ({"answers": best} if top_k > 1 else {})

    def one(name: str, question: str, context: str, **options: Any) -> Case:
        request = {"model": "tiny/bert-qa", "question": question, "context": context, **options}
        return case(name, request, answer(question, context, **options), note=RULES)

    return [
        one("one window", "Who came to Paris?", NAMES),
        one("the three best answers", "Who came to Paris?", NAMES, top_k=3),
        one("a context of several windows", "What was not good?", STORY),
        one("several windows, several answers", "Which city?", STORY, top_k=4),
        one("short windows that overlap by little", "Which city?", STORY, max_seq_len=32, doc_stride=4, top_k=3),
        one("characters are code points", "Who owns a café?", TEXTS[3], top_k=2),
        one("pieces of words", "Who owns a café?", TEXTS[3], align_to_words=False, top_k=2),
        one("answers of two tokens at most", "What is it?", TEXTS[1], max_answer_len=2, top_k=2),
        one("perhaps none", "What is it?", STORY, handle_impossible_answer=True, top_k=5),
        one("a word is enough", "Who?", "Ann"),
    ]


def _find(
    model: torch.nn.Module,
    tokenizer: Any,
    question: str,
    context: str,
    top_k: int = 1,
    max_answer_len: int = 15,
    max_seq_len: int | None = None,
    doc_stride: int | None = None,
    handle_impossible_answer: bool = False,
    align_to_words: bool = True,
) -> list[dict[str, Any]]:
    """One more answer than is asked for, so that the caller sees how far behind it is."""
    longest = max_seq_len or min(tokenizer.model_max_length, 384)
    stride = min(longest // 2, 128) if doc_stride is None else doc_stride
    windows = tokenizer(
        question, context, truncation="only_second", max_length=longest, stride=stride, return_overflowing_tokens=True
    )
    found: dict[str, dict[str, Any]] = {}
    null = float("inf")
    for index in range(len(windows["input_ids"])):
        names = ("input_ids", "attention_mask", "token_type_ids")
        with torch.no_grad():
            logits = model(**{name: torch.tensor([windows[name][index]]) for name in names})
        allowed = np.array([part == 1 for part in windows.sequence_ids(index)])
        allowed[0] = True
        start, end = (_softmax(part[0].numpy(), allowed) for part in (logits.start_logits, logits.end_logits))
        null = min(null, float(start[0] * end[0]))
        start[0] = end[0] = 0
        scores = np.tril(np.triu(np.outer(start, end)), max_answer_len - 1)
        order = np.argsort(-scores, axis=None)[: 2 * top_k + WORDS if align_to_words else top_k]
        for first, last in zip(*np.unravel_index(order, scores.shape)):
            if scores[first, last] > 0:
                span = _characters(windows[index], int(first), int(last), align_to_words)
                text = context[slice(*span)]
                entry = found.setdefault(
                    text.lower(), {"answer": text, "score": 0.0, "start": span[0], "end": span[1]}
                )
                entry["score"] += float(scores[first, last])
    answers = list(found.values())
    if handle_impossible_answer:
        answers.append({"answer": "", "score": null, "start": 0, "end": 0})
    return sorted(answers, key=lambda each: -each["score"])[: top_k + 1]


def _softmax(logits: np.ndarray, allowed: np.ndarray) -> np.ndarray:
    exps = np.where(allowed, np.exp(logits - logits[allowed].max()), 0)
    return exps / exps.sum()


def _characters(window: Any, first: int, last: int, whole_words: bool) -> tuple[int, int]:
    if not whole_words:
        return window.offsets[first][0], window.offsets[last][1]
    words = window.token_to_word(first), window.token_to_word(last)
    return window.word_to_chars(words[0], 1)[0], window.word_to_chars(words[1], 1)[1]


def masks(models: Path) -> list[Case]:
    folder = models / "bert-mask"
    fill = pipeline("fill-mask", model=load(folder), tokenizer=AutoTokenizer.from_pretrained(folder))
    request = {"model": "tiny/bert-mask"}
    one, start, accents = "I love the [MASK] of it.", "[MASK] and wind, then sun.", "Naïve café 很好 👍🏽 [MASK]"
    quoted = "Don't ask, it's [MASK] 's, isn't it ?"
    two = "The [MASK] was not what they [MASK] it would be."

    def answer(text: str, top_k: int = 5, **options: Any) -> dict[str, Any]:
        found = fill(text, top_k=top_k + (0 if options else 1), **options)
        for row in found if isinstance(found[0], list) else [found]:
            if np.abs(np.diff([each["score"] for each in row])).min() < APART:
                raise ValueError(f"two fillings of {text!r} are nearly tied: {row}")
        cut = [row[:top_k] for row in found] if isinstance(found[0], list) else found[:top_k]
        return {"fills": cut}

    targets = [each["token_str"] for each in fill(one, top_k=4)][3:0:-2]
    return [
        case("five fillings, best first", {**request, "inputs": one}, answer(one)),
        case("top_k 2", {**request, "inputs": one, "top_k": 2}, answer(one, 2)),
        case(
            "several texts",
            {**request, "inputs": [start, one, accents]},
            {"results": [answer(text) for text in (start, one, accents)]},
        ),
        case("spaces before marks and contractions are left out", {**request, "inputs": quoted}, answer(quoted)),
        case("two masks", {**request, "inputs": two, "top_k": 3}, answer(two, 3)),
        case(
            "only words that were named",
            {**request, "inputs": one, "targets": targets},
            answer(one, len(targets), targets=targets),
        ),
    ]
