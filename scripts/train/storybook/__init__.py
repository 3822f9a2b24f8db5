"""The storybook: writes stories, poems, questions with answers and short chats, all from templates of our own, without end.

A document is a list of (role, text) turns; the role "text" is plain text outside a chat.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from .stories import tell
from .story_requests import PLOTS, request


def documents(rng: random.Random, count: int) -> Iterator[list[tuple[str, str]]]:
    for _ in range(count):
        if rng.random() < 0.5:
            yield [("text", tell(rng, PLOTS))]
        else:
            a,b=request(rng)
            yield [("user", a), ("assistant", b)]
