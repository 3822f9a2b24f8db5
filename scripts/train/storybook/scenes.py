"""Short descriptions of places, and the requests for them."""

from __future__ import annotations

import random

from .grammar import capital, expand, lines, say
from .words import PLACES, WEATHER

# place: how a request names it
_NAMES = {
    "wood": "a forest",
    "meadow": "a meadow",
    "garden": "a garden",
    "village": "a village",
    "jungle": "the jungle",
    "beach": "a beach",
    "farm": "a farm",
    "desert": "the desert",
    "sea": "the sea",
    "lake": "a lake",
    "mountain": "the mountains",
    "castle": "a castle",
    "town": "a busy town",
    "barn": "an old barn",
    "river": "a river",
}
_REQUESTS = lines("""
Describe [p] {in the morning|in the evening|at night|on a summer day|in a few sentences|}
Write a {short |}{paragraph|description|scene} about [p]
Write a {short |}description of [p]
Describe a {morning|day|walk} at [p] in a few sentences
Paint a picture of [p] with words
How would you describe [p] in a story?
Write the beginning of a story that takes place at [p]
""")
_TIMES = ["morning", "evening", "afternoon", "day in spring", "day in autumn"]
_CLOSINGS = lines("""
{One could|You could} have stayed for hours, just {listening|looking|breathing}.
Nobody was in a hurry, and nobody said a word.
It was {one of those days|a moment} that one does not forget.
Somewhere {a dog barked|a door closed|someone laughed}, and then it was quiet again.
It felt as if time had {stopped|forgotten to go on}.
""")


def request(rng: random.Random) -> tuple[str, str]:
    """A request and its description."""
    place = rng.choice(list(_NAMES))
    where, _, sense = PLACES[place]
    first, second = rng.sample(sense.strip("{}").split("|"), 2)
    opening = f"It was a quiet {rng.choice(_TIMES)} {expand(where, {}, rng)}."
    parts = [
        opening,
        f"{rng.choice(WEATHER)}." if rng.random() < 0.5 else "",
        f"{capital(first)}, and {second}.",
        say(_CLOSINGS, rng),
    ]
    return say(_REQUESTS, rng, p=_NAMES[place]), " ".join(part for part in parts if part)
