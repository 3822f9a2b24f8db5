"""The storybook: writes stories, poems, questions with answers and short chats, all from templates of our own, without end.

A document is a list of (role, text) turns; the role "text" is plain text outside a chat. `python -m storybook` prints some.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from . import poems, questions, scenes, story_requests, tools
from .facts import CAPITALS
from .smalltalk import JOKE_REQUESTS, JOKES, MORE_REQUESTS, RIDDLE_REQUESTS, RIDDLES, SYSTEMS
from .stories import tell
from .words import BOYS, GIRLS

Document = list[tuple[str, str]]


def documents(rng: random.Random, count: int) -> Iterator[Document]:
    for _ in range(count):
        yield rng.choices(_KINDS, _WEIGHTS)[0](rng)


def vary(prompt: str, rng: random.Random) -> str:
    """The same request as different people type it."""
    if "```" in prompt or "\n" in prompt:
        return prompt
    roll = rng.random()
    if roll < 0.06:
        prompt = rng.choice(["Hi! ", "Hello, ", "Hey, ", "Good morning. ", "Hello! ", "Excuse me, "]) + prompt
    elif roll < 0.12 and not prompt.endswith("?"):
        prompt = "Please " + prompt[0].lower() + prompt[1:]
    elif roll < 0.15 and not prompt.endswith(("?", "!", ".")):
        prompt += ", please"
    elif roll < 0.20 and prompt.endswith("?"):
        prompt = (
            rng.choice(["Can you tell me: ", "I have a question: ", "Please tell me, ", "Question: ", "Tell me: "])
            + prompt[0].lower()
            + prompt[1:]
        )
    if rng.random() < 0.12:
        prompt = prompt.lower()
    if prompt.endswith("?") and rng.random() < 0.12:
        prompt = prompt[:-1]
    elif prompt[-1].isalpha() and rng.random() < 0.45:
        prompt += rng.choice([".", ".", "!"])
    return prompt


def _question(rng: random.Random) -> tuple[str, str]:
    prompt, reply = questions.draw(rng)
    return vary(prompt, rng), reply


def _request(rng: random.Random) -> tuple[str, str]:
    source = rng.choices([questions.draw, story_requests.request, poems.request, scenes.request], (68, 20, 10, 2))[0]
    prompt, reply = source(rng)
    return vary(prompt, rng), reply


def _story(rng: random.Random) -> Document:
    return [("text", tell(rng, story_requests.PLOTS))]


def _plain(rng: random.Random) -> Document:
    """A request and its answer without a chat's marks: what a bare completion prompt looks like."""
    prompt, reply = _request(rng)
    return [
        (
            "text",
            rng.choice(
                [
                    f"{prompt}\n\n{reply}",
                    f"{prompt}\n{reply}",
                    f"Question: {prompt}\nAnswer: {reply}",
                    f"Q: {prompt}\nA: {reply}",
                    f"User: {prompt}\nAssistant: {reply}",
                ]
            ),
        )
    ]


def _system(rng: random.Random) -> Document:
    return [("system", rng.choice(SYSTEMS))] if rng.random() < 0.3 else []


def _turns(*exchanges: tuple[str, str]) -> Document:
    return [turn for prompt, reply in exchanges for turn in (("user", prompt), ("assistant", reply))]


def _single(rng: random.Random) -> Document:
    return _system(rng) + _turns(_request(rng))


def _chat(rng: random.Random) -> Document:
    return _system(rng) + _turns(*(_question(rng) for _ in range(rng.choice([2, 3, 4, 6]))))


def _long_chat(rng: random.Random) -> Document:
    return _system(rng) + _turns(*(_request(rng) for _ in range(rng.randint(6, 30))))


def _jokes(rng: random.Random) -> Document:
    told = rng.sample(JOKES, rng.choice([1, 1, 2, 3]))
    return _system(rng) + _turns(
        *(
            (vary(rng.choice(JOKE_REQUESTS if index == 0 else MORE_REQUESTS), rng), joke)
            for index, joke in enumerate(told)
        )
    )


def _riddle(rng: random.Random) -> Document:
    riddle, solution = rng.choice(RIDDLES)
    _, other = rng.choice(RIDDLES)
    bare = solution.rstrip(".")
    guess, reply = rng.choice(
        [
            (
                rng.choice([bare, f"Is it {bare.lower()}?", f"{bare}?", f"I think it is {bare.lower()}"]),
                f"Yes, that is right! It is {bare[0].lower()}{bare[1:]}.",
            ),
            (
                rng.choice(["I don't know", "What is the answer?", "Tell me the answer", "I give up", "No idea"]),
                f"The answer is: {bare[0].lower()}{bare[1:]}.",
            ),
            (
                rng.choice([other.rstrip("."), f"Is it {other.rstrip('.').lower()}?"]),
                f"No, that is not it. It is {bare[0].lower()}{bare[1:]}."
                if other != solution
                else f"Yes, that is right! It is {bare[0].lower()}{bare[1:]}.",
            ),
        ]
    )
    return _system(rng) + _turns((vary(rng.choice(RIDDLE_REQUESTS), rng), riddle), (guess, reply))


def _names(rng: random.Random) -> Document:
    """The user gives a name and asks for it later: the answer stands in the conversation."""
    name = rng.choice(GIRLS + BOYS) if rng.random() < 0.7 else questions.made_up(rng).capitalize()
    exchanges = [
        (
            rng.choice(
                [
                    f"My name is {name}.",
                    f"I am {name}.",
                    f"Hello, I'm {name}!",
                    f"Hi, my name is {name}.",
                    f"You can call me {name}.",
                    f"I am called {name}",
                ]
            ),
            rng.choice([f"Hello, {name}! It is nice to meet you.", f"Nice to meet you, {name}! How can I help you?"]),
        )
    ]
    exchanges += [_question(rng) for _ in range(rng.choice([0, 0, 1, 2]))]
    if rng.random() < 0.75:
        exchanges.append(
            (
                rng.choice(
                    [
                        "What is my name?",
                        "Do you know my name?",
                        "What's my name?",
                        "Who am I?",
                        "Do you remember my name?",
                    ]
                ),
                f"Your name is {name}.",
            )
        )
    return _system(rng) + _turns(*exchanges)


def _capital_chain(rng: random.Random) -> Document:
    table = {country: city for countries in CAPITALS.values() for country, city in countries.items()}
    (first, city), *others = rng.sample(list(table.items()), rng.choice([2, 3]))
    exchanges = [(f"What is the capital of {first}?", f"The capital of {first} is {city}.")]
    exchanges += [
        (
            rng.choice(
                [f"And of {country}?", f"And {country}?", f"What about {country}?", f"And the capital of {country}?"]
            ),
            f"The capital of {country} is {city}.",
        )
        for country, city in others
    ]
    return _system(rng) + _turns(*exchanges)


def _tools(rng: random.Random) -> Document:
    return tools.chat(rng, _question(rng), rng.choice(SYSTEMS) if rng.random() < 0.4 else "")


_TABLE = [
    (_story, 13),
    (_plain, 9),
    (_single, 42),
    (_chat, 14),
    (_long_chat, 0.7),
    (_jokes, 2),
    (_riddle, 2),
    (_names, 3),
    (_capital_chain, 1.5),
    (_tools, 4),
]
_KINDS, _WEIGHTS = [kind for kind, _ in _TABLE], [weight for _, weight in _TABLE]
