"""Seeded text to train tokenizers on: pseudo-words among English ones, so that English costs real-looking tokens."""

from collections.abc import Iterator

import numpy as np

COMMON = (
    "the of and to in a is that it was for on are as with his they at be this have from or one had by word but not "
    "what all were we when your can said there use an each which she do how their if will up other about out many "
    "then them these so some her would make like him into time has look two more write go see number no way could "
    "people my than first water been call who oil its now find long down day did get come made may part over new "
    "sound take only little work know place year live me back give most very after thing our just name good sentence "
    "man think say great where help through much before line right too mean old any same tell boy follow came want "
    "show also around form three small set put end does another well large must big even such because turn here why "
    "ask went men read need land different home us move try kind hand picture again change off play spell air away "
    "animal house point page letter mother answer found study still learn should world love happy bad movie film "
    "story once upon time lived king queen city river mountain weather rain sun cold warm red green blue black white "
    "machine learning fun hello thank please music image text model data science computer language question"
).split()
ONSETS = "b c d f g h j k l m n p r s t v w x z br ch cl cr dr fl gr pl pr qu sh sl st th tr wh".split()
NUCLEI = "a e i o u ai ea ee ou oo y".split()
CODAS = ["", "", "", "n", "r", "s", "t", "l", "m", "k", "x", "z", "v", "j", "h", "nd", "nt", "st", "ck", "ng"]
ENDINGS = ["", "", "", "", "s", "ed", "ing", "er", "ly", "ion", "ness"]
MARKS = [".", ".", ".", ",", ",", "?", "!", ";", ":"]


def lexicon(size: int, rng: np.random.Generator) -> list[str]:
    """`size` distinct words, the common English ones first: the order is the rank of a Zipf law."""
    words = dict.fromkeys(COMMON)
    while len(words) < size:
        syllables = [
            ONSETS[rng.integers(len(ONSETS))] + NUCLEI[rng.integers(len(NUCLEI))] + CODAS[rng.integers(len(CODAS))]
            for _ in range(rng.integers(1, 4))
        ]
        words["".join(syllables) + ENDINGS[rng.integers(len(ENDINGS))]] = None
    return list(words)[:size]


def sentences(word_count: int, distinct: int, seed: int) -> Iterator[str]:
    """Sentences of `word_count` words in all, drawn from `distinct` words with frequencies falling as 1/rank."""
    rng = np.random.default_rng(seed)
    words = lexicon(distinct, rng)
    weights = 1.0 / np.arange(3, distinct + 3)
    drawn = rng.choice(distinct, size=word_count, p=weights / weights.sum())
    # Each word occurs at least once, else rare ones would never reach a large vocabulary.
    drawn = np.concatenate([drawn, rng.permutation(distinct)])
    start = 0
    while start < len(drawn):
        length = int(rng.integers(4, 25))
        chosen = [words[i] for i in drawn[start : start + length]]
        if rng.random() < 0.2:
            chosen.insert(int(rng.integers(len(chosen) + 1)), str(rng.integers(10_000)))
        yield " ".join(chosen).capitalize() + MARKS[rng.integers(len(MARKS))]
        start += length
