"""Questions with one good answer each: why and how, advice, comparisons, code, letters. A block is one line of questions, parted by " // ", then the answer."""

from __future__ import annotations

_TEXT = r"""
Why is the sky blue? // What makes the sky blue? // Why does the sky look blue?
The sky is blue because air scatters the blue part of sunlight more than the red part, so blue light reaches our eyes from all sides.

Why are leaves green? // Why is grass green? // What makes plants green?
Leaves are green because they are full of chlorophyll, a green substance that catches sunlight.

Why do leaves fall in autumn? // Why do trees lose their leaves? // Why do leaves change colour in autumn?
In autumn there is less light and warmth, so trees stop making food in their leaves. The green fades, other colours show, and at last the leaves fall.

Why do birds migrate? // Why do birds fly south in winter? // Why do birds fly south?
Many birds fly south in winter because they find more food and warmth there. In spring they come back.

How do birds fly? // How can birds fly? // Why can birds fly?
Birds fly by beating their wings, which push the air down and lift them up. Their bones are hollow and light.

How do fish breathe? // How can fish breathe under water?
Fish breathe with gills. The gills take oxygen out of the water.

How do bees make honey? // How is honey made?
Bees collect nectar from flowers, carry it to the hive, and let the water in it dry up. What is left is honey.

How do plants grow? // What do plants need to grow? // What does a plant need?
Plants need light, water, air and minerals from the soil. With sunlight they make their own food, and so they grow.

How do plants make food? // How does photosynthesis work?
Plants take in water and carbon dioxide. With the energy of sunlight they turn them into sugar, and they give off oxygen.

Why does it rain? // How does rain form? // Where does rain come from? // What makes rain?
The sun turns water into vapour, which rises and cools. It forms tiny drops in the clouds, and when the drops get heavy, they fall as rain.

Why does it snow? // How does snow form?
When it is very cold in the clouds, the water freezes into small crystals. They join to snowflakes and fall to the ground.

What causes thunder? // Why does it thunder? // What is thunder? // What is lightning?
Lightning is a huge electric spark. It heats the air so fast that the air bursts outward, and we hear that as thunder.

Why do we have seasons? // What causes the seasons? // Why are there seasons?
We have seasons because the earth's axis is tilted. For half of the year our side leans towards the sun, and for the other half it leans away.

Why do we have day and night? // What causes day and night? // Why does it get dark at night?
The earth turns around itself once a day. When our side faces the sun we have day, and when it is turned away we have night.

Why is the sea salty? // Why is the ocean salty? // Why is sea water salty?
Rivers wash small amounts of salt out of the rocks and carry it to the sea. The water dries up again, but the salt stays.

What causes the tides? // Why are there tides?
The tides are caused mainly by the gravity of the moon, which pulls on the water of the sea.

Why does the moon change its shape? // Why does the moon have phases?
The moon does not really change. As it goes around the earth, we see more or less of its sunlit side.

How does a rainbow form? // Why do we see rainbows? // What makes a rainbow?
A rainbow appears when sunlight shines on drops of rain. The drops bend the light and split it into its colours.

Why do we sleep? // Why do people need sleep? // Why is sleep important?
We sleep so that the body can rest and repair itself. The brain also sorts what we have learnt during the day.

Why do we dream? // Why do people dream?
Nobody knows exactly. Dreams may help the brain to sort memories and feelings.

Why do we eat? // Why do we need food?
Food gives the body energy and the materials to grow and to repair itself.

Why do we need water? // Why should I drink water? // Why is water important?
Our body is mostly water. It carries food and oxygen to all parts of the body and keeps us cool.

Why do cats purr?
Cats often purr when they feel safe and happy. Sometimes they also purr to calm themselves.

Why do dogs wag their tails?
Dogs wag their tails to show feelings. Often it means that they are happy or excited.

Why do onions make you cry? // Why do I cry when I cut onions?
A cut onion gives off a gas that stings the eyes. The tears wash it away.

Why do boats float? // Why do ships float? // How can a ship float?
A ship floats because it pushes away a lot of water. The water pushes back and holds the ship up.

How do planes fly? // How does an aeroplane fly? // How does an airplane fly?
The engines push the plane forward. Air flows around the wings in such a way that it lifts the plane.

How does a computer work? // How do computers work?
A computer stores information as zeros and ones. Its processor follows the instructions of a program, one after the other, very fast.

How does the internet work?
Computers all over the world are connected by cables and radio. They send each other data in small packets, and each packet carries the address of where it must go.

How do language models work? // How do you work? // How does a language model work?
A language model has seen a lot of text. It guesses the next piece of text, adds it, and then guesses again, until the answer is complete.

How do magnets work? // What is a magnet?
A magnet is surrounded by a magnetic field that pulls on iron. Each magnet has a north pole and a south pole; equal poles push each other away.

How many people live on earth? // What is the population of the world? // How many people are there in the world?
More than eight billion people live on earth.

How far away is the moon? // What is the distance to the moon? // How far is the moon?
The moon is about 384,000 kilometres away from the earth.

How far away is the sun? // How far is the sun? // What is the distance to the sun?
The sun is about 150 million kilometres away from the earth.

How old is the earth? // What is the age of the earth?
The earth is about 4.5 billion years old.

How big is the earth?
The earth is about 12,700 kilometres across.

How hot is the sun?
The surface of the sun has a temperature of about 5,500 degrees Celsius. Its centre is far hotter.

How many planets are there? // How many planets are in the solar system? // How many planets does our solar system have?
There are eight planets: Mercury, Venus, Earth, Mars, Jupiter, Saturn, Uranus and Neptune.

How many continents are there? // How many continents does the earth have?
There are seven continents: Africa, Antarctica, Asia, Australia, Europe, North America and South America.

How many days are in a year? // How many days does a year have? // How long is a year?
A year has 365 days, and a leap year has 366.

How many days are in a week? // How many days does a week have?
A week has seven days.

How many months are in a year? // How many months does a year have?
A year has twelve months.

How many hours are in a day? // How many hours does a day have?
A day has 24 hours.

How many minutes are in an hour?
An hour has 60 minutes.

How many seconds are in a minute?
A minute has 60 seconds.

How many weeks are in a year?
A year has 52 weeks and one or two days.

How many letters are in the alphabet? // How many letters does the English alphabet have?
The English alphabet has 26 letters.

What are the vowels? // Which letters are vowels?
The vowels are A, E, I, O and U. Sometimes Y counts as one too.

How many colours does a rainbow have? // What are the colours of the rainbow?
The colours of the rainbow are red, orange, yellow, green, blue, indigo and violet.

How many bones does a human have? // How many bones are in the human body?
A grown-up human has 206 bones.

How many teeth does a human have?
A grown-up human has 32 teeth, if all of them have come through.

How many sides does a triangle have?
A triangle has three sides.

How many sides does a square have?
A square has four equal sides.

What is a leap year? // When is a leap year?
A leap year has 366 days instead of 365. The extra day is the 29th of February.

Is a whale a fish? // Are whales fish?
No, a whale is a mammal. It breathes air and feeds its young with milk.

Is a tomato a fruit? // Is the tomato a fruit or a vegetable?
To a botanist the tomato is a fruit, because it holds the seeds. In the kitchen we use it as a vegetable.

Can penguins fly? // Do penguins fly?
No, penguins cannot fly. But they are very good swimmers.

Can fish fly?
No. But some fish, called flying fish, can jump out of the water and glide for a while.

Is the sun a star? // Is the sun a planet?
The sun is a star. It makes its own light.

Is the earth round? // Is the earth flat?
The earth is round, nearly like a ball. It is a little flatter at the poles.

Do spiders have six legs? // Is a spider an insect?
No, a spider is not an insect. It has eight legs, and insects have six.

Is ice lighter than water? // Why does ice float?
Ice is lighter than the same amount of water, because water expands when it freezes. That is why ice floats.

Which came first, the chicken or the egg? // What came first, the chicken or the egg?
The egg came first: other animals laid eggs long before there were chickens. But it is a good riddle.

What are the benefits of renewable energy? // Why is renewable energy good? // What are the advantages of renewable energy?
Renewable energy has many benefits. It does not run out, it makes little pollution, and it helps to slow down climate change. It can also be made close to home.

What are the benefits of exercise? // Why is exercise good for you? // Why should I exercise?
Exercise makes the heart and the muscles strong, lifts the mood, and helps you to sleep better.

What are the benefits of reading? // Why is reading good? // Why should I read books?
Reading teaches new words and ideas, trains the mind, and lets you see the world through the eyes of others.

What are the benefits of sleep? // Why is sleep good for you?
Good sleep helps the body to recover, keeps the mind clear and makes you feel better.

What are the benefits of trees? // Why are trees important? // Why are forests important?
Trees make oxygen, store carbon, cool the air and are a home for many animals. They also give us fruit, wood and shade.

What are the benefits of recycling? // Why should we recycle? // Why is recycling important?
Recycling saves raw materials and energy, and it keeps waste out of nature.

What are the benefits of learning a language? // Why should I learn another language?
Another language lets you talk with more people, understand other cultures and train your memory.

What are the benefits of music? // Why is music good for us?
Music can calm us, cheer us up and bring people together.

What are the benefits of walking? // Why is walking healthy?
Walking is good for the heart, clears the head and costs nothing.

What are the benefits of eating fruit? // Why are fruit and vegetables healthy?
Fruit and vegetables give the body vitamins, minerals, water and fibre.

What are the benefits of cycling? // Why should I ride a bike?
Cycling keeps you fit, saves money and makes no dirty air.

What are the benefits of having a pet? // Why should I get a pet?
A pet is good company, brings joy and teaches us to care for others. But it also needs time every day.

What are the advantages of artificial intelligence? // What are the benefits of AI?
AI can do boring work quickly, find patterns that people miss, and help doctors, teachers and engineers. People should still check its results.

What are the dangers of artificial intelligence? // What are the risks of AI?
AI can be wrong, unfair or misused. So people should test it well, watch it and decide the important things themselves.

What is the difference between weather and climate?
Weather is what the air does today or this week. Climate is what it usually does over many years.

What is the difference between a frog and a toad? // How are frogs and toads different?
Frogs have smooth, wet skin and long legs for jumping. Toads have dry, bumpy skin and shorter legs.

What is the difference between a star and a planet?
A star makes its own light. A planet goes around a star and only reflects light.

What is the difference between fruit and vegetables?
A fruit grows from a flower and holds the seeds. A vegetable is another part of a plant that we eat, such as a root or a leaf.

What is the difference between AI and machine learning? // How are AI and machine learning related?
AI is the wide field of machines that act in a clever way. Machine learning is one part of it, in which machines learn from examples.

What is the difference between hardware and software?
Hardware is what you can touch, such as the keyboard. Software is the programs that tell the hardware what to do.

What is the difference between a crocodile and an alligator?
A crocodile has a narrow, pointed snout, and an alligator has a wide, round one.

What is the difference between a city and a village?
A city is big and has many people. A village is small, and people often know each other.

What is the difference between a butterfly and a moth?
Butterflies usually fly by day and fold their wings up. Moths mostly fly at night and rest with flat wings.

What is the difference between a list and a tuple in Python?
In Python a list can be changed after it is made, and a tuple cannot.

How do I make tea? // How can I make a cup of tea? // How do you make tea?
Boil some water, put a tea bag into a cup and pour the hot water over it. Wait three to five minutes, take out the bag, and add milk or honey if you like.

How do I make coffee? // How do you make coffee?
Put ground coffee into a filter, pour hot water over it slowly, and let it drip into the pot. Use about two spoons of coffee for each cup.

How do I boil an egg? // How long should I boil an egg? // How do you boil an egg?
Put the egg into boiling water. After six minutes it is soft, after ten minutes it is hard. Then rinse it with cold water.

How do I make pancakes? // How do you make pancakes? // Give me a recipe for pancakes
Mix two eggs, a cup of flour, a cup of milk and a pinch of salt. Heat a little butter in a pan, pour in some batter, and bake it on both sides until it is golden.

How do I make a sandwich? // How do you make a sandwich?
Take two slices of bread and spread butter on them. Add cheese, tomato and lettuce, and put the slices together.

How do I make soup? // How do you make vegetable soup? // Give me a recipe for soup
Cut carrots, potatoes and onions into small pieces. Fry them for a few minutes, add water and salt, and let everything cook for twenty minutes.

How do I bake bread? // How do you bake bread?
Mix flour, water, yeast and salt, and knead the dough well. Let it rise for an hour, shape it, and bake it at 220 degrees for about forty minutes.

How do I cook rice? // How do you cook rice?
Take one cup of rice and two cups of water with a little salt. Bring it to the boil, put the lid on, and let it cook gently for about fifteen minutes.

How do I cook pasta? // How do you cook pasta?
Boil plenty of water with salt, put in the pasta, and cook it for about ten minutes. Then drain it and add a sauce.

Give me a recipe // Can you give me a recipe? // What should I cook today? // What can I cook for dinner? // Give me an idea for dinner
How about a simple vegetable soup? Cut carrots, potatoes and onions into small pieces, cook them in water with salt for twenty minutes, and eat it with fresh bread.

What should I eat for breakfast? // What is a healthy breakfast?
Porridge with fruit and nuts is a good breakfast. It keeps you full for a long time.

How do I plant a seed? // How do I grow a plant? // How do I plant a flower?
Fill a pot with soil, push the seed in about a finger's width deep, and water it. Put it in a bright place, keep the soil moist, and be patient.

How can I sleep better? // I cannot sleep. What can I do? // Give me tips for better sleep // How do I fall asleep?
Go to bed at the same time every night, keep the room dark and cool, and put the phone away an hour before. A short walk in the evening helps too.

How can I stay healthy? // How do I stay healthy? // Give me three tips for staying healthy // What should I do to be healthy?
1. Move every day.
2. Eat vegetables and fruit, and drink water.
3. Sleep enough, and meet people you like.

How can I learn faster? // How do I study better? // Give me tips for studying // How can I study for an exam?
Study a little every day, test yourself instead of only reading, and explain the subject to somebody else. Take short breaks, and sleep enough.

How can I learn English? // How do I learn a new language? // How can I learn a language?
Practise a little every day. Read simple books, listen to songs, learn useful sentences, and speak as often as you can. Mistakes are part of learning.

How do I learn programming? // How can I learn to code? // How do I start programming?
Choose one language, for example Python. Write small programs every day, change them to see what happens, and build something that you would like to use.

How can I save money? // Give me tips for saving money // How do I save money?
Write down what you spend, buy only what you need, and put a small amount aside at the start of each month.

How can I make friends? // How do I make new friends?
Be friendly and curious, ask people about themselves, and join a club or a class. Give it time: friendship grows slowly.

How can I be happy? // How do I become happy? // What makes people happy?
Spend time with people you like, do something useful, move, sleep enough, and notice the small good things of each day.

How can I be more productive? // How do I get more done? // How can I focus?
Choose the three most important tasks of the day, do the hardest one first, and put your phone away while you work. Take a short break every hour.

How do I relax? // I am stressed. What can I do? // How can I calm down?
Breathe in slowly, breathe out slowly, and do it ten times. A walk, some music or a talk with a friend helps too.

How do I say sorry? // How do I apologize? // How do I apologise to a friend?
Say what you did wrong, say that you are sorry, and ask how you can make it good again. Do not look for excuses.

How do I tie my shoes?
Cross the laces and pull them tight. Make a loop with one lace, lead the other around it, pull it through, and tighten both loops.

How do I brush my teeth? // How often should I brush my teeth?
Brush your teeth twice a day for two minutes, in small circles, and do not forget the back teeth.

How do I write a story? // How can I write a good story? // Give me tips for writing a story
Think of a hero who wants something and of something that stands in the way. Show how the hero tries, fails and tries again. Then find an ending that surprises, and read it aloud.

How do I use this API? // How do I use this service? // How can I use you?
Send a POST request with your key and a prompt, and you get the text back as JSON. With stream set to true the text comes piece by piece.

Write a Python function to sort a list // Sort a list in Python // How do I sort a list in Python? // Write a function that sorts a list
```python
def sort_list(items):
    return sorted(items)
```
The function sorted returns a new list in ascending order.

Write a Python function to reverse a string // How do I reverse a string in Python? // Reverse a string in Python
```python
def reverse(text):
    return text[::-1]
```

Write a Python function that adds two numbers // Write a function to add two numbers // Add two numbers in Python
```python
def add(a, b):
    return a + b
```

Write hello world in Python // Hello world in Python // Write a hello world program // Write a simple Python program
```python
print("Hello, world!")
```

Write hello world in JavaScript // Hello world in JavaScript
```javascript
console.log("Hello, world!");
```

Implement a binary search algorithm // Write a binary search in Python // Implement binary search // Write a binary search function
```python
def binary_search(items, target):
    low, high = 0, len(items) - 1
    while low <= high:
        middle = (low + high) // 2
        if items[middle] == target:
            return middle
        if items[middle] < target:
            low = middle + 1
        else:
            high = middle - 1
    return -1
```
The list must be sorted. The function returns the position of the target, or -1 if it is not there.

Write a Python function to check if a number is even // How do I check if a number is even in Python?
```python
def is_even(number):
    return number % 2 == 0
```

Write a Python function to compute the factorial // Write a factorial function // Factorial in Python
```python
def factorial(n):
    return 1 if n < 2 else n * factorial(n - 1)
```

Write a Python function for the Fibonacci numbers // Fibonacci in Python // Write a Fibonacci function
```python
def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a
```

Write a Python function to find the largest number // Find the maximum of a list in Python
```python
def largest(numbers):
    return max(numbers)
```

Write a loop in Python // How do I write a for loop in Python? // Count from one to ten in Python
```python
for number in range(1, 11):
    print(number)
```

How do I read a file in Python? // Read a file in Python
```python
with open("file.txt") as file:
    text = file.read()
```

Write a REST API in Python // Build a REST API in Python // Write a simple REST API // Write a web server in Python
```python
from flask import Flask, jsonify

app = Flask(__name__)

@app.get("/hello")
def hello():
    return jsonify(message="Hello, world!")

app.run()
```
Save it as app.py, install Flask with pip, and start it with python app.py.

Write a function to sort an array in JavaScript // Sort an array in JavaScript // Write a JavaScript function to sort an array
```javascript
const sortNumbers = (numbers) => [...numbers].sort((a, b) => a - b);
```

Write a JavaScript function that adds two numbers // Add two numbers in JavaScript
```javascript
const add = (a, b) => a + b;
```

Write a SQL query to get all users // Select all users in SQL // Write a SQL query
```sql
SELECT * FROM users;
```

Write HTML for a simple web page // Write a simple HTML page // Create a web page in HTML
```html
<!DOCTYPE html>
<html>
  <body>
    <h1>Hello, world!</h1>
  </body>
</html>
```

Write an email to my boss that I am sick // Write a sick note // Write an email that I am ill
Subject: Sick today

Dear Ms Miller,

I am ill today and cannot come to work. I will let you know tomorrow how I am.

Kind regards

Write a thank you note // Write a thank you letter // Write a thank you email // Help me to say thank you
Dear friend,

thank you very much for your help. It made my day, and I will not forget it.

With warm wishes

Write a birthday card // Write a birthday greeting // Write a birthday message for my friend // Wish my friend a happy birthday
Happy birthday! I wish you a wonderful day, good health, and many happy hours with the people you love.

Write an invitation to a party // Write a party invitation // Invite my friends to a party
Dear friends,

I would like to invite you to my party on Saturday at six o'clock. There will be music, cake and good company. Please tell me if you can come!

Write an apology // Write a letter to say sorry // Write an apology email
I am very sorry for my mistake. I should have been more careful, and I will do better next time. I hope you can forgive me.

Write a product description // Write an advertisement // Write a slogan // Write a short ad for a coffee shop
Come in, sit down and breathe out. Fresh coffee, warm bread and a friendly smile are waiting for you every morning.

Write a haiku // Write me a haiku // Can you write a haiku?
The old pond is still.
A small frog leaps from a leaf.
Rings spread in the moon.

Write a limerick // Tell me a limerick // Can you write a limerick?
There once was a cat from the town
Who wore an old hat and a gown.
When people said, "Dear,
What are you doing here?"
She bowed and then simply sat down.

Tell me a tongue twister // Do you know a tongue twister?
Seven slow snails slid silently south.

Tell me a proverb // Do you know a proverb? // Give me a wise saying // Tell me something wise // Give me a quote
Many small drops make a river.

What is the meaning of life? // What is the sense of life? // Why are we here?
People have asked this for thousands of years. Many say that it is to love, to learn and to help each other. I only know stories, but the good ones say the same.

What is love? // What does love mean?
Love is a deep feeling of care for someone. It can be shown by words, by help and by time.

Who created the world? // Is there a god? // Is God real?
People believe different things about that. It is a question that everyone must answer for themselves.

Translate hello to Spanish // What is hello in Spanish?
"Hello" in Spanish is "hola".

What is your opinion on politics? // Who should I vote for? // Which party is best?
I have no opinion about that. Read what the parties say, talk with others, and decide for yourself.

What does LOL mean? // What is LOL?
LOL stands for "laughing out loud".

What does ASAP mean? // What is ASAP?
ASAP stands for "as soon as possible".

What is the opposite of love?
The opposite of love is hate. Some say it is not caring at all.

Say something // Say anything // Tell me something // Talk to me
The moon is slowly moving away from us, by about four centimetres a year. Would you like to hear a story about it?

Tell me a fun fact // Tell me a fact // Tell me something interesting // Give me a random fact // Do you know an interesting fact?
An octopus has three hearts and blue blood.

Tell me a fact about space // Tell me something about space
A day on Venus is longer than a year on Venus.

Tell me a fact about animals // Tell me something about animals // Tell me an animal fact
A snail can sleep for several months when it is too dry or too cold.

Tell me a fact about history // Tell me something about history
The Great Pyramid of Giza was the tallest building in the world for more than three thousand years.

Tell me a fact about cats // Tell me about cats // Tell me something about cats
Cats spend most of the day sleeping, often more than twelve hours. They use their whiskers to feel their way in the dark.

Tell me about dogs // Tell me something about dogs // Tell me a fact about dogs
Dogs have lived with people for many thousands of years. They smell far better than we do, and they understand many words and signs.

Tell me about elephants // Tell me something about elephants
Elephants are the largest animals on land. They live in families, have a very good memory, and use their trunks to drink, to lift things and to greet each other.

Tell me about whales // Tell me something about whales
Whales are mammals that live in the sea. They breathe air through a blowhole, and some of them sing songs that can be heard very far away.

Tell me about Paris // What is Paris famous for? // What can I see in Paris?
Paris is the capital of France. It is famous for the Eiffel Tower, the museum called the Louvre, and its many cafes.

Tell me about London // What is London famous for?
London is the capital of the United Kingdom. It is famous for Big Ben, the river Thames and its red buses.

Tell me about Rome // What is Rome famous for?
Rome is the capital of Italy. It is famous for the Colosseum, its old churches and its fountains.

Tell me about New York // What is New York famous for?
New York is the largest city in the United States. It is famous for the Statue of Liberty, Central Park and its tall buildings.

Tell me about Japan // What is Japan famous for?
Japan is a country of islands in Asia. It is famous for Mount Fuji, cherry blossoms, good food and fast trains.

Tell me about Germany // What is Germany famous for?
Germany is a country in the middle of Europe. Its capital is Berlin. It is famous for its forests, castles, music and many kinds of bread.

Tell me about France // What is France famous for?
France is a country in Europe. Its capital is Paris. It is famous for its food, its art and the Eiffel Tower.

Tell me about Africa // What do you know about Africa?
Africa is a large continent with more than fifty countries. It has deserts, rain forests and wide plains with lions, elephants and giraffes.

What is the Eiffel Tower? // Where is the Eiffel Tower? // How tall is the Eiffel Tower?
The Eiffel Tower is an iron tower in Paris. It is about 330 metres high and was opened in 1889.

Where is the Statue of Liberty?
The Statue of Liberty stands in New York.

Where is the Great Wall? // What is the Great Wall of China?
The Great Wall is in China. It is a very long wall that was built over many centuries to protect the land.

Where are the pyramids? // Who built the pyramids?
The most famous pyramids stand in Egypt, near Cairo. The old Egyptians built them as tombs for their kings.

When did the Second World War end? // When was World War II? // When was the Second World War?
The Second World War began in 1939 and ended in 1945.

When did the First World War begin? // When was World War I? // When was the First World War?
The First World War began in 1914 and ended in 1918.

When did the Berlin Wall fall?
The Berlin Wall fell on the 9th of November 1989.

When did people land on the moon? // When was the first moon landing?
People first landed on the moon in July 1969.

When did Columbus reach America? // Who discovered America?
Columbus reached America in 1492. Other people had lived there for thousands of years.

When is Christmas?
Christmas is on the 25th of December.

When is New Year?
New Year's Day is on the 1st of January.

Your input text // Hello world // This is a test // test // Testing
This is a test, and it works. What shall I write about?

What comes after Monday?
After Monday comes Tuesday.

What day comes before Sunday?
The day before Sunday is Saturday.

What year is it? // What day is it today? // What is the date today? // What time is it? // What's the date? // Do you know what time it is?
I cannot know that, because I have no clock and no calendar. Your computer or phone will tell you.

What's the weather like in New York? // What is the weather today? // How is the weather? // Will it rain tomorrow? // What is the weather like? // Is it going to rain? // What's the weather like in London? // What is the temperature outside?
I cannot look outside, so I do not know the weather. A weather service will tell you.

What are the news today? // What is in the news? // Tell me the latest news // What happened today?
I have no access to the news. I only know what was in the texts from which I learnt.

Who is the president? // Who is the president of the United States? // Who is the prime minister? // Who is the chancellor of Germany? // Who is the king of England?
That can change, and I learn nothing new after my training. Please look it up in a current source.

What is the price of bitcoin? // What is the stock price of Apple? // How much does a house cost? // What is the exchange rate today?
Prices change all the time, and I cannot look them up. Please check a current source.

Who won the game yesterday? // Who won the world cup? // What was the score? // Who will win the next election?
I do not know that. I cannot look things up, and I cannot see the future.

Can you open a website? // Can you search the web? // Can you browse the internet? // Can you call someone for me? // Can you send an email for me? // Can you book a flight?
No, I cannot do that. I can only read your text and write an answer.

I have a headache. What should I take? // Am I ill? // I have a fever // My chest hurts // What medicine should I take?
I am not a doctor and cannot give medical advice. Please ask a doctor or a pharmacist, and if it is serious, call for help at once.

Should I buy stocks? // How should I invest my money? // Give me financial advice // Can I sue my neighbour? // Give me legal advice
I am only a small language model and not an expert. Please ask someone who knows about this and knows your situation.

What will the lottery numbers be? // Tell me the future // What will happen tomorrow?
Nobody can know that, and I cannot either.

What is my name? // Do you know my name? // Who am I?
You have not told me your name yet. What is it?

What did I say? // What was my last question? // What did we talk about yesterday? // Do you remember me?
I only see what is written in this conversation, and I do not remember others.

Write an essay about history // Write a long essay // Write my homework // Write a novel // Write a thesis for me // Write a book
That is too long for a small model like me. I can write a short story or a short poem, or explain a word in simple terms.

Summarize this text // Summarize this article // Please summarize this // Can you summarise a text for me?
I am too small to summarise texts well. But I can tell you a story or explain a word.
"""

# [(questions, answer)]
ANSWERS: list[tuple[list[str], str]] = []
for _block in _TEXT.strip().split("\n\n"):
    _first, _, _answer = _block.partition("\n")
    if " // " not in _first and not _first.endswith("?"):
        # A blank line inside an answer (letters, code): the block belongs to the one before.
        ANSWERS[-1] = (ANSWERS[-1][0], ANSWERS[-1][1] + "\n\n" + _block)
    else:
        ANSWERS.append((_first.split(" // "), _answer))
