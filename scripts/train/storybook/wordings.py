"""How people word the questions that questions.py, quiz.py and sums.py draw. Data only; one template a line."""

from __future__ import annotations

from . import facts
from .grammar import lines

EXPLAIN = lines("""
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
UNKNOWN_QUESTIONS = lines("""
What is {a |the |}[word]?
Who {is|was} [person]?
What does [word] mean?
When was [person] born?
Explain [word]{| in simple terms}
Tell me about [person]
Where is [place]?
What is the capital of [place]?
Who won the [place] cup in 19{50|62|74|88|91}?
When was the city of [place] founded?
What is the population of [place]?
How do I repair a [word]?
What did [person] invent?
How much does a [word] cost?
What colour is a [word]?
""")
UNKNOWN_SUBJECT = lines("""
I have never heard of [subject]. I am a very small model and know only common things.
I do not know [subject]. I am sorry.
""")
USE_WORD = lines("""
Write a sentence with the word "[w]"
Use [w] in a sentence
Make a sentence with [w]
Write a sentence about a [w]
Give me a sentence with the word [w]
""")
USED_WORD = lines("""
The old [w] was the first thing that she saw that morning.
Nobody in the village had ever seen such a beautiful [w].
When the rain stopped, we could see the [w] again.
My grandmother often told us about the [w].
""")

# weight, questions, answers
CAPITAL: list[tuple[float, list[str], list[str]]] = [
    (
        10,
        lines("""
{What is|What's|Tell me|Name|Do you know|Can you tell me|I need to know|Which city is|What city is} the capital {city |}of [c]?
{What is|What's} the capital of [c]?
{What is the capital city of|capital of} [c]?
"""),
        lines("""
The capital of [c] is [city].
The capital of [c] is [city].
[city] is the capital of [c].
"""),
    ),
    (
        1,
        lines("""
Which country has [city] as its capital?
[city] is the capital of which country?
Of which country is [city] the capital?
"""),
        ["[city] is the capital of [c]."],
    ),
    (1, ["{Where is|On which continent is|Where can I find} [c]?"], ["[C] is in [continent]."]),
    (1, ["{Where is|In which country is} [city]?"], ["[city] is in [c]. It is the capital."]),
    (0.5, ["Is [city] the capital of [c]?"], ["Yes, [city] is the capital of [c]."]),
    (1, ["Is [other] the capital of [c]?"], ["No, the capital of [c] is [city]."]),
]

# weight, table, questions, answer
TABLES: list[tuple[float, dict[str, str], list[str], str]] = [
    (
        2,
        facts.LANGUAGES,
        lines("""
{What|Which} language do people speak in [k]?
{What|Which} language is spoken in [k]?
What do people speak in [k]?
"""),
        "People in [k] speak [v].",
    ),
    (
        1,
        facts.CURRENCIES,
        lines("""
What is the currency of [k]?
{What|Which} money do people use in [k]?
What is the money in [k] called?
With what do people pay in [k]?
"""),
        "People in [k] pay with [v].",
    ),
    (
        2,
        facts.ANIMAL_SOUNDS,
        lines("""
What sound does a [k] make?
{What|Which} noise does a [k] make?
What does the [k] say?
How does a [k] sound?
"""),
        "A [k] [v].",
    ),
    (
        2,
        facts.ANIMAL_YOUNG,
        lines("""
What is a {baby|young} [k] called?
What do you call a {baby|young} [k]?
What is the name of a {baby|young} [k]?
"""),
        "A young [k] is called a [v].",
    ),
    (2, facts.ANIMAL_LEGS, ["How many legs does {a|the} [k] have?", "How many legs has a [k]?"], "A [k] has [v] legs."),
    (
        1.5,
        facts.ANIMAL_CLASS,
        lines("""
What {kind|type} of animal is a [k]?
Is a [k] a mammal, a bird, a fish, a reptile or an insect?
To which group of animals does the [k] belong?
"""),
        "A [k] is [v].",
    ),
    (
        1.5,
        facts.ANIMAL_FOOD,
        ["What does {a|the} [k] eat?", "What is the food of a [k]?", "What can I feed a [k]?"],
        "A [k] eats [v].",
    ),
    (
        1,
        facts.ANIMAL_HOME,
        ["Where does a [k] live?", "What is the home of a [k] called?", "What do you call the home of a [k]?"],
        "A [k] lives in [v].",
    ),
    (
        2.5,
        facts.COLOURS_OF,
        lines("""
{What|Which} {colour|color} is [k]?
What is the {colour|color} of [k]?
What {colour|color} does [k] have?
Tell me the {colour|color} of [k]
"""),
        "[K] is [v].",
    ),
    (
        2.5,
        facts.OPPOSITES,
        lines("""
What is the opposite of [k]?
What's the opposite of "[k]"?
Give me the opposite of [k]
Opposite of [k]?
Which word means the opposite of [k]?
"""),
        'The opposite of "[k]" is "[v]".',
    ),
    (
        1,
        facts.RHYMES,
        lines("""
What rhymes with [k]?
Which words rhyme with [k]?
Give me a rhyme for [k]
Find a word that rhymes with "[k]"
"""),
        '"[K]" rhymes with [v].',
    ),
]
RECORD = ["{What is|What's|Which is|Tell me|Do you know|Name|Can you tell me} [x]?"]
PERSON = lines("""
Who {was|is} [x]?
Tell me about [x]
What do you know about [x]?
What is [x] famous for?
""")
DEED = lines("""
Who [x]?
Who [x]?
Tell me who [x]
Do you know who [x]?
Which person [x]?
""")
TRANSLATE = lines("""
How do you say "[w]" in [l]?
Translate [w] into [l]
What is [w] in [l]?
What is the [l] word for "[w]"?
Translate to [l]: [w]
How do I say [w] in [l]?
""")
LIST_ALL = lines("""
Name {all |}the [l]
What are the [l]?
List {all |}the [l]
Can you name the [l]?
Tell me the [l]
Which [l] are there?
""")
LIST_SOME = lines("""
Give me a list of [l]
Name some [l]
Tell me some [l]
What are some [l]?
Give me examples of [l]
List a few [l]
""")
LIST_COUNT = lines("""
Name [n] [l]
List [n] [l]
Give me [n] [l]
Tell me [n] [l]
Can you name [n] [l]?
What are [n] [l]?
Give me a list of [n] [l]
Name [n] {different|common} [l]
I need [n] [l]
Write a list of [n] [l]
Give me [n] examples of [l]
""")
SUM = lines("""
What is [x]?
What is [x]?
What's [x]?
How much is [x]?
[x]
[x] =
Calculate [x]
Can you calculate [x]?
Compute [x]
What does [x] make?
""")
MORE_PROBLEM = ["[has] [a] [things] and [get] [b] more. How many [things] [do] have{| now}?"]
LESS_PROBLEM = ["There are [a] [things] on the table. {I take|Someone takes|We take} [b] away. How many are left?"]
NEXT_NUMBER = ["{What|Which} number comes [word] [x]?"]
NEXT_DAY = ["{What|Which} [unit] comes [word] [x]?", "What [unit] is [word] [x]?", "What comes [word] [x]?"]
