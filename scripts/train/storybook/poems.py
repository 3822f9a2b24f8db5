"""Poems in rhymed couplets about a topic, and the requests for them."""

from __future__ import annotations

import random

from .grammar import capital, expand, lines
from .words import ANIMALS, FANTASTIC, OBJECTS, THINGS

# [t] stands inside a line, never at the rhyme, so that any topic fits; "it" takes it up again.
_OPENINGS = lines("""
I thought of [t] the other day, / and here is what I want to say:
When morning comes and skies are blue, / dear [bare], I sing this song for you.
Of all the things beneath the sun / I sing of [t], this one, just one.
Let me tell you, short and true, / what [t] can mean to me and you.
I close my eyes and I can see / how [t] is looking back at me.
A little song, a little rhyme / for [t], once more, another time.
Whoever walks through field and town / may write a word on [t] down.
The clock strikes one, the clock strikes two, / of [t] I tell this tale to you.
If you should ask me what is dear, / I say that [t] is always near.
The day begins, the night is gone, / and [t] is what I think upon.
""")
_MIDDLES = lines("""
It comes as softly as the rain, / it goes, and then it comes again.
It makes the grey old morning glow / and warms the {heart|hands} in frost and snow.
The children laugh, the old ones smile, / and all sit down for a little while.
It never asks, it never tells, / it sounds like {far-off|distant} silver bells.
The wind may blow, the night be long, / but [t] is in every song.
Some say it's small, some say it's great, / I only know it's worth the wait.
No gold, no crown, no silver ring / could be as fine as such a thing.
And when the day is grey and slow, / I think of it, and off I go.
By day, by night, in sun, in shade, / of little things our lives are made.
I asked the river, asked the tree, / they only laughed and sang with me.
It needs no drum, it needs no horn, / it wakes up early in the morn.
Through open windows, over walls, / you hear how quietly it calls.
The moon looks down, the stars look on, / and none of them knows where it's gone.
It cannot read, it cannot write, / and yet it fills my day with light.
A thousand words are not enough, / for roads are long and hills are rough.
It waits for me when I come home, / it walks with me when I must roam.
""")
_ENDINGS = lines("""
So here my little poem ends: / may you and [t] be good friends.
Good night, good night, the day is done; / tomorrow brings another sun.
So keep it well and hold it dear, / today, tomorrow, all the year.
And when the stars begin to shine, / I'm glad this little song is mine.
So if you see it, stop and stay / and wish it well upon its way.
And that is all I have to tell. / Sleep well, dear [bare], and fare you well.
""")
# Topics that people ask for most: lines of their own.
_OWN = {
    "AI": [
        "A thing that reads, a thing that writes, / that works by day and works by nights.",
        "It has no heart, it has no hand, / but tries its best to understand.",
        "We taught it words, we taught it rhyme, / it guesses one word at a time.",
    ],
    "the sea": [
        "The waves roll in, the waves roll out, / the white gulls wheel and cry about.",
        "A sail goes by, a little white, / and disappears into the light.",
    ],
    "the moon": [
        "A silver boat in skies of blue / that sails the whole long night with you.",
        "It lights the roofs, it lights the street, / it lays its silver at our feet.",
    ],
    "love": [
        "It cannot be bought, it cannot be sold, / it keeps us warm when nights are cold.",
        "It grows when it is given away, / a little more with every day.",
    ],
    "spring": [
        "The snow is gone, the brook runs free, / a blackbird sings in every tree.",
        "The first green leaf, the first warm day, / the winter packs and goes away.",
    ],
    "summer": [
        "The fields are gold, the days are long, / the evening hums a cricket song.",
        "We run with bare feet through the grass / and watch the slow white clouds that pass.",
    ],
    "autumn": [
        "The leaves turn red, the leaves turn brown, / and one by one they flutter down.",
        "The swallows leave, the mist hangs low, / the apples fall, the cold winds blow.",
    ],
    "winter": [
        "The world is white, the world is still, / the children slide down every hill.",
        "Inside, the fire is warm and bright, / outside, the long and starry night.",
    ],
    "rain": [
        "It taps upon the window pane / and drums the same song once again.",
        "It fills the brook, it wets the street, / and puddles splash beneath our feet.",
    ],
    "snow": [
        "It falls so softly in the night / and paints the roofs and gardens white.",
        "No sound, no step, no passing car, / just snow that comes from very far.",
    ],
    "a cat": [
        "It walks on paws that make no sound / and looks with golden eyes around.",
        "It sleeps all day, it purrs at night, / and dreams of mice in silver light.",
    ],
    "a dog": [
        "It wags its tail, it runs to me, / no one is happier than he.",
        "It guards the house, it guards the door, / and nobody could love me more.",
    ],
    "friendship": [
        "A friend will laugh, a friend will stay, / a friend will walk with you halfway.",
        "You share your bread, you share your time, / you share a joke, you share a rhyme.",
    ],
    "my mother": [
        "She held my hand, she dried my tears, / she was with me through all the years.",
        "Her voice is warm, her step is light, / she kissed me every night good night.",
    ],
    "the night": [
        "The lamps go out, the streets are still, / the moon climbs up behind the hill.",
        "The owls awake, the children sleep, / the sky is wide, the sky is deep.",
    ],
    "the stars": [
        "They shine so bright, they shine so far, / I wish on every single star.",
        "So high above the sleeping town / they look so quietly on us down.",
    ],
    "a tree": [
        "Its roots are deep, its crown is wide, / a hundred birds can live inside.",
        "It stands in storm, it stands in sun, / it was here long before each one.",
    ],
    "a flower": [
        "It opens when the day is new / and drinks a little drop of dew.",
        "It asks for sun, it asks for rain, / and every spring it comes again.",
    ],
    "a river": [
        "It leaves the hill, it leaves the wood, / it never stays, not if it could.",
        "It carries leaves, it carries foam, / the great wide sea will be its home.",
    ],
    "the wind": [
        "It shakes the trees, it lifts the kite, / it sings around the house at night.",
        "You cannot see it, yet it's there: / it ruffles everybody's hair.",
    ],
    "the sun": [
        "It paints the morning red and gold / and warms the young and warms the old.",
        "It climbs the hill, it fills the day, / and chases all the dark away.",
    ],
    "time": [
        "It runs, it flies, it does not wait, / it never comes a moment late.",
        "The clock may tick upon the wall, / the best hours make no sound at all.",
    ],
    "music": [
        "A single note, and then one more, / and people dance across the floor.",
        "It makes us cry, it makes us smile, / it lifts us up a little while.",
    ],
    "a robot": [
        "It has a heart of wire and tin, / but somewhere there's a light within.",
        'It counts to ten, it sweeps the floor, / and then it asks, "Is there no more?"',
    ],
    "computers": [
        "They count with zeros and with ones, / and every program runs and runs.",
        "They answer fast, they answer long, / and sometimes they are simply wrong.",
    ],
    "school": [
        "We learn to read, we learn to write, / we learn that left is not the right.",
        "The bell rings once, the bell rings twice, / and break with friends is very nice.",
    ],
    "dreams": [
        "They come at night on quiet feet / and lead us down a silver street.",
        "We fly, we fall, we laugh, we run, / and wake up with the rising sun.",
    ],
    "home": [
        "A lighted window, an open door, / a rug upon the kitchen floor.",
        "However far the road may bend, / it leads us home again, my friend.",
    ],
    "hope": [
        "It is a candle, small and bright, / that keeps on burning through the night.",
        "When all is grey, when all is slow, / it says: the sun will come, you know.",
    ],
    "nature": [
        "The brook, the stone, the bird, the bee, / the wind that moves in every tree.",
        "It gives us bread, it gives us air, / so let us treat it well, with care.",
    ],
    "birds": [
        "They sing before the day is light, / they vanish in the clouds in flight.",
        "They know the way across the sea / and come in spring to sing for me.",
    ],
    "coffee": [
        "It's black and hot, it smells so good, / it wakes me up as mornings should.",
        "One cup for me, one cup for you, / and then there's nothing we can't do.",
    ],
}

_REQUESTS = lines("""
Write a {short|little|nice||} poem about [t]
Write me a {short |}poem about [t]
{Can|Could} you write a {short |}poem about [t]?
Tell me a poem about [t]
{Make up|Compose|Create|Please write} a {short |}poem about [t]
A poem about [t]{, please|}
Write a rhyme about [t]
I would like a poem about [t]
Write some verses about [t]
Poem: [t]
Write {a song|a short song} about [t]
""")
_BARE = lines("""
Write a {short |little |}poem
Tell me a poem
{Can|Could} you write {me |}a poem?
Write me a {short |}poem
A poem, please
Do you know a poem?
I want a poem
""")


def _draw_topic(rng: random.Random) -> str:
    if rng.random() < 0.6:
        return rng.choice(list(_OWN))
    return expand(
        f"{rng.choice(['a', 'the', 'a little', 'an old'])} {rng.choice([*ANIMALS, *OBJECTS, *THINGS, *FANTASTIC])}",
        {},
        rng,
    )


def poem(rng: random.Random, topic: str) -> str:
    own = _OWN.get(topic, [])
    bare = topic.removeprefix("a ").removeprefix("an ").removeprefix("the ").removeprefix("my ")
    plural = topic in {"computers", "dreams", "birds", "the stars"}
    middles = rng.sample(_MIDDLES, rng.choice([1, 2]) if own else rng.choice([2, 3])) if not plural else []
    body = rng.sample(own, min(len(own), 2)) + middles
    parts = [rng.choice(_OPENINGS), *body, rng.choice(_ENDINGS if not plural else [_ENDINGS[1], _ENDINGS[3]])]
    if len(parts) % 2:
        parts.pop(-2)
    couplets = [expand(part, {"t": topic, "bare": bare}, rng) for part in parts]
    if plural:
        couplets = [line.replace(f"{topic} is", f"{topic} are") for line in couplets]
    verses = [line for couplet in couplets for line in couplet.split(" / ")]
    stanzas = ["\n".join(capital(line) for line in verses[start : start + 4]) for start in range(0, len(verses), 4)]
    return "\n\n".join(stanzas)


def request(rng: random.Random) -> tuple[str, str]:
    topic = _draw_topic(rng)
    if rng.random() < 0.2:
        return expand(rng.choice(_BARE), {}, rng), poem(rng, rng.choice(list(_OWN)))
    question = expand(rng.choice(_REQUESTS), {"t": topic}, rng)
    return question, poem(rng, topic)
