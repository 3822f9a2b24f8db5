"""Greedy continuations by the naive path: the whole text through PyTorch once more for every token, no cache."""

from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoTokenizer

from make_model import train_text

from .reference import load

COUNT = 20
NEW = 48
TOP = 20


def prompts(seed: int) -> list[str]:
    """From a word to as much as the window takes; some begin alike, as chats do."""
    rng = np.random.default_rng(seed)
    stories = [train_text.story(rng) for _ in range(8)]
    words = [" ".join(stories[i % 4 :] + stories[: i % 4]).split() for i in range(COUNT)]
    # Every second one begins inside a story.
    starts = [i if i % 2 else 0 for i in range(COUNT)]
    lengths = np.maximum(np.geomspace(1, 130, COUNT).astype(int), np.arange(1, COUNT + 1) // 2)
    cut = zip(words, starts, lengths, strict=True)
    texts = [" ".join(each[start : start + length]) for each, start, length in cut]
    return [*texts[:-2], "Zürich 👍🏽 is", texts[-1]]


def continuations(folder: Path) -> list[dict[str, Any]]:
    model, tokenizer = load(folder), AutoTokenizer.from_pretrained(folder)
    return [{"prompt": prompt, **_continue(model, tokenizer(prompt).input_ids)} for prompt in prompts(11)]


@torch.no_grad()
def _continue(model: torch.nn.Module, prompt: list[int]) -> dict[str, Any]:
    """
    `gaps`: how far the best logit is above the second, whose id is in `seconds`; where it is next to nothing another
    order of additions may choose the other. `logprobs` are of the tokens in `ids`; `top` are the best before the first.
    """
    ids = list(prompt)
    gaps, seconds, logprobs, top = [], [], [], []
    for _ in range(NEW):
        logits = model(torch.tensor([ids])).logits[0, -1]
        best = logits.topk(2)
        scores = logits.log_softmax(-1)
        top = top or [[int(i), _rounded(scores[i])] for i in scores.topk(TOP).indices]
        gaps.append(_rounded(best.values[0] - best.values[1]))
        seconds.append(int(best.indices[1]))
        logprobs.append(_rounded(scores.max()))
        ids.append(int(best.indices[0]))
    new = ids[len(prompt) :]
    return {"promptIds": prompt, "ids": new, "gaps": gaps, "seconds": seconds, "logprobs": logprobs, "top": top}


def _rounded(value: torch.Tensor) -> float:
    return round(float(value), 6)
