"""Everyday praise and complaint, written by template for sentiment.py, and a hand-written check of 60 phrases.

Imported, never run."""

from __future__ import annotations

import random

from corpora import Example

THINGS = (
    "it|this|that|this product|this movie|the movie|the film|this book|the book|the food|the service|this place|the hotel|my phone|this app|"
    "the game|this song|the show|the weather|the staff|this restaurant|the coffee|my new laptop|the design|the quality|the battery|the price|"
    "this company|the support team|the update|my order|the delivery|the camera|this website|the story|the acting|the ending|your work|my day|"
    "the room|the teacher|the music|the view|the concert|the meal|the car|this shirt|the party|the trip|my job"
).split("|")
GOOD = (
    "good|great|amazing|awesome|excellent|fantastic|wonderful|perfect|brilliant|lovely|beautiful|superb|outstanding|incredible|delightful|"
    "nice|fun|impressive|enjoyable|delicious|helpful|friendly|fast|reliable|comfortable|funny|charming|the best|worth it|well made|"
    "exactly what i needed|a masterpiece|a joy|so much fun|better than expected|very good|really nice|pretty good|top notch|magnificent"
).split("|")
BAD = (
    "bad|terrible|awful|horrible|poor|disappointing|boring|useless|broken|rude|slow|ugly|annoying|dreadful|disgusting|the worst|overpriced|"
    "a waste of money|a waste of time|a mess|a disaster|unacceptable|pathetic|garbage|trash|dirty|uncomfortable|unreliable|painful|stupid|"
    "dull|cheaply made|worse than expected|not worth it|a joke|very bad|really poor|pretty bad|mediocre|frustrating"
).split("|")
LIKE = (
    "love|like|really like|enjoyed|adore|loved|really enjoyed|recommend|highly recommend|appreciate|am happy with|"
    "am impressed by|absolutely love|am in love with"
).split("|")
HATE = (
    "hate|dislike|hated|can't stand|regret buying|despise|am disappointed by|am unhappy with|am tired of|am sick of|"
    "would not recommend|do not recommend|cannot recommend|really hate"
).split("|")
MISS = "never regretted|could not live without|would buy again".split("|")
NOT_LIKE = "don't like|don't love|didn't like|did not enjoy|didn't enjoy|do not like".split("|")
NOT_SO_BAD = "bad|bad at all|as bad as i thought|disappointing".split("|")
LONE_GOOD = (
    "thank you so much|thanks a lot|well done|great job|good job|nice work|congratulations|i am so happy|i'm very happy|this made my day|"
    "i feel great|best day ever|five stars|10/10|worth every penny|highly recommended|will buy again|i had a great time|what a lovely day|"
    "can't wait to go back|keep up the good work|you are the best|love you|yes!! finally|couldn't be happier|no complaints|not bad at all|"
    "not bad|works perfectly|works like a charm|i laughed so much|so proud of you|happy birthday|good morning everyone|i am excited|it never disappoints"
).split("|")
LONE_BAD = (
    "never again|one star|0/10|i want a refund|i want my money back|stay away|avoid at all costs|don't buy this|do not buy|i am so angry|"
    "i'm very sad|i feel terrible|worst day ever|it stopped working|it doesn't work|it broke after a day|what a shame|what a waste|"
    "i was bored to tears|save your money|not good|not good at all|not great|no good|i'm so disappointed|this is unacceptable|nobody helped me|"
    "i will never come back|it keeps crashing|i lost everything|it hurts|i am tired and sad|i hate mondays|this makes me angry|so rude|could not finish it|"
    "leaves a lot to be desired|nothing works|i wouldn't recommend it|it was not worth the money"
).split("|")
INTENSE = "|very |really |so |absolutely |truly |just |simply |quite |totally ".split("|")
OPEN = "|||||honestly, |wow, |well, |overall, |in my opinion |i think |i have to say ".split("|")
CLOSE = ("", "", "", ".", ".", "!", "!!", " :)", "...")


def _clause(good: bool) -> str:
    kind, thing = random.random(), random.choice(THINGS)
    if kind < 0.25:
        return f"i {random.choice(LIKE if good else HATE)} {thing}"
    if kind < 0.60:
        be = random.choice((" is", " was", "'s" if thing in ("it", "that") else " is"))
        word = random.choice(GOOD if good else BAD)
        plain = not word.startswith(
            ("a ", "the ", "very", "really", "pretty", "so ", "exactly", "worth", "better", "worse", "not")
        )
        return f"{thing}{be} {random.choice(INTENSE) if plain else ''}{word}"
    if kind < 0.70:
        negated = random.choice(("is not", "isn't", "was not", "wasn't"))
        return f"{thing} {negated} {random.choice(NOT_SO_BAD if good else GOOD)}"
    if kind < 0.76:
        return f"i {random.choice(MISS if good else NOT_LIKE)} {thing}"
    if kind < 0.84:
        noun = random.choice("movie|day|product|place|meal|idea|book|game|performance|experience|song".split("|"))
        plain = [w for w in (GOOD if good else BAD) if " " not in w and w not in ("garbage", "trash")]
        word = random.choice(plain)
        article = "an" if word[0] in "aeiou" else "a"
        return f"what {article} {word} {noun}"
    return random.choice(LONE_GOOD if good else LONE_BAD)


def everyday(count: int) -> list[Example]:
    """`count` phrases from the global random state: one clause, two that agree, or two joined by "but", where the second decides."""
    rows = []
    for _ in range(count):
        good, shape = random.random() < 0.5, random.random()
        text = random.choice(OPEN) + _clause(good)
        if shape < 0.2:
            text += random.choice((". ", "! ", ", ", " and ")) + _clause(good)
        elif shape < 0.3:
            text = _clause(not good) + random.choice((" but ", ", but ", ". but ", ", however ")) + _clause(good)
        text += random.choice(CLOSE)
        rows.append(Example(text[0].upper() + text[1:] if random.random() < 0.6 else text, int(good)))
    return rows


_EVERYDAY_GOOD = (
    "I love it|I love this product! It's amazing.|My kids adore this toy.|Best purchase I have made this year.|The pizza was out of this world.|"
    "She did a fantastic job.|Everything arrived on time and in perfect condition.|I can't stop smiling.|Such a sweet and caring person.|"
    "This update fixed all my problems.|We had a wonderful evening.|The staff went above and beyond.|Super easy to set up.|I'm glad I bought it.|"
    "Absolutely stunning views.|It exceeded my expectations.|A must see!|Great value for the money.|My new favourite restaurant.|I'd give it six stars if I could.|"
    "Thanks for the quick reply.|The actors were brilliant.|It tastes delicious.|Smooth, quiet and powerful.|You made me laugh.|I passed my exam!|"
    "This is exactly what I was looking for.|He is a kind man.|Life is good.|The sun is shining and I feel alive."
).split("|")
_EVERYDAY_BAD = (
    "This is terrible|I hate this.|The screen cracked on the first day.|Customer service never answered my emails.|Worst meal of my life.|"
    "I fell asleep halfway through.|The package arrived damaged.|My dog died yesterday.|It smells awful.|The battery drains in an hour.|"
    "Complete rip-off.|I regret ordering this.|The plot makes no sense.|He was mean to everyone.|Too expensive for what you get.|The app crashes constantly.|"
    "I feel lonely and miserable.|The room was filthy and cold.|They lost my luggage.|Total nightmare.|I'm fed up with this nonsense.|Not worth the hype.|"
    "The instructions are confusing.|My flight was cancelled again.|It made me sick.|I don't like it.|This isn't what I paid for.|The sound quality is poor.|"
    "We waited two hours for cold soup.|Why is everything so difficult?"
).split("|")
EVERYDAY = [Example(text, 1) for text in _EVERYDAY_GOOD] + [Example(text, 0) for text in _EVERYDAY_BAD]
