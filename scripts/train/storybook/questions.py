"""Questions and answers of all kinds: explanations, the quiz, sums, fixed answers, small talk, and what cannot be known."""

from __future__ import annotations

import random
from collections.abc import Callable

from . import wordings
from .answers import ANSWERS
from .concepts import CONCEPTS
from .grammar import capital, say
from .quiz import Pair, capitals, listing, record, table_fact, translation
from .smalltalk import SMALLTALK, UNKNOWN
from .sums import sequence, sum_, word_problem

_SINGULAR_S = {"physics", "mathematics", "maths", "economics", "chess", "happiness", "kindness"}
_SYLLABLES = (
    """ba bo da dor fla gri ka kel lo mi mor nu pla quo ra rin sho sti ta tri ul va vin wo xa yo zan zel""".split()
)
_NOUNS = """river house friend moon dog cat tree book king garden bread winter summer storm bridge train school teacher boat
star song clock apple bird forest""".split()


def made_up(rng: random.Random) -> str:
    return "".join(rng.choices(_SYLLABLES, k=rng.choice([2, 3])))


def explanation(rng: random.Random) -> Pair:
    names, sentences = rng.choice(CONCEPTS)
    name = rng.choice(names)
    bare = name.removeprefix("a ").removeprefix("an ").removeprefix("the ")
    plural = (name.endswith("s") and not name.endswith("ss") and bare not in _SINGULAR_S) or name == "bacteria"
    template = rng.choice(wordings.EXPLAIN).replace("{is|is|are_}", "are" if plural else "is")
    question = say([template], rng, x=name, bare=bare)
    if plural:
        question = question.replace("What's", "What are").replace(f"What is {name}", f"What are {name}")
    short = any(part in question for part in ("one sentence", "Define", "definition"))
    count = 1 if short else 2 if any(part in question for part in ("two sent", "2 sent")) else len(sentences)
    return question, " ".join(sentences[:count])


def unknown(rng: random.Random) -> Pair:
    word = made_up(rng)
    slots = {"word": word, "place": capital(word), "person": f"{capital(made_up(rng))} {capital(made_up(rng))}"}
    question = say(wordings.UNKNOWN_QUESTIONS, rng, **slots)
    subject = next(slots[kind] for kind in ("person", "place", "word") if slots[kind] in question)
    return question, say([*UNKNOWN, *wordings.UNKNOWN_SUBJECT], rng, subject=subject)


def answer(rng: random.Random) -> Pair:
    questions, text = rng.choice(ANSWERS)
    return rng.choice(questions), text


def small_talk(rng: random.Random) -> Pair:
    said, replies = rng.choices(SMALLTALK, [6.0 + len(said) for said, _ in SMALLTALK])[0]
    return rng.choice(said), rng.choice(replies)


def sentence_with(rng: random.Random) -> Pair:
    noun = rng.choice(_NOUNS)
    return say(wordings.USE_WORD, rng, w=noun), say(wordings.USED_WORD, rng, w=noun)


SOURCES: list[tuple[float, Callable[[random.Random], Pair]]] = [
    (16, explanation),
    (22, answer),
    (11, small_talk),
    (14, capitals),
    (12, table_fact),
    (8, record),
    (3, translation),
    (9, listing),
    (8, sum_),
    (2, word_problem),
    (2.5, sequence),
    (3, unknown),
    (1.5, sentence_with),
]


def draw(rng: random.Random) -> Pair:
    return rng.choices([source for _, source in SOURCES], [weight for weight, _ in SOURCES])[0](rng)
