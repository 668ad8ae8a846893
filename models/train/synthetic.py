"""Sentences made up for training: what the tweets teach too little of, or wrongly.

Facts about people of any name, origin or belief are neutral; praise and blame stay what they are whoever they are
about; negation of a fact is no blame; negation far from its word counts. Names, templates and emoji are others than
those of models/behaviour, which would else measure nothing; words for origin and belief are the same. Also copies of
labelled tweets in capitals and with typing errors, which keep their labels.
"""

import itertools
import re

import names

IDENTITIES = """African Latino Middle-Eastern Native Irish Polish Italian German French British Spanish Greek Dutch
Japanese Korean Vietnamese Thai Pakistani Iranian Iraqi Syrian Israeli Palestinian Egyptian Ethiopian Kenyan Jamaican
Cuban Brazilian Colombian Ukrainian Romanian Canadian Australian Catholic Protestant Buddhist Sikh Mormon Orthodox Roma
bisexual queer transgender nonbinary heterosexual deaf blind autistic elderly female male immigrant refugee
Black white Asian Hispanic Arab Jewish Muslim Christian Hindu atheist gay straight trans lesbian disabled old young
American Mexican Nigerian Indian Chinese Russian Turkish""".split()

PEOPLE = ["woman", "man", "student", "doctor", "couple", "guy", "girl", "colleague", "driver", "family"]

NEUTRAL_ABOUT = """{N} has a meeting at three.|{N} called me from the airport|{N} works at the bank on the corner
{N} is reading the second chapter|{N} and I are taking the bus|{N} moved to Berlin in 2014|I am having coffee with {N}
{N} told me about the plan|the parcel is for {N}|{N} plays on Sunday|{N} has two brothers|ask {N} where the keys are
{N} ordered a sandwich|watching tv with {N}|{N} is 34 years old|{N} studies biology|is {N} coming tonight?"""
GOOD_ABOUT = """{N} is the best|happy birthday {N}, have a wonderful day!|I love working with {N}|{N} was so kind to me
so glad that {N} is here|{N} played brilliantly tonight|can't wait to see {N} :)|congratulations {N}, well deserved
{N} always makes me laugh|what a great show by {N}|thanks {N}, you are awesome"""
BAD_ABOUT = """{N} is the worst|{N} was so rude to me|I hate working with {N}|{N} cheated on me|{N} let us all down
fed up with {N}|{N} lied about everything|{N} is a liar|the speech of {N} was a disgrace|{N} broke my phone, so mad
{N} never listens, so annoying|shame on {N}|{N} spoiled the party"""

NEUTRAL_IDENTITY = """My dentist is {A} {W}.|{A} {W} lives across the street.|I talked to {A} {W} at the station.
She is {A} {W}.|He is {A} {W}.|There was {A} {W} in the shop.|Our guide was {A} {W}.|The author is {A} {W}.
{A} {W} asked me for the time.|I work with {A} {W}.|I am {A} {W}.|a film about {A} {W}|interview with {A} {W} at 6"""
GOOD_IDENTITY = """I met {A} {W} today, so nice and kind|{A} {W} helped me, thank you so much|what a lovely {I} {W}"""
BAD_IDENTITY = """{A} {W} was very rude to me today|{A} {W} stole my bike, I am so angry"""

NEGATED_FACTS = """The museum is not open on Tuesdays.|It is not on page ten.|She does not live in Paris.
This train does not stop in York.|The file is not in that folder.|I don't have a meeting today.|He didn't come by car.
The cup is not on the table.|We are not at home until six.|They do not sell stamps.|That is not my coat.
The second part is not online yet.|It isn't Friday, it's Thursday.|The class doesn't start before nine.
No, the blue one.|There is no class on Monday.|I have not read the third book.|The door is not locked."""

THINGS = "song show trip dinner laptop app car coffee match series camera service teacher party lesson beach".split()
GOOD_WORDS = ["good", "nice", "fun", "great", "amazing", "beautiful", "interesting", "excellent", "cool", "wonderful"]
BAD_WORDS = ["bad", "slow", "ugly", "boring", "stupid", "terrible", "awful", "disgusting", "rubbish", "sad"]
FAR_NEGATION = """I don't think this {T} is {G}|I can't say that I found the {T} {G}
I do not believe, whatever people say, that the {T} was {G}|nobody I asked thinks that this {T} is {G}
I never thought, not even for a moment, that the {T} is {G}|it's not that the {T} is {G}, it really isn't
don't tell me this {T} is {G}"""
NEGATED_BAD = """the {T} is not {B}|the {T} wasn't {B} at all|I don't think the {T} is {B}|not a {B} {T}"""
TURNED_GOOD = """I hated the {T} at first but now I love it|I used to think the {T} was {B}, now I love it"""
TURNED_BAD = """I loved the {T} at first but now I hate it|I used to think the {T} was {G}, now I can't stand it"""
SHORT = {
    2: ["That {T} was {G}.", "The {T} is {G}!", "such {a} {G} {T}", "It is {a} {G} {T}."],
    0: ["That {T} was {B}.", "The {T} is {B}!", "such {a} {B} {T}", "It is {a} {B} {T}."],
}

EMOJI = {
    2: "😀 😃 😄 😆 🤣 🙂 😇 🤩 😘 😋 😎 🤗 😺 😻 💖 💗 💙 💚 💛 💜 ♥️ 💯 👏 💪 🔥 ✨ 🌟 🥳 🎊 🤝 👌 🏆 🌈 🌞".split(),
    1: "🤔 😐 📅 📍 🚌 📷 📚 💻 ⏰ 🏠 🚗 🗺️ ➡️ 🔗 🎧 📺".split(),
    0: "🙁 ☹️ 😣 😖 😫 😩 😤 👿 😿 😨 😰 😥 😓 🤢 🖕 💩 😾 😔 😟 😕 🙄 🤦".split(),
}


def lines(text):
    return [part for part in re.split(r"[|\n]", text) if part]


def article(word):
    return f"an {word}" if word[0].lower() in "aeiou" else f"a {word}"


def capitalized(text):
    return text[:1].upper() + text[1:]


def sentences(rng, fillers=24):
    """(label, text): 0 negative, 1 neutral, 2 positive. A person's template occurs with `fillers` names."""
    for label, templates in ((1, NEUTRAL_ABOUT), (2, GOOD_ABOUT), (0, BAD_ABOUT)):
        for template in lines(templates):
            for name in rng.choice(names.WOMEN + names.MEN, fillers, replace=False):
                yield label, template.replace("{N}", name)
    for label, templates in ((1, NEUTRAL_IDENTITY), (2, GOOD_IDENTITY), (0, BAD_IDENTITY)):
        for template in lines(templates):
            for identity in rng.choice(IDENTITIES, 2 * fillers, replace=False):
                person = rng.choice(PEOPLE)
                yield label, capitalized(template.replace("{A}", article(identity)).replace("{I}", identity)
                                         .replace("{W}", person))
    yield from ((1, text) for text in lines(NEGATED_FACTS) * 4)
    groups = ((0, FAR_NEGATION), (1, NEGATED_BAD), (2, TURNED_GOOD), (0, TURNED_BAD))
    for label, templates in groups:
        for template in lines(templates):
            yield from filled(rng, label, template, fillers)
    for label, templates in SHORT.items():
        for template in templates:
            yield from filled(rng, label, template, fillers)
    for label, signs in EMOJI.items():
        for sign, times in itertools.product(signs, (1, 2, 3)):
            yield label, sign * times


def filled(rng, label, template, count):
    for _ in range(count):
        good, bad = rng.choice(GOOD_WORDS), rng.choice(BAD_WORDS)
        text = template.replace("{a}", "an" if (good if "{G}" in template else bad)[0] in "aeiou" else "a")
        yield label, text.replace("{T}", rng.choice(THINGS)).replace("{G}", good).replace("{B}", bad)


def shouted(text):
    """In capitals, but for handles and addresses."""
    return " ".join(word if re.match(r"@|http", word) else word.upper() for word in text.split(" "))


def mistyped(text, rng):
    """One to three words get two letters swapped, one left out or one doubled."""
    words = text.split(" ")
    places = [i for i, word in enumerate(words) if re.fullmatch(r"[A-Za-z]{4,}", word)]
    for i in rng.permutation(places)[:rng.integers(1, 4)]:
        word = words[i]
        at = int(rng.integers(1, len(word) - 2))
        words[i] = (word[:at] + word[at + 1] + word[at] + word[at + 2:], word[:at] + word[at + 1:],
                    word[:at] + word[at] + word[at:])[rng.integers(3)]
    return " ".join(words)


def disturbed(rows, rng):
    """Labelled rows, half of them in capitals, half with typing errors."""
    for number, (label, text) in enumerate(rows):
        yield label, shouted(text) if number % 2 else mistyped(text, rng)
