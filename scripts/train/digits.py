"""Train the spoken-digit recogniser and write models/taskwire/digits.

Run: python scripts/train/digits.py --data DIR [--minutes 60]

With --hold-out SPEAKER that speaker is left out of training, the error on that speaker is measured
and noted for the model card, and no model is written."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional

import harness
import voices
from harness import Recipe, Run
from metrics import word_errors
from speech import BLANK, DigitNet, hide_bands_and_times
from voices import RATE, WORDS, Clip, Sound

# A word's token begins with a space: joined and trimmed, tokens read "one five eight" by any CTC decoder.
VOCABULARY = ["<pad>", "<unk>", "|"] + [f" {word}" for word in WORDS]
# Fewest and most digits of an utterance, and utterances a batch: batches of like length waste little on padding.
BATCHES = ((0, 1, 28), (1, 1, 32), (2, 4, 18), (5, 8, 10), (8, 12, 8))
SYNTHETIC_SHARE = 0.35


def batch_of(sounds: Sequence[Sound]) -> tuple[torch.Tensor, torch.Tensor]:
    """Samples float [rows, longest] scaled as Wav2Vec2FeatureExtractor scales them, and mask int64, right-padded."""
    longest = max(map(len, sounds))
    samples, mask = torch.zeros(len(sounds), longest), torch.zeros(len(sounds), longest, dtype=torch.long)
    for row, sound in enumerate(sounds):
        samples[row, : len(sound)] = torch.from_numpy((sound - sound.mean()) / np.sqrt(sound.var() + 1e-7))
        mask[row, : len(sound)] = 1
    return samples, mask


def decode(logits: torch.Tensor) -> str:
    """Greedy CTC of [steps, labels]."""
    labels = torch.unique_consecutive(logits.argmax(-1)).tolist()
    return "".join(VOCABULARY[label] for label in labels if label != BLANK).strip()


@torch.no_grad()
def transcribe(model: DigitNet, sounds: Sequence[Sound]) -> list[str]:
    model.eval()
    texts = []
    for begin in range(0, len(sounds), 20):
        texts += [decode(row) for row in model(*batch_of(sounds[begin : begin + 20]))]
    return texts


def error_rate(model: DigitNet, pools: Sequence[Sequence[Clip]], count: int, noise: float = 0.0) -> float:
    """Word error rate in per cent: each clip alone as it was cut for `count` 0, with digital silence around it for 1, else 40 strings of `count` digits by each speaker, joined by digital silence."""
    rng, sounds, wanted = random.Random(1), [], []
    for pool in pools:
        for clip in pool if count <= 1 else range(40):
            if isinstance(clip, Clip) and count == 0:
                sound, words = clip.sound, [clip.word]
            else:
                sound, words = voices.plain_sentence([clip] if isinstance(clip, Clip) else pool, count, rng)
            if noise:
                sound = sound + np.random.default_rng(len(sound)).standard_normal(
                    len(sound), np.float32
                ) * noise * np.sqrt((sound**2).mean())
            sounds.append(sound)
            wanted.append(" ".join(words))
    pairs = [word_errors(reference, text) for reference, text in zip(wanted, transcribe(model, sounds), strict=True)]
    return 100 * sum(errors for errors, _ in pairs) / sum(words for _, words in pairs)


def train(run: Run, model: DigitNet, real: Sequence[Sequence[Clip]], synthetic: Sequence[Clip], phase: str) -> int:
    artificial = by_speaker([clip for clip in synthetic if clip.word in WORDS])
    others = [clip for clip in synthetic if clip.word not in WORDS]

    def loss_of(fraction: float) -> torch.Tensor:
        fewest, most, rows = BATCHES[1] if fraction < 0.05 else random.choice(BATCHES)
        pools = [random.choice(artificial if random.random() < SYNTHETIC_SHARE else real) for _ in range(rows)]
        sounds, words = zip(
            *(voices.sentence(pool, others, random.randint(fewest, most)) for pool in pools), strict=True
        )
        labels = [[VOCABULARY.index(f" {word}") for word in row] for row in words]
        with torch.autocast("cpu", enabled=False), torch.no_grad():
            features, frames = model.features(*batch_of(sounds))
        if fraction > 0.1:
            features = hide_bands_and_times(features) * frames
        logits, mask = model.encode(features, frames)
        lengths = torch.tensor([len(row) for row in labels])
        flat = torch.tensor([label for row in labels for label in row])
        chances = logits.float().log_softmax(-1).transpose(0, 1)
        losses = functional.ctc_loss(
            chances, flat, mask.sum(1).long(), lengths, blank=BLANK, reduction="none", zero_infinity=True
        )
        return (losses / lengths.clamp(min=1)).mean()

    recipe = Recipe(learning_rate=3e-3, weight_decay=0.02, warmup_steps=150, average=0.995, bfloat16=True)
    return harness.fit(run, model, loss_of, recipe, phase=phase)


def by_speaker(clips: Sequence[Clip]) -> list[list[Clip]]:
    groups: dict[str, list[Clip]] = {}
    for clip in clips:
        groups.setdefault(clip.speaker, []).append(clip)
    return list(groups.values())


def measure(model: DigitNet, test: Sequence[Sequence[Clip]]) -> dict[str, str]:
    clips = sum(map(len, test))
    silence, hiss = (
        np.zeros(3 * RATE, np.float32),
        np.random.default_rng(0).standard_normal(3 * RATE, np.float32) * 0.01,
    )
    empty = transcribe(model, [silence, hiss])
    return {
        f"FSDD test, known speakers, {clips} single digits as they were cut": f"WER {error_rate(model, test, 0):.1f} %",
        "the same with digital silence around them": f"WER {error_rate(model, test, 1):.1f} %",
        "the same, strings of 4 digits with digital silence between": f"WER {error_rate(model, test, 4):.1f} %",
        "the same, strings of 10 digits": f"WER {error_rate(model, test, 10):.1f} %",
        "the same, strings of 4 digits, white noise 15 dB below the speech": f"WER {error_rate(model, test, 4, 10 ** (-15 / 20)):.1f} %",
        "3 s of digital silence; of faint white noise": "; ".join(repr(text) for text in empty),
    }


def measure_stranger(run: Run, clips: Sequence[Clip], synthetic: Sequence[Clip], speaker: str) -> None:
    """Train without one speaker, measure on all of that speaker's clips, and keep the result for the card."""
    if speaker not in {clip.speaker for clip in clips}:
        raise SystemExit(f"no speaker {speaker!r} in the data")
    model = DigitNet(len(VOCABULARY))
    train(
        run,
        model,
        by_speaker([clip for clip in clips if clip.index > 4 and clip.speaker != speaker]),
        synthetic,
        f"without-{speaker}",
    )
    stranger = [[clip for clip in clips if clip.speaker == speaker]]
    known = by_speaker([clip for clip in clips if clip.index <= 4 and clip.speaker != speaker])
    result = {
        "minutes": run.minutes,
        "single": error_rate(model, stranger, 1),
        "four": error_rate(model, stranger, 4),
        "known": error_rate(model, known, 1),
    }
    harness.write_json(run.work / f"stranger-{speaker}.json", result)
    print(
        f"speaker {speaker}, never heard: WER {result['single']:.1f} % single digits, {result['four']:.1f} % strings of 4; "
        f"known speakers {result['known']:.1f} %"
    )


def stranger_rows(work: Path) -> dict[str, str]:
    rows = {}
    for path in sorted(work.glob("stranger-*.json")):
        result, speaker = json.loads(path.read_text()), path.stem.removeprefix("stranger-")
        name = f"speaker {speaker!r} never heard (a model trained {result['minutes']:g} minutes with --hold-out {speaker}), 500 clips"
        rows[name] = f"WER {result['single']:.1f} %; strings of 4: {result['four']:.1f} %"
    return rows


def save_tokenizer(out: Path) -> None:
    vocabulary = {token: index for index, token in enumerate(VOCABULARY)}
    harness.write_json(out / "vocab.json", vocabulary)
    # Not "special": a decoder told to skip special tokens would drop the blanks first and then merge "two two" into "two".
    plain = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": False}
    added = [{"id": index, "content": VOCABULARY[index], **plain} for index in (0, 1)]
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": added,
        "normalizer": None,
        "pre_tokenizer": {"type": "Split", "pattern": {"Regex": ""}, "behavior": "Isolated", "invert": False},
        "post_processor": None,
        "decoder": {"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": True},
        "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "<unk>"},
    }
    harness.write_json(out / "tokenizer.json", tokenizer)
    special = {
        "pad_token": "<pad>",
        "unk_token": "<unk>",
        "word_delimiter_token": "|",
        "bos_token": None,
        "eos_token": None,
    }
    harness.write_json(
        out / "tokenizer_config.json",
        {
            "tokenizer_class": "Wav2Vec2CTCTokenizer",
            "do_lower_case": False,
            "clean_up_tokenization_spaces": False,
            **special,
        },
    )


def save(run: Run, model: DigitNet, test: Sequence[Sequence[Clip]]) -> None:
    save_tokenizer(run.out)
    # wav2vec2 is the model whose interface this graph has; its default strides multiply to 320 samples, this graph's step.
    config = {
        "model_type": "wav2vec2",
        "architectures": ["Wav2Vec2ForCTC"],
        "vocab_size": len(VOCABULARY),
        "pad_token_id": BLANK,
        "conv_stride": [5, 2, 2, 2, 2, 2, 2],
    }
    harness.write_json(run.out / "config.json", config)
    extractor = {
        "feature_extractor_type": "Wav2Vec2FeatureExtractor",
        "processor_class": "Wav2Vec2Processor",
        "sampling_rate": RATE,
        "feature_size": 1,
        "padding_value": 0.0,
    }
    harness.write_json(
        run.out / "preprocessor_config.json",
        extractor | {"padding_side": "right", "do_normalize": True, "return_attention_mask": True},
    )
    harness.write_json(
        run.out / "taskwire.json",
        {
            "task": "asr",
            "default": True,
            "description": "Spoken English digits, zero to nine",
            "license": "cc-by-sa-4.0",
            "language": "en",
        },
    )
    rng = random.Random(2)
    sounds = [voices.plain_sentence(pool, count, rng)[0] for pool, count in zip(test, (3, 1, 12, 5), strict=False)]
    examples = [
        dict(zip(("input_values", "attention_mask"), batch_of(part), strict=True))
        for part in (sounds[:2], sounds[1:2], sounds, [np.zeros(100, np.float32)])
    ]
    ragged = {0: "batch_size", 1: "samples"}
    dynamic = {"input_values": ragged, "attention_mask": ragged, "logits": {0: "batch_size", 1: "steps"}}
    harness.export_onnx(model, examples, ["logits"], run.out / "onnx" / "model.onnx", dynamic=dynamic)


@torch.no_grad()
def padding_difference(model: DigitNet, test: Sequence[Sequence[Clip]]) -> float:
    """Largest difference between a sound's logits alone and in a padded batch."""
    rng, worst = random.Random(3), 0.0
    sounds = [voices.plain_sentence(pool, count, rng)[0] for pool, count in zip(test, (1, 2, 5, 9), strict=False)]
    together = model(*batch_of(sounds))
    for sound, row in zip(sounds, together, strict=True):
        alone = model(*batch_of([sound]))[0]
        worst = max(worst, (row[: len(alone)] - alone).abs().max().item())
    return worst


def main(run: Run) -> None:
    clips = voices.fsdd(run.data / "asr")
    synthetic = voices.synthetic(run.work / "voices.npz")
    print(f"digits: {len(clips)} recorded clips, {len(synthetic)} synthetic ones", flush=True)
    if run.options.hold_out:
        return measure_stranger(run, clips, synthetic, run.options.hold_out)
    model = DigitNet(len(VOCABULARY))
    size = harness.parameters(model)
    print(f"digits: {size / 1e6:.2f} M parameters", flush=True)
    steps = train(run, model, by_speaker([clip for clip in clips if clip.index > 4]), synthetic, "train")
    test = by_speaker([clip for clip in clips if clip.index <= 4])
    save(run, model, test)
    print(f"largest difference between a sound alone and in a padded batch: {padding_difference(model, test):.1e}")
    shape = (
        f"Log-mel features, eight depthwise separable convolutions and CTC over the ten words, our own design, {size / 1e6:.2f} M parameters, fp32; "
        "inputs and outputs are wav2vec2's (`input_values`, `attention_mask`, `logits` every 20 ms), so that it loads as `wav2vec2`."
    )
    harness.write_card(run, model=shape, metrics=measure(model, test) | stranger_rows(run.work), steps=steps)
    return None


if __name__ == "__main__":
    main(
        harness.start(
            "digits",
            minutes=60,
            add_options=lambda parser: parser.add_argument(
                "--hold-out", metavar="SPEAKER", help="measure on a speaker left out of training"
            ),
        )
    )
