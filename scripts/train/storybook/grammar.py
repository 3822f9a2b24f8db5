"""A small template language for the storybook: {one|of|these}, [slot], [Slot] (capitalised), nested as deep as wanted."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence

_CHOICE = re.compile(r"\{([^{}]*)\}")
_SLOT = re.compile(r"\[([A-Za-z_0-9]+)\]")
_ARTICLE = re.compile(r"\b([Aa]) (?=[\"']?[aeiouAEIOU])")
# Written with a vowel, spoken with a consonant.
_CONSONANT_SOUND = re.compile(r"\b([Aa])n (?=[\"']?(?:uni|use|usu|eu|one\b|once\b|ukulele))", re.IGNORECASE)
_SILENT_H = re.compile(r"\b([Aa]) (?=(?:hour|honest|honou?r))")


def expand(template: str, slots: Mapping[str, str], rng: random.Random) -> str:
    """Choose among the alternatives, fill the slots (their values may hold templates too), set a/an right."""
    text = template
    for _ in range(12):
        before = text
        while match := _CHOICE.search(text):
            text = text[: match.start()] + rng.choice(match.group(1).split("|")) + text[match.end() :]
        text = _SLOT.sub(lambda m: _fill(m.group(1), slots), text)
        if text == before:
            break
    text = re.sub(r" {2,}", " ", text)
    text = _ARTICLE.sub(r"\1n ", text)
    text = _CONSONANT_SOUND.sub(r"\1 ", text)
    text = _SILENT_H.sub(r"\1n ", text)
    return text.strip()


def _fill(name: str, slots: Mapping[str, str]) -> str:
    if name in slots:
        return slots[name]
    value = slots[name[0].lower() + name[1:]]
    # A value may open with a choice: "{a|the} fox" capitalises every alternative.
    return re.sub(
        r"^\{([^{}]*)\}",
        lambda m: "{" + "|".join(capital(part) for part in m.group(1).split("|")) + "}",
        capital(value),
    )


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def join(parts: Sequence[str], last: str = "and") -> str:
    """ "a", "a and b", "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def lines(block: str) -> list[str]:
    """One template a line; blank lines and indentation do not count."""
    return [line.strip() for line in block.splitlines() if line.strip()]


def say(templates: Sequence[str], rng: random.Random, **slots: str) -> str:
    """One of the templates, expanded."""
    return expand(rng.choice(templates), slots, rng)


def pairs(text: str) -> dict[str, str]:
    """ "key: value; key: value", over any number of lines."""
    return dict(item.strip().split(": ", 1) for item in text.replace("\n", " ").split(";") if item.strip())
