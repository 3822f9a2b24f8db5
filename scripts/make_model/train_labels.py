"""Teaches the tiny BERTs two simple rules over made-up sentences: which mood, and which words are names."""

import json
from collections.abc import Callable

import numpy as np
import torch
from tokenizers import Encoding, Tokenizer
from torch import nn

from .words import COMMON

LONGEST = 64  # tokens of a text: what the tiny BERTs read
IGNORED = -100  # label that PyTorch's cross entropy leaves out
MOODS = {
    "good": "love happy good fun great warm thanks best".split(),
    "bad": "bad mud silence cold hate dull rain worst".split(),
}
NAMES = {
    "PER": ["Ann Lee", "John", "Bobson", "Zoë", "Mary Stone", "Peter"],
    "ORG": ["Acme Works", "Bobson & Co", "Blue River Bank", "Northlight", "Quill Press"],
    "LOC": ["New York", "Paris", "Köln", "東京", "Silver Lake", "Zürich"],
}
FILLERS = [word for word in COMMON if not any(word in words for words in MOODS.values())]
MARKS = [".", "!", "?", ",", " —", " 👍🏽", " 👩‍🚀", "\u0301", " 很好"]

Example = tuple[Encoding, int | list[int]]


def mood(tokenizer: Tokenizer, rng: np.random.Generator) -> Example:
    """0 negative, 1 neutral, 2 positive: the sign of good words minus bad ones."""
    words, balance = _fillers(rng, 1, 20), 0
    for _ in range(rng.integers(0, 4)):
        kind = "good" if rng.random() < 0.5 else "bad"
        balance += 1 if kind == "good" else -1
        words.insert(int(rng.integers(len(words) + 1)), str(rng.choice(MOODS[kind])))
    return _encode(tokenizer, " ".join(words)), int(np.sign(balance)) + 1


def names(tokenizer: Tokenizer, rng: np.random.Generator) -> Example:
    """0 is O; then B- and I- of PER, ORG and LOC in turn: the first piece of a name begins it."""
    text, spans = "", []
    for _ in range(rng.integers(1, 5)):
        text += " ".join(_fillers(rng, 0, 4)) + " "
        if rng.random() < 0.8:
            kind = int(rng.integers(3))
            name = str(rng.choice(list(NAMES.values())[kind]))
            spans.append((len(text), len(text) + len(name), kind))
            text += name + str(rng.choice([" ", " ", ", ", ". ", " 👩‍🚀 "]))
    encoding = _encode(tokenizer, text)
    labels = []
    for (start, end), special in zip(encoding.offsets, encoding.special_tokens_mask, strict=True):
        inside = [span for span in spans if span[0] <= start < span[1] and end > start]
        begins = bool(inside) and inside[0][0] == start
        labels.append(IGNORED if special else 0 if not inside else 1 + 2 * inside[0][2] + (0 if begins else 1))
    return encoding, labels


def _encode(tokenizer: Tokenizer, text: str) -> Encoding:
    encoding = tokenizer.encode(text)
    encoding.truncate(LONGEST)
    return encoding


def _fillers(rng: np.random.Generator, least: int, most: int) -> list[str]:
    words = [str(word) for word in rng.choice(FILLERS, int(rng.integers(least, most + 1)))]
    if words and rng.random() < 0.5:
        words[-1] += str(rng.choice(MARKS))
    return words


def train(
    model: nn.Module,
    tokenizer: Tokenizer,
    draw: Callable[[Tokenizer, np.random.Generator], Example],
    steps: int,
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    optimizer = torch.optim.AdamW(model.train().parameters(), lr=5e-3, weight_decay=0.01)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimizer, 5e-3, total_steps=steps, pct_start=0.1)
    for step in range(steps):
        drawn = [draw(tokenizer, rng) for _ in range(32)]
        encodings, targets = [encoding for encoding, _ in drawn], [target for _, target in drawn]
        longest = max(len(encoding.ids) for encoding in encodings)
        inputs = {
            "input_ids": _padded([encoding.ids for encoding in encodings], longest, 0),
            "attention_mask": _padded([encoding.attention_mask for encoding in encodings], longest, 0),
            "token_type_ids": _padded([encoding.type_ids for encoding in encodings], longest, 0),
        }
        labels = _padded(targets, longest, IGNORED) if isinstance(targets[0], list) else torch.tensor(targets)
        loss = nn.functional.cross_entropy(
            model(**inputs).logits.flatten(0, -2), labels.flatten(), ignore_index=IGNORED
        )
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        rates.step()
        if step % 200 == 0 or step == steps - 1:
            print(json.dumps({"step": step, "loss": round(loss.item(), 4)}), flush=True)
    model.eval()


def _padded(rows: list[list[int]], length: int, filler: int) -> torch.Tensor:
    return torch.tensor([row + [filler] * (length - len(row)) for row in rows])
