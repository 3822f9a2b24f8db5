"""What a newcomer may ask, in wordings that the templates do not hold, and words of which a right answer has at least one. For measuring only."""

from __future__ import annotations

# prompt | word/word
_TEXT = """
Hey, what's the capital of France? | Paris
I forgot which city is the capital of Italy. Can you help? | Rome
Which European capital belongs to Spain? | Madrid
So, the capital of Japan is which city? | Tokyo
What do you call Germany's capital? | Berlin
name egypt's capital city | Cairo
hey can u tell me what the capital of canada is | Ottawa
What would be the capital of Australia? | Canberra
hiya | Hello/Hi/help/story
hello my friend | Hello/Hi/help/friend/glad/nice
How's life? | fine/well/program
Could you please tell me who you are? | Storyteller/language model/program
Do you mind telling me your name? | Storyteller
What kind of things are you able to do? | stories/story/poem/questions
Are you some kind of AI? | program/language model
Thanks for your help! | welcome/pleasure/glad
Okay, bye for now | Goodbye/bye/See you
What is machine learning all about? | examples/patterns/computers
Could you explain machine learning to my grandmother? | examples/patterns/computers
Explain quantum computing in 3 sentences. | bit/particles/quantum
What's quantum computing, simply put? | bit/particles/quantum
What do people mean by artificial intelligence? | machines/learns
What is gravity and why does it matter? | force/pulls
I do not understand photosynthesis. Please help. | plants/sunlight
What is a black hole, exactly? | gravity/light
Tell me what democracy means, please | people/vote/voting
So what is an algorithm? | steps
How come the sky looks blue? | scatter/air/light
For what reason do leaves turn green? | chlorophyll
How is rain made? | water/drops/clouds
What are the good sides of renewable energy? | run out/pollution/energy
Which three fruits come to your mind? | apple/pear/banana/orange/cherr/plum/grape/strawberr/peach/melon/lemon/kiwi/mango/pineapple
I need three vegetables for my soup | carrot/potato/onion/tomato/pea/bean/cabbage/spinach/cucumber/pepper/broccoli/leek
Could you list four colours for me? | red/blue/green/yellow/orange/purple/pink/brown/black/white
Give me three animals that live on a farm | cow/pig/sheep/goat/hen/horse/duck/donkey/goose
Please write down the seven days of the week | Monday
Which planets go around our sun? | Mercury/Venus/Jupiter
what is two plus two | 4
2+2 | 4
What is the sum of 3 and 5? | 8
What do you get when you add 6 and 7? | 13
Tell me 10 minus 4 | 6
What is 7 times 6? | 42
I have five apples and eat two. How many are left? | 3/three
Which animal runs the fastest? | cheetah
What's the biggest planet we know in the solar system? | Jupiter
Name the world's highest mountain | Everest
Who is the author of Hamlet? | Shakespeare
Who was the painter of the Mona Lisa? | Leonardo
Who first walked on the moon? | Armstrong
What noise do cows make? | moo
How many legs do spiders have? | eight
How do people call a little dog that was just born? | puppy
What is the contrary of hot? | cold
How would you say hello in Spanish? | hola
How do you say thank you in French? | merci
Tell me some joke | ?/!
I feel really sad today | sorry/story/friend
I am so bored right now | book/walk/story/friend
Good evening, my dear | evening
I need some Python code that sorts a list | sorted
Show me how binary search looks in code | def binary_search
I want a small REST API written in Python | Flask
Do I need an umbrella in New York today? | know/weather/look
What will the weather be tomorrow? | know/weather/look
Who won yesterday's football match? | know/look/sorry
What's today's date? | clock/calendar/know
Who is the current president? | change/look/know
What is the phone number of John Baker? | know/sorry/beyond/heard
Write a short story about a dragon | dragon
Please tell my daughter a story about a little mouse | mouse
I would love a story about a brave knight | knight
Write something about a penguin who gets lost | penguin
Write four lines of poetry on AI | AI
Write me some lines of poetry about the moon | moon
Compose a poem about winter for me | winter/snow
How can I fall asleep more easily? | bed/sleep/dark
Any tips for learning English? | Practise/Read/words/speak
How is tea made? | water/tea
"""

PROBES: list[tuple[str, list[str]]] = []
for _line in _TEXT.strip().splitlines():
    _prompt, _, _words = _line.partition(" | ")
    PROBES.append((_prompt, _words.split("/")))
