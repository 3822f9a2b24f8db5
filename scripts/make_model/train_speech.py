"""Teaches the tiny speech models the language of tones: tests then hear words, pauses and two languages."""

import json
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from transformers import Wav2Vec2ForCTC, WhisperFeatureExtractor, WhisperForConditionalGeneration

from . import tones

IGNORED = -100  # label that PyTorch's cross entropy leaves out


@dataclass(frozen=True)
class SpeechTokens:
    """Ids the Whisper task needs: `words` holds the tokens of each language's words, `time` the id of <|0.00|>."""

    start: int
    end: int
    languages: dict[str, int]
    transcribe: int
    translate: int
    no_timestamps: int
    words: dict[str, list[list[int]]]

    @property
    def time(self) -> int:
        return self.no_timestamps + 1


def train_ctc(model: Wav2Vec2ForCTC, vocabulary: dict[str, int], steps: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    schedule = _Schedule(model, 3e-3, steps)
    for step in range(steps):
        texts = [" ".join(_random_word(rng) for _ in range(rng.integers(1, 4))) for _ in range(16)]
        # One length a batch: these models normalise over the whole clip and know no padding.
        sounds = [tones.noisy(tones.spell(text), rng) for text in texts]
        longest = max(map(len, sounds))
        sounds = [np.pad(sound, (0, longest - len(sound))) for sound in sounds]
        inputs = torch.tensor(np.stack([(sound - sound.mean()) / np.sqrt(sound.var() + 1e-7) for sound in sounds]))
        ids = [[vocabulary[letter] for letter in text.replace(" ", "|")] for text in texts]
        labels = torch.full((len(ids), max(map(len, ids))), IGNORED)
        for row, each in enumerate(ids):
            labels[row, : len(each)] = torch.tensor(each)
        schedule.step(step, model(inputs, labels=labels).loss)
    model.eval()


def _random_word(rng: np.random.Generator) -> str:
    return "".join(tones.LETTERS[i] for i in rng.integers(0, len(tones.LETTERS), rng.integers(2, 6)))


def train_whisper(
    model: WhisperForConditionalGeneration,
    extractor: WhisperFeatureExtractor,
    tokens: SpeechTokens,
    steps: int,
    seed: int,
) -> None:
    rng = np.random.default_rng(seed)
    slots = round(extractor.chunk_length / tones.SLOT_SECONDS)
    clips = [_clip(rng, slots, extractor) for _ in range(3000)]
    schedule = _Schedule(model, 4e-3, steps)
    for step in range(steps):
        chosen = [clips[i] for i in rng.integers(0, len(clips), 32)]
        sequences = [_targets(phrases, language, tokens, rng) for _, phrases, language in chosen]
        longest = max(len(ids) for ids, _ in sequences)
        ids = torch.tensor([each + [tokens.end] * (longest - len(each)) for each, _ in sequences])
        labels = torch.tensor([each + [IGNORED] * (longest - len(each)) for _, each in sequences])
        features = torch.stack([features for features, _, _ in chosen])
        logits = model(input_features=features, decoder_input_ids=ids).logits
        schedule.step(step, nn.functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED))
    model.eval()


def _clip(
    rng: np.random.Generator, slots: int, extractor: WhisperFeatureExtractor
) -> tuple[torch.Tensor, list[tones.Phrase], str]:
    language = str(rng.choice(["en", "de"]))
    phrases = tones.random_phrases(slots, rng)
    sound = tones.noisy(tones.sing(phrases, language, slots), rng)
    features = extractor(sound, sampling_rate=tones.RATE, return_tensors="pt").input_features[0]
    return features, phrases, language


def _targets(
    phrases: list[tones.Phrase], heard: str, tokens: SpeechTokens, rng: np.random.Generator
) -> tuple[list[int], list[int]]:
    """Decoder input and labels: a random language and task are asked for, the first label is the language heard."""
    asked, translate, timed = str(rng.choice(["en", "de"])), rng.random() < 0.3, rng.random() < 0.6
    prompt = [tokens.start, tokens.languages[asked], tokens.translate if translate else tokens.transcribe]
    words = tokens.words["en" if translate else asked]
    text: list[int] = []
    for phrase in phrases:
        spoken = [token for word in phrase.words for token in words[word]]
        text += [_time(phrase.start, tokens), *spoken, _time(phrase.end, tokens)] if timed else spoken
    if not timed:
        prompt.append(tokens.no_timestamps)
    labels = [tokens.languages[heard]] + [IGNORED] * (len(prompt) - 2) + [*text, tokens.end]
    return prompt + text, labels


def _time(slot: int, tokens: SpeechTokens) -> int:
    return tokens.time + round(slot * tones.SLOT_SECONDS / 0.02)


class _Schedule:
    """AdamW with a linear warm-up and a cosine to zero."""

    def __init__(self, model: nn.Module, rate: float, steps: int) -> None:
        self.model, self.steps = model.train(), steps
        self.optimizer = torch.optim.AdamW(model.parameters(), lr=rate, weight_decay=0.01)
        warm_up = max(1, steps // 20)
        self.rates = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer,
            lambda step: min(1.0, (step + 1) / warm_up) * 0.5 * (1 + np.cos(np.pi * step / steps)),
        )

    def step(self, step: int, loss: torch.Tensor) -> None:
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.rates.step()
        if step % 200 == 0 or step == self.steps - 1:
            print(json.dumps({"step": step, "loss": round(loss.item(), 4)}), flush=True)
