"""Golden cases of asr: CTC and Whisper."""

import wave
from pathlib import Path
from typing import Any

import numpy as np
from scipy.signal import resample_poly
from transformers import (
    AutoTokenizer,
    Wav2Vec2CTCTokenizer,
    Wav2Vec2FeatureExtractor,
    WhisperFeatureExtractor,
    pipeline,
)

from make_model import tiny, tones

from . import media as sounds
from .reference import Case, case, load

RESAMPLED = "resampled by scipy in the reference; the words must not depend on the resampler"
LONG_TOLERANCE_SECONDS = 0.35  # a window cut within a phrase shifts the times that so small a model sees
TIMES = "one position of the encoder is 20 ms"


def read_wav(path: Path) -> tuple[np.ndarray, float]:
    """Mono samples at 16 kHz, and seconds."""
    with wave.open(str(path)) as file:
        rate, channels = file.getframerate(), file.getnchannels()
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32_768
    mono = samples.reshape(-1, channels).mean(1)
    if rate != tones.RATE:
        step = np.gcd(rate, tones.RATE)
        mono = resample_poly(mono, tones.RATE // step, rate // step)
    return mono.astype(np.float32), len(samples) / channels / rate


def recognition(models: Path, media: Path) -> list[Case]:
    return [*_ctc(models, media), *_whisper(models, media)]


def _ctc(models: Path, media: Path) -> list[Case]:
    folder = models / "wav2vec2-ctc"
    tokenizer = Wav2Vec2CTCTokenizer.from_pretrained(folder)
    hear = pipeline(
        "automatic-speech-recognition",
        model=load(folder),
        tokenizer=tokenizer,
        feature_extractor=Wav2Vec2FeatureExtractor.from_pretrained(folder),
    )

    def one(title: str, name: str, note: str, timestamps: str | None = None, tolerance: float = 1e-4) -> Case:
        samples, seconds = read_wav(media / name)
        found = hear({"raw": samples, "sampling_rate": tones.RATE}, return_timestamps=timestamps)
        response: dict[str, Any] = {"text": found["text"], "duration": seconds}
        if timestamps:
            response["segments"] = [_segment(chunk) for chunk in found["chunks"]]
        fields = {"timestamps": timestamps} if timestamps else {}
        return case(
            title, {"model": "tiny/wav2vec2-ctc", **fields}, response, media=name, note=note, tolerance=tolerance
        )

    return [
        one("CTC, 16 kHz mono", "letters-16k.wav", "greedy: the best token of each 20 ms, repeats and blanks removed"),
        one("CTC, each word with its time", "letters-16k.wav", f"segments are words; {TIMES}", "word"),
        one("CTC, silence", "silence-8k.wav", "nothing is said"),
        one("CTC, 44.1 kHz stereo", "letters-44k-stereo.wav", RESAMPLED),
        one(
            "CTC, each word with its time, resampled", "letters-44k-stereo.wav", f"{RESAMPLED}; {TIMES}", "word", 0.021
        ),
    ]


def _segment(chunk: dict[str, Any]) -> dict[str, Any]:
    start, end = (_in_tiny_windows(seconds) for seconds in chunk["timestamp"])
    return {"text": chunk["text"].strip(), "start": start, "end": end}


def _in_tiny_windows(seconds: float) -> float:
    """transformers counts 30 s for a window that is done, whatever the model's length is."""
    done, within = divmod(seconds, 30)
    return round(done * tiny.CLIP_SECONDS + within, 2)


def _whisper(models: Path, media: Path) -> list[Case]:
    folder = models / "whisper"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    hear = pipeline(
        "automatic-speech-recognition",
        model=load(folder),
        tokenizer=tokenizer,
        feature_extractor=WhisperFeatureExtractor.from_pretrained(folder),
    )

    def one(title: str, name: str, note: str, language: str | None = None, **fields: Any) -> Case:
        samples, seconds = read_wav(media / name)
        timed = fields.get("timestamps") == "segment"
        options = {"language": language, "task": fields.get("task", "transcribe")}
        if "prompt" in fields:
            options["prompt_ids"] = tokenizer.get_prompt_ids(fields["prompt"], return_tensors="pt")
        found = hear(
            {"raw": samples, "sampling_rate": tones.RATE},
            return_timestamps=timed or seconds > tiny.CLIP_SECONDS,
            return_language=language is None,
            generate_kwargs={key: value for key, value in options.items() if value is not None},
        )
        response: dict[str, Any] = {"text": found["text"].strip(), "duration": seconds}
        if language is None:
            response["language"] = _code(found["chunks"][0]["language"])
        if timed:
            response["segments"] = [_segment(chunk) for chunk in found["chunks"]]
        request = {"model": "tiny/whisper", **({"language": language} if language else {}), **fields}
        return case(title, request, response, media=name, note=note, tolerance=1e-4 if "16k" in name else 0.021)

    long = f"8 s where a window is 4, which may be cut elsewhere than in the reference; {RESAMPLED}"
    return [
        one("Whisper, English", "english-16k.wav", "greedy", "en"),
        one("Whisper, after a prompt", "english-16k.wav", "it was not trained on any", "en", prompt="three one two"),
        one("Whisper, phrases with their times", "english-16k.wav", TIMES, "en", timestamps="segment"),
        one("Whisper, language detected", "german-44k-stereo.wav", f"{RESAMPLED}; the language is a code"),
        one("Whisper, German translated", "german-44k-stereo.wav", RESAMPLED, "de", task="translate"),
        one("Whisper, German with times", "german-44k-stereo.wav", f"{RESAMPLED}; {TIMES}", "de", timestamps="segment"),
        _long(one("Whisper, sound of two windows", "long-8k.wav", long, "en")),
        _long(one("Whisper, sound of two windows with times", "long-8k.wav", long, "en", timestamps="segment")),
    ]


def _code(language: str) -> str:
    return {"english": "en", "german": "de"}.get(language, language)


def _long(made: Case) -> Case:
    """Only what was sung is worth comparing: there are several ways of cutting into windows."""
    sung = [
        {
            "text": " ".join(tones.WORDS["en"][word] for word in phrase.words),
            "start": round(phrase.start * tones.SLOT_SECONDS, 2),
            "end": round(phrase.end * tones.SLOT_SECONDS, 2),
        }
        for phrase in sounds.LONG
    ]
    response = made["response"]
    if response["text"] != " ".join(phrase["text"] for phrase in sung) or response.get("segments", sung) != sung:
        raise ValueError(f"the long sound reads {response} instead of {sung}")
    return made | {"tolerance": LONG_TOLERANCE_SECONDS}
