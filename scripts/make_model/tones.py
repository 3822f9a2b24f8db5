"""A language of tones that tiny speech models learn in minutes: a pitch is a letter (CTC) or a word (Whisper)."""

from dataclasses import dataclass

import numpy as np

RATE = 16_000  # samples a second
LETTERS = "ETAOINSHRL"  # of the CTC model, by rising pitch
LETTER_SECONDS, LETTER_GAP_SECONDS, WORD_GAP_SECONDS = 0.14, 0.04, 0.24

# The words of the Whisper model by rising pitch; German has an octave above the tone, English has not.
WORDS = {"en": ["one", "two", "three", "four", "five", "six"], "de": ["eins", "zwei", "drei", "vier", "fünf", "sechs"]}
SLOT_SECONDS = 0.2  # one word; also the grid on which phrases begin
PAUSE_SLOTS = 2  # of silence between two phrases


def pitch(index: int) -> float:
    """Hertz: steps of five semitones from 300, so that ten pitches stay below 4 kHz and survive any resampling."""
    return 300.0 * 2 ** (index * 5 / 12)


def tone(hertz: float, seconds: float, octave: float = 0.0, rate: int = RATE) -> np.ndarray:
    """A sine with 10 ms slopes; `octave` is the share of its first harmonic."""
    time = np.arange(round(seconds * rate)) / rate
    slope = np.clip(np.minimum(time, seconds - time) / 0.01, 0, 1)
    return 0.4 * slope * (np.sin(2 * np.pi * hertz * time) + octave * np.sin(4 * np.pi * hertz * time)) / (1 + octave)


def spell(text: str, rate: int = RATE) -> np.ndarray:
    """The sound of words made of LETTERS, with a quarter second of silence around them."""
    silence = np.zeros(round(0.25 * rate))
    pieces = [silence]
    for index, word in enumerate(text.split()):
        if index:
            pieces.append(np.zeros(round(WORD_GAP_SECONDS * rate)))
        for letter in word:
            pieces += [
                tone(pitch(LETTERS.index(letter)), LETTER_SECONDS, rate=rate),
                np.zeros(round(LETTER_GAP_SECONDS * rate)),
            ]
    return np.concatenate([*pieces, silence])


@dataclass(frozen=True)
class Phrase:
    """Consecutive words from slot `start` on."""

    start: int
    words: tuple[int, ...]

    @property
    def end(self) -> int:
        return self.start + len(self.words)


def sing(phrases: list[Phrase], language: str, slots: int, rate: int = RATE) -> np.ndarray:
    """The sound of phrases in a clip of `slots` slots."""
    sound = np.zeros(round(slots * SLOT_SECONDS * rate))
    for phrase in phrases:
        for offset, word in enumerate(phrase.words):
            start = round((phrase.start + offset) * SLOT_SECONDS * rate)
            wave = tone(pitch(word), 0.18, octave=0.8 if language == "de" else 0.0, rate=rate)
            sound[start : start + len(wave)] = wave
    return sound


def random_phrases(slots: int, rng: np.random.Generator) -> list[Phrase]:
    """None to three phrases of one to five words that end before the clip does; silence may follow."""
    phrases: list[Phrase] = []
    wanted = int(rng.choice([0, 1, 2, 3], p=[0.05, 0.2, 0.25, 0.5]))
    start = int(rng.integers(0, 4))
    while start < slots - 1 and len(phrases) < wanted:
        count = int(rng.integers(1, min(5, slots - 1 - start) + 1))
        phrases.append(Phrase(start, tuple(int(word) for word in rng.integers(0, 6, count))))
        start += count + PAUSE_SLOTS + int(rng.integers(0, 4))
    return phrases


def noisy(sound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """As a microphone might have it: another loudness, some hiss."""
    return (sound * rng.uniform(0.3, 1.5) + rng.normal(0, rng.uniform(0, 0.01), len(sound))).astype(np.float32)
