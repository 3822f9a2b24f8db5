"""Requests for stories in many wordings, and what each fixes about the story that answers it."""

from __future__ import annotations

import random

from .grammar import expand, lines
from .plots import PLOTS as FIRST
from .plots_more import PLOTS as SECOND
from .stories import CHILDREN, HOMES, Wish, draw_kind, tell
from .words import BOYS, GIRLS, PET_NAMES, SIZES, THINGS, TRAITS

PLOTS = FIRST | SECOND

_BARE = lines("""
Write a {short|little|nice|short little|funny|new|} {story|tale|fairy tale|bedtime story}
Tell me a {short|little|nice|bedtime|good|} story
Tell a {short|little|} story
{Can|Could} you {tell|write} me a {short|little|bedtime|} story?
{Please write|Write|Make up|Create|Invent} a {short|little|} story {for me|for children|for a child|for my {son|daughter}|}
I {want to hear|would like to hear|want} a {story|short story|bedtime story}
Once upon a time story, please
A {short|little|} story, please
{Do you know|Have you got} a {good|nice|} story?
Write a story that begins with "Once upon a time"
""")
_ABOUT = lines("""
Write a {short|little|nice|short little|funny|} {story|tale|fairy tale|bedtime story} about [topic]
Tell me a {short|little|nice|bedtime|good|} story about [topic]
Tell a {short|little|} story about [topic]
{Can|Could} you {tell|write} {me |}a {short|little|bedtime|} story about [topic]?
{Please write|Write me|Make up|Create|Generate|Invent} a {short|little|} story about [topic]
I {want to hear|would like|want} a story about [topic]
A {short |}story about [topic]{, please|}
Tell me about [topic], as a story
Story: [topic]
{Give me|Compose} a {short|} story about [topic]
Write a paragraph about [topic] for a children's book
""")
_PLACES = {
    "wood": ["in the forest", "in the woods"],
    "sea": ["by the sea", "at sea"],
    "castle": ["in a castle"],
    "space": ["in space"],
    "garden": ["in the garden"],
    "mountain": ["in the mountains"],
    "village": ["in a village"],
    "town": ["in a big town", "in the city"],
    "farm": ["on a farm"],
    "beach": ["on the beach", "at the beach"],
    "desert": ["in the desert"],
    "jungle": ["in the jungle"],
    "river": ["by the river"],
    "ice": ["in the snow", "at the north pole"],
    "lake": ["at the lake"],
}


def _hero_topic(rng: random.Random) -> tuple[str, Wish]:
    kind = rng.choice(list(HOMES)) if rng.random() < 0.5 else draw_kind(rng)
    wish = Wish(kind=kind)
    adjective = rng.choice(TRAITS + SIZES) if rng.random() < 0.4 else ""
    wish.adjective = adjective or None
    topic = f"a {adjective} {kind}"
    if rng.random() < 0.3:
        wish.name = rng.choice(GIRLS if kind == "girl" else BOYS if kind == "boy" else PET_NAMES + GIRLS + BOYS)
        topic += rng.choice([" named ", " called "]) + wish.name
    if rng.random() < 0.2:
        wish.place = rng.choice(list(_PLACES))
        topic += " " + rng.choice(_PLACES[wish.place])
    return topic, wish


def _named_topic(rng: random.Random) -> tuple[str, Wish]:
    name = rng.choice(GIRLS + BOYS)
    return name, Wish(kind="girl" if name in GIRLS else "boy", name=name)


def _theme_topic(rng: random.Random) -> tuple[str, Wish]:
    name = rng.choice(list(PLOTS))
    case, kind = rng.choice(PLOTS[name].cases), draw_kind(rng)
    theme = rng.choice(PLOTS[name].themes)
    thing = rng.choice(THINGS)
    topic = expand(theme, case | {"kind": kind, "thing": thing, "fname": "a friend"}, rng)
    wish = Wish(plot=name, case=case, thing=thing)
    if "[kind]" in theme or f" {kind}" in topic:
        wish.kind = kind
    return topic, wish


def _place_topic(rng: random.Random) -> tuple[str, Wish]:
    place = rng.choice(list(_PLACES))
    return rng.choice(_PLACES[place]).split(" ", 1)[1], Wish(place=place, kind=rng.choice(CHILDREN))


def request(rng: random.Random) -> tuple[str, str]:
    """A request and its story."""
    if rng.random() < 0.25:
        prompt, wish = rng.choice(_BARE), Wish()
    else:
        topic, wish = rng.choices([_hero_topic, _theme_topic, _place_topic, _named_topic], (50, 38, 6, 6))[0](rng)
        prompt = rng.choice(_ABOUT).replace("[topic]", topic)
    prompt = expand(prompt, {}, rng)
    wish.short = rng.random() < 0.3 or "very short" in prompt
    if not prompt.endswith("?") and rng.random() < 0.6:
        prompt += "."
    if rng.random() < 0.08:
        prompt = prompt[0].lower() + prompt[1:]
    return prompt, tell(rng, PLOTS, wish)
