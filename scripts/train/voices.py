"""Spoken digits to learn from: the Free Spoken Digit Dataset, synthetic voices, and sentences of digits made of both. Imported by digits.py, never run."""

from __future__ import annotations

import io
import random
import subprocess
import wave
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.signal import lfilter, resample_poly

RATE = 16000
WORDS = "zero one two three four five six seven eight nine".split()
# Words that are not digits: the recogniser must stay silent on them.
OTHERS = (
    "hello yes no please thanks stop start left right up down open close table window water music today tomorrow morning weather the and "
    "house garden number telephone computer apple orange banana flower people money never always maybe because question answer light dark "
    "hundred double point dash okay sorry good evening happy little school seventy eleven twelve"
).split()
FLITE = ("kal", "kal16", "awb", "rms", "slt", "awb_time")
ESPEAK = ("en-us", "en-gb", "en-gb-scotland", "en-gb-x-rp", "en-gb-x-gbclan", "en-gb-x-gbcwmd", "en-029", "en-us-nyc")
VARIANTS = (
    "",
    "f1",
    "f2",
    "f3",
    "f4",
    "f5",
    "m1",
    "m2",
    "m3",
    "m4",
    "m5",
    "m6",
    "m7",
    "m8",
    "Andy",
    "Annie",
    "belinda",
    "klatt2",
    "klatt4",
    "adam",
    "linda",
    "steph",
    "quincy",
    "grandma",
    "grandpa",
)
Sound = np.ndarray  # float32 at 16 kHz


@dataclass(frozen=True)
class Clip:
    sound: Sound
    word: str
    speaker: str
    index: int = 0


def read_wav(data: bytes) -> Sound:
    with wave.open(io.BytesIO(data)) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(np.float32) / 32768
    return samples if rate == RATE else resample_poly(samples, RATE, rate).astype(np.float32)


def fsdd(folder: Path) -> list[Clip]:
    """{digit}_{speaker}_{index}.wav; index 0 to 4 is the official test set."""
    clips = []
    for path in sorted((folder / "fsdd").glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in sorted(archive.namelist()):
                digit, speaker, index = Path(name).stem.split("_")
                clips.append(Clip(_level(read_wav(archive.read(name))), WORDS[int(digit)], speaker, int(index)))
    return clips


def _level(sound: Sound) -> Sound:
    return (0.3 * sound / (np.abs(sound).max() + 1e-6)).astype(np.float32)


def _trim(sound: Sound) -> Sound:
    """Cut off what is 30 dB below the loudest 25 ms, but for 25 ms either side."""
    power = np.convolve(sound**2, np.ones(400) / 400, "same")
    loud = np.flatnonzero(power > 1e-3 * power.max())
    return sound[max(0, loud[0] - 400) : loud[-1] + 400]


def _speak(command: list[str]) -> Sound | None:
    try:
        output = subprocess.run(command, capture_output=True, check=False).stdout
    except FileNotFoundError:
        raise SystemExit("the synthetic voices need espeak-ng and flite: apt-get install espeak-ng flite") from None
    if len(output) < 2000:
        return None
    # Both write a WAV to a pipe with a length of their own invention: mend it.
    rate = int.from_bytes(output[24:28], "little")
    samples = np.frombuffer(output[44 : 44 + (len(output) - 44) // 2 * 2], np.int16).astype(np.float32) / 32768
    return resample_poly(samples, RATE, rate).astype(np.float32) if rate != RATE else samples


def synthetic(cache: Path) -> list[Clip]:
    """Every word by every voice, spoken once and kept in `cache`. The speaker "other" says what is not a digit."""
    if not cache.exists():
        rng = random.Random(0)
        jobs: list[tuple[str, str, list[str]]] = []
        for voice in FLITE:
            for stretch in ("0.8", "1.0", "1.25"):
                jobs += [
                    (
                        word,
                        f"flite-{voice}",
                        [
                            "flite",
                            "-voice",
                            voice,
                            "--setf",
                            f"duration_stretch={stretch}",
                            "-t",
                            word,
                            "-o",
                            "/dev/stdout",
                        ],
                    )
                    for word in WORDS + OTHERS[::3]
                ]
        for accent in ESPEAK:
            for variant in VARIANTS:
                voice, speed, pitch = (
                    f"{accent}+{variant}" if variant else accent,
                    rng.randint(110, 190),
                    rng.randint(25, 75),
                )
                words = WORDS + rng.sample(OTHERS, 8)
                jobs += [
                    (
                        word,
                        f"espeak-{voice}",
                        ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdout", word],
                    )
                    for word in words
                ]
        clips = []
        for word, speaker, command in jobs:
            sound = _speak(command)
            if sound is not None:
                clips.append(Clip(_level(_trim(sound)), word, speaker))
        np.savez(
            cache,
            sounds=np.concatenate([clip.sound for clip in clips]).astype(np.float16),
            lengths=[len(clip.sound) for clip in clips],
            words=[clip.word for clip in clips],
            speakers=[clip.speaker for clip in clips],
        )
    saved = np.load(cache)
    sounds = np.split(saved["sounds"].astype(np.float32), np.cumsum(saved["lengths"])[:-1])
    return [
        Clip(sound, str(word), str(speaker))
        for sound, word, speaker in zip(sounds, saved["words"], saved["speakers"], strict=True)
    ]


def stretch(sound: Sound, factor: float) -> Sound:
    """Speed and pitch together, by linear interpolation."""
    return np.interp(np.arange(0, len(sound) - 1, factor), np.arange(len(sound)), sound).astype(np.float32)


def coloured_noise(length: int) -> Sound:
    """White to brown noise with a standard deviation of 1, at times with mains hum."""
    noise = np.random.randn(length)
    if random.random() < 0.6:
        noise = lfilter([1.0], [1.0, -random.uniform(0.3, 0.98)], noise)
    if random.random() < 0.2:
        noise = (
            noise
            + random.uniform(0.3, 2)
            * np.sin(2 * np.pi * random.choice((50, 60, 100, 120)) * np.arange(length) / RATE)
            * noise.std()
        )
    return (noise / (noise.std() + 1e-9)).astype(np.float32)


def _gap(longest: float, shortest: float = 0.02) -> Sound:
    return np.zeros(int(RATE * random.uniform(shortest, longest)), np.float32)


def _distort(sound: Sound) -> Sound:
    """Room, microphone and channel: each at times."""
    if random.random() < 0.25:
        length = random.randint(400, 4000)
        echo = np.random.randn(length) * np.exp(-np.arange(length) / (length / 6)) / np.sqrt(length)
        echo[0] = random.uniform(1, 3)
        sound = np.convolve(sound, echo)[: len(sound)]
    if random.random() < 0.3:
        sound = lfilter([1, random.uniform(-0.8, 0.8)], [1, random.uniform(-0.3, 0.6)], sound)
    if random.random() < 0.1:
        limit = np.abs(sound).max() * random.uniform(0.3, 0.8)
        sound = sound.clip(-limit, limit)
    return np.asarray(sound, np.float32)


def sentence(pool: Sequence[Clip], others: Sequence[Clip], count: int) -> tuple[Sound, list[str]]:
    """One utterance of `count` digits out of one speaker's clips, perhaps with a word that is none, with pauses, noise, room and gain."""
    speed, pause = random.uniform(0.85, 1.18), random.choice((0.08, 0.3, 0.8))
    # Recordings that were cut close to the speech have nothing around it.
    cut_close = random.random() > 0.7
    edges = [_gap(0.02, 0) if cut_close else _gap(random.choice((0.1, 0.5, 1.5))) for _ in range(2)]
    parts, words = [edges[0]], []
    for _ in range(count):
        # A digit twice in a row is what CTC merges most easily: it comes twice as often as by chance.
        again = words and random.random() < 0.1
        clip = random.choice([other for other in pool if other.word == words[-1]] if again else pool)
        parts += [stretch(clip.sound, speed * random.uniform(0.95, 1.05)) * random.uniform(0.7, 1.3), _gap(pause)]
        words.append(clip.word)
    if random.random() < (0.1 if count else 0.6):
        place = 2 * random.randint(0, len(words)) + 1
        parts[place:place] = [stretch(random.choice(others).sound, speed), _gap(pause)]
    parts.append(edges[1])
    sound = _distort(np.concatenate(parts))
    loud = np.sqrt((sound**2).mean()) + 1e-4
    # A third keep their digital silence; the rest get noise at 3 to 45 dB below the speech.
    if random.random() < 0.66:
        sound = sound + coloured_noise(len(sound)) * loud * 10 ** (-random.uniform(3, 45) / 20)
    return sound.astype(np.float32), words


def plain_sentence(pool: Sequence[Clip], count: int, rng: random.Random) -> tuple[Sound, list[str]]:
    """For measuring: clips as they are with 0.1 to 0.5 s of digital silence around them."""
    parts, words = [np.zeros(rng.randint(1600, 8000), np.float32)], []
    for _ in range(count):
        clip = rng.choice(pool)
        parts += [clip.sound, np.zeros(rng.randint(1600, 8000), np.float32)]
        words.append(clip.word)
    return np.concatenate(parts), words
