"""Word lists for stories, poems and lists. Plain data."""

from __future__ import annotations

from .grammar import pairs

GIRLS = """
Mia Lily Anna Rosa Nora Ella Ruby Sara Lucy Maya Zoe Clara Ivy Emma Grace Hana Leila Amina Tara June Daisy Alice Molly
Ada Sofia Nina Fatima Priya Yuki Elsa Hazel Willa Poppy Olive Freya Greta Ines Jane Kate Lena
""".split()
BOYS = """
Tom Sam Leo Max Ben Noah Finn Jack Omar Ravi Hugo Oscar Theo Luis Kofi Adam Paul Peter Will Henry Ali Arlo Ivan Jonas
Kai Liam Mateo Nico Otto Pedro Ned Toby Simon Felix Eli Dan Joe Karl Marco Jamal
""".split()
PET_NAMES = """
Pip Bramble Biscuit Pepper Button Clover Dusty Patch Pebble Nutmeg Acorn Mossy Tumble Whisker Ginger Socks Flicker
Thimble Rusty Domino Sunny Fern Midge Bruno Teddy Maple Waffle Scout Juniper Marble Copper Inky Twig Bumble Snowy
Poppy Hazel Ziggy Barnaby Dot
""".split()

# kind: where it lives. Every one can walk, talk and feel in a story.
ANIMALS = pairs("""
fox: wood; rabbit: meadow; bear: wood; mouse: barn; owl: wood; hedgehog: garden; squirrel: wood; frog: pond; duck:
pond; cat: village; dog: village; lion: plain; elephant: plain; monkey: jungle; turtle: beach; penguin: ice; deer:
wood; wolf: wood; badger: wood; otter: river; beaver: river; donkey: farm; goat: hill; sheep: hill; pig: farm; hen:
farm; horse: farm; cow: farm; crow: wood; sparrow: garden; robin: garden; snail: garden; ant: garden; bee: garden;
beetle: garden; ladybird: garden; spider: barn; bat: barn; mole: meadow; tiger: jungle; parrot: jungle; crocodile:
river; giraffe: plain; zebra: plain; camel: desert; lizard: desert; kangaroo: plain; koala: wood; panda: wood; seal:
ice; whale: sea; dolphin: sea; crab: beach; octopus: sea; goose: farm; swan: lake; pony: farm; kitten: village; puppy:
village; lamb: hill; butterfly: garden; caterpillar: garden; toad: garden; hare: meadow; eagle: mountain; raven:
mountain; stork: village; rat: barn
""")
# Kinds that live in tales.
FANTASTIC = pairs("""
dragon: mountain; robot: town; wizard: tower; witch: wood; fairy: garden; giant: mountain; ghost: castle; mermaid:
sea; unicorn: wood; elf: wood; gnome: garden; troll: bridge; snowman: hill; scarecrow: farm; star: sky; cloud: sky;
teapot: village; toy soldier: village; princess: castle; prince: castle; king: castle; queen: castle; knight: castle;
pirate: sea; astronaut: space; alien: space; monster: castle; dinosaur: jungle
""")
# job: where it is done.
PEOPLE = pairs("""
farmer: farm; baker: village; fisherman: sea; teacher: town; sailor: sea; gardener: garden; painter: town; tailor:
town; clockmaker: town; shepherd: hill; miller: village; doctor: town; nurse: town; postman: village; librarian: town;
carpenter: village; blacksmith: village; cook: town; singer: town; inventor: town; scientist: town; lighthouse keeper:
sea; train driver: town; pilot: town; beekeeper: village; woodcutter: wood; juggler: town; explorer: jungle; musician:
town; poet: town; shopkeeper: village; ferryman: river; weaver: village; detective: town
""")
# Things of the world that may be the hero of a story. thing: where it is.
OBJECTS = pairs("""
train: hill; boat: sea; ship: sea; tree: wood; oak tree: wood; clock: tower; pencil: town; shoe: town; lamp: village;
kite: hill; bus: town; bicycle: town; book: town; car: town; computer: town; house: village; pumpkin: farm; snowflake:
sky; raindrop: sky; leaf: wood; moon: sky; sun: sky; river: mountain; mountain: mountain; lighthouse: sea; tractor:
farm; balloon: sky; flower: garden; sunflower: garden; apple: garden; umbrella: town; violin: town; key: castle;
candle: castle; chair: village; bell: tower; button: town; spoon: village; rocket: space; spaceship: space; planet:
space; cactus: desert; potato: farm; sock: village; windmill: hill; bridge: river; stone: river; acorn: wood;
seashell: beach; cloud: sky; truck: town; aeroplane: sky; helicopter: sky; drum: village; piano: town; pillow:
village; mirror: castle; phone: town
""")

# place: where it is, how one moves about in it, what one hears or sees there.
PLACES = {
    "wood": (
        "{in|at the edge of|deep in} a {green|quiet|dark|wide|deep} {wood|forest}",
        "between the trees",
        "{the leaves whispered in the wind|a woodpecker knocked on an old tree|soft moss covered the stones|the sun fell through the branches in golden spots}",
    ),
    "meadow": (
        "in a {green|wide|sunny} meadow",
        "through the tall grass",
        "{the grass swayed in the wind|yellow flowers nodded in the sun|a lark sang high above|bees hummed from flower to flower}",
    ),
    "barn": (
        "in an old {red|wooden|dusty} barn",
        "along the beams",
        "{the straw smelled sweet and warm|dust danced in the light of the small window|the old door creaked|rain tapped on the roof}",
    ),
    "garden": (
        "in a {small|sunny|pretty|large} garden",
        "along the garden path",
        "{the roses smelled sweet|drops of dew shone on the leaves|the bees were busy in the flowers|the apple tree gave a little shade}",
    ),
    "pond": (
        "beside a {small|round|green|quiet} pond",
        "along the reeds",
        "{the reeds rustled softly|dragonflies flew over the water|round leaves floated on the water|small fish swam in circles}",
    ),
    "village": (
        "in a {small|little|quiet|friendly} village",
        "down the {narrow|winding} street",
        "{smoke rose from the chimneys|the smell of fresh bread was in the air|the church bell rang|the neighbours were talking over their fences}",
    ),
    "plain": (
        "on a wide {yellow|golden|dry|sunny} plain",
        "across the dry grass",
        "{the air was hot and still|far away a herd raised a cloud of dust|one lonely tree gave some shade|the grass was as high as a child}",
    ),
    "jungle": (
        "in a {hot|green|thick|noisy} jungle",
        "under the hanging vines",
        "{bright birds called from every branch|big wet leaves dripped|the monkeys were chattering|strange flowers smelled of honey}",
    ),
    "beach": (
        "on a {sandy|long|quiet|sunny} beach",
        "over the warm sand",
        "{the waves rolled in and out|white gulls cried|shells lay everywhere|the water sparkled}",
    ),
    "ice": (
        "{in the far north|in the cold south|in a land of ice and snow}",
        "over the ice",
        "{the snow squeaked under every step|the cold wind sang|green lights danced in the sky|the ice was as blue as glass}",
    ),
    "river": (
        "beside a {wide|slow|fast|clear} river",
        "along the river bank",
        "{the water gurgled over the stones|willows hung over the water|a leaf sailed by like a little boat|fish jumped in the evening light}",
    ),
    "farm": (
        "on a {small|busy|large|old} farm",
        "across the farmyard",
        "{the hens scratched in the straw|the fields smelled of hay|the old tractor rattled|the rooster stood on the fence}",
    ),
    "hill": (
        "on a {green|windy|steep|grassy} hill",
        "over the hill",
        "{the wind blew without rest|one could see the whole valley|small white flowers grew in the grass|the clouds seemed near enough to touch}",
    ),
    "desert": (
        "in a {hot|dry|wide|yellow} desert",
        "over the sand",
        "{the sand was hot and golden|there was no shade anywhere|the wind drew lines in the sand|at night the stars were very bright}",
    ),
    "sea": (
        "{by the sea|on a small island|near the {deep|blue|wide} sea}",
        "along the shore",
        "{the waves were singing|the water was deep and blue|the air tasted of salt|far out a white sail went by}",
    ),
    "lake": (
        "on a {still|blue|round|silver} lake",
        "along the shore",
        "{the water was as smooth as a mirror|mist hung over the water|the mountains looked at themselves in the lake|a boat lay upside down on the shore}",
    ),
    "mountain": (
        "{high in the mountains|on a {tall|snowy|grey} mountain}",
        "up the stony path",
        "{the air was thin and clear|an echo came back from the rocks|snow lay on the tops|the valley looked tiny from up there}",
    ),
    "tower": (
        "in a {tall|crooked|lonely|stone} tower",
        "up and down the stairs",
        "{the candle flickered|old books lay in piles|the stairs went round and round|the wind whistled around the walls}",
    ),
    "castle": (
        "in a {large|grey|old|white} castle",
        "through the long halls",
        "{the flags fluttered on the towers|every step echoed|paintings of old kings hung on the walls|the gate was made of heavy oak}",
    ),
    "bridge": (
        "under a {stone|wooden|mossy|old} bridge",
        "over the bridge",
        "{the water murmured below|the stones were wet and green|wagons rumbled overhead|a cold mist came up from the water}",
    ),
    "sky": (
        "{high up in the sky|far above the clouds}",
        "across the sky",
        "{the world below looked small|the moon was near and friendly|the wind sang a long song|the evening turned red and gold}",
    ),
    "town": (
        "in a {busy|big|lively|pretty} town",
        "down the {long|busy} street",
        "{the trams rang their bells|the market was full of people|the clock on the tower struck|the lamps were lit one by one}",
    ),
    "space": (
        "{on a small planet far away|in a silver ship among the stars}",
        "between the stars",
        "{the stars did not blink at all|a comet drew a long white tail|the blue earth was as small as a marble|everything was very quiet}",
    ),
}

TRAITS = """
brave shy curious kind clever proud gentle cheerful lazy patient greedy lonely honest careful playful stubborn quiet
hungry merry wise
""".split()
SIZES = ["little", "small", "tiny", "young", "big", "old"]
COLOURS = "red blue green yellow orange purple white black brown pink grey golden silver".split()
WEATHER = [
    "The sun was shining",
    "It was raining softly",
    "A cold wind was blowing",
    "The first snow was falling",
    "The sky was clear and blue",
    "Grey clouds hung low",
    "A light fog lay over everything",
    "It was a hot day",
    "The air smelled of rain",
    "It was a bright, frosty day",
    "The wind had gone to sleep",
    "A rainbow stood in the sky",
]
FOODS = (
    """
warm bread; apple cake; honey bread; vegetable soup; a bowl of berries; roasted chestnuts; pancakes; cheese and pears;
potato soup; plum jam on toast; nut cookies; rice with beans; a big pot of soup; hot milk with honey; fresh rolls;
cherry pie; porridge with raisins; a carrot cake; baked apples; noodles
""".strip()
    .replace("\n", " ")
    .split("; ")
)
THINGS = (
    """
kite; lantern; boat; ball; key; map; book; drum; umbrella; bicycle; clock; ring; hat; scarf; bell; box; letter;
mirror; flute; blanket; basket; button; coin; shell; feather; balloon; violin; paintbrush; wagon; shoe; candle;
necklace; telescope; doll; whistle; backpack; cup; rope; ladder; compass; guitar; camera; pencil; sled; seed; stone;
toy train; music box; teddy bear; red coat; wooden horse; silver spoon; glass marble; paper boat; snow globe; blue
mitten
""".strip()
    .replace("\n", " ")
    .split("; ")
)
