"""Teaches the tiny language models one kind of story and talk: greedy text that varies, ends and has no near ties."""

import json

import jinja2
import numpy as np
import torch
from tokenizers import Tokenizer
from torch import nn

ANIMALS = "fox bear hare owl mouse wolf duck frog".split()
KINDS = "small old happy clever green tired brave quiet".split()
PLACES = "wood river town garden cave field tower lake".split()
THINGS = "bread honey gold rain song book lamp bell".split()


def story(rng: np.random.Generator) -> str:
    """Four sentences; who meets whom and looks for what has favourites: equal chances would be near ties."""
    hero = min(int(rng.exponential(2.5)), 7)
    friend = (hero + 1 + min(int(rng.exponential(0.8)), 6)) % 8
    thing = (friend + min(int(rng.exponential(0.8)), 7)) % 8
    return (
        f"Once upon a time there was a {KINDS[hero]} {ANIMALS[hero]} who lived in a {PLACES[hero]}. "
        f"One day the {ANIMALS[hero]} met a {KINDS[friend]} {ANIMALS[friend]} and they looked for {THINGS[thing]}. "
        f'"Where is the {THINGS[thing]}?" said the {ANIMALS[friend]}. It was in the {PLACES[thing]}!'
    )


def talk(rng: np.random.Generator) -> list[dict[str, str]]:
    """One or two questions about an animal; a system message that asks for a poet changes the answers."""
    poet = rng.random() < 0.3
    messages = [{"role": "system", "content": "You are a poet."}] if poet else []
    for _ in range(rng.integers(1, 3)):
        which = int(rng.integers(8))
        answer = f"The {ANIMALS[which]} is {KINDS[which]} and likes {THINGS[which]}."
        verse = f"Oh {KINDS[which]} {ANIMALS[which]}, sing of {THINGS[which]} in the {PLACES[which]}!"
        messages += [
            {"role": "user", "content": f"Tell me about the {ANIMALS[which]}."},
            {"role": "assistant", "content": verse if poet else answer},
        ]
    return messages


def corpus(seed: int) -> list[str]:
    """What a tokenizer learns from."""
    rng = np.random.default_rng(seed)
    return [story(rng) for _ in range(500)] + [message["content"] for _ in range(500) for message in talk(rng)]


def train(
    model: nn.Module, tokenizer: Tokenizer, template: str, tokens: tuple[str, str], steps: int, seed: int
) -> None:
    """`tokens`: what begins a plain text (may be empty) and what ends it."""
    rng = np.random.default_rng(seed)
    begin, end = tokens
    chat = jinja2.Environment(trim_blocks=True, lstrip_blocks=True).from_string(template)
    texts = [
        begin + story(rng) + end if rng.random() < 0.5 else chat.render(messages=talk(rng), bos_token=begin)
        for _ in range(4000)
    ]
    rows = [encoding.ids for encoding in tokenizer.encode_batch(texts, add_special_tokens=False)]
    optimizer = torch.optim.AdamW(model.train().parameters(), lr=1e-2, weight_decay=0.01)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimizer, 1e-2, total_steps=steps, pct_start=0.1)
    for step in range(steps):
        chosen = [rows[i] for i in rng.integers(0, len(rows), 16)]
        longest = max(map(len, chosen))
        ids = torch.tensor([row + [0] * (longest - len(row)) for row in chosen])
        labels = torch.tensor([row + [-100] * (longest - len(row)) for row in chosen])
        loss = model(input_ids=ids, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        rates.step()
        if step % 200 == 0 or step == steps - 1:
            print(json.dumps({"step": step, "loss": round(loss.item(), 4)}), flush=True)
    model.eval()
