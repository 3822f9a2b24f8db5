"""Questions and answers drawn from the tables: facts, lists, sums, explanations, small talk; and requests in many wordings."""

from __future__ import annotations

import random
from collections.abc import Callable

from . import facts
from .answers import ANSWERS
from .concepts import CONCEPTS
from .grammar import capital, expand, join, lines
from .smalltalk import SMALLTALK, UNKNOWN

Pair = tuple[str, str]

NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split()
_EXPLAIN = lines("""
What {is|is|are_} [x]?
{What's|What is} [x]?
Explain [x]
Explain [x] in simple {terms|words}
Explain [x] {to a child|like I'm five|simply|briefly|for beginners}
{Can|Could} you explain [x]{| to me| in simple terms}?
{Tell me|Tell me something|Talk} about [x]
What does [bare] mean?
Define [bare]
Describe [x]
What do you know about [x]?
How would you explain [x]?
Explain [x] in {one sentence|two sentences|three sentences|2 sentences|3 sentences|a few words|a few sentences}
Give me a {short |simple |}{definition|explanation} of [bare]
Explain what [x] {is|is|are_}
What exactly {is|is|are_} [x]?
I want to {learn|know more} about [x]
{Can|Could} you tell me what [x] {is|is|are_}?
Please explain [x]
Help me understand [x]
What is meant by [bare]?
In simple terms, what {is|is|are_} [x]?
What {is|is|are_} [x] in simple terms?
""")
_SINGULAR_S = {"physics", "mathematics", "maths", "economics", "chess", "happiness", "kindness"}
_SYLLABLES = "ba bo da dor fla gri ka kel lo mi mor nu pla quo ra rin sho sti ta tri ul va vin wo xa yo zan zel".split()


def made_up(rng: random.Random) -> str:
    return "".join(rng.choices(_SYLLABLES, k=rng.choice([2, 3])))


def explanation(rng: random.Random) -> Pair:
    names, sentences = rng.choice(CONCEPTS)
    name = rng.choice(names)
    bare = name.removeprefix("a ").removeprefix("an ").removeprefix("the ")
    plural = name.endswith("s") and not name.endswith("ss") and bare not in _SINGULAR_S or name == "bacteria"
    template = rng.choice(_EXPLAIN).replace("{is|is|are_}", "are" if plural else "is")
    question = expand(template, {"x": name, "bare": bare}, rng)
    if plural:
        question = question.replace("What's", "What are").replace("What is " + name, "What are " + name)
    count = 1 if "one sentence" in question or "Define" in question or "definition" in question else 2 if "two sent" in question or "2 sent" in question else len(sentences)
    return question, " ".join(sentences[:count])


def unknown(rng: random.Random) -> Pair:
    word = made_up(rng)
    person = f"{capital(made_up(rng))} {capital(made_up(rng))}"
    question = expand(rng.choice(lines("""
    What is {a |the |}[w]?
    Who {is|was} [p]?
    What does [w] mean?
    When was [p] born?
    Explain [w]{| in simple terms}
    Tell me about [p]
    Where is [c]?
    What is the capital of [c]?
    Who won the [c] cup in 19{50|62|74|88|91}?
    When was the city of [c] founded?
    What is the population of [c]?
    How do I repair a [w]?
    What did [p] invent?
    How much does a [w] cost?
    What colour is a [w]?
    """)), {"w": word, "p": person, "c": capital(word)}, rng)
    subject = person if person in question else capital(word) if capital(word) in question else word
    answers = [*UNKNOWN, f"I have never heard of {subject}. I am a very small model and know only common things.", f"I do not know {subject}. I am sorry."]
    return question, rng.choice(answers)


def capitals(rng: random.Random) -> Pair:
    continent = rng.choices(list(facts.CAPITALS), [len(c) for c in facts.CAPITALS.values()])[0]
    country, city = rng.choice(list(facts.CAPITALS[continent].items()))
    slots = {"c": country, "city": city, "continent": continent}
    kinds = [
        ("{What is|What's|Tell me|Name|Do you know|Can you tell me|I need to know|Which city is|What city is} the capital {city |}of [c]?", "{The capital of [c] is [city].|[city] is the capital of [c].}"),
        ("{What is|What's} the capital of [c]?", "The capital of [c] is [city]."),
        ("{What is the capital city of|capital of} [c]?", "The capital of [c] is [city]."),
        ("{Which country has [city] as its capital|[city] is the capital of which country|Of which country is [city] the capital}?", "[city] is the capital of [c]."),
        ("{Where is|On which continent is|Where can I find} [c]?", "[C] is in [continent]."),
        ("{Where is|In which country is} [city]?", "[city] is in [c]. It is the capital."),
        ("Is [city] the capital of [c]?", "Yes, [city] is the capital of [c]."),
    ]
    question, answer = rng.choices(kinds, [4, 4, 2, 1, 1, 1, 0.5])[0]
    return expand(question, slots, rng), expand(answer, slots, rng)


def wrong_capital(rng: random.Random) -> Pair:
    table = {country: city for countries in facts.CAPITALS.values() for country, city in countries.items()}
    (country, city), (_, other) = rng.sample(list(table.items()), 2)
    return f"Is {other} the capital of {country}?", f"No, the capital of {country} is {city}."


_TABLES: list[tuple[dict[str, str], list[str], list[str]]] = [
    (facts.LANGUAGES, ["{What|Which} language do people speak in [k]?", "{What|Which} language is spoken in [k]?", "What do people speak in [k]?"], ["People in [k] speak [v]."]),
    (facts.CURRENCIES, ["What is the currency of [k]?", "{What|Which} money do people use in [k]?", "What is the money in [k] called?", "With what do people pay in [k]?"], ["People in [k] pay with [v]."]),
    (facts.ANIMAL_SOUNDS, ["What sound does a [k] make?", "{What|Which} noise does a [k] make?", "What does a [k] do?", "What does the [k] say?", "How does a [k] sound?"], ["A [k] [v]."]),
    (facts.ANIMAL_YOUNG, ["What is a {baby|young} [k] called?", "What do you call a {baby|young} [k]?", "What is the name of a {baby|young} [k]?"], ["A young [k] is called a [v]."]),
    (facts.ANIMAL_LEGS, ["How many legs does a [k] have?", "How many legs has a [k]?", "How many legs does the [k] have?"], ["A [k] has [v] legs."]),
    (facts.ANIMAL_CLASS, ["What kind of animal is a [k]?", "Is a [k] a mammal, a bird, a fish, a reptile or an insect?", "To which group of animals does the [k] belong?", "What type of animal is a [k]?"], ["A [k] is [v]."]),
    (facts.ANIMAL_FOOD, ["What does a [k] eat?", "What do [k]s eat?", "What is the food of a [k]?", "What can I feed a [k]?"], ["A [k] eats [v]."]),
    (facts.ANIMAL_HOME, ["Where does a [k] live?", "What is the home of a [k] called?", "What do you call the home of a [k]?"], ["A [k] lives in [v]."]),
    (facts.COLOURS_OF, ["{What|Which} {colour|color} is [k]?", "What is the {colour|color} of [k]?", "What {colour|color} does [k] have?", "Tell me the {colour|color} of [k]"], ["[K] is [v]."]),
    (facts.OPPOSITES, ["What is the opposite of [k]?", "What's the opposite of \"[k]\"?", "Give me the opposite of [k]", "Opposite of [k]?", "Which word means the opposite of [k]?"], ["The opposite of \"[k]\" is \"[v]\"."]),
    (facts.RHYMES, ["What rhymes with [k]?", "Which words rhyme with [k]?", "Give me a rhyme for [k]", "Find a word that rhymes with \"[k]\""], ["\"[K]\" rhymes with [v]."]),
]
_TABLE_WEIGHTS = [2, 1, 2, 2, 2, 1.5, 1.5, 1, 2.5, 2.5, 1]


def table_fact(rng: random.Random) -> Pair:
    table, questions, answers = rng.choices(_TABLES, _TABLE_WEIGHTS)[0]
    key = rng.choice(list(table))
    slots = {"k": key, "v": table[key]}
    answer = expand(rng.choice(answers), slots, rng).replace("Leaves in summer is", "Leaves in summer are")
    return expand(rng.choice(questions), slots, rng).replace("mouses", "mice").replace("wolfs", "wolves").replace("is leaves", "are leaves"), answer


def record(rng: random.Random) -> Pair:
    if rng.random() < 0.5:
        what, _, sentence = rng.choice(facts.RECORDS)
        word = rng.choice(["What is", "What's", "Which is", "Tell me", "Do you know", "Name", "Can you tell me"])
        return f"{word} {what}?", sentence
    who, name, sentence = rng.choice(facts.PEOPLE)
    if who == f"was {name}" or who.removeprefix("was ")[0].isupper():
        person = who.removeprefix("was ")
        return rng.choice([f"Who was {person}?", f"Who is {person}?", f"Tell me about {person}", f"What do you know about {person}?", f"What is {person} famous for?"]), sentence
    return rng.choice([f"Who {who}?", f"Who {who}?", f"Tell me who {who}", f"Do you know who {who}?", f"Which person {who}?"]), sentence


def translation(rng: random.Random) -> Pair:
    word = rng.choice(list(facts.TRANSLATIONS))
    index, language = rng.choice(list(enumerate(["French", "Spanish", "German"])))
    question = rng.choice([f'How do you say "{word}" in {language}?', f"Translate {word} into {language}", f"What is {word} in {language}?", f'What is the {language} word for "{word}"?', f"Translate to {language}: {word}", f"How do I say {word} in {language}?"])
    return question, f'"{capital(word)}" in {language} is "{facts.TRANSLATIONS[word][index]}".'


def listing(rng: random.Random) -> Pair:
    name = rng.choice(list(facts.LISTS))
    items = facts.LISTS[name]
    count = rng.randint(2, min(5, len(items)))
    if name in facts.COMPLETE and rng.random() < 0.6:
        template = rng.choice(["Name the {all |}[l]", "What are the [l]?", "List {all |}the [l]", "Can you name the [l]?", "Tell me the [l]", "Which [l] are there?"]).replace("the {all |}", "{all |}the ")
        question, chosen = expand(template, {"l": name}, rng), items
    else:
        number = rng.choice([str(count), NUMBERS[count], NUMBERS[count]])
        template = rng.choice(["Name [n] [l]", "List [n] [l]", "Give me [n] [l]", "Tell me [n] [l]", "Can you name [n] [l]?", "What are [n] [l]?", "Give me a list of [n] [l]", "Name [n] {different|common} [l]", "I need [n] [l]", "Write a list of [n] [l]", "Give me [n] examples of [l]"])
        question, chosen = expand(template, {"n": number, "l": name}, rng), rng.sample(items, count)
        if rng.random() < 0.25:
            question, chosen = expand(rng.choice(["Give me a list of [l]", "Name some [l]", "Tell me some [l]", "What are some [l]?", "Give me examples of [l]", "List a few [l]"]), {"l": name}, rng), rng.sample(items, min(4, len(items)))
    if "list" in question.lower() and rng.random() < 0.8:
        return question, "\n".join(f"{index}. {capital(item)}" for index, item in enumerate(chosen, 1))
    return question, capital(join(chosen)) + "."


def sum_(rng: random.Random) -> Pair:
    sign = rng.choices("+-*/", (5, 4, 3, 1))[0]
    small = rng.random() < 0.6
    a, b = rng.randint(0, 10 if small else 50), rng.randint(1, 10 if small else 49)
    if sign == "-" and b > a:
        a, b = b, a
    if sign in "*/":
        a, b = rng.randint(1, 10), rng.randint(1, 10)
    if sign == "/":
        a = a * b
    value = {"+": a + b, "-": a - b, "*": a * b, "/": a // max(b, 1)}[sign]
    words = {"+": ["plus", "and", "+"], "-": ["minus", "-"], "*": ["times", "x", "*", "multiplied by"], "/": ["divided by", "/"]}[sign]
    word = rng.choice([sign, *words])
    left, right = (str(a), str(b)) if rng.random() < 0.8 or max(a, b) > 20 else (NUMBERS[a], NUMBERS[b])
    gap = "" if word in "+-*/" and rng.random() < 0.3 else " "
    task = f"{left}{gap}{word}{gap}{right}"
    question = rng.choice([f"What is {task}?", f"What is {task}?", f"What's {task}?", f"How much is {task}?", f"{task}", f"{task} =", f"Calculate {task}", f"Can you calculate {task}?", f"Compute {task}", f"What does {task} make?"])
    return question, f"{a} {sign if sign != '*' else 'x'} {b} = {value}."


def word_problem(rng: random.Random) -> Pair:
    thing = rng.choice("apples pears books coins eggs pencils flowers cookies balls stones".split())
    a, b = rng.randint(2, 10), rng.randint(1, 9)
    if rng.random() < 0.5:
        person = rng.choice(["I have", "Mia has", "Tom has", "Anna has", "You have"])
        verb = "get" if person.split()[0] in {"I", "You"} else "gets"
        who = {"I": "do I", "You": "do you"}.get(person.split()[0], f"does {person.split()[0]}")
        return f"{person} {a} {thing} and {verb} {b} more. How many {thing} {who} have{rng.choice(['', ' now'])}?", f"{a} + {b} = {a + b}, so that makes {a + b} {thing}."
    a, b = max(a, b) + 1, min(a, b)
    return f"There are {a} {thing} on the table. {rng.choice(['I take', 'Someone takes', 'We take'])} {b} away. How many are left?", f"{a} - {b} = {a - b}, so {a - b} {'are' if a - b != 1 else 'is'} left."


def sequence(rng: random.Random) -> Pair:
    cycle = rng.choice([facts.LISTS["days of the week"], facts.LISTS["months"]])
    unit = "day" if len(cycle) == 7 else "month"
    index, step = rng.randrange(len(cycle)), rng.choice([1, -1])
    word = "after" if step == 1 else "before"
    answer = cycle[(index + step) % len(cycle)]
    if rng.random() < 0.25:
        number = rng.randint(1, 60)
        return rng.choice([f"What number comes {word} {number}?", f"Which number comes {word} {number}?"]), f"{capital(word)} {number} comes {number + step}." if step == 1 else f"{number + step} comes before {number}."
    return rng.choice([f"{rng.choice(['What', 'Which'])} {unit} comes {word} {cycle[index]}?", f"What {unit} is {word} {cycle[index]}?", f"What comes {word} {cycle[index]}?"]), f"{answer} comes {word} {cycle[index]}."


def answer(rng: random.Random) -> Pair:
    questions, text = rng.choice(ANSWERS)
    return rng.choice(questions), text


def small_talk(rng: random.Random) -> Pair:
    said, replies = rng.choices(SMALLTALK, [6.0 + len(s) for s, _ in SMALLTALK])[0]
    return rng.choice(said), rng.choice(replies)


def sentence_with(rng: random.Random) -> Pair:
    noun = rng.choice("river house friend moon dog cat tree book king garden bread winter summer storm bridge train school teacher boat star song clock apple bird forest".split())
    question = rng.choice([f'Write a sentence with the word "{noun}"', f"Use {noun} in a sentence", f"Make a sentence with {noun}", f"Write a sentence about a {noun}", f"Give me a sentence with the word {noun}"])
    return question, expand(rng.choice(["The old [w] was the first thing that she saw that morning.", "Nobody in the village had ever seen such a beautiful [w].", "When the rain stopped, we could see the [w] again.", "My grandmother often told us about the [w]."]), {"w": noun}, rng)


SOURCES: list[tuple[float, Callable[[random.Random], Pair]]] = [
    (16, explanation), (22, answer), (11, small_talk), (13, capitals), (1.5, wrong_capital), (12, table_fact), (8, record), (3, translation), (9, listing), (8, sum_), (2, word_problem), (2.5, sequence), (3, unknown), (1.5, sentence_with),
]


def draw(rng: random.Random) -> Pair:
    return rng.choices([source for _, source in SOURCES], [weight for weight, _ in SOURCES])[0](rng)
