"""Classes of characters that the text modes tell apart, taken from the reference packages themselves.

Every rule of the pipeline hangs on some class: white space and word characters of `re` and of `regex`, digits, casing,
the characters that pysentimiento replaces, emoji. ALPHABETS maps the name of each class to its members (strings,
mostly of one code point). Where classes begin and end has alphabets of its own: there a table goes wrong first.

Needs build/venv/text (emoji 2.14.1, regex 2023.8.8 = Unicode 15.0).
"""

import html.entities
import re
import sys
import unicodedata

import emoji
import regex

from reference import load_preprocess_tweet

# Every code point a Python str may hold but the surrogates, in order.
EVERYTHING = "".join(map(chr, [*range(0xD800), *range(0xE000, sys.maxunicode + 1)]))

CATEGORIES = "Lu Ll Lt Lm Lo Mn Mc Me Nd Nl No Pc Pd Ps Pe Pi Pf Po Sm Sc Sk So Zs Zl Zp Cc Cf Co Cn".split()


def unstable_characters():
    """Characters whose class in this Python is not that of Unicode 15.0, which the reference (Python 3.12) has.

    Empty in Python 3.12; elsewhere what was assigned or changed between the two versions.
    """
    if unicodedata.unidata_version == "15.0.0":
        return frozenset()
    here = {category: set() for category in CATEGORIES}
    for char in EVERYTHING:
        here.setdefault(unicodedata.category(char), set()).add(char)
    differing = (here[category] ^ set(regex.findall(rf"\p{{{category}}}", EVERYTHING)) for category in CATEGORIES)
    return frozenset().union(*differing)


UNSTABLE = unstable_characters()


def is_stable(text):
    """Whether this Python treats text as Python 3.12 would."""
    return UNSTABLE.isdisjoint(text)


def edges(members):
    """First and last member of each run of consecutive code points, and the strangers on either side."""
    chars = set(members)
    found = set()
    for char in chars:
        for neighbour in (ord(char) - 1, ord(char) + 1):
            if 0 <= neighbour <= sys.maxunicode and not 0xD800 <= neighbour < 0xE000 and chr(neighbour) not in chars:
                found |= {char, chr(neighbour)}
    return sorted(found)


def before_final_sigma():
    """The cased characters: a sigma that ends a word after one of them becomes U+03C2."""
    return [char for char in EVERYTHING if "ς" in (char + "Σ").lower()]


def seen_through_by_sigma():
    """The cased and the case-ignorable characters: between two letters they keep a sigma from being final."""
    return [char for char in EVERYTHING if "ς" not in ("aΣ" + char + "b").lower()]


def changing_case():
    return [char for char in EVERYTHING if char.lower() != char or char.upper() != char]


def replaced_characters():
    """The characters that pysentimiento deletes or replaces one by one."""
    return list(load_preprocess_tweet().__globals__["replacements"])


def build():
    alphabets = {f"category {name}": regex.findall(rf"\p{{{name}}}", EVERYTHING) for name in CATEGORIES}
    classes = {
        "white space": re.findall(r"\s", EVERYTHING),
        "white space of regex": regex.findall(r"\s", EVERYTHING),
        "word of re": re.findall(r"\w", EVERYTHING),
        "word of regex": regex.findall(r"\w", EVERYTHING),
        "digit": regex.findall(r"\d", EVERYTHING),
        "letter, case ignored": regex.findall(r"(?i)[a-z]", EVERYTHING),
        "before final sigma": before_final_sigma(),
        "seen through by sigma": seen_through_by_sigma(),
    }
    alphabets |= classes
    alphabets["word of one module only"] = sorted(set(classes["word of re"]) ^ set(classes["word of regex"]))
    alphabets["edges of classes"] = sorted({char for members in classes.values() for char in edges(members)})
    alphabets["edges of blank"] = edges(alphabets["category Co"] + alphabets["category Cn"])
    alphabets["cased"] = changing_case()
    alphabets["special casing"] = list("ΣσςİıſKÅẞßŉǰΐΰևẖẗẘẙẚᾳῃῳﬀﬁﬃﬅ") + ["i̇", "I\u0307"]
    alphabets["replaced"] = replaced_characters()
    alphabets["beside replaced"] = edges(alphabets["replaced"])
    alphabets["zero width"] = list("\u00ad\u180e\u200b\u200c\u200d\u2060\ufe0e\ufe0f\ufeff\u034f\u061c\u200e\u2028")
    alphabets["quotes and brackets"] = list("`!()[]{};:'\".,<>?«»“”‘’„‚‹›…")
    alphabets["ASCII"] = [chr(code) for code in range(128)]
    alphabets["ASCII punctuation"] = [char for char in alphabets["ASCII"] if char.isprintable() and not char.isalnum()]
    alphabets["controls"] = [chr(code) for code in [*range(32), *range(127, 160)]]
    alphabets["strange"] = list("\ufffd\ufffe\uffff\ufdd0\U0001ffff\U0010ffff\U000e0001\U000e0041\U000e007f\ue000\x00")
    alphabets["emoji"] = list(emoji.EMOJI_DATA)
    alphabets["emoji parts"] = sorted({char for key in emoji.EMOJI_DATA for char in key})
    alphabets["edges of emoji"] = edges(alphabets["emoji parts"])
    alphabets["skin tones and hair"] = list("🏻🏼🏽🏾🏿🦰🦱🦲🦳")
    alphabets["regional indicators"] = [chr(code) for code in range(0x1F1E6, 0x1F200)]
    return {name: [member for member in members if is_stable(member)] for name, members in alphabets.items()}


ALPHABETS = build()

ENTITY_NAMES = sorted(html.entities.name2codepoint)
