"""Pieces of fuzzed text: for each rule of the text pipeline a method that draws strings at the rule's borders."""

import random

from alphabets import ALPHABETS, ENTITY_NAMES

SPECIAL = "<s> </s> <unk> <pad> <mask>".split()

WORDS = """
    I can't cannot don't won't isn't ain't it's we're you've they'll he'd I'm rock'n'roll a.m. p.m. the The THE love
    hate so much haha hahaha http https www wwwhat Http HTTPS WWW.x httpurl HTTPURL @USER emoji hashtag n't 's 'd co-op
    well-known snake_case iPhone7 covid19 U.S.A. ok OK café naïve Straße ΟΔΟΣ ΣΊΣΥΦΟΣ привет 你好 नमस्ते مرحبا 한국어
""".split()

# What the replacement rules at the end of normalizeTweet look for, and what they nearly look for.
CONTRACTIONS = """cannot |n't |n 't |ca n't|ai n't|'m |'re |'s |'ll |'d |'ve | p . m .| p . m | a . m .| a . m 
    |ca n’t |'M |p.m. |a.m|can not """.replace("\n    ", "").split("|")

# The end of a URL in pysentimiento's pattern.
TLDS = "com co org edu gov uk net ca de jp fr au us ru ch it nl se no es mil iq io ac ly sm".split()

# What may go before the body of a URL in normalizeTweet's pattern, and what its body is made of.
URL_PREFIXES = """
    http: https: http:/ http:// HTTPS:/// http://// hTTp:a http:% httpſ:// https a.bc/ a-b.c.museum/ ..co/
    x.abcdefghijklm/ x.abcdefghijklmn/ ſ.İK/ www.a.b/ 1.2/ .co/
""".split()
URL_UNITS = (
    "a bc9 ( ) (( )) (a) (a(b)c) (a(b () < > { } [ ] é - %20 &rsquo; &hellip; &#x2019;".split()
    + ALPHABETS["quotes and brackets"]
)

JOINERS = ["\u200d"] * 3 + ["\ufe0f", "\ufe0e", "", "\u200d\ufe0f", "\ufe0f\u200d", "❤️\u200d", "♀", "a"]
EMOJI_PARTS = ["emoji", "emoji", "emoji parts", "skin tones and hair", "regional indicators", "edges of emoji", "ASCII"]


class Pieces:
    """Draws pieces. merges: pairs of symbols of the tokenizer, in rank order."""

    def __init__(self, seed, merges):
        self.rng = random.Random(seed)
        self.merges = merges

    def all(self):
        """The methods that draw a piece, each as likely as the others."""
        return [
            *(self.word, self.bpe_word, self.typed_marker, self.special, self.broken_special),
            *(self.hashtag, self.handle, self.replaced, self.url_of_pysentimiento, self.repeat, self.emoji),
            *(self.emoji_sequence, self.pipes, self.laughter),
            *(self.entity, self.number_entity, self.url_of_bertweet, self.naked_domain, self.phone, self.emoticon),
            *(self.tag, self.arrow, self.email, self.dashed_word, self.number, self.dots, self.contraction),
            *(self.soup, self.character, self.spaces),
        ]

    # ------------------------------------------------------------------------------------------------- helpers

    def pick(self, *options):
        return self.rng.choice(options)

    def maybe(self, text, chance=0.5):
        return text if self.rng.random() < chance else ""

    def some(self, alphabet, least, most):
        """A string of least..most members of an alphabet (a string or a list of strings)."""
        return "".join(self.rng.choices(alphabet, k=self.rng.randint(least, most)))

    def mixed(self, alphabet, least, most, foreign=0.15):
        """Like some(), now and then with a member of another class."""
        length = self.rng.randint(least, most)
        draws = (self.character() if self.rng.random() < foreign else self.rng.choice(alphabet) for _ in range(length))
        return "".join(draws)

    def insert(self, text, addition):
        at = self.rng.randint(0, len(text))
        return text[:at] + addition + text[at:]

    # ---------------------------------------------------------------------------------------------- characters

    def character(self):
        """A member of some class: each class has the same chance, however large it is."""
        return self.rng.choice(ALPHABETS[self.rng.choice(list(ALPHABETS))])

    def soup(self):
        """A run of members of one or two classes."""
        names = self.rng.choices(list(ALPHABETS), k=2)
        return self.some([self.rng.choice(ALPHABETS[self.rng.choice(names)]) for _ in range(6)], 1, 10)

    def spaces(self):
        return self.some(ALPHABETS["white space"], 1, 3)

    def repeat(self):
        unit = self.character() if self.rng.random() < 0.8 else self.some(ALPHABETS["ASCII"], 2, 3)
        return unit * self.pick(2, 3, 4, 5, 6, 9)

    # --------------------------------------------------------------------------------- words, BPE, special strings

    def word(self):
        return self.rng.choice(WORDS)

    def merge(self):
        """A merge, as (left, right); the last ones are more likely: they are the odd ones in tokenizer-8k."""
        return self.rng.choice(self.merges[-100:] if self.rng.random() < 0.3 else self.merges)

    def bpe_word(self):
        """Symbols or letters of a few merges, shuffled: what BPE has to put together, by several ways to one string."""
        symbols = [symbol for _ in range(self.rng.randint(1, 3)) for symbol in self.merge()]
        letters = [*"".join(symbols).replace("</w>", "")] or symbols
        word = self.pick("".join(symbols), self.some(symbols, 1, 12), self.some(letters, 1, 16))
        return word if self.rng.random() < 0.1 else word.replace("</w>", "")

    def typed_marker(self):
        """The markers of BPE as typed characters."""
        left, right = self.merge()
        return self.pick("</w>", "@@", "@@ ", left + "</w>", left + "@@", left + right + "@@", "</w", "</w></w>")

    def special(self):
        return self.rng.choice(SPECIAL)

    def broken_special(self):
        """A special string with something in it that a rule may delete, or with a wrong letter or case."""
        text = self.special()
        addition = self.rng.choice(ALPHABETS[self.pick("replaced", "zero width", "white space", "ASCII")])
        inserted = self.insert(text, addition)
        return self.pick(inserted, inserted, text[1:], text[:-1], text.upper(), text.replace("<", "&lt;"))

    # ------------------------------------------------------------------------------ rules of `pysentimiento`

    def hashtag(self):
        before = self.pick("", "", " ", "a", "_", "9", "&", ".", "é", "²", "\u0301", "#")
        return before + "#" * self.pick(1, 1, 1, 2, 3) + self.mixed("ABCXYZabcxyz0123_ΣΣΣΣσςÉéİıΑα", 0, 12)

    def handle(self):
        return self.maybe(self.character(), 0.3) + "@" + self.mixed("abcXYZ019_", 0, self.pick(3, 8, 20))

    def replaced(self):
        return self.some(ALPHABETS[self.pick("replaced", "replaced", "beside replaced")], 1, 4)

    def url_of_pysentimiento(self):
        prefix = self.pick("http://", "https://", "https:/", "ftp://", "HTTP://", "a.", "ab12.", "é.", "", "", "_.")
        segments = (self.mixed("abcXYZ012_éб", 0, 4, 0.05) + "." for _ in range(self.pick(0, 1, 1, 2, 3, 4, 5, 6, 7)))
        end = self.rng.choice(TLDS) + self.maybe(self.pick("m", "munity", "X", "."), 0.3)
        return prefix + "".join(segments) + end + self.some(["/", "//", "/a", "/a1B2", "/é", "?q=1", "#x", "-"], 0, 3)

    def emoji(self):
        return self.rng.choice(ALPHABETS["emoji"]) * self.pick(1, 1, 1, 2, 4)

    def emoji_sequence(self):
        """Emoji and their parts joined, cut and decorated: most such sequences are nobody's emoji."""
        text = self.maybe("\u200d", 0.05)
        for _ in range(self.rng.randint(1, 6)):
            text += self.rng.choice(ALPHABETS[self.rng.choice(EMOJI_PARTS)]) + self.rng.choice(JOINERS)
        return text[: self.rng.randint(1, len(text))] if self.rng.random() < 0.3 else text

    def pipes(self):
        middle = self.pick("", "x", "a_b", "_", " ", "\n", "red_heart", self.emoji(), self.character())
        return self.pick("|", "||", f"|{middle}|", f"|{middle}", f"{middle}|", "|||")

    def laughter(self):
        return self.maybe(self.character(), 0.3) + self.mixed("haha", 1, 12, 0.04)

    # ----------------------------------------------------------------------------------- rules of `bertweet`

    def entity(self):
        name = self.rng.choice(ENTITY_NAMES)
        wrong = self.pick(name.upper(), name.lower(), name[:-1], "apos", self.some("abcXYZ#x ;&", 0, 5))
        return "&" + self.pick("", "", "", "#", "#x", "x") + self.pick(name, wrong) + self.pick(*";;;", ";;", "", " ;")

    def number_entity(self):
        borders = [0, 9, 10, 32, 0x7F, 0x80, 0x9F, 0xA0, 0xD800, 0xDFFF, 0xFFFF, 0x10FFFF, 0x110000, 10**12]
        random_code = self.pick(self.rng.randrange(256), self.rng.randrange(0x80, 0xA0), self.rng.randrange(0x110010))
        code = self.pick(random_code, ord(self.character()[0]), self.rng.choice(borders))
        body, base = self.pick((f"{code}", "#"), (f"{code:x}", "#x"), (f"{code:X}", "x"), (f"{code:x}", "#X"))
        if self.rng.random() < 0.3:
            body = self.insert(body, self.pick("_", "__", "+", "-", "0", "0x", "0X", "0x_", ".", "x", "#"))
        if self.rng.random() < 0.15:
            digits = ALPHABETS["digit"]
            body = "".join(self.rng.choice(digits) if char.isdigit() else char for char in body)
        return "&" + base + self.maybe(self.pick("+", "-", "0", "00", "0x", "x"), 0.15) + body + self.maybe(";", 0.9)

    def url_of_bertweet(self):
        units = URL_UNITS + [self.character(), self.character()]
        return self.rng.choice(URL_PREFIXES) + self.some(units, 0, 10)

    def naked_domain(self):
        text = self.pick("", "", "", "@", ":@") + self.mixed("abcXYZ012ſKİı", 1, 6, 0.05)
        for _ in range(self.rng.randint(0, 3)):
            text += self.pick(".", ".", "-", "..", ".-", "_") + self.mixed("abcXYZ012ſKİı", 1, 6, 0.05)
        return text + self.pick("", ".com", ".co", ".c", ".info") + self.pick("", "", "/", "@", "/@", "_", "é", "1")

    def phone(self):
        digits = self.pick("0123456789", "0123456789", "0159", ALPHABETS["digit"])
        space = self.pick(" ", "-", ".", "*", ")", "", ") ", "\n", "\u00a0", "- ")
        country = self.maybe("+", 0.3) + self.maybe(self.pick(*"01129") + self.maybe(space))
        area = self.maybe(self.maybe("(", 0.3) + self.some(digits, 3, 3) + space, 0.6)
        return country + area + self.some(digits, 3, 3) + space + self.some(digits, 4, 5)

    def emoticon(self):
        eyes, nose, mouth = (
            self.pick(*":;=8"),
            self.maybe(self.some("-o*'O", 1, 2)),
            self.some(")](['dDpP/:}{@|\\", 1, 2),
        )
        face = [self.maybe(self.pick(*"<>"), 0.3), eyes, nose, mouth]
        return "".join(self.pick(face, face[::-1], ["<3"], ["</3"])) * self.pick(1, 1, 2)

    def tag(self):
        return "<" + self.mixed('ab/ ="s>', 0, 6) + self.maybe(">", 0.8)

    def arrow(self):
        shaft = "-" * self.rng.randint(1, 6)
        return self.pick(shaft + ">", "<" + shaft, "<->", "—>", "-")

    def email(self):
        return self.mixed("ab1.+-_é", 0, 5) + "@" + self.mixed("ab1-_", 0, 3) + "." + self.mixed("ab.-_é", 0, 6)

    def dashed_word(self):
        return self.mixed("abÉ'-_'-_²5\u0301", 1, 8)

    def number(self):
        digits = self.pick("0123456789", "0123456789", ALPHABETS["digit"], "12²½Ⅷ")
        body = self.some(digits, 1, 4) + self.pick(*",/.:-_ ") + self.some(digits, 0, 4)
        return self.maybe(self.pick(*"+-"), 0.3) + body + self.maybe(self.pick(*"+-ap"), 0.3)

    def dots(self):
        spaces = ALPHABETS["white space"]
        return "".join("." + self.maybe(self.rng.choice(spaces), 0.3) for _ in range(self.rng.randint(1, 6)))

    def contraction(self):
        return self.maybe(self.word(), 0.6) + self.rng.choice(CONTRACTIONS)
