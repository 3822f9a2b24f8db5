"""Short explanations of well-known things. One line each: the names, then a definition and more sentences, parted by " || "."""

from __future__ import annotations

_TEXT = """
machine learning = ML: Machine learning is a way to teach computers with examples instead of fixed rules. || The computer looks for patterns in many examples and uses them to make predictions about new data. || For instance, it can learn to tell spam from normal mail.
artificial intelligence = AI: Artificial intelligence is the building of machines that do things for which people use their minds, such as understanding language or recognising pictures. || Most of it today learns from examples. || It can be very useful, but it also makes mistakes.
deep learning: Deep learning is machine learning with neural networks that have many layers. || Each layer turns its input into something a little more useful for the next one. || It works well for pictures, sound and language.
a neural network = neural networks: A neural network is a computer program made of many simple units that are connected in layers. || Each unit adds up numbers and passes the result on. || In training, the strengths of the connections are changed until the answers become good.
a language model = a large language model: A language model is a program that predicts which word comes next in a text. || By doing this again and again it can write whole sentences. || I am a very small language model myself.
quantum computing = a quantum computer = quantum computers: Quantum computing uses the rules of very small particles to compute. || A normal bit is either 0 or 1, but a quantum bit can be a mixture of both at once until it is measured. || For some problems this can be much faster than a normal computer.
a computer = computers: A computer is a machine that follows instructions to work with information. || It takes something in, stores it, changes it and shows the result.
the internet = internet: The internet is a worldwide network that connects computers. || They send each other information in small packets. || We use it for messages, web pages, films and much more.
an algorithm = algorithms: An algorithm is a list of clear steps that solves a problem. || A cooking recipe is a kind of algorithm.
a computer program = software: Software is the set of programs that tell a computer what to do. || The parts that you can touch are called hardware.
programming = coding: Programming means writing instructions that a computer can follow. || The instructions are written in a programming language such as Python or JavaScript.
Python: Python is a popular programming language that is easy to read. || People use it for web sites, science, data and machine learning.
JavaScript: JavaScript is the programming language of the web. || It makes web pages react when you click or type.
HTML: HTML is the language in which web pages are written. || It says which parts are headings, paragraphs, links and pictures.
an API = API: An API is a set of rules that lets one program use another. || A program sends a request in an agreed form and gets an answer back.
a REST API = REST: A REST API lets programs talk to each other over the web with simple requests such as GET and POST. || Each address stands for a thing, and the request says what to do with it.
a database = databases: A database is a place where a computer keeps data in good order. || You can search it, add to it and change it quickly.
JSON: JSON is a simple text format for data. || It is made of names and values in curly brackets, such as {"name": "Mia", "age": 7}.
cloud computing = the cloud: Cloud computing means using computers of somebody else over the internet. || You rent only as much as you need.
open source = open source software: Open source software is software whose program text everyone may read, use and improve.
encryption: Encryption turns a message into a secret form that only someone with the right key can read.
a blockchain = blockchain: A blockchain is a list of records that many computers keep together. || Each new block is tied to the one before, so that nobody can quietly change the past.
a robot = robots: A robot is a machine that can sense, decide and move. || Robots build cars, clean floors and explore other planets.
binary search: Binary search finds a value in a sorted list. || It looks at the middle, throws away the half that cannot hold the value, and does the same again with the other half.
data science: Data science is the work of finding useful answers in data. || It mixes statistics, programming and knowledge of the subject.
a transformer = transformers: In machine learning, a transformer is a kind of neural network that reads a whole text at once. || It uses attention to find out which words belong together.
gravity: Gravity is the force that pulls things towards each other. || It keeps us on the ground and the moon near the earth. || The more mass a thing has, the stronger it pulls.
light: Light is energy that we can see. || It travels in straight lines and is faster than anything else we know.
sound: Sound is made by things that shake quickly. || The shaking moves through the air to our ears.
energy: Energy is what makes things move, shine or grow warm. || It cannot be made or destroyed, only changed from one form into another.
renewable energy: Renewable energy comes from sources that do not run out, such as sun, wind and water. || It makes little pollution.
solar energy = solar power: Solar energy is energy from the sun. || Solar panels turn sunlight into electricity.
wind energy = wind power: Wind energy is energy from moving air. || The wind turns large blades, and a generator makes electricity.
electricity: Electricity is the flow of tiny charged particles. || It runs through wires and powers lamps, machines and computers.
an atom = atoms: An atom is a tiny building block of matter. || It has a nucleus of protons and neutrons, with electrons around it.
a molecule = molecules: A molecule is a group of atoms that are joined together. || A water molecule has two hydrogen atoms and one oxygen atom.
a cell = cells: A cell is the smallest living part of a plant or an animal. || Your body is made of many trillions of cells.
DNA: DNA is the long molecule in our cells that holds the plan of the body. || Children get half of it from each parent.
evolution: Evolution is the slow change of living things over many generations. || Those that fit their surroundings best have more young, which are like them.
photosynthesis: Photosynthesis is how plants make food. || They use sunlight, water and carbon dioxide to make sugar, and they give off oxygen.
the water cycle = water cycle: The water cycle is the journey of water. || The sun turns it into vapour, it forms clouds, it falls as rain or snow, and rivers carry it back to the sea.
climate change = global warming: Climate change is the slow change of the weather over many years. || Today the earth is getting warmer, mostly because people burn coal, oil and gas.
the weather = weather: Weather is what the air is doing outside: sun, rain, wind, snow, heat or cold. || It changes from day to day.
a volcano = volcanoes: A volcano is an opening in the earth from which hot melted rock, ash and gas can come out. || The melted rock is called lava.
an earthquake = earthquakes: An earthquake is a shaking of the ground. || It happens when large pieces of the earth's crust suddenly move.
a rainbow = rainbows: A rainbow is an arc of colours in the sky. || It appears when sunlight is bent and reflected in drops of rain.
a cloud = clouds: A cloud is made of very many tiny drops of water or bits of ice that float in the air.
snow: Snow is frozen water that falls from clouds in small crystals. || Most snowflakes have six sides.
the sun = sun: The sun is the star at the centre of our solar system. || It is a huge ball of hot gas that gives us light and warmth.
the moon = moon: The moon is the earth's only natural satellite. || It goes around the earth in about 27 days and shines because it reflects sunlight.
a star = stars: A star is a huge ball of hot gas that makes its own light. || The nearest star is our sun.
a planet = planets: A planet is a large round body that goes around a star. || Our solar system has eight planets.
the earth = earth: The earth is the third planet from the sun and our home. || Most of it is covered with water.
the solar system = solar system: The solar system is our sun with everything that goes around it: eight planets, their moons, and many smaller bodies.
a galaxy = galaxies: A galaxy is a very large group of stars, gas and dust. || Our galaxy is called the Milky Way.
a black hole = black holes: A black hole is a place in space where gravity is so strong that not even light can escape.
the universe = universe: The universe is everything there is: all space, time, stars, planets and us.
water: Water is a clear liquid that all living things need. || It freezes at 0 degrees Celsius and boils at 100.
air: Air is the mixture of gases around us. || It is mostly nitrogen and oxygen.
oxygen: Oxygen is a gas in the air that we need to breathe. || Plants give it off.
fire: Fire is what we see when something burns. || It needs fuel, heat and oxygen.
ice: Ice is frozen water. || It is lighter than water, and so it floats.
democracy: Democracy is a form of government in which the people decide. || They usually do so by voting for those who speak for them.
money: Money is something that people agree to use for paying. || It makes it easier to buy and sell things.
history: History is the story of the past and what we can learn from it.
science: Science is a careful way to find out how the world works. || Scientists ask a question, make a guess, test it and share the result.
mathematics = maths = math: Mathematics is the study of numbers, shapes and patterns. || We use it for counting, measuring, building and much more.
physics: Physics is the science of matter, energy, forces and motion.
chemistry: Chemistry is the science of substances and how they change into others.
biology: Biology is the science of living things.
geography: Geography is the study of the earth: its lands, seas, countries and people.
philosophy: Philosophy asks deep questions, such as what is true, what is good and how we should live.
psychology: Psychology is the science of the mind and of how people behave.
economics: Economics is the study of how people make, share and use goods and money.
music: Music is the art of putting sounds together so that they please or move us. || It has rhythm, melody and harmony.
art: Art is what people make to show ideas and feelings, such as paintings, music, dance and poems.
a poem = poetry = poems: A poem is a text in which sound and rhythm matter as much as meaning. || Many poems rhyme, but they do not have to.
a novel = novels: A novel is a long made-up story in the form of a book.
a story = stories: A story tells what happens to someone. || It has a beginning, a middle and an end.
a fairy tale = fairy tales: A fairy tale is an old kind of story with magic in it. || It often begins with "Once upon a time".
a metaphor = metaphors: A metaphor describes one thing as if it were another, such as "time is money".
a noun = nouns: A noun is a word for a person, a place, a thing or an idea, such as "child", "river" or "joy".
a verb = verbs: A verb is a word for what someone does or is, such as "run", "sing" or "be".
an adjective = adjectives: An adjective is a word that describes something, such as "red", "happy" or "cold".
friendship: Friendship is when people like, trust and help each other. || A good friend listens and stays in hard times.
love: Love is a deep feeling of care for someone. || It can be shown by words, by help and by time.
happiness: Happiness is a good and light feeling. || It often comes from friends, from a task done well, and from small things.
courage: Courage means doing what is right although you are afraid.
honesty: Honesty means telling the truth and not cheating.
patience: Patience means waiting calmly, even when something takes long.
kindness: Kindness means being friendly and helping others without asking for anything in return.
peace: Peace is a time without war or quarrel. || It can also mean a quiet feeling inside.
freedom: Freedom means that you may decide for yourself, as long as you do not harm others.
time: Time is what clocks measure. || It lets us say what came before and what comes after.
sleep: Sleep is the rest that body and mind need every night. || While we sleep, the brain sorts what we have learnt.
a dream = dreams: A dream is a story that the brain makes while we sleep. || The word also means a great wish.
the brain = brain: The brain is the organ in the head with which we think, feel and remember. || It also controls the body.
the heart = heart: The heart is a muscle that pumps blood through the body. || It beats about 100,000 times a day.
blood: Blood is the red liquid that carries oxygen and food to all parts of the body.
a vitamin = vitamins: Vitamins are substances that the body needs in small amounts to stay healthy. || Fruit and vegetables hold many of them.
a virus = viruses: A virus is a tiny thing that can make us ill. || It can only multiply inside living cells. || A harmful computer program is also called a virus.
bacteria: Bacteria are living things that are too small to see. || Some make us ill, but many are useful.
a vaccine = vaccines: A vaccine teaches the body to fight an illness before it comes.
exercise = sport: Exercise is moving the body to stay strong and healthy, for example by running, swimming or dancing.
yoga: Yoga is an old practice from India. || It joins slow movements, breathing and calm.
meditation: Meditation means sitting quietly and resting the mind, often by paying attention to the breath.
a tree = trees: A tree is a tall plant with a trunk of wood. || Trees give us shade, fruit, wood and oxygen.
a flower = flowers: A flower is the part of a plant that makes seeds. || Bright colours and sweet smells bring bees to it.
a forest = forests: A forest is a large piece of land covered with trees. || Many animals and plants live there.
an ocean = the ocean = oceans: An ocean is a very large body of salt water. || The oceans cover about seventy percent of the earth.
a river = rivers: A river is a stream of water that flows through the land to a lake or to the sea.
a mountain = mountains: A mountain is a very high piece of land. || The highest of all is Mount Everest.
a desert = deserts: A desert is a place where it almost never rains. || Some are hot and sandy, others are cold.
an island = islands: An island is a piece of land with water all around it.
a mammal = mammals: A mammal is an animal that feeds its young with milk. || Dogs, whales, bats and people are mammals.
a reptile = reptiles: A reptile is an animal with dry, scaly skin, such as a snake, a lizard or a turtle. || Most reptiles lay eggs.
an insect = insects: An insect is a small animal with six legs and a body in three parts, such as an ant or a bee.
a bird = birds: A bird is an animal with feathers, two wings and a beak. || Birds lay eggs, and most of them can fly.
a fish = fish: A fish is an animal that lives in water and breathes with gills.
a dinosaur = dinosaurs: Dinosaurs were reptiles that lived on the earth for a very long time. || Most of them died out about 66 million years ago.
chocolate: Chocolate is a sweet food made from the beans of the cacao tree.
bread: Bread is a food made from flour, water and often yeast, baked in an oven.
coffee: Coffee is a drink made from the roasted beans of the coffee plant. || It keeps people awake because it holds caffeine.
tea: Tea is a drink made by pouring hot water over the leaves of the tea plant.
honey: Honey is a sweet food that bees make from the nectar of flowers.
football = soccer: Football is a game for two teams of eleven players. || They try to get the ball into the other team's goal without using their hands.
chess: Chess is a board game for two players. || Each has sixteen pieces, and the goal is to trap the other player's king.
a library = libraries: A library is a place where you can read and borrow books.
a museum = museums: A museum is a house where old, rare or beautiful things are shown.
a school = school: A school is a place where people learn together.
recycling: Recycling means making new things out of old ones, such as new paper out of old paper. || It saves energy and keeps waste small.
pollution: Pollution is dirt and poison in air, water or soil that harms living things.
a healthy diet = healthy eating: A healthy diet has plenty of vegetables, fruit, whole grains and water, and not too much sugar, salt and fat.
an ecosystem = ecosystems: An ecosystem is all the living things in a place together with water, air and soil. || They all depend on each other.
inflation: Inflation means that prices rise over time, so that the same money buys less.
a budget: A budget is a plan for how to use your money. || It lists what comes in and what goes out.
a telescope = telescopes: A telescope is an instrument that makes far things look near. || We use it to look at the moon and the stars.
a microscope = microscopes: A microscope is an instrument that makes very small things look big.
Taskwire: Taskwire is the service that runs me. || It answers requests for text, images, sound and more over a simple web API.
ONNX: ONNX is a file format for machine learning models. || A model saved in it can be run by many different programs.
a tokenizer = tokens: A tokenizer cuts text into small pieces called tokens. || A language model reads and writes these pieces one after the other.
"""

# names, sentences; the first name is the one that reads well after "What is".
CONCEPTS: list[tuple[list[str], list[str]]] = []
for _line in _TEXT.strip().splitlines():
    _names, _, _rest = _line.partition(": ")
    CONCEPTS.append((_names.split(" = "), _rest.split(" || ")))
