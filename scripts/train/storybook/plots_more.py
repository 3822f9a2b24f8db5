"""Plots, second half. See plots.py."""

from __future__ import annotations

from .stories import Plot, plot

PLOTS: dict[str, Plot] = {}

PLOTS["find"] = plot(
    """
    {a|an old|a strange|a magic} [thing]
    {finding a [thing]|a found [thing]}
    a [thing] {in the snow|under a tree|on the beach|in the grass}
    --
    One {morning|day|evening}, [who] found a [thing]. It was lying {under a tree|in the grass|behind a stone|in the middle of the road}, and nobody was there.
    On the way home [name] saw something {shine|lie} {in the grass|beside the road|under a bush}. It was a [thing]!
    A [thing] lay on [name]'s doorstep. [He] had never seen such a {fine|strange|pretty} [thing] before.
    --
    "To whom does it belong?" [he] {wondered|asked [self]}. [He] {would have liked|wanted very much} to keep it. But then [he] thought, "Somebody is surely looking for it."
    [He] picked it up and looked at it from all sides. There was no name on it. "I will find out who has lost it," [he] said.
    "How lovely!" said [name]. "I could keep it. But how sad I would be if it were mine and I had lost it."
    --
    So [he] went from door to door. "Is this your [thing]?" [he] asked {the baker|the miller|the old owl}. "No, it is not mine," was the answer. It was the same {next door|everywhere}.
    [He] asked {everyone [he] met|the neighbours}: "Have you lost a [thing]?" Nobody had. One had lost {a glove|a tooth|his glasses}, one {a hen|her patience|a spoon}, but no one had lost a [thing].
    --
    At the end of the road sat [fnp], crying quietly. "What is the matter?" asked [name]. "I have lost my [thing]," said [fname]. "It was the last present from my {grandmother|grandfather}."
    In the evening [name] met [fnp], who was looking {under every stone|everywhere}. "I am looking for a [thing]," said [fname]. "Without it I cannot {sleep|go home|be happy}."
    --
    "Is it this one?" asked [name], and held out the [thing]. [Fname]'s eyes began to shine. "Yes! Oh, thank you!"
    [Name] put the [thing] into [fname]'s {hands|arms}. [Fname] could not say a word, but [fhe] smiled all over [fhis] face.
    --
    "You are honest," said [fname]. "Most people would have kept it." And as a thank you [fhe] gave [him] {a basket of apples|a small silver bell|a place by the fire|a song that nobody else knew}.
    [Name] went home without the [thing], but [he] felt as light as a feather.
    From then on the two met every {week|Sunday}, and the [thing] stood on the table between them.
    --
    What is found is not yet yours.
    It is good to find something, and better to give it back.
    """,
)

PLOTS["home"] = plot(
    """
    {getting lost|the way home|finding the way home}
    a [kind] who {got lost|lost the way}
    a long way home
    --
    One {afternoon|day}, [name] followed a {blue butterfly|yellow leaf|strange song|little stream}, further and further, without looking back.
    "Do not go too far," said [his] {mother|father|grandmother}. But [name] saw {a rabbit with white ears|a path that [he] did not know|red berries}, and then more and more, until [he] was far from home.
    --
    When [he] looked up, [he] did not know where [he] was. Everything looked {strange|different}. "Hello?" [he] called. Only the echo answered.
    Then it began to grow dark, and [he] could not find the path. On every side it looked the same.
    --
    [He] sat down {on a stone|under a tree} and wanted to cry. {"I want to go home," [he] whispered.|The shadows grew long.} Somewhere an owl called.
    [Who] walked to the left, then to the right, then round in a circle. [He] was tired and {cold|hungry}.
    --
    "Why are you {sitting here|out so late}?" asked a voice. It was [fnp]. "I am lost," said [name]. "Then first we will be calm," said [fname], "and then we will think."
    Then a small light came nearer. It was [fnp] with a lantern. "You are far from home, little one," said [fname].
    --
    "What can you hear?" asked [fname]. [Name] listened. Far away [he] heard {the church bell|a dog bark|the mill wheel|the sea}. "I know that sound! It is near my house." "Then we will follow it," said [fname].
    "Look up," said [fname]. "Do you see the bright star? It always stands in the north." "Our house is in the north!" cried [name]. So they followed the star.
    They followed the river, because rivers run past {villages|houses}, and [fname] {told stories|sang} all the way, so that [name] was not afraid.
    --
    At last [he] saw {a light in the window|the red roof|smoke above the trees}. [His] {mother|father|grandmother} stood at the door and {laughed and cried at once|ran to meet [him]}. "There you are!"
    And there was the {gate|old fence|garden} [he] knew so well. "Home!" [he] shouted, and ran the last bit as fast as [he] could. 
    --
    When you are lost, stay calm and listen.
    The best part of a journey is coming home.
    """,
)

PLOTS["race"] = plot(
    """
    a {race|great race|contest}
    {winning and losing|winning|being fast}
    a [kind] {in a race|who wanted to win}
    --
    Every {summer|year|spring} there was a great race, {once round the lake|over the hill and back|from the old oak to the bridge}. This year [name] wanted to take part.
    "Tomorrow is the big race," said the others. "The winner gets {a golden cup|a cake with seven layers|a crown of flowers}." [Name] could hardly sleep.
    --
    [Fnp] laughed. "You want to race against me? I am the fastest of all!" [Name] said nothing and {tied [his] shoes|went to the start}.
    [His] friend [fname] was the fastest of all, and everyone knew it. "I will do my best," said [name].
    --
    "{Ready, steady, go|One, two, three, go}!" They all ran off. [Fname] was soon far in front, and [name] was {nearly last|somewhere in the middle}.
    The race began. [Name]'s heart was pounding. [He] passed one, then two, then three of the others.
    --
    Halfway there, [name] saw {an old turtle|a small mouse|a young bird} that had fallen {into a ditch|into a hole|on its back}. "Please help me!" it cried. All the others ran past.
    Then, at the bend, [fname] {stumbled|slipped} and fell. "Ouch, my foot!" The others ran on. [Name] could have won now.
    --
    [Name] looked at the finish. Then [he] looked back. And then [he] stopped and helped. "A race can wait," [he] said.
    [He] did not think for long. [He] turned round, bent down and helped. That took a while, and one after another the others ran by.
    --
    So [name] came in last. But when people heard {what had happened|why}, they clapped louder for [him] than for the winner.
    [He] was the very last, and yet everyone cheered. "The cup belongs to you," said the winner, "for you have won something more."
    In the end [name] did not get the prize. But in the evening there was a knock at the door, and outside stood everyone with {a cake|flowers|music}. "For the one who stopped," they said.
    --
    To win is fine, but to be kind is finer.
    Not everyone who comes last has lost.
    """,
)

PLOTS["truth"] = plot(
    """
    {honesty|being honest|telling the truth}
    a {lie|broken vase|broken window}
    saying sorry
    --
    One day [name] was playing {in the house|with a ball}, although it was not allowed. Crash! The [broken] fell down and broke into {a hundred|a thousand} pieces.
    [His] grandmother had a [broken] that she loved. "Do not touch it," she always said. But [name] only wanted to look at it for a moment. It slipped from [his] {hands|paws} and broke.
    --
    Nobody had seen it. [Name] {swept the pieces under the carpet|hid the pieces in a box} and ran {outside|to [his] room}.
    [His] heart beat fast. Quickly [he] gathered the pieces and {buried them in the garden|hid them under the bed}.
    --
    "Who broke the [broken]?" asked {[his] mother|[his] grandmother|everyone} in the evening. "I do not know," said [name]. "Perhaps it was {the wind|the cat}." {The cat looked at [him] with big eyes.|[His] ears turned red.}
    When they asked [him], [he] said, "It was not me. It was [fname]!" And so [fname] had to {stay at home|sit in the corner}, although [fhe] had done nothing.
    --
    That night [name] could not sleep. There was a stone in [his] stomach, and the stone was the lie.
    At supper [name] could not eat a bite. Even [food] did not taste good.
    --
    At last [he] {stood up|got out of bed} and said in a small voice, "It was me. I broke the [broken], and I am sorry."
    In the morning [he] took [his] heart in both hands and told the {whole truth|truth}. "I am so sorry," [he] said, and the tears ran down [his] face.
    --
    For a while it was quiet. Then [his] grandmother said, "I am sad about the [broken]. But I am glad that you told me. That was brave." And she took [him] in her arms.
    "A [broken] can be glued," said [his] {mother|father}. "It is much harder to glue trust. Thank you for telling me." Together they put the pieces back, one by one.
    --
    Honesty takes courage.
    The truth is sometimes heavy, but a lie is heavier.
    """,
    [
        {"broken": item}
        for item in [
            "blue vase",
            "old mirror",
            "glass bowl",
            "white teapot",
            "clay jug",
            "painted plate",
            "glass lamp",
            "little statue",
            "flower pot",
            "porcelain cup",
        ]
    ],
)

PLOTS["garden"] = plot(
    """
    a {seed|garden|little garden}
    {patience|waiting|growing something}
    a [plant]
    --
    One {spring|spring day}, [name] got a {tiny|small} seed from {an old woman at the market|[his] grandfather|a traveller}. "What will it be?" [he] asked. "Wait and see," was the answer.
    [Name] found a single seed in [his] pocket. It was as small as a grain of sand. "I will plant it," [he] said.
    --
    [He] dug a hole, put the seed in and covered it with earth. Then [he] watered it and sat down beside it. Nothing happened.
    [He] planted it in the {best|sunniest} corner and gave it water. The next morning [he] ran out at once. There was only earth.
    --
    "Grow!" [he] told it. But it did not grow. After {three days|a week} [he] wanted to dig it up to see what it was doing.
    "It is dead," said [name] after a week. "I will never have a [plant]."
    --
    "Leave it in peace," said [fthe]. "A seed grows in the dark, where nobody can see it. You need water, sun and patience."
    [Fthe] laughed. "{I waited a whole winter for the spring|Good things take time}. You can wait a few days for a [plant]."
    --
    So [name] waited. It rained, and the sun shone, and it rained again. And then one morning a green tip looked out of the earth!
    [He] watered it every evening and pulled out the weeds. And one day there were two small leaves, no bigger than a {mouse's ear|fingernail}.
    --
    By {the end of summer|August} it had become a [plant], {the finest far and wide|more beautiful than [he] had ever dreamed}. The neighbours came to look at it.
    It grew and grew, until it was taller than [name]. It was a [plant]! The bees came, and the birds, and everyone was amazed.
    --
    In autumn [he] gathered the new seeds. There were so many that [he] could give one to every {friend|neighbour}.
    "May I have one too?" asked [fname]. [Name] laughed and filled [fhis] {hands|pockets} with seeds.
    --
    Good things need time.
    Whoever wants to harvest must first wait.
    """,
    [
        {"plant": item}
        for item in [
            "sunflower",
            "giant pumpkin",
            "red rose",
            "apple tree",
            "cherry tree",
            "bean plant",
            "yellow tulip",
            "strawberry bush",
            "tall corn plant",
            "blue flower",
        ]
    ],
)

PLOTS["gift"] = plot(
    """
    a {birthday|birthday party|present|gift}
    the best {present|gift}
    {giving|a surprise}
    --
    Tomorrow was [fname]'s birthday. [Fthe] was [name]'s best friend, and [name] had no present yet.
    [Name] was invited to a birthday party by [fthe]. "What can I bring?" [he] {wondered|thought}.
    --
    [He] looked into [his] purse. There was only {one coin|a button|a bit of dust} in it. In the shop window everything was {much too dear|too expensive}.
    [He] went to the market and looked at everything: the {dolls|books}, the {cakes|hats} and the {lamps|drums}. But [he] had no money.
    --
    "What is [fname] fond of?" [he] asked [self]. Then [he] had an idea. {All night|All day long} [he] cut, glued and painted.
    On the way home [he] {kicked a stone|sighed}. Then [he] stopped. "I could make something myself!" [He] ran home and set to work.
    --
    It became [made]. It was a little crooked, and there was {glue|paint} on one side, but [he] had made it [self].
    In the end [made] lay on the table. [Name] wrapped it in {old newspaper|a big green leaf|a clean cloth} and tied a {red|blue} ribbon around it.
    --
    At the party there were many presents, large and shiny. [Name] felt ashamed and hid [his] behind [his] back. "And what have you brought?" asked [fname].
    When [name] came, the table was full of expensive things. [He] laid [his] small parcel right at the edge, where nobody could see it. But [fname] saw it.
    --
    [Fname] unwrapped it and was quite still. "You made this?" [fhe] asked. "For me?" And [fhe] {hugged [name] for a long time|pressed it to [fhis] heart}. "It is the best present of all."
    "Nobody has ever made something for me," said [fname]. [Fhe] put it in the middle of the table, in front of all the other presents.
    --
    The best presents do not cost money, but time.
    A gift is as big as the heart that gives it.
    """,
    [
        {"made": made}
        for made in [
            "a small wooden boat",
            "a paper bird that could move its wings",
            "a little book with twelve pictures",
            "a chain of shells",
            "a song with three verses",
            "a lantern of coloured paper",
            "a pair of warm socks",
            "a kite with a long tail",
            "a birdhouse with a round door",
            "a honey cake in the shape of a star",
        ]
    ],
)

PLOTS["stranger"] = plot(
    """
    a {dragon|giant|monster} {that everyone feared|who was lonely|and a village}
    {a [fkind2]|a friendly [fkind2]}
    being different
    {a stranger|someone new}
    --
    In the hills behind [name]'s home there lived a [fkind2]. Nobody had ever spoken with it, but everybody was afraid of it.
    One day a [fkind2] moved into the old {cave|tower|mill}. "It eats children!" said some. "It breathes fire!" said others. Everyone locked the doors.
    --
    Every night they heard a terrible {howling|roaring|groaning} from up there. "It is angry," said the people. [Name] listened closely. "I think it is {sad|in pain}," [he] said.
    "Somebody must go and see what it wants," said the people. But nobody wanted to go. "I will go," said [name].
    --
    [He] packed [food] and a {candle|blanket} into a bag and climbed up the {path|hill}. [His] knees trembled a little.
    The next morning [name] set out. The way was steep and stony. At the entrance [he] called, "Good day! Is anyone at home?"
    --
    There sat the [fkind2], as big as a house, and held its {cheek|foot}. "Go away," it sniffed. "Everybody runs away from me, and [trouble]."
    "Are you not afraid of me?" asked the [fkind2]. "A little," said [name]. "Why do you {howl|roar} every night?" "Because [trouble]," it answered, and a big tear rolled down its nose.
    --
    "Is that all?" said [name]. [He] [help]. The [fkind2] {sighed deeply|wiped its eyes}. "Oh, that is good," it said.
    [Name] thought for a moment. Then [he] [help]. And for the first time in a hundred years the [fkind2] smiled.
    --
    On Sunday they came down to the village together. At first the people hid behind their curtains. But then the [fkind2] {carried the fallen tree off the road|lit all the lamps with one breath|told such a funny story} and nobody was afraid any more.
    Since then the nights have been quiet, and in winter the [fkind2] {heats the school|clears the snow from the roads|tells stories by the fire}. And everyone says they always knew that it was nice.
    --
    Before you are afraid of someone, say good day.
    Often the ones we fear are only lonely.
    """,
    [
        {"fkind2": kind, "trouble": trouble, "help": help_}
        for kind in ("dragon", "giant", "monster", "troll", "big bear", "ghost")
        for trouble, help_ in [
            ("I have a toothache", "tied a string to the bad tooth, and with one pull it was out"),
            ("there is a thorn in my foot", "took hold of the thorn with both hands and pulled it out"),
            ("I am so terribly alone", "sat down beside it, and they shared everything in the bag"),
            ("I am afraid of the dark", "lit the candle and set it on a stone, and it was light and warm"),
            ("nobody has ever told me a story", "told it the longest and best story that [he] knew"),
            ("I am cold at night", "gave it the warm blanket and showed it how to make a fire"),
        ]
    ],
)

PLOTS["quarrel"] = plot(
    """
    {a quarrel|two friends who quarrelled|making up}
    {forgiving|saying sorry to a friend}
    --
    [Name] had a best friend, [fthe]. They did everything together, until the day they {found|saw} a [thing].
    Everybody knew that [name] and [fthe] were best friends. But one day they began to quarrel about a [thing].
    --
    "I saw it first!" said [name]. "But I picked it up!" said [fname]. They pulled on it from both sides, until it {broke in two|fell into the mud}.
    "It is mine!" cried [name]. "No, mine!" cried [fname]. They shouted so loudly that {the birds flew up|the windows shook}.
    --
    "I never want to see you again!" said [fname], and went to the left. "And I never want to see you!" said [name], and went to the right.
    After that they did not say a single word to each other. When they met, they looked the other way.
    --
    [Name] played alone. But it is hard to {play catch|seesaw|play hide and seek} alone. Nobody laughed at [his] jokes. Even the [thing] was no fun any more.
    It was a long, boring day, and then another one. [Who] kept thinking of things that [he] wanted to tell [fname].
    --
    At last [name] could not bear it. [He] took {[food]|two apples|a bunch of flowers} and went to see [fname]. Halfway there [he] met [fname], who was on the way to [him].
    In the evening there was a knock. Outside stood [fname], with a red face. "I am sorry," [fhe] said. "I am sorry too," said [name] at the same moment.
    --
    They both began to laugh. "What was it about?" asked [fname]. "I have forgotten," said [name].
    "You may have the [thing]," said [name]. "No, you," said [fname]. And then they nearly quarrelled again, but this time they had to laugh.
    --
    A friend is worth more than being right.
    It is not hard to say sorry, if you are the first to do it.
    """,
)

PLOTS["map"] = plot(
    """
    a {treasure|treasure map|secret map|hidden treasure|treasure hunt}
    {an adventure|a great adventure|a secret}
    --
    One rainy day [name] found an old map {in the attic|inside a book|in a bottle on the shore}. A red cross was marked on it. "A treasure!" [he] whispered.
    In the pocket of an old coat [name] found a yellow piece of paper. It was a map, and at the bottom it said: "Look where the [spot]."
    --
    [He] showed it to [fthe]. "When do we leave?" asked [fname]. "Now!" said [name]. They packed {a rope|a lamp|a shovel} and {some [food]|a bottle of water}.
    "Nobody goes treasure hunting alone," said [fthe], and so they set out together at sunrise.
    --
    They climbed over {rocks|fences and walls}, crossed a {stream|shaky bridge} and crept through a {dark tunnel|hole in the hedge}. Twice they lost the way, and twice they found it again.
    The map led them past {three tall trees|a broken windmill|a rock that looked like a nose} and then {along the stream|up the hill|through a narrow gorge}.
    --
    At last they stood where the [spot]. They dug and dug. Then there was a {knock|clank}. A chest!
    And there it really was: the place where the [spot]. Under a flat stone lay a small iron box.
    --
    With beating hearts they opened the lid. There was no gold in it. There was [treasure].
    "Open it," whispered [fname]. The lid creaked. They found no jewels and no crown, but [treasure].
    --
    First they were disappointed. But then they looked at each other and laughed. "It was the best day of my life," said [fname]. "So that is the treasure," said [name].
    "I know what we will do," said [name]. They put {a shell|a button|a drawing of the two of them} into the box, closed it and buried it again, for the next ones who would find the map.
    --
    The best treasure is the friend you search with.
    Sometimes the way is better than the goal.
    """,
    [
        {"spot": spot, "treasure": treasure}
        for spot in (
            "two old oaks cross their branches",
            "river runs around the black rock",
            "shadow of the tower ends at noon",
            "three white stones lie in a row",
            "waterfall sings",
            "oldest tree on the hill stands",
        )
        for treasure in (
            'a letter that said, "The treasure is the one who came with you"',
            "a picture of two children who had played here a hundred years ago",
            'a bag of seeds and a note: "Plant me"',
            "an old flute that still played",
            "a glass marble with a tiny sea inside",
        )
    ],
)

PLOTS["star"] = plot(
    """
    a {star|fallen star|shooting star}
    {the moon|the night sky|a wish}
    {a wish that came true|wishing}
    --
    One night, [name] saw a star fall from the sky. It {fell behind the hill|came down in the garden|landed with a soft plop in the pond}.
    One clear night something bright fell past [name]'s window. [He] ran outside in [his] {nightshirt|bare feet}.
    --
    It lay in the grass and was no bigger than {an apple|a hand}. It shone only weakly. "I am cold," said the star in a very thin voice.
    "Ouch," said the star. "I leaned out too far because I wanted to see the sea, and then I fell." It was a very young star.
    --
    [Name] wrapped it in [his] scarf and carried it into the house. "How can you get home again?" [he] asked. "Somebody must throw me higher than the clouds," said the star, and it began to {cry|flicker}.
    "If I am not back before morning, I will go out," said the star. "Then we must hurry," said [name].
    --
    [He] woke [fthe], who knew about such things. "{The highest mountain|The top of the old tower} is the nearest place to the sky," said [fname]. So all three set out {at once|into the night}.
    First [he] tried to throw it, but it fell back into [his] arms. Then [he] fetched [fthe]. "We need the {north wind|great eagle}," said [fname]. "{He|It} lives on the mountain."
    --
    It was a long way up. When they were tired, the star gave them a little of its light, although it did not have much left itself.
    At the top {the wind was blowing|it was quiet and very cold}. "Thank you," said the star. "You may make one wish." [Name] thought about it. "I wish that you get home safely," [he] said.
    --
    Then {a gust of wind|a great bird} came, lifted the star and carried it up, higher and higher, until it was back in its place. It twinkled twice.
    Then the star began to glow, brighter and brighter. It rose from [name]'s hands like a spark and flew home.
    --
    Since that night, whenever [name] looks up at the sky, one star winks at [him].
    And if you look out on a clear night, you can see it: the small one next to the moon. It still {twinkles|says hello} every night.
    --
    Even a small hand can help a star.
    """,
)

PLOTS["riddle"] = plot(
    """
    a {riddle|clever riddle}
    {a clever|a wise} {girl|boy|fox|farmer|princess}
    {being clever|a king and a riddle}
    --
    The {king|old queen|giant at the bridge|wise owl} asked every traveller a riddle. Whoever could not answer it had to {turn back|wash the dishes for a year|go home again}.
    One day a {herald|messenger} rode through the land. "Whoever can solve the {king's|queen's} riddle," he called, "may have one wish!"
    --
    Many had tried already: {a learned professor|a rich merchant}, {a proud knight|three wise men} and even the mayor. No one knew the answer.
    "You are much too {small|young|simple}," said the others when [name] wanted to try. "We shall see," said [name].
    --
    "Listen," said the old voice. "[riddle] What is it?"
    Then it was [name]'s turn. "[riddle]" It was so quiet that one could hear a mouse breathe.
    --
    [Name] closed [his] eyes and thought of home, of {the kitchen|the garden|the road}, of everything [he] saw each day. Then [he] smiled.
    [Who] scratched [his] head, looked at the floor, and looked at the ceiling. Then [he] began to laugh. "That is easy!"
    --
    "It is [answer]," said [name]. There was silence. Then everyone began to clap. It was right!
    "[Answer]!" cried [name]. The old eyes opened wide. "How did you know that?" "I keep my eyes open," said [name].
    --
    "You may have one wish," said the voice. [Name] did not have to think. "I wish for {bread for everyone in my village|a school for all the children|a holiday for everyone}," [he] said. And so it was.
    And what did [name] wish for? No gold and no castle, only {a donkey, so that [his] mother did not have to carry the wood|a big barrel of honey, to be shared by all}.
    --
    Clever is the one who looks at small things.
    """,
    [
        {"riddle": riddle, "answer": answer}
        for riddle, answer in [
            ("It has a face and two hands, but no mouth and no feet.", "a clock"),
            ("The more you take away from it, the bigger it grows.", "a hole"),
            ("It has teeth, but it cannot bite.", "a comb"),
            ("It follows you in the sun and leaves you in the dark.", "your shadow"),
            ("It has many leaves, but it is not a tree.", "a book"),
            ("It goes up and down the hill, and yet it never moves.", "the road"),
            ("It is full of holes, and yet it holds water.", "a sponge"),
            ("It runs all day and never gets tired, and it has a bed but never sleeps.", "a river"),
            ("It has an eye, but it cannot see.", "a needle"),
            ("When it is dry it grows wet, and the more it dries, the wetter it is.", "a towel"),
            ("You can break it without touching it, as soon as you say its name.", "silence"),
            ("It belongs to you, but the others use it more than you do.", "your name"),
        ]
    ],
)

PLOTS["help"] = plot(
    """
    a {helpful|kind} [kind]
    {a busy day|helping the neighbours|helping}
    --
    {Today|On Saturday} [name] wanted to {do nothing at all|sleep until noon|lie in the sun}. [He] had looked forward to it all week.
    [Name] had planned a quiet day with {[food] and a good book|a long nap in the sun}.
    --
    But there was a knock at the door. It was [fthe]. "My {cart|wagon} is stuck in the mud. Can you help me?" [Name] sighed and put on [his] {hat|boots}.
    Then [fnp] came by. "I cannot reach {the apples on the top branch|the roof}," said [fname]. "Could you {hold the ladder|help me}?" "Of course," said [name].
    --
    [He] had hardly sat down again when {the old lady|the mole} from next door called. {Her hens|The sheep} had run away, and together they caught them, one after the other.
    On the way back [he] met {a mouse|a child} who could not carry a heavy bag, and {a crow|an old man} who could not thread a needle. [Name] helped them both.
    --
    In the evening [he] was tired, and [his] feet hurt. {The sun had gone down|The day was over}, and [he] had not rested for a single minute.
    When [he] came home at last, it was dark, the fire was out, and there was nothing to eat.
    --
    Then [he] opened the door, and there they all were: {the neighbours|everyone [he] had helped}. The fire was burning, and on the table stood [food2].
    But what was that? There was a light in the window. [Fname] had cooked [food2], and {the others|everybody} had brought chairs.
    --
    "You helped us all day," they said. "Now sit down. It is our turn." And [name] put up [his] feet and was very happy.
    "Surprise!" they shouted. [Name] laughed. "That is much better than a quiet day," [he] said.
    --
    Who helps others is never alone.
    """,
)

PLOTS["machine"] = plot(
    """
    a {robot|machine|strange machine|talking machine}
    {an inventor|an invention|a robot who wanted a heart|a robot and a [kind]}
    {technology|a broken machine}
    --
    In [his] cellar [name] built a {robot|machine} out of {old pots|tin cans} and {a clock|an old bicycle}. "You will do all my work," [he] said.
    [Name] had a robot that could do everything: {cook|sweep}, {wash|sew} and {count to a million|play chess}. Only one thing it could not do: it could not laugh.
    --
    "What is my task?" asked the robot. Its lamps {blinked|shone green}. "Clean the house," said [name]. The robot cleaned. It cleaned the floor, then the roof, and then it {washed the cat|ironed the newspaper}.
    One morning the robot {stood in the corner|stopped working} and did not move. "What is wrong?" asked [name]. "I do not know," said the robot. "Something is missing in me."
    --
    [Name] looked into its belly. All the wheels were in their places. "There is nothing broken," [he] said. "Perhaps you need {oil|new batteries}." But that did not help.
    "That is not what I meant!" cried [name]. "Please explain," said the robot. And [name] saw that it is hard to explain things well.
    --
    Then [fthe] came in. "It works day and night," said [fname]. "Has anyone ever asked it what it would like?" Nobody had ever asked.
    "Have you ever played with it?" asked [fthe]. "Played?" said the robot. "I do not know this word."
    --
    So they took the robot outside. They showed it {the clouds|a rainbow}, {how to skip stones|how to fly a kite} and {how to tell a joke|how to dance}. It dropped the ball ten times. The eleventh time it caught it.
    "Come," said [name], "today we do nothing useful." They sat {by the river|in the meadow} and counted {ducks|clouds}. "Nothing useful," said the robot, "is very interesting."
    --
    And suddenly there came a strange sound from its belly: {ha, ha, ha|brr, ha, ha}. "What was that?" asked the robot. "That," said [name], "was a laugh."
    Its lamps began to shine yellow, like two little suns. "I believe," it said slowly, "that I am happy."
    --
    Whoever works must also play.
    A friend is more than a helper.
    """,
)

PLOTS["journey"] = plot(
    """
    a {journey|long journey|trip|voyage}
    {travelling|seeing the world|a dream}
    a [kind] who wanted to see [goal]
    --
    [Name] had never seen [goal]. "What is it like?" [he] asked everyone. But nobody [he] knew had ever been there.
    Every night [name] dreamed of [goal]. "One day I will go there," [he] said.
    --
    One morning [he] packed a {small bag|bundle} with [food] and {a warm coat|a good pair of shoes}, locked the door and went off. {"I will come back," [he] told [his] house.|The sun was just rising.}
    "It is too far," said the neighbours. "I have time," said [name], and [he] took the first step.
    --
    On the first day [he] walked {through fields|along the river}, on the second through a {deep wood|wide valley}, and on the third it rained. [He] slept {in a hay barn|under a bridge} and listened to the drops.
    [He] asked for the way: {a miller|a shepherd} sent [him] to the left, {a cat|a sailor} to the right. In the end [he] followed [his] nose.
    --
    On the road [he] met [fnp]. "Where are you going?" "To see [goal]." "{I have always wanted to see that|Nobody has ever asked me to come along}," said [fname]. "Then come with me," said [name].
    When [he] was so tired that [he] wanted to turn back, [he] met [fnp]. "It is not far now," said [fname]. "I will show you the way." And they went on together.
    --
    And then, {early one morning|at sunset}, they came over the last hill, and there it was: [goal]! [Name] stood still and could not speak.
    At last [he] stood before [goal]. It was {bigger|brighter} than in all [his] dreams. "Oh," was all that [he] could say.
    --
    They stayed for {seven days|a whole summer}. Then [name] grew homesick, and they walked all the way back, and it seemed only half as long.
    [He] took a {small stone|shell|feather} with [him], so that [he] would never forget it. It still lies on [his] window sill.
    --
    Every long way begins with one step.
    Dreams want to be visited.
    """,
    [
        {"goal": goal}
        for goal in [
            "the sea",
            "the mountains",
            "the big city",
            "the snow",
            "the desert",
            "the end of the rainbow",
            "the great waterfall",
            "the northern lights",
            "the land where the swallows go in winter",
            "the highest mountain in the world",
        ]
    ],
)

PLOTS["sleep"] = plot(
    """
    {going to sleep|a sleepless night|a quiet night|bedtime}
    a [kind] who could not sleep
    {the night|dreams}
    --
    It was late, and everyone was asleep. Only [name] lay awake.
    One night [name] could not fall asleep. [He] turned to the left and [he] turned to the right. [He] was wide awake.
    --
    [He] counted sheep. At sheep number {forty-two|ninety-nine} [he] lost count, and had to begin again.
    [He] tried it with closed eyes. [He] tried it upside down. [He] even tried it under the bed. Nothing helped.
    --
    So [he] got up and went to see [fthe]. "What do you do when you cannot sleep?" [he] asked. "I drink warm milk," said [fname]. [Name] drank warm milk. Now [he] was awake and full.
    [He] looked out of the window. [Fthe] was awake too. "I listen to the wind," said [fname]. "It tells the same story every night, and I have never heard the end."
    --
    "Think of something nice that happened today," said [his] {mother|grandmother} softly. [Name] thought of {the yellow butterfly|the smell of the rain|[food]} and of {the long walk|the laughing of the others}.
    Then [his] {father|grandfather} sat down on the edge of the bed. "Shall I tell you what the others are doing?" he asked. "The fish are sleeping in the {pond|sea}. The birds are sleeping in the trees. Even the wind has lain down behind the hill."
    --
    The moon came through the window and drew a silver square on the floor. Everything was quiet. [Name] yawned.
    [Name]'s eyes grew heavy. "And who is still awake?" [he] murmured. "Only the moon," was the answer. "It takes care of us all."
    --
    But [name] did not hear it any more. [He] was asleep.
    And before [he] could say good night, [he] was already dreaming.
    --
    Good night, and sleep well.
    """,
)

PLOTS["rescue"] = plot(
    """
    a small {hero|heroine}
    {being small|the smallest of all|small and big}
    a {little|tiny} [kind] who saved [fname]
    --
    [Name] was the smallest of all. "You are too small," said the others, whatever [he] wanted to do.
    Everyone was bigger than [name]. When they {played ball|went out}, they said, "Stay here, you are too little."
    --
    "One day I will do something big," said [name]. [Fthe] laughed so hard that {the ground shook|the leaves fell}. "You? Something big?"
    [Fthe], who was {big|tall} and strong, never even looked at [him].
    --
    Then one day, there was a cry for help. [Fname] [trouble]. Everyone came running, but they were all too big to {reach [fhim]|get to [fhim]}.
    But one {morning|evening}, [fname] [trouble]. {The strong ones pulled and pushed|The clever ones thought hard}, but it was no use.
    --
    "Let me try," said [name]. Nobody laughed now. [He] was so small that [he] [deed].
    "I can do it," said a thin voice. It was [name]. And because [he] was so tiny, [he] [deed].
    --
    "You saved me," said [fname], and [fhis] voice was quite soft. "I laughed at you. Please forgive me." "It is already forgotten," said [name].
    [Fname] lifted [name] up, so that everybody could see [him]. "This is the biggest of us all," [fhe] said.
    --
    Since then nobody has said that [name] is too small. And when somebody new comes who is little and shy, [name] says, "Come and play with us."
    And at night, when [name] lay in bed, [he] felt about {ten|three} feet tall.
    --
    Even the smallest can do great things.
    Nobody is too small to help.
    """,
    [
        {"trouble": trouble, "deed": deed}
        for trouble, deed in [
            ("was caught in a net", "could crawl between the ropes and cut them through, one by one"),
            ("had fallen into a narrow hole", "could climb down with a rope and tie it around [fhim]"),
            ("was stuck in a hollow tree", "could slip in from below and push with all [his] might"),
            (
                "was locked in an old tower, and the key lay inside under the door",
                "could creep under the door and bring out the key",
            ),
            ("had got a bone stuck in [fhis] throat", "could reach in with one arm and pull it out"),
            (
                "had lost [fhis] glasses in a crack between two rocks, and could not see the way",
                "could squeeze into the crack and fetch them",
            ),
        ]
    ],
)

PLOTS["song"] = plot(
    """
    {music|a song|singing|a concert}
    a [kind] who {loved music|could sing}
    a {quiet|silent} village
    --
    In [name]'s {village|town} nobody ever sang. {The mayor did not like noise|People had simply forgotten how}. Only [name] sang softly when nobody could hear [him].
    [Name] had a {song|melody} in [his] head. It was there in the morning and it was there at night, and it wanted to come out.
    --
    "Be quiet!" said the {neighbours|others}. "Singing is for birds." So [name] went far out [move], where [he] could sing as loudly as [he] wanted.
    [He] did not dare to sing it. What if they laughed? So [he] only hummed it into [his] {cup|sleeve}.
    --
    One day [fnp] heard [him]. "What was that?" asked [fname]. "Please do not stop." And [fhe] began to {drum on a pot|tap with [fhis] foot|hum along}.
    Behind a tree stood [fthe], who had listened to everything. [Name] turned red. "That was beautiful," said [fname]. "Will you teach me?"
    --
    They practised in secret. [Name] sang, and [fname] {beat the drum|played the fiddle|blew on a comb}. Soon there were {three|four} of them, then {seven|ten}.
    Every evening somebody else came along: {the baker with two spoons|a cricket|the postman with his bell}. They became a real band.
    --
    Then came the longest night of the {winter|year}. The storm had put out all the lights, and people sat in the dark and were afraid. So [name] {stood up and began to sing|opened the window and sang}.
    At the {harvest feast|market} the {mayor|old judge} fell asleep during his own speech. It was very quiet. "Now," whispered [fname]. And [name] sang.
    --
    First one person sang along, then another, and in the end everyone. {The mayor sang the loudest of all.|It sounded all the way to the next valley.}
    People opened their doors and their windows. Some cried, and some danced. Nobody said "Be quiet" any more.
    --
    A song wants to be shared.
    """,
)

PLOTS["snow"] = plot(
    """
    {winter|snow|the first snow|a snowy day|christmas}
    {a snowman|a cold day}
    --
    When [name] woke up, everything was white. It had snowed all night! [He] {jumped out of bed|pressed [his] nose against the window}.
    "Snow!" cried [name]. The roofs, the trees and the fences all wore white hats.
    --
    [He] ran out to [fthe]. "Come, let us build {the biggest snowman in the world|a snowman}!" They rolled one big ball and one small ball, and [fname] lifted the small one on top.
    [Name] and [fthe] built a snowman. It got a carrot for a nose, two {stones|nuts} for eyes, and [name]'s own {hat|scarf}.
    --
    "He looks as if he wanted to say something," said [fname]. And then the snowman really {winked|cleared his throat}. "Good morning," he said. "It is beautifully cold today."
    In the evening they said good night to him. And it seemed to [name] that the snowman nodded.
    --
    All winter long they played together. They {slid down the hill|threw snowballs|skated on the pond} until their noses were red. Then there was [food] by the warm stove.
    They told the snowman everything: {what they had eaten|what they had dreamed} and what they wanted to be one day. He was a very good listener.
    --
    But one morning the air was soft, and water dripped from the roof. The snowman had grown thin. "Do not be sad," he said. "I am only going on a journey."
    Then the sun became warm. Every day the snowman was a little smaller. [Name] was worried. "Will you {melt|go away}?" "I will become water," said the snowman, "then a river, then a cloud."
    --
    One day only a hat and a carrot lay in the grass. And where the snowman had stood, the first {snowdrop|flower} of the year was growing.
    "And next winter," said [fname], "he will fall from the sky again." [Name] looked up at the clouds and waved.
    --
    Nothing that we love is ever quite lost.
    """,
)

PLOTS["newcomer"] = plot(
    """
    {school|the first day of school|a new school}
    {a teacher|a classroom|learning to read}
    {the first day|something new}
    --
    It was [name]'s first day {at school|in the new school}. [He] had packed [his] bag three times. {In it were a pencil, an apple and a lucky stone.|[His] tummy felt funny.}
    Today [name] had to go to school for the first time. "What if nobody talks to me?" [he] asked [his] {mother|father}.
    --
    There were so many faces! Everyone seemed to know everyone else. [Name] sat down in the last row and made [self] very small.
    The teacher was {an old owl with round glasses|a friendly lady with grey hair}. "We have someone new here," she said. Everybody turned round. [Name] turned red to the tips of [his] ears.
    --
    "{What is two and three|How do you write your name}?" asked the teacher. [Name] knew the answer, but not a word came out.
    At break the others ran outside. [Name] stayed {by the wall|under the tree} and ate [his] apple alone.
    --
    Next to [him] sat [fthe]. [Fname] was shaking. "I am new too," [fhe] whispered. "Are you also afraid?" "Yes," said [name], and suddenly it was only half as bad.
    Then [fthe] pushed a note across the table. On it was a drawing of a {snail|cat} with {three hats|a moustache}. [Name] had to laugh out loud.
    --
    "What is so funny?" asked the teacher. [Name] showed her the note. She looked at it for a long time and then hung it on the wall. "That is the most cheerful {picture|snail} I have ever seen," she said.
    After that they did everything together: they counted, they painted, and they learned the letter {M|A|S}. It was not hard at all.
    --
    When the bell rang, [name] ran home. "And, how was it?" asked [his] {mother|father}. "{Much too short|Good}," said [name]. "May I go again tomorrow?"
    In the evening [name] packed [his] bag again: a pencil, and two apples. One for [self] and one for [fname].
    --
    Every beginning is hard, and then it is not.
    """,
)
