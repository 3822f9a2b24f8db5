"""Chats in which the assistant calls a tool that the request offers, in the form that the chat template renders."""

from __future__ import annotations

import json
import random
from typing import Any

from .facts import CAPITALS
from .grammar import expand

CITIES = [
    *(city for countries in CAPITALS.values() for city in countries.values()),
    "New York",
    "San Francisco",
    "Boston",
    "Chicago",
    "Sydney",
    "Munich",
    "Hamburg",
    "Milan",
    "Barcelona",
    "Mumbai",
    "Shanghai",
    "Toronto",
    "Los Angeles",
    "Seattle",
    "Manchester",
]
_WORDS = ["sunny", "cloudy", "rainy", "windy", "snowy", "foggy"]
_PRODUCTS = [
    "shoes",
    "a lamp",
    "a blue chair",
    "coffee",
    "a bicycle",
    "books",
    "a red coat",
    "headphones",
    "a tent",
    "a guitar",
]
_PEOPLE = ["Anna", "Tom", "Maria", "Leo", "my boss", "my mother", "Sam", "Nina"]
_TEXTS = [
    "I will be late",
    "see you tomorrow",
    "happy birthday",
    "the train is late",
    "call me back",
    "dinner is ready",
]


def _tool(
    names: list[str], description: list[str], properties: dict[str, str], required: list[str], rng: random.Random
) -> dict[str, Any]:
    fields = {
        name: {"type": "number" if text.startswith("Number") else "string", "description": text}
        for name, text in properties.items()
    }
    parameters = {"type": "object", "properties": fields, "required": required}
    return {"name": rng.choice(names), "description": rng.choice(description), "parameters": parameters}


def _weather(rng: random.Random) -> tuple[dict[str, Any], str, dict[str, Any], dict[str, Any], str]:
    city, degrees, word = rng.choice(CITIES), rng.randint(-5, 35), rng.choice(_WORDS)
    place = rng.choice(["location", "city"])
    tool = _tool(
        ["get_weather", "get_current_weather", "weather"],
        ["Get the current weather in a location", "Get the weather of a city"],
        {place: rng.choice(["The city and state, e.g. San Francisco, CA", "Name of the city"])},
        [place],
        rng,
    )
    if rng.random() < 0.5:
        tool["parameters"]["properties"]["unit"] = {"type": "string", "enum": ["celsius", "fahrenheit"]}
    question = expand(
        rng.choice(
            [
                "What's the weather like in [c]?",
                "What is the weather in [c]?",
                "How is the weather in [c]{| today}?",
                "Is it {warm|cold|raining} in [c]?",
                "Weather in [c]",
                "Tell me the weather in [c]",
            ]
        ),
        {"c": city},
        rng,
    )
    return (
        tool,
        question,
        {place: city},
        {"temperature": degrees, "condition": word},
        f"It is {word} in {city}, and the temperature is {degrees} degrees.",
    )


def _time(rng: random.Random) -> tuple[dict[str, Any], str, dict[str, Any], dict[str, Any], str]:
    city, clock = rng.choice(CITIES), f"{rng.randint(0, 23):02d}:{rng.randint(0, 59):02d}"
    tool = _tool(
        ["get_time", "current_time", "get_current_time"],
        ["Get the current time in a city"],
        {"city": "Name of the city"},
        ["city"],
        rng,
    )
    return (
        tool,
        rng.choice([f"What time is it in {city}?", f"Tell me the time in {city}", f"How late is it in {city}?"]),
        {"city": city},
        {"time": clock},
        f"In {city} it is {clock}.",
    )


def _search(rng: random.Random) -> tuple[dict[str, Any], str, dict[str, Any], dict[str, Any], str]:
    product, count = rng.choice(_PRODUCTS), rng.randint(2, 40)
    tool = _tool(
        ["search_products", "search", "find_products"],
        ["Search the shop"],
        {"query": "What to search for"},
        ["query"],
        rng,
    )
    return (
        tool,
        rng.choice([f"Search for {product}", f"I want to buy {product}", f"Find {product}"]),
        {"query": product},
        {"results": count},
        f"I found {count} results for {product}.",
    )


def _message(rng: random.Random) -> tuple[dict[str, Any], str, dict[str, Any], dict[str, Any], str]:
    person, text = rng.choice(_PEOPLE), rng.choice(_TEXTS)
    tool = _tool(
        ["send_message", "send_email"],
        ["Send a message to someone"],
        {"to": "Who gets the message", "text": "The text"},
        ["to", "text"],
        rng,
    )
    return (
        tool,
        rng.choice([f'Send "{text}" to {person}', f'Write {person} a message: "{text}"']),
        {"to": person, "text": text},
        {"status": "sent"},
        f"I sent your message to {person}.",
    )


def _sum(rng: random.Random) -> tuple[dict[str, Any], str, dict[str, Any], dict[str, Any], str]:
    a, b = rng.randint(10, 999), rng.randint(10, 999)
    tool = _tool(
        ["add", "add_numbers", "sum"], ["Add two numbers"], {"a": "Number one", "b": "Number two"}, ["a", "b"], rng
    )
    return (
        tool,
        rng.choice([f"What is {a} + {b}?", f"Add {a} and {b}", f"How much is {a} plus {b}?"]),
        {"a": a, "b": b},
        {"result": a + b},
        f"{a} + {b} = {a + b}.",
    )


_KINDS = [_weather, _weather, _time, _search, _message, _sum]


def chat(rng: random.Random, plain: tuple[str, str], system: str) -> list[tuple[str, str]]:
    """One to three tools are offered; mostly one is called, sometimes the question (`plain`) needs none."""
    chosen = rng.sample(_KINDS, rng.choice([1, 1, 2, 3]))
    drawn = [kind(rng) for kind in chosen]
    tool, question, arguments, result, reply = drawn[0]
    tools = [each[0] for each in drawn]
    rng.shuffle(tools)
    header = "\n".join(
        [*([system] if system else []), "Tools:", *(json.dumps(each, ensure_ascii=False) for each in tools)]
    )
    if rng.random() < 0.2:
        return [("system", header), ("user", plain[0]), ("assistant", plain[1])]
    call = f'<tool_call>{{"name": {json.dumps(tool["name"])}, "arguments": {json.dumps(arguments, ensure_ascii=False)}}}</tool_call>'
    turns = [("system", header), ("user", question), ("assistant", call)]
    if rng.random() < 0.7:
        turns += [("tool", json.dumps(result)), ("assistant", reply)]
    return turns
