"""Stories: a hero, a place and a plot are drawn, then one template per beat of the plot is told."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, field

from .grammar import capital, expand, lines
from .words import (
    ANIMALS,
    BOYS,
    COLOURS,
    FANTASTIC,
    FOODS,
    GIRLS,
    OBJECTS,
    PEOPLE,
    PET_NAMES,
    PLACES,
    SIZES,
    THINGS,
    TRAITS,
    WEATHER,
)


@dataclass(frozen=True)
class Plot:
    """`cases` are sets of slots that belong together; `themes` finish "a story about …"; one of each beat's templates is told."""

    themes: list[str]
    beats: list[list[str]]
    cases: list[dict[str, str]] = field(default_factory=lambda: [{}])
    morals: list[str] = field(default_factory=list)


def plot(text: str, cases: list[dict[str, str]] | None = None) -> Plot:
    """Read a plot: first block themes, last block morals, between them one block per beat; blocks are parted by '--'."""
    blocks = [lines(block) for block in text.split("--\n")]
    return Plot(themes=blocks[0], beats=blocks[1:-1], morals=blocks[-1], cases=cases or [{}])


@dataclass
class Hero:
    kind: str
    name: str
    place: str
    gender: str
    adjective: str

    @property
    def named(self) -> bool:
        return not self.name.startswith("the ")

    @property
    def child(self) -> bool:
        return self.kind in CHILDREN


@dataclass
class Wish:
    """What the asker fixes; what is None is drawn."""

    plot: str | None = None
    case: dict[str, str] | None = None
    kind: str | None = None
    name: str | None = None
    adjective: str | None = None
    place: str | None = None
    thing: str | None = None
    short: bool = False


PRONOUNS = {
    "he": ("he", "him", "his", "himself"),
    "she": ("she", "her", "her", "herself"),
    "it": ("it", "it", "its", "itself"),
}
CHILDREN = ("girl", "boy")
MALE = {"king", "prince", "wizard", "fisherman", "postman", "knight", "giant", "snowman", "ferryman", "boy"}
FEMALE = {"queen", "princess", "witch", "mermaid", "fairy", "hen", "cow", "girl"}
HUMAN_TALE = {"princess", "prince", "queen", "king", "knight", "pirate", "astronaut", "witch", "wizard"}
HOMES = {**OBJECTS, **ANIMALS, **FANTASTIC, **PEOPLE}


def draw_kind(rng: random.Random) -> str:
    group = rng.choices((list(ANIMALS), CHILDREN, list(FANTASTIC), list(PEOPLE), list(OBJECTS)), (42, 27, 13, 10, 8))[0]
    return rng.choice(group)


def draw_hero(rng: random.Random, wish: Wish, avoid: Hero | None = None) -> Hero:
    while True:
        hero = _draw(rng, wish, always_named=avoid is not None)
        if avoid is None or (hero.kind != avoid.kind and hero.name != avoid.name):
            return hero


def _draw(rng: random.Random, wish: Wish, always_named: bool) -> Hero:
    kind = wish.kind or draw_kind(rng)
    if kind in OBJECTS and always_named:
        kind = rng.choice(list(ANIMALS))
    place = wish.place or HOMES.get(kind) or rng.choice(["village", "town", "farm", "sea", "garden", "river", "hill"])
    gender = "she" if kind in FEMALE else "he" if kind in MALE else rng.choice(["he", "she"])
    if wish.name:
        gender = "she" if wish.name in GIRLS else "he" if wish.name in BOYS else gender
    unnamed = kind not in CHILDREN and not always_named and rng.random() < (0.6 if kind in OBJECTS else 0.2)
    if unnamed and kind in {*OBJECTS, "star", "cloud", "teapot", "robot", "ghost"}:
        gender = "it"
    person = kind in PEOPLE or kind in CHILDREN or kind in HUMAN_TALE
    pool = (
        (GIRLS if gender == "she" else BOYS)
        if person
        else PET_NAMES
        if rng.random() < 0.7
        else GIRLS
        if gender == "she"
        else BOYS
    )
    name = wish.name or (f"the {kind}" if unnamed else rng.choice(pool))
    adjective = wish.adjective or rng.choice(
        [rng.choice(SIZES[:4] if kind in CHILDREN else SIZES), rng.choice(TRAITS), ""]
    )
    return Hero(kind, name, place, gender, adjective)


def _hero_slots(hero: Hero, prefix: str, rng: random.Random) -> dict[str, str]:
    described = f"a {hero.adjective} {hero.kind}" if hero.adjective else f"a {hero.kind}"
    he, him, his, himself = PRONOUNS[hero.gender]
    slots = {
        "np": f"{described} {{named|called|by the name of|named}} {hero.name}" if hero.named else described,
        "the": f"a {hero.kind} {{named|called}} {hero.name}" if hero.child else f"{hero.name} the {hero.kind}",
        "who": f"{{{hero.name}|{hero.name}|the {hero.kind}}}"
        if hero.named
        else f"{{{hero.name}|{hero.name}|the {hero.adjective} {hero.kind}}}",
        "name": hero.name,
        "kind": hero.kind,
        "he": he,
        "him": him,
        "his": his,
        "self": himself,
        "trait": hero.adjective if hero.adjective in TRAITS else rng.choice(TRAITS),
    }
    return {prefix + key: value for key, value in slots.items()}


_HOBBIES = lines("""
watch the clouds
collect {smooth|shiny|round} stones
sing {little songs|in the morning|to the moon}
tell funny stories
ask questions about everything
count the stars
sit in the sun
listen to the rain
play hide and seek
draw pictures in the sand
dance when nobody was looking
build little houses out of sticks
make up riddles
sleep late in the morning
look for new paths
help {the neighbours|other people}
dream of faraway lands
laugh at [his] own jokes
read {old books|by candlelight}
look out of the window
""")
_OPENINGS = lines("""
Once upon a time, {there was|there lived} [np] [where].
Once upon a time there {was|lived} [np] who lived [where].
Once upon a time, [where], {there lived|there was} [np].
Once upon a time there was [np]. [He] lived [where].
There was once [np] who lived [where].
{Long ago|Many years ago|A long time ago}, [where], there lived [np].
[Where] there lived [np].
Once there was [np] who lived [where].
In the days when {wishes still came true|the world was young|the roads were still quiet}, [np] lived [where].
This is the story of [np] who lived [where].
[Np] lived [where].
Not so long ago, [np] lived [where].
It was {a dark night|a bright morning|a quiet evening|early in the morning}. [Where], [np] was {still awake|looking out of the window|wide awake}.
""")
_PORTRAITS = lines("""
[Name] was {very|a little|rather|always} [trait], and [he] liked to [hobby].
[Who] liked to [hobby], and {best of all|most of all} [he] liked to eat [food].
Every {morning|evening|day} [who] {liked to|would} [hobby].
Everyone {knew|liked} [who], because [he] was so [trait2].
[Who] had {a warm heart|bright eyes|a soft voice|a big smile} and liked to [hobby].
{All day long|In summer and in winter}, [sense].
There [sense], and [who] was {happy|glad} to live there.
[Name]'s favourite food was [food], and [his] favourite thing was to [hobby].
People said that no one was as [trait] as [name].
[He] had {a small house|a cosy little room|a warm bed} and {a good friend|a lot of time|a head full of ideas}.
""")
_DAYS = lines("""
{Now and then|Sometimes} [who] {felt that something was about to happen|longed for an adventure|talked to the moon}.
[Weather], and [who] {was in a good mood|was glad to be alive|felt like singing}.
{In those days|That year} the {summer|winter|spring} was {long|very long|mild}, and [sense].
{Outside|All around}, [sense].
""")
_ENDINGS = lines("""
And {from that day on|ever since}, [name] and [fname] were {the best of friends|good friends}.
That {night|evening}, [who] fell asleep with a smile.
[Who] was {very|so} happy, and so {was [fname]|were all the others}.
And if you ever {come by there|walk [move]}, you {may|might} hear [name] laugh.
They {ate|shared} [food] together and {talked|laughed|sang} until the stars came out.
And [they_all] lived happily ever after.
[Who] never forgot {that day|this}.
That night the moon was shining, and [who] told the whole story {to the stars|to everyone who wanted to hear it|once more from the beginning}.
{After that|From then on}, [name] was {a little braver|a little wiser|much happier} than before.
""")


def _setting(rng: random.Random, hero: Hero, friend: Hero, wish: Wish) -> dict[str, str]:
    where, move, sense = PLACES[hero.place]
    weather = rng.choice(WEATHER)
    slots = {**_hero_slots(hero, "", rng), **_hero_slots(friend, "f", rng)}
    slots |= {
        "where": expand(where, {}, rng),
        "move": move,
        "sense": sense,
        "weather": weather,
        "weather_low": weather[0].lower() + weather[1:],
    }
    slots |= {
        "hobby": rng.choice(_HOBBIES),
        "food": rng.choice(FOODS),
        "food2": rng.choice(FOODS),
        "colour": rng.choice(COLOURS),
        "thing": wish.thing or rng.choice(THINGS),
    }
    slots |= {
        "trait2": rng.choice(["kind", "cheerful", "gentle", "friendly", "honest", "funny"]),
        "they_all": rng.choice(["they", "they all", f"{hero.name} and {friend.name}"]),
    }
    return slots


def _introduce(text: str, friend: Hero, his: str) -> str:
    """The friend's first mention says who that is, unless the template already does."""
    first = text.find(friend.name)
    if (
        first < 0
        or re.search(r"(named|called|name of|friend) $", text[:first])
        or text[first + len(friend.name) :].startswith(f" the {friend.kind}")
    ):
        return text
    sentence_start = bool(re.search(r"(^|[.!?:]\"? |\n)\"?$", text[:first]))
    who = f"friend {friend.name}" if friend.child else f"friend {friend.name} the {friend.kind}"
    return f"{text[:first]}{capital(his) if sentence_start else his} {who}{text[first + len(friend.name) :]}"


def tell(rng: random.Random, plots: dict[str, Plot], wish: Wish | None = None) -> str:
    """One story."""
    wish = wish or Wish()
    chosen = plots[wish.plot or rng.choice(list(plots))]
    hero = draw_hero(rng, wish)
    friend = draw_hero(rng, Wish(), avoid=hero)
    slots = _setting(rng, hero, friend, wish) | (wish.case or rng.choice(chosen.cases))
    keep = 0.0 if wish.short else 0.7
    parts = [rng.choice(_OPENINGS)]
    if rng.random() < keep:
        parts.append(rng.choice(_PORTRAITS))
    if rng.random() < keep * 0.4:
        parts.append(rng.choice(_DAYS))
    opening = len(parts)
    parts += [rng.choice(beat) for beat in chosen.beats]
    if rng.random() < keep:
        parts.append(rng.choice(_ENDINGS))
    if rng.random() < 0.35:
        parts.append(rng.choice(chosen.morals))
    if rng.random() < 0.12:
        parts.append("The end.")
    breaks = rng.random() < 0.6 and not wish.short
    text = ""
    for index, part in enumerate(parts):
        paragraph = breaks and (index == opening or (index > opening and rng.random() < 0.35))
        text += ("\n\n" if paragraph else " " if text else "") + capital(expand(part, slots, rng))
    return _introduce(text, friend, slots["his"])
