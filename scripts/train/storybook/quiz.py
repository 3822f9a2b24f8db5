"""Questions drawn from the tables of facts."""

from __future__ import annotations

import random

from . import facts, wordings
from .grammar import capital, expand, join, say

Pair = tuple[str, str]
NUMBERS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen twenty""".split()
# What the templates get wrong.
_REPAIRS = {
    "leaves in summer is": "leaves in summer are",
    "is leaves": "are leaves",
    "Leaves in summer is": "Leaves in summer are",
}


def capitals(rng: random.Random) -> Pair:
    continent = rng.choices(list(facts.CAPITALS), [len(cities) for cities in facts.CAPITALS.values()])[0]
    (country, city), (_, other) = rng.sample(list(facts.CAPITALS[continent].items()), 2)
    slots = {"c": country, "city": city, "continent": continent, "other": other}
    _, questions, answers = rng.choices(wordings.CAPITAL, [weight for weight, _, _ in wordings.CAPITAL])[0]
    return say(questions, rng, **slots), say(answers, rng, **slots)


def table_fact(rng: random.Random) -> Pair:
    _, table, questions, answer = rng.choices(wordings.TABLES, [row[0] for row in wordings.TABLES])[0]
    key = rng.choice(list(table))
    pair = [say(questions, rng, k=key, v=table[key]), expand(answer, {"k": key, "v": table[key]}, rng)]
    for wrong, right in _REPAIRS.items():
        pair = [text.replace(wrong, right) for text in pair]
    return pair[0], pair[1]


def record(rng: random.Random) -> Pair:
    if rng.random() < 0.5:
        what, _, sentence = rng.choice(facts.RECORDS)
        return say(wordings.RECORD, rng, x=what), sentence
    deed, _, sentence = rng.choice(facts.PEOPLE)
    person = deed.removeprefix("was ")
    if person != deed and person[0].isupper():
        return say(wordings.PERSON, rng, x=person), sentence
    return say(wordings.DEED, rng, x=deed), sentence


def translation(rng: random.Random) -> Pair:
    word = rng.choice(list(facts.TRANSLATIONS))
    index, language = rng.choice([(0, "French"), (1, "Spanish"), (2, "German")])
    return say(
        wordings.TRANSLATE, rng, w=word, l=language
    ), f'"{capital(word)}" in {language} is "{facts.TRANSLATIONS[word][index]}".'


def listing(rng: random.Random) -> Pair:
    name = rng.choice(list(facts.LISTS))
    items = facts.LISTS[name]
    count = rng.randint(2, min(5, len(items)))
    if name in facts.COMPLETE and rng.random() < 0.6:
        question, chosen = say(wordings.LIST_ALL, rng, l=name), items
    elif rng.random() < 0.25:
        question, chosen = say(wordings.LIST_SOME, rng, l=name), rng.sample(items, min(4, len(items)))
    else:
        number = rng.choice([str(count), NUMBERS[count], NUMBERS[count]])
        question, chosen = say(wordings.LIST_COUNT, rng, n=number, l=name), rng.sample(items, count)
    if "list" in question.lower() and rng.random() < 0.8:
        return question, "\n".join(f"{index}. {capital(item)}" for index, item in enumerate(chosen, 1))
    return question, capital(join(chosen)) + "."
