"""Tables of plain facts: countries, animals, records, people, words in other languages. Data only."""

from __future__ import annotations

from .grammar import pairs


CAPITALS = {
    "Europe": pairs("""France: Paris; Germany: Berlin; Italy: Rome; Spain: Madrid; Portugal: Lisbon; Austria: Vienna; Belgium: Brussels; Denmark: Copenhagen; Sweden: Stockholm;
        Norway: Oslo; Finland: Helsinki; Poland: Warsaw; Greece: Athens; Hungary: Budapest; Ireland: Dublin; Romania: Bucharest; Bulgaria: Sofia; Croatia: Zagreb; Ukraine: Kyiv;
        Iceland: Reykjavik; Slovakia: Bratislava; Slovenia: Ljubljana; Serbia: Belgrade; Estonia: Tallinn; Latvia: Riga; Lithuania: Vilnius; Albania: Tirana; Malta: Valletta;
        Switzerland: Bern; the Czech Republic: Prague; the Netherlands: Amsterdam; the United Kingdom: London; Russia: Moscow; Luxembourg: Luxembourg City"""),
    "Asia": pairs("""China: Beijing; Japan: Tokyo; India: New Delhi; South Korea: Seoul; North Korea: Pyongyang; Thailand: Bangkok; Vietnam: Hanoi; Turkey: Ankara; Iran: Tehran; Iraq: Baghdad;
        Nepal: Kathmandu; Pakistan: Islamabad; Bangladesh: Dhaka; Afghanistan: Kabul; Mongolia: Ulaanbaatar; Malaysia: Kuala Lumpur; Cambodia: Phnom Penh; Laos: Vientiane;
        Jordan: Amman; Lebanon: Beirut; Syria: Damascus; Saudi Arabia: Riyadh; Qatar: Doha; Oman: Muscat; the Philippines: Manila; Uzbekistan: Tashkent; Bhutan: Thimphu; Singapore: Singapore"""),
    "Africa": pairs("""Egypt: Cairo; Kenya: Nairobi; Nigeria: Abuja; Ghana: Accra; Morocco: Rabat; Algeria: Algiers; Tunisia: Tunis; Libya: Tripoli; Sudan: Khartoum; Ethiopia: Addis Ababa;
        Uganda: Kampala; Rwanda: Kigali; Senegal: Dakar; Mali: Bamako; Angola: Luanda; Zambia: Lusaka; Zimbabwe: Harare; Namibia: Windhoek; Madagascar: Antananarivo;
        Mozambique: Maputo; Somalia: Mogadishu; Cameroon: Yaounde; Botswana: Gaborone"""),
    "North America": pairs("""the United States: Washington, D.C.; Canada: Ottawa; Mexico: Mexico City; Cuba: Havana; Jamaica: Kingston; Guatemala: Guatemala City; Panama: Panama City;
        Costa Rica: San Jose; Honduras: Tegucigalpa; Nicaragua: Managua; Haiti: Port-au-Prince; the Dominican Republic: Santo Domingo"""),
    "South America": pairs(
        """Brazil: Brasilia; Argentina: Buenos Aires; Chile: Santiago; Peru: Lima; Colombia: Bogota; Ecuador: Quito; Uruguay: Montevideo; Paraguay: Asuncion; Venezuela: Caracas"""
    ),
    "Oceania": pairs("""Australia: Canberra; New Zealand: Wellington; Fiji: Suva; Papua New Guinea: Port Moresby"""),
}
LANGUAGES = pairs("""France: French; Germany: German; Italy: Italian; Spain: Spanish; Portugal: Portuguese; Austria: German; Brazil: Portuguese; Mexico: Spanish; Argentina: Spanish; Japan: Japanese;
    China: Chinese; Russia: Russian; Poland: Polish; Greece: Greek; Sweden: Swedish; Norway: Norwegian; Denmark: Danish; Hungary: Hungarian; Turkey: Turkish; Egypt: Arabic; Thailand: Thai;
    Vietnam: Vietnamese; Australia: English; the United States: English; the United Kingdom: English; the Netherlands: Dutch; Finland: Finnish and Swedish; South Korea: Korean; Chile: Spanish; Peru: Spanish""")
CURRENCIES = pairs("""France: the euro; Germany: the euro; Italy: the euro; Spain: the euro; the United States: the US dollar; the United Kingdom: the pound; Japan: the yen; China: the yuan;
    India: the rupee; Switzerland: the Swiss franc; Russia: the rouble; Mexico: the peso; Brazil: the real; Canada: the Canadian dollar; Australia: the Australian dollar; Poland: the zloty; South Korea: the won; Sweden: the krona""")

ANIMAL_SOUNDS = pairs("""dog: barks; cat: meows; cow: moos; duck: quacks; horse: neighs; sheep: bleats; pig: oinks; lion: roars; wolf: howls; frog: croaks; owl: hoots; bee: buzzes; snake: hisses;
    hen: clucks; rooster: crows; donkey: brays; mouse: squeaks; crow: caws; elephant: trumpets; goat: bleats; turkey: gobbles; pigeon: coos; bird: sings; monkey: chatters""")
ANIMAL_YOUNG = pairs("""dog: puppy; cat: kitten; cow: calf; horse: foal; sheep: lamb; pig: piglet; hen: chick; duck: duckling; goose: gosling; goat: kid; lion: cub; bear: cub; fox: cub; deer: fawn;
    frog: tadpole; kangaroo: joey; swan: cygnet; elephant: calf; whale: calf; butterfly: caterpillar; tiger: cub; rabbit: kit; owl: owlet; eagle: eaglet; seal: pup""")
ANIMAL_LEGS = pairs("""dog: four; cat: four; spider: eight; ant: six; bee: six; bird: two; horse: four; snake: no; fish: no; cow: four; chicken: two; beetle: six; butterfly: six; octopus: no; elephant: four; duck: two;
    scorpion: eight; crab: ten; human: two; ladybird: six; frog: four; worm: no; lion: four; penguin: two; fly: six""")
ANIMAL_CLASS = pairs("""dog: a mammal; cat: a mammal; whale: a mammal; dolphin: a mammal; bat: a mammal; elephant: a mammal; eagle: a bird; penguin: a bird; owl: a bird; ostrich: a bird; chicken: a bird; snake: a reptile;
    turtle: a reptile; crocodile: a reptile; lizard: a reptile; frog: an amphibian; toad: an amphibian; salamander: an amphibian; salmon: a fish; shark: a fish; trout: a fish; ant: an insect; bee: an insect;
    butterfly: an insect; beetle: an insect; spider: an arachnid; scorpion: an arachnid; horse: a mammal; mouse: a mammal; lion: a mammal; kangaroo: a mammal; parrot: a bird; tuna: a fish""")
ANIMAL_FOOD = pairs("""cow: grass and hay; horse: grass, hay and oats; rabbit: grass, leaves and vegetables; lion: meat; wolf: meat; panda: bamboo; koala: eucalyptus leaves; bee: nectar and pollen; frog: insects;
    owl: mice and other small animals; squirrel: nuts and seeds; sheep: grass; giraffe: leaves; elephant: grass, leaves and bark; cat: meat and fish; dog: meat and dog food; penguin: fish and krill;
    shark: fish and other sea animals; mouse: seeds and grains; caterpillar: leaves; spider: insects; bear: berries, roots, honey, fish and meat; hedgehog: insects, worms and snails; eagle: fish and small animals; butterfly: nectar""")
ANIMAL_HOME = pairs(
    """bee: a hive; bird: a nest; spider: a web; dog: a kennel; horse: a stable; lion: a den; rabbit: a burrow; beaver: a lodge; ant: an anthill; pig: a sty; hen: a coop; wolf: a den; fox: a den; mole: a burrow under the ground"""
)
COLOURS_OF = pairs("""the sky: blue; grass: green; the sun: yellow; snow: white; blood: red; a banana: yellow; a strawberry: red; a lemon: yellow; coal: black; milk: white; chocolate: brown; a tomato: red; an orange: orange;
    a carrot: orange; a frog: green; an elephant: grey; a polar bear: white; a fire engine: red; a cucumber: green; a cherry: red; a raven: black; a flamingo: pink; a pumpkin: orange; spinach: green; salt: white; a plum: purple; an eggplant: purple; gold: yellow and shiny; leaves in summer: green; the sea: blue""")
OPPOSITES = pairs("""hot: cold; big: small; fast: slow; happy: sad; light: dark; good: bad; old: new; young: old; high: low; long: short; full: empty; hard: soft; open: closed; day: night; wet: dry; clean: dirty; rich: poor;
    strong: weak; loud: quiet; up: down; left: right; true: false; early: late; easy: difficult; near: far; begin: end; love: hate; win: lose; buy: sell; thick: thin; wide: narrow; deep: shallow; brave: cowardly;
    black: white; first: last; inside: outside; push: pull; give: take; laugh: cry; sweet: sour; war: peace; summer: winter; north: south; east: west; heavy: light; sharp: blunt; beautiful: ugly; always: never""")
RHYMES = pairs("""cat: hat, mat and rat; house: mouse and blouse; tree: bee, sea and free; dog: frog, log and fog; light: night, bright and sight; day: play, say and way; moon: soon, spoon and tune; star: car, far and jar;
    blue: true, new and you; rain: train, chain and again; snow: go, low and slow; cake: lake, make and snake; bear: chair, hair and pear; ball: tall, wall and small; ring: king, sing and spring; love: dove, above and glove;
    fish: dish and wish; boat: coat, goat and note; sun: fun, run and one; book: look, cook and hook; hand: sand, land and band; time: rhyme, lime and climb""")

# question (without "What is"), short answer, whole sentence
RECORDS = [
    line.strip().split(" | ")
    for line in """
the largest planet | Jupiter | Jupiter is the largest planet in our solar system.
the smallest planet | Mercury | Mercury is the smallest planet in our solar system.
the hottest planet | Venus | Venus is the hottest planet in our solar system.
the closest planet to the sun | Mercury | Mercury is the planet closest to the sun.
the largest ocean | the Pacific Ocean | The Pacific Ocean is the largest ocean on earth.
the largest continent | Asia | Asia is the largest continent.
the smallest continent | Australia | Australia is the smallest continent.
the largest country in the world | Russia | Russia is the largest country in the world by area.
the smallest country in the world | Vatican City | Vatican City is the smallest country in the world.
the largest animal | the blue whale | The blue whale is the largest animal on earth.
the largest land animal | the African elephant | The African elephant is the largest animal on land.
the fastest land animal | the cheetah | The cheetah is the fastest animal on land.
the tallest animal | the giraffe | The giraffe is the tallest animal.
the largest bird | the ostrich | The ostrich is the largest bird. It cannot fly, but it runs very fast.
the smallest bird | the bee hummingbird | The bee hummingbird is the smallest bird.
the fastest bird | the peregrine falcon | The peregrine falcon is the fastest bird when it dives.
the highest mountain in the world | Mount Everest | Mount Everest is the highest mountain in the world. It is about 8,849 metres high.
the tallest mountain | Mount Everest | Mount Everest is the highest mountain in the world. It is about 8,849 metres high.
the longest river in the world | the Nile | The Nile is usually called the longest river in the world.
the largest desert | Antarctica | Antarctica is the largest desert, because almost no rain or snow falls there. The largest hot desert is the Sahara.
the largest hot desert | the Sahara | The Sahara in Africa is the largest hot desert.
the largest island | Greenland | Greenland is the largest island in the world.
the deepest place in the ocean | the Mariana Trench | The Mariana Trench in the Pacific Ocean is the deepest place in the sea.
the largest organ of the body | the skin | The skin is the largest organ of the human body.
the longest bone in the body | the thigh bone | The thigh bone is the longest bone in the human body.
the hardest natural material | diamond | Diamond is the hardest natural material.
the lightest gas | hydrogen | Hydrogen is the lightest gas.
the nearest star | the sun | The nearest star to us is the sun.
the red planet | Mars | Mars is called the red planet, because its ground is full of rust.
the planet with rings | Saturn | Saturn is famous for its rings.
the chemical formula of water | H2O | The chemical formula of water is H2O.
the chemical symbol for gold | Au | The chemical symbol for gold is Au.
the chemical symbol for iron | Fe | The chemical symbol for iron is Fe.
the chemical symbol for oxygen | O | The chemical symbol for oxygen is O.
the boiling point of water | 100 degrees Celsius | Water boils at 100 degrees Celsius at sea level.
the freezing point of water | 0 degrees Celsius | Water freezes at 0 degrees Celsius.
the speed of light | about 300,000 kilometres a second | Light travels about 300,000 kilometres in one second.
the value of pi | about 3.14 | Pi is about 3.14159. It is the distance around a circle divided by the distance across it.
the square root of nine | three | The square root of nine is three, because three times three is nine.
the square root of sixteen | four | The square root of sixteen is four, because four times four is sixteen.
the smallest prime number | two | The smallest prime number is two.
the first letter of the alphabet | A | The first letter of the alphabet is A.
the last letter of the alphabet | Z | The last letter of the alphabet is Z.
the tallest kind of grass | bamboo | Bamboo is the tallest kind of grass.
""".strip().splitlines()
]

# who question, name, whole sentence
PEOPLE = [
    line.strip().split(" | ")
    for line in """
wrote Romeo and Juliet | William Shakespeare | William Shakespeare wrote Romeo and Juliet.
wrote Hamlet | William Shakespeare | William Shakespeare wrote Hamlet.
wrote Alice in Wonderland | Lewis Carroll | Lewis Carroll wrote Alice's Adventures in Wonderland.
wrote Peter Pan | J. M. Barrie | J. M. Barrie wrote Peter Pan.
wrote The Jungle Book | Rudyard Kipling | Rudyard Kipling wrote The Jungle Book.
wrote Pride and Prejudice | Jane Austen | Jane Austen wrote Pride and Prejudice.
wrote Oliver Twist | Charles Dickens | Charles Dickens wrote Oliver Twist.
wrote Frankenstein | Mary Shelley | Mary Shelley wrote Frankenstein.
wrote Treasure Island | Robert Louis Stevenson | Robert Louis Stevenson wrote Treasure Island.
wrote The Little Mermaid | Hans Christian Andersen | Hans Christian Andersen wrote The Little Mermaid.
wrote Don Quixote | Miguel de Cervantes | Miguel de Cervantes wrote Don Quixote.
wrote the Odyssey | Homer | The Odyssey is said to be by the Greek poet Homer.
painted the Mona Lisa | Leonardo da Vinci | Leonardo da Vinci painted the Mona Lisa.
painted The Starry Night | Vincent van Gogh | Vincent van Gogh painted The Starry Night.
painted the ceiling of the Sistine Chapel | Michelangelo | Michelangelo painted the ceiling of the Sistine Chapel.
painted Guernica | Pablo Picasso | Pablo Picasso painted Guernica.
invented the telephone | Alexander Graham Bell | Alexander Graham Bell is known as the inventor of the telephone.
invented the light bulb | Thomas Edison | Thomas Edison made the first light bulb that sold well. Others had worked on it before him.
invented the printing press | Johannes Gutenberg | Johannes Gutenberg built the first printing press with movable type in Europe.
invented the aeroplane | the Wright brothers | The Wright brothers made the first flight with a motor plane in 1903.
invented dynamite | Alfred Nobel | Alfred Nobel invented dynamite. The Nobel Prize is named after him.
invented the World Wide Web | Tim Berners-Lee | Tim Berners-Lee invented the World Wide Web.
discovered penicillin | Alexander Fleming | Alexander Fleming discovered penicillin in 1928.
discovered gravity | Isaac Newton | Isaac Newton explained gravity. People say that a falling apple gave him the idea.
discovered radium | Marie Curie | Marie Curie discovered radium together with her husband Pierre.
came up with the theory of relativity | Albert Einstein | Albert Einstein came up with the theory of relativity.
came up with the theory of evolution | Charles Darwin | Charles Darwin explained evolution by natural selection.
was the first person on the moon | Neil Armstrong | Neil Armstrong was the first person on the moon, in 1969.
was the first person in space | Yuri Gagarin | Yuri Gagarin was the first person in space, in 1961.
was the first president of the United States | George Washington | George Washington was the first president of the United States.
was the first programmer | Ada Lovelace | Ada Lovelace is often called the first programmer.
composed the Ninth Symphony with the Ode to Joy | Ludwig van Beethoven | Ludwig van Beethoven composed the Ninth Symphony.
composed The Magic Flute | Wolfgang Amadeus Mozart | Wolfgang Amadeus Mozart composed The Magic Flute.
composed The Four Seasons | Antonio Vivaldi | Antonio Vivaldi composed The Four Seasons.
was Albert Einstein | Albert Einstein | Albert Einstein was a physicist. He is famous for the theory of relativity.
was Isaac Newton | Isaac Newton | Isaac Newton was an English scientist who explained gravity and motion.
was William Shakespeare | William Shakespeare | William Shakespeare was an English poet who wrote plays such as Hamlet and Romeo and Juliet.
was Marie Curie | Marie Curie | Marie Curie was a scientist who studied radioactivity. She won two Nobel Prizes.
was Leonardo da Vinci | Leonardo da Vinci | Leonardo da Vinci was an Italian painter and inventor. He painted the Mona Lisa.
was Mozart | Mozart | Mozart was a composer from Austria. He wrote his first music as a small child.
was Charles Darwin | Charles Darwin | Charles Darwin was a naturalist who explained how living things evolve.
was Cleopatra | Cleopatra | Cleopatra was the last queen of ancient Egypt.
was Alan Turing | Alan Turing | Alan Turing was a mathematician who laid the ground for computer science.
was Nelson Mandela | Nelson Mandela | Nelson Mandela fought for equal rights and became president of South Africa.
was Mahatma Gandhi | Mahatma Gandhi | Mahatma Gandhi led India to independence without violence.
was Julius Caesar | Julius Caesar | Julius Caesar was a general and ruler of ancient Rome.
was Beethoven | Beethoven | Beethoven was a German composer. He went on composing after he had become deaf.
was Van Gogh | Van Gogh | Vincent van Gogh was a Dutch painter. He painted sunflowers and starry skies.
""".strip().splitlines()
]

# English: French, Spanish, German
TRANSLATIONS = {
    line.split(" | ")[0].strip(): line.strip().split(" | ")[1:]
    for line in """
hello | bonjour | hola | hallo
goodbye | au revoir | adiós | auf Wiedersehen
thank you | merci | gracias | danke
please | s'il vous plaît | por favor | bitte
yes | oui | sí | ja
no | non | no | nein
good morning | bonjour | buenos días | guten Morgen
good night | bonne nuit | buenas noches | gute Nacht
friend | ami | amigo | Freund
water | eau | agua | Wasser
bread | pain | pan | Brot
house | maison | casa | Haus
dog | chien | perro | Hund
cat | chat | gato | Katze
love | amour | amor | Liebe
sun | soleil | sol | Sonne
moon | lune | luna | Mond
book | livre | libro | Buch
tree | arbre | árbol | Baum
red | rouge | rojo | rot
blue | bleu | azul | blau
green | vert | verde | grün
one | un | uno | eins
two | deux | dos | zwei
three | trois | tres | drei
mother | mère | madre | Mutter
father | père | padre | Vater
school | école | escuela | Schule
apple | pomme | manzana | Apfel
milk | lait | leche | Milch
night | nuit | noche | Nacht
day | jour | día | Tag
""".strip().splitlines()
}

LISTS = {
    name.strip(): items.strip().split(", ")
    for name, items in (
        line.split(": ", 1)
        for line in """
fruits: apples, pears, bananas, oranges, cherries, plums, grapes, strawberries, peaches, melons, lemons, kiwis, mangoes, pineapples
vegetables: carrots, potatoes, onions, tomatoes, peas, beans, cabbage, spinach, cucumbers, peppers, broccoli, leeks
animals: dog, cat, horse, elephant, lion, rabbit, bear, fox, mouse, giraffe, monkey, wolf
farm animals: cow, pig, sheep, goat, hen, horse, duck, donkey, goose
wild animals: lion, tiger, elephant, giraffe, zebra, wolf, bear, monkey
pets: dog, cat, rabbit, hamster, goldfish, parrot, guinea pig
birds: sparrow, robin, eagle, owl, swan, crow, parrot, penguin, stork, pigeon
fish: salmon, trout, tuna, cod, herring, carp, shark
insects: ant, bee, butterfly, beetle, fly, grasshopper, ladybird, mosquito
trees: oak, pine, birch, maple, beech, willow, chestnut, fir
flowers: rose, tulip, daisy, sunflower, lily, violet, daffodil, poppy
colours: red, blue, green, yellow, orange, purple, pink, brown, black, white
primary colours: red, yellow, blue
countries: France, Japan, Brazil, Kenya, Canada, India, Italy, Mexico, Egypt, Norway, Australia, Spain
European countries: France, Germany, Italy, Spain, Poland, Greece, Sweden, Portugal, Austria, Ireland
Asian countries: Japan, China, India, Thailand, Vietnam, Nepal, Indonesia, Malaysia
African countries: Kenya, Egypt, Ghana, Nigeria, Morocco, Senegal, Ethiopia, Tanzania
cities: London, Paris, Tokyo, New York, Rome, Berlin, Cairo, Madrid, Sydney, Mumbai
capital cities: Paris, Rome, Berlin, Madrid, London, Tokyo, Cairo, Lima, Ottawa, Vienna
planets: Mercury, Venus, Earth, Mars, Jupiter, Saturn, Uranus, Neptune
days of the week: Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday
months: January, February, March, April, May, June, July, August, September, October, November, December
seasons: spring, summer, autumn, winter
continents: Africa, Antarctica, Asia, Australia, Europe, North America, South America
oceans: the Pacific, the Atlantic, the Indian Ocean, the Arctic Ocean, the Southern Ocean
rivers: the Nile, the Amazon, the Rhine, the Danube, the Ganges, the Thames, the Mississippi
mountains: Mount Everest, Mont Blanc, Kilimanjaro, Mount Fuji, the Matterhorn
musical instruments: piano, violin, guitar, flute, drum, trumpet, cello, harp, clarinet
sports: football, tennis, swimming, basketball, running, cycling, skiing, volleyball
tools: hammer, saw, screwdriver, pliers, drill, axe, spade
vehicles: car, bus, train, bicycle, ship, aeroplane, truck, tram
clothes: shirt, trousers, dress, coat, socks, hat, shoes, scarf, gloves
drinks: water, milk, tea, coffee, orange juice, lemonade, apple juice
breakfast foods: bread, eggs, porridge, yoghurt, fruit, cereal, pancakes
desserts: ice cream, apple pie, chocolate cake, fruit salad, pudding, pancakes
jobs: teacher, doctor, baker, farmer, nurse, carpenter, pilot, cook, painter
languages: English, Spanish, French, German, Chinese, Arabic, Hindi, Japanese, Russian, Portuguese
programming languages: Python, JavaScript, Java, C, Rust, Go, TypeScript, Ruby
body parts: head, arm, leg, hand, foot, nose, ear, eye, knee, shoulder
senses: sight, hearing, smell, taste, touch
shapes: circle, square, triangle, rectangle, oval, star
school subjects: maths, history, science, music, art, geography, sport
furniture: table, chair, bed, sofa, shelf, cupboard, desk
rooms in a house: kitchen, bedroom, bathroom, living room, cellar, hall
metals: iron, gold, silver, copper, aluminium, tin, lead
hobbies: reading, drawing, cooking, gardening, hiking, dancing, chess, singing, photography
board games: chess, draughts, ludo, backgammon, go
toys: ball, doll, kite, teddy bear, train set, building blocks, puzzle
spices: pepper, cinnamon, paprika, ginger, nutmeg, cumin
kitchen tools: knife, spoon, pot, pan, bowl, whisk
things in the sky: the sun, the moon, stars, clouds, birds, rainbows
things you find at the beach: sand, shells, waves, gulls, crabs, stones
healthy foods: vegetables, fruit, nuts, beans, fish, whole grain bread
even numbers: 2, 4, 6, 8, 10, 12, 14
odd numbers: 1, 3, 5, 7, 9, 11, 13
prime numbers: 2, 3, 5, 7, 11, 13, 17, 19
feelings: joy, sadness, anger, fear, surprise, love, pride
girl names: Mia, Anna, Rosa, Clara, Lucy, Nora, Ella
boy names: Leo, Tom, Noah, Ben, Max, Felix, Hugo
names for a dog: Bruno, Scout, Patch, Biscuit, Rusty, Luna
names for a cat: Whisker, Pepper, Socks, Ginger, Luna, Tiger
""".strip().splitlines()
    )
}
# Lists whose order and number are fixed: asked for without a number, all are named.
COMPLETE = ["planets", "days of the week", "months", "seasons", "continents", "oceans", "senses", "primary colours"]
