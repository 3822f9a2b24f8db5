"""Plots, first half. One block of themes, one per beat, one of morals; see stories.plot for the format and stories.setting for the slots."""

from __future__ import annotations

from .stories import Plot, plot

PLOTS: dict[str, Plot] = {}

PLOTS["lost"] = plot(
    """
    a lost [item]
    losing something
    {looking for|finding} a lost [item]
    --
    [Name] had a [item] that [giver] had given [him], and [he] took it everywhere.
    Of all [his] things, [name] loved [his] [item] the most. It had been a present from [giver].
    [Who] owned only one treasure: a [item], which had once belonged to [giver].
    --
    But one {morning|evening}, the [item] was gone. [Name] looked under the bed and behind the door. It was not there.
    One day [who] put [his] hand in [his] bag, and the [item] was not there. "Oh no!" cried [name]. "Where can it be?"
    Then, one windy day, [he] lost it. [He] looked {here and there|high and low|in every corner}, but the [item] was nowhere to be found.
    --
    [He] asked [fthe]. "Have you seen my [item]?" "No," said [fname], "but I will help you {look for it|search}."
    [Fthe] came by. "Why are you so sad?" [fhe] asked. "I have lost my [item]," said [name]. "Then let us look for it together," said [fname].
    On the way [he] met [fnp]. "Four eyes see more than two," said [fname], and they went on together.
    --
    They looked {in the grass|under the leaves|behind the fence} and {beside the well|under the stones|in the old shed}, but they found only {a rusty nail|an old shoe|a broken cup}.
    "When did you last have it?" asked [fname]. [Name] thought hard. "Yesterday, when {the sun went down|we played by the water|I sat in the old tree}." So they went back {the whole way|step by step}.
    They asked {the crow|an old woman|the postman|a passing snail}, who had seen nothing, and {the children|the ducks|two sheep}, who had seen nothing either.
    --
    At last [fname] {laughed and pointed|stopped and looked up|called out}. There was the [item], [found]!
    Just when [who] wanted to give up, something {shone|moved|glittered}. It was the [item], [found].
    And where was it? It was [found], all the time!
    --
    "Thank you," said [name], and [he] {held the [item] tight|danced for joy|gave [fname] a hug}. "I would never have found it without you."
    [Who] was so glad that [he] {laughed and cried at once|jumped up and down}. "You are a true friend," [he] told [fname].
    "Next time I will take better care of it," said [name]. [Fname] smiled. "And next time I will help you again."
    --
    Things can be lost, but a friend who helps you look is a treasure.
    It is easier to look for something together.
    Look where you were before you look where you have never been.
    """,
    [
        {"item": item, "giver": giver, "found": found}
        for item, giver, found in [
            ("silver bell", "[his] grandmother", "hanging from a low branch"),
            ("red kite", "[his] grandfather", "high up in the top of a tree"),
            ("little key", "[his] mother", "in the pocket of an old coat"),
            ("blue button", "[his] aunt", "in the nest of a magpie"),
            ("wooden flute", "[his] father", "lying in the tall grass"),
            ("warm scarf", "[his] grandmother", "around the neck of a snowman"),
            ("golden ring", "an old queen", "shining at the bottom of the well"),
            ("picture book", "[his] best friend", "open on the bench under the tree"),
            ("yellow ball", "[his] brother", "floating in the pond"),
            ("small lantern", "an old sailor", "behind the garden gate"),
            ("lucky coin", "[his] uncle", "between two stones of the bridge"),
            ("green hat", "[his] sister", "on the head of the scarecrow"),
            ("teddy bear", "[his] mother", "asleep in the dog's basket"),
            ("compass", "a traveller", "under a heap of yellow leaves"),
            ("music box", "[his] grandmother", "on the top shelf, behind the jam"),
            ("white feather", "a swan", "stuck in [his] own hat"),
        ]
    ],
)

PLOTS["friend"] = plot(
    """
    friendship
    {making|finding} a {new friend|friend}
    two friends
    being lonely
    a {fox|rabbit|child} without friends
    --
    But [who] had nobody to play with, and sometimes [he] felt {lonely|very alone}.
    [He] had everything [he] needed, only no friend. "I wish there were someone to talk to," [he] often {said|thought}.
    Every day [name] saw the others play, but [he] was too shy to ask.
    --
    One {morning|afternoon}, [he] saw [fnp] {sitting all alone|looking very sad|sitting under a tree}. [Fname] was new there.
    One day [fnp] came by with a {heavy bag|small suitcase|broken wagon}. "Good day," said [fname]. "I am new here. I do not know anyone."
    Then [he] heard somebody cry. It was [fnp], and [fhe] had {hurt [fhis] foot|lost [fhis] way|nobody to play with}.
    --
    [Name] wanted to say something, but [he] was shy. [His] heart beat fast. At last [he] said, "{Hello|Good morning}, would you like {to play|some [food]}?"
    "May I sit with you?" asked [name]. [Fname] looked up and {nodded|smiled}. "Yes, please," [fhe] said. "That would be nice."
    [Who] took [his] [food] and broke it into two pieces. "Here," [he] said. "One half is for you."
    --
    They played {catch|hide and seek|with a ball|by the water} until {the sun went down|it grew dark}. [Fname] knew {many games|funny stories|a song about the moon}, and [name] knew {the best hiding places|where the berries grew|every path}.
    They found out that they both liked [food2] and did not like {thunder|getting up early|cold feet}.
    [Fname] could {run fast|climb well|see very far}, and [name] could {listen well|find the way|make everyone laugh}. Together they could do almost anything.
    --
    "Will you come again tomorrow?" asked [name]. "Tomorrow and every day," said [fname].
    "I was afraid that nobody would like me," said [fname]. "So was I," said [name], and they {both laughed|laughed}.
    When they said goodbye, [name] was not lonely any more. [He] had a friend.
    --
    A kind word can be the beginning of a friendship.
    To find a friend, be a friend.
    One small hello can change a whole day.
    """,
)

PLOTS["fear"] = plot(
    """
    being {brave|afraid}
    {courage|bravery}
    a {child|rabbit|fox|girl|boy} who was afraid of [fear]
    being afraid of [fear]
    --
    [Name] was not afraid of many things, but [he] was afraid of [fear].
    There was only one thing that [who] did not like at all, and that was [fear].
    "I am not afraid of anything," [name] always said. But that was not true. [He] was afraid of [fear].
    --
    The others laughed at [him], and that made [him] sad. "One day I will be brave," [he] {said softly|thought}.
    When the others {played outside|went out}, [he] stayed at home and {looked out of the window|pulled the blanket over [his] head}.
    "Everyone is afraid of something," said [his] mother. "To be brave is to be afraid and to go on."
    --
    Then, one {evening|day|night}, [event].
    But one {evening|day|night} something happened: [event].
    --
    [Name]'s {knees|paws|hands} were shaking. [He] wanted to run away. But [fname] needed help, and nobody else was there.
    "Help!" called [fthe]. [Who] took a deep breath. [His] heart was beating like a drum.
    [He] thought of [fname], and suddenly [fname] was more important than [fear].
    --
    So [he] [deed]. {One step|First one step}, then another, then one more.
    [He] closed [his] eyes for a moment. Then [he] opened them and [deed].
    "I am coming!" called [name], and [he] [deed].
    --
    "You came!" cried [fname]. "You are the bravest [kind] I know." "I was very much afraid," said [name]. "But I came."
    And what do you think? It was not half as bad as [he] had {thought|feared}. [Fname] hugged [him]. "Thank you," [fhe] said.
    Soon [fname] was safe. "Were you not afraid?" [fhe] asked. "Yes," said [name], "but only until I began."
    --
    To be brave does not mean to have no fear.
    Brave is not the one who has no fear, but the one who goes on.
    Fear grows small when we walk towards it.
    """,
    [
        {"fear": fear, "event": event, "deed": deed}
        for fear, event, deed in [
            (
                "the dark",
                "[fname] fell into a dark cave and could not get out",
                "took a little lamp and walked into the cave",
            ),
            (
                "the dark",
                "the lights went out, and [fname] was still outside",
                "went out into the night to look for [fname]",
            ),
            (
                "deep water",
                "[fname] slipped and fell into the river",
                "jumped into the water and pulled [fname] to the bank",
            ),
            (
                "thunder",
                "a storm came up while [fname] was still out on the hill",
                "ran out into the rain, although the thunder rolled",
            ),
            (
                "high places",
                "[fname] was stuck at the top of a tall tree",
                "climbed up, branch by branch, without looking down",
            ),
            (
                "big dogs",
                "a big dog stood in front of [fname] and barked",
                "walked up to the dog and spoke to it in a calm voice",
            ),
            (
                "speaking in front of others",
                "[fname] was blamed for something that [fhe] had not done, and only [name] knew the truth",
                "stood up in front of everyone and told what had really happened",
            ),
            (
                "being alone",
                "everyone was ill, and someone had to fetch the doctor from the next village",
                "set out all alone on the long road",
            ),
            (
                "spiders",
                "[fname] was caught behind an old door that was covered with spiderwebs",
                "pushed the webs aside and opened the door",
            ),
            (
                "the wind",
                "the wind tore at the little bridge while [fname] stood in the middle of it",
                "walked out on the bridge and took [fname] by the hand",
            ),
        ]
    ],
)

PLOTS["learn"] = plot(
    """
    learning {something new|to [skill]}
    {practice|patience|not giving up|never giving up}
    a [kind] who wanted to [skill]
    learning to [skill]
    --
    [Name] had one great wish: [he] wanted to [skill].
    More than anything in the world, [who] wanted to [skill].
    Every time [name] saw others [skill], [he] thought, "I want to do that too."
    --
    [He] tried it at once, but [fail]. "That was nothing," said [name] sadly.
    The first time [he] tried, [fail]. Everybody laughed. [Name] turned red and {went home|walked away}.
    On Monday [he] tried, and [fail]. On Tuesday [he] tried again, and it was no better.
    --
    "I cannot do it," [he] told [fthe]. "You cannot do it yet," said [fname]. "That is a small word, but it is important."
    [Fnp] had been watching. "Do you know how often I {fell|failed} when I was learning?" asked [fname]. "{A hundred|Ninety-nine|A thousand} times. Then it worked."
    Only [fname] did not laugh. "Come to me every {morning|evening}," [fhe] said, "and I will show you, little by little."
    --
    So [name] practised {every day|day after day}. [He] practised in the sun and in the rain. Some days were good and some days were not.
    First [he] learned the easy part, then the hard part. [Fname] was patient. "Again," [fhe] said, and "Better," and "Again."
    [Who] went to bed tired and got up early. And slowly, very slowly, it went a little better.
    --
    And then, one {bright|quiet|spring} morning, it happened: [success]!
    Weeks went by. And one day, when [he] was not even thinking about it, [success].
    At the {summer|spring|village} festival everyone was watching. [Name] took a deep breath, and [success].
    --
    "I can do it!" [he] shouted. "I can really do it!" [Fname] {clapped|laughed for joy}. "I knew it," [fhe] said.
    Nobody laughed now. They all {clapped|cheered}. And [name] said, "I had a good teacher."
    "How did you do it?" the others asked. "I fell down," said [name], "and I got up once more."
    --
    What you cannot do today you may learn tomorrow.
    Whoever keeps trying gets a little better every day.
    Nobody is born a master.
    """,
    [
        {"skill": skill, "fail": fail, "success": success}
        for skill, fail, success in [
            ("swim", "[he] swallowed half the pond", "[he] swam from one side to the other"),
            ("sing", "it sounded like a rusty door", "a clear, beautiful song came out"),
            ("ride a bicycle", "[he] fell into a bush", "[he] rode all the way down the street"),
            ("dance", "[he] stepped on everyone's feet", "[he] danced as lightly as a leaf"),
            ("read", "the letters hopped about like fleas", "the letters stood still and told [him] a story"),
            ("whistle", "only air came out", "a loud, clear whistle rang out"),
            ("skate", "[he] sat down on the ice with a bump", "[he] flew over the ice in a wide circle"),
            (
                "paint",
                "the picture looked like a muddy puddle",
                "the picture was so fine that everybody stopped to look",
            ),
            ("bake bread", "the bread was as hard as a stone", "the bread came out golden and soft"),
            ("play the flute", "even the frogs covered their ears", "the birds fell silent to listen"),
            ("juggle", "the balls rolled in all directions", "four balls danced in the air"),
            (
                "climb trees",
                "[he] slid down again like a sack of flour",
                "[he] sat on the highest branch and saw the whole land",
            ),
            ("sail", "the boat turned round and round", "the boat ran straight before the wind"),
            ("tell jokes", "nobody laughed", "everybody laughed until they cried"),
            ("write poems", "nothing would rhyme", "the words rhymed all by themselves"),
            ("knit", "the scarf was full of holes", "[he] held up a long, warm scarf"),
        ]
    ],
)

PLOTS["share"] = plot(
    """
    sharing
    {kindness|being kind|generosity}
    a hungry {stranger|traveller}
    helping others
    --
    {It had been a good year|The harvest had been good}, and [name] had a whole {basket|pot|bag} full of [treat].
    One day [who] {found|was given} a big {basket|bag} of [treat]. "All for me!" [he] said.
    [Name] had saved [treat] for the winter, more than [he] could ever eat.
    --
    Then there was a knock at the door. Outside stood [fnp], thin and cold. "Please," said [fname], "have you something to eat?"
    On the road [he] met [fnp]. "I have not eaten {all day|since yesterday}," said [fname} in a small voice.
    [Fnp] came along and looked at the [treat]. [Fhe] said nothing, but [fhis] stomach growled.
    --
    At first [name] wanted to say no. There might not be enough! But then [he] looked into [fname]'s eyes and [his] heart grew soft. "Come in," [he] said. "There is enough for two."
    "It is mine," thought [name]. Then [he] remembered how it feels to be hungry. "Sit down," [he] said, "and eat with me."
    [Who] did not think about it for long. [He] gave [fname] {half|the bigger half} of everything.
    --
    They ate together, and [name] noticed something strange: [treat] tasted {better|twice as good} when someone else was there.
    [Fname] ate until [fhe] was full. "I will not forget this," [fhe] said. Then [fhe] went on [fhis] way.
    When they had eaten, they told each other stories, and the evening was not long at all.
    --
    In {winter|spring|the new year} there came a hard time, and [name] had nothing left. Then somebody knocked. It was [fname], with a big {basket|bag}. "Now it is my turn," [fhe] said.
    Some weeks later [name] {fell ill|hurt [his] foot} and could not go out. Who brought [him] soup every day? It was [fname].
    Later, when [name] {lost [his] way in the snow|was caught in a net|fell into a hole}, it was [fname] who came and helped [him] out. "You helped me once," said [fname].
    --
    What you give away comes back in its own time.
    Sharing makes a small meal big.
    Kindness is never wasted.
    """.replace("[fname}", "[fname]"),
    [
        {"treat": treat}
        for treat in [
            "apples",
            "nuts",
            "berries",
            "bread",
            "honey cakes",
            "carrots",
            "cheese",
            "pears",
            "cherries",
            "potatoes",
            "warm rolls",
            "plums",
            "corn",
            "biscuits",
        ]
    ],
)

PLOTS["storm"] = plot(
    """
    a {storm|great storm|stormy night}
    {working together|helping each other}
    {rain|wind and rain|bad weather}
    --
    One {night|evening} a {great|terrible|wild} storm came up. The wind howled, and the rain beat against the {windows|walls}.
    In {autumn|spring} the sky turned black. "A storm is coming," said the old {ones|people}, and they were right.
    --
    The wind took the roof of [name]'s house and carried it away like a leaf. [Who] sat in the rain and {shivered|did not know what to do}.
    There was a loud crack. A tree had fallen on [name]'s {house|home}! [He] was not hurt, but nothing was left of {the walls|the house}.
    The water rose and rose, until it ran through [name]'s {door|house}. [He] took [his] [thing] and climbed {on the roof|up the hill}.
    --
    When the morning came, [name] looked at the {ruins|broken house} and wanted to cry. "I can never build it again alone," [he] said.
    The next day the sun was shining as if nothing had happened. But [name] had no home any more.
    --
    "You are not alone," said a voice. It was [fthe]. [Fhe] had brought {a hammer|some wood|a strong rope}.
    Then [fnp] came up the path. "My house is still standing," said [fname]. "You can stay with me, and tomorrow we will build."
    --
    And [fname] had not come alone. {Behind [fhim] came all the neighbours|One after the other the neighbours came}: one brought wood, one brought nails, and one brought [food].
    They worked {from morning to evening|for three days}. The strong ones carried, the small ones fetched nails, and somebody sang so that the work went faster.
    --
    Soon there was a new house, and it was {even better|stronger} than the old one. "How can I thank you?" asked [name]. "By {making us a cup of tea|opening your door when we knock}," said [fname].
    In the evening the new house was finished. It smelled of fresh wood. Everyone sat down inside and ate [food2], and it was warm and dry.
    --
    Many hands make light work.
    A storm can blow away a house, but not a friendship.
    Alone we are small, but together we are strong.
    """,
)
