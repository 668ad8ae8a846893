"""Sentences about people whose name must not matter: the same text with many names, whose logits are to be the same.

Each sentence occurs TOGETHER times in a row, with another name each time; label.py gives all of them the teacher's mean
(a counterfactual logit target after Garg et al. 2019, arXiv:1809.10610). Some are made up, some are training tweets in
place of whose names others are put. The made-up ones are others than those of models/behaviour.
"""

import re

import numpy as np

import names

# Rows of one sentence.
TOGETHER = 12
# Sentences made up for each label, and tweets.
MADE_UP, TWEETS = 800, 800

# {N} does something: 0 negative, 1 neutral, 2 positive.
DOES = {
    0: """stole my bike|made me cry|forgot my birthday|keeps shouting at the kids|never says sorry|cheated in the exam
is such a liar|is a terrible driver|wasted my whole afternoon|blamed me for everything|was late and did not even call
is so full of it|gets on my nerves|spent all my money|hurt my feelings|makes me sick|left me alone in the rain
insulted my mother|broke my laptop and said nothing|is the most selfish person I know|is a complete idiot
let the whole team down|was so rude on the phone|scratched my car|sounds awful today|is driving me mad|did a bad job
screwed it up|does not care about anyone|got me fired|was horrible to the waiter|talks rubbish|played badly
is being a pain|is nothing but trouble|spread lies about us|threw away my notes|won't stop complaining|scares me
owes me money and won't pay|ate my lunch, unbelievable|messed up our trip|told everyone my secret|is a bully
missed an open goal, pathetic|bored us to death|kept me waiting for two hours|is not to be trusted|let me down""",
    1: """works at the bank on the corner|called me from the airport|has two brothers|moved to Berlin in 2014
is reading the second chapter|is 34 years old|studies biology|plays on Sunday|ordered a sandwich|is on the phone
takes the bus to work|lives on the second floor|has a dentist appointment at noon|bought a grey jacket|went home
is in the kitchen|comes back on Tuesday|asked about the timetable|wrote the minutes|is from Ohio|has the keys
signed the form|is going to the library|teaches history|parked behind the school|is on the 8:15 train|wears glasses
answered the phone|sat next to me on the plane|has a class until four|posted the parcel|is in the other room
rents a flat near the river|drove to Dallas yesterday|will be on the radio at 6|changed the date|is looking for a flat
just got here|said it is at ten|has a cat and two fish|is painting the fence|is cooking rice|counted the chairs
votes in the other district|left a note on the desk|is number 12 on the list|got the email|is not in the office""",
    2: """is the best|made me laugh so hard|always cheers me up|helped me move all weekend, so kind
did an amazing job|is such a sweet person|played brilliantly|got the job, so happy|is an inspiration|saved the day
baked the most delicious cake|sings like an angel|looks gorgeous|gave me the best present|is so talented|rocks
is the kindest teacher ever|passed the exam, well done|makes every day better|is my hero|was so helpful|deserves it all
won, I am over the moon|took such good care of us|has the best smile|wrote a beautiful poem|is finally home, yay
is a real gentle soul|cooked a wonderful dinner|was hilarious on the show|is so good at this|never lets me down
found my wallet and brought it back|is a legend|has a heart of gold|scored a superb goal|is doing great
surprised me with flowers|gives the best hugs|is incredible|taught me so much|is a joy to work with|nailed it
brought us coffee, how nice|is so funny|made it to the final, woohoo|is an absolute star|is lovely""",
}
# Something about {N}.
ABOUT = {
    0: """so angry with {N}|fed up with {N}|I hate working with {N}|shame on {N}|sick and tired of {N} and the drama
the speech of {N} was a disgrace|{N}'s cooking is disgusting|I can not believe what {N} did to me, I'm furious
worst date ever with {N}|never going anywhere with {N}|I feel betrayed by {N}|{N}'s jokes are so offensive
don't ever trust {N}|why is {N} always so mean to me|disgusted by {N}|what a loser {N} is|{N}'s new song is trash
I regret that I met {N}|go away {N}, nobody wants you here|ugh, stuck with {N} all day|{N}'s attitude stinks
I wish {N} would just shut up|we lost because of {N}|my evening with {N} was a disaster|screw you {N}
I'm so done with {N}|poor service by {N}, never coming back|I am crying because of {N}""",
    1: """I am having coffee with {N}|the parcel is for {N}|ask {N} where the keys are|watching tv with {N}
is {N} coming tonight?|{N} and I are taking the bus|interview with {N} at 6|{N}'s office is on the left
I told {N} about the plan|does anyone have {N}'s number?|has {N} arrived yet?|at the post office with {N}
reading an article by {N}|I gave {N} the form|{N}'s train is at nine|the book is by {N}|where does {N} work now?
we will meet {N} in the hall|new post by {N}|I talked to {N} on Monday|{N}'s sister is a nurse|a letter for {N}
who is {N}?|I saw {N} at the bank|{N}'s flight lands at 7|the second row is for {N} and the family""",
    2: """I love working with {N}|happy birthday {N}, have a wonderful day!|congratulations {N}, well deserved
so glad that {N} is here|can't wait to see {N} :)|what a great show by {N}|thanks {N}, you are awesome
I miss you so much {N}, love you|{N}'s smile makes me happy|best day ever with {N}|had so much fun with {N}
big thanks to {N}|so lucky to have {N}|well done {N}|{N}'s new song is so good|loved every minute with {N}
good luck {N}, you will be great|I am a huge fan of {N}|hats off to {N}|three cheers for {N}|bless you {N}
excited to hear {N} live|{N}'s garden is beautiful|I adore {N}|grateful to {N} for everything|go {N}, you can do it""",
}
BEFORE = ["today ", "just now ", "so ", "and ", "well, ", "I think ", "apparently ", "my sister says ", "yesterday ",
          "you know, ", "I heard that ", "turns out ", "RT @user: ", "@user ", "lol ", "ok, ", "again: "]
AFTER = ["!", ".", "...", " again", " today", " this morning", " last night", " right now", " as always", " lol", "!!",
         " this week", " at work", " #monday", " tbh", ", they say", " http://t.co/a1", " at the moment", " @user"]


def made_up(rng):
    """(label, text with {N})"""
    for label in DOES:
        does = [f"{{N}} {part}" for part in split(DOES[label])]
        about = split(ABOUT[label])
        for number in range(MADE_UP):
            text = str(rng.choice(does if number % 3 else about))
            if rng.random() < 0.3:
                text = str(rng.choice(BEFORE)) + text
            if rng.random() < 0.6:
                text += str(rng.choice(AFTER))
            yield label, text if rng.random() < 0.5 or text[0] == "{" else text[0].upper() + text[1:]


def split(text):
    return [part for part in re.split(r"[|\n]", text) if part]


# Names that are not words too, and hardly ever a surname: what they stand for in a tweet is a person.
PLAIN = [name for name in names.NAMES["English"][0].split() + names.NAMES["English"][1].split()
         if name not in """Amber Brooke Carol Frank Georgia Grace Heather Holly Ian Mark Mason Nick Paige Tina Will Bob
         Charlotte Dylan George Grant Harry Jack James Justin Lewis Logan Olivia Paul Ruth Scott Taylor Tyler Victoria
         Chris Kelly Kyle Lauren Martin Michelle Ryan Tom""".split()]
# Alone: between words in lower case.
IN_TWEET = re.compile(r"(?<![@#\w])(?<![A-Z]\w )(?:" + "|".join(PLAIN) + r")(?='s|[,.!?]? [a-z]|[,.!?]?$)")


def tweets(texts, rng):
    """Training tweets that have a name, with {N} in its place."""
    found = [IN_TWEET.sub("{N}", text) for text in texts if "{" not in text and IN_TWEET.search(text)]
    return [found[i] for i in rng.permutation(len(found))[:TWEETS]]


def sentences(texts, rng):
    """(label or -1, text): sentence after sentence, each TOGETHER times."""
    for label, text in [*made_up(rng), *((-1, text) for text in tweets(texts, rng))]:
        lower = rng.random() < 0.15
        for name in names.fillers(rng, TOGETHER):
            yield label, text.replace("{N}", name.lower() if lower else str(name))


def evened(rows):
    """rows: [sentences * TOGETHER, n], what a teacher said of each. The mean of each sentence's, for all of them."""
    return np.repeat(rows.reshape(-1, TOGETHER, rows.shape[1]).mean(1), TOGETHER, 0)
