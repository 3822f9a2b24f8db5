"""Sums, little word problems, and what comes next."""

from __future__ import annotations

import random

from . import facts, wordings
from .grammar import capital, say
from .quiz import NUMBERS, Pair

_SIGNS = {
    "+": ["plus", "and", "+", "+"],
    "-": ["minus", "-", "-"],
    "*": ["times", "x", "*", "multiplied by"],
    "/": ["divided by", "/"],
}
_THINGS = "apples pears books coins eggs pencils flowers cookies balls stones".split()
_OWNERS = [
    ("I have", "get", "do I"),
    ("You have", "get", "do you"),
    ("Mia has", "gets", "does Mia"),
    ("Tom has", "gets", "does Tom"),
    ("Anna has", "gets", "does Anna"),
]


def _numbers(rng: random.Random, sign: str) -> tuple[int, int, int]:
    most = 10 if sign in "*/" or rng.random() < 0.6 else 50
    a, b = rng.randint(0, most), rng.randint(1, most)
    if sign == "+":
        return a, b, a + b
    if sign == "-":
        return max(a, b), min(a, b), abs(a - b)
    return (a, b, a * b) if sign == "*" else (a * b, b, a)


def sum_(rng: random.Random) -> Pair:
    sign = rng.choices("+-*/", (5, 4, 3, 1))[0]
    a, b, value = _numbers(rng, sign)
    word = rng.choice(_SIGNS[sign])
    in_words = max(a, b) <= 20 and rng.random() < 0.2
    left, right = (NUMBERS[a], NUMBERS[b]) if in_words else (str(a), str(b))
    gap = "" if word == sign and rng.random() < 0.3 else " "
    return say(
        wordings.SUM, rng, x=f"{left}{gap}{word}{gap}{right}"
    ), f"{a} {sign if sign != '*' else 'x'} {b} = {value}."


def word_problem(rng: random.Random) -> Pair:
    things, a, b = rng.choice(_THINGS), rng.randint(2, 10), rng.randint(1, 9)
    if rng.random() < 0.5:
        has, get, do = rng.choice(_OWNERS)
        question = say(wordings.MORE_PROBLEM, rng, has=has, get=get, do=do, a=str(a), b=str(b), things=things)
        return question, f"{a} + {b} = {a + b}, so that makes {a + b} {things}."
    a, b = max(a, b) + 1, min(a, b)
    question = say(wordings.LESS_PROBLEM, rng, a=str(a), b=str(b), things=things)
    return question, f"{a} - {b} = {a - b}, so {a - b} {'are' if a - b != 1 else 'is'} left."


def sequence(rng: random.Random) -> Pair:
    word, step = rng.choice([("after", 1), ("before", -1)])
    if rng.random() < 0.25:
        number = rng.randint(1, 60)
        return say(
            wordings.NEXT_NUMBER, rng, word=word, x=str(number)
        ), f"{capital(word)} {number} comes {number + step}."
    cycle, unit = rng.choice([(facts.LISTS["days of the week"], "day"), (facts.LISTS["months"], "month")])
    index = rng.randrange(len(cycle))
    answer = cycle[(index + step) % len(cycle)]
    return say(wordings.NEXT_DAY, rng, unit=unit, word=word, x=cycle[index]), f"{answer} comes {word} {cycle[index]}."
