#!/usr/bin/env python3
"""Generates unicode_data.h and emoji_data.h, the tables behind src/unicode.c and src/emoji.c.

    generate.py SOURCES OUT      writes both headers into the folder OUT

Sources, pinned:
  - utf8proc 2.8.0, a shared library found by the dynamic linker (Debian: libutf8proc2): Unicode 15.0 general
    categories and simple lower case.
  - emoji 2.14.1 and emoji 0.6.0, the archives of PyPI, in the folder SOURCES (check.sh fetches them).

Any Python from 3.8 on; only the standard library. The formats are explained where the C code reads them; here is how
they are written.
"""
import ctypes
import ctypes.util
import hashlib
import io
import json
import sys
import tarfile
import zipfile
from pathlib import Path

ARCHIVES = {
    'emoji-2.14.1-py3-none-any.whl': '35a8a486c1460addb1499e3bf7929d3889b2e2841a57401903699fef595e942b',
    'emoji-0.6.0.tar.gz': 'e42da4f8d648f8ef10691bc246f682a1ec6b18373abfd9be10ec0b398823bd11',
}
CODE_POINTS = 0x110000
SIGMA = 0x3A3

# ------------------------------------------------------------------------------------------------- classes --

# Bits of a class; unicode.c has the same names. CASED leaves out what is case-ignorable too: CPython's final sigma
# rule looks through those first.
REGEX_WORD, RE_WORD, DIGIT, CASED, CASE_IGNORABLE = 1, 2, 4, 8, 16

# What general categories do not tell, of Unicode 15.0. Lm, Mn and Cf are left out: they are case-ignorable.
# PropList.txt, Other_Lowercase and Other_Uppercase:
OTHER_CASED_SYMBOLS = [(0x24B6, 0x24E9), (0x1F130, 0x1F149), (0x1F150, 0x1F169), (0x1F170, 0x1F189)]
OTHER_CASED = [(0xAA, 0xAA), (0xBA, 0xBA), (0x2160, 0x217F), *OTHER_CASED_SYMBOLS]
# WordBreakProperty.txt, MidLetter, MidNumLet and Single_Quote:
MID_WORD = [0x27, 0x2E, 0x3A, 0xB7, 0x387, 0x55F, 0x5F4, 0x2018, 0x2019, 0x2024, 0x2027, 0xFE13, 0xFE52, 0xFE55,
            0xFF07, 0xFF0E, 0xFF1A]
JOINERS = (0x200C, 0x200D)


def load_utf8proc():
    library = ctypes.CDLL(ctypes.util.find_library('utf8proc') or 'libutf8proc.so.2')
    library.utf8proc_unicode_version.restype = ctypes.c_char_p
    library.utf8proc_category_string.restype = ctypes.c_char_p
    version = library.utf8proc_unicode_version().decode()
    if version != '15.0.0':
        sys.exit(f'utf8proc with Unicode 15.0.0 expected (utf8proc 2.8), found one with Unicode {version}')
    return library


def within(c, ranges):
    return any(first <= c <= last for first, last in ranges)


def class_of(c, category):
    bits = 0
    if category[0] in 'LM' or category in ('Nd', 'Nl', 'Pc') or c in JOINERS or within(c, OTHER_CASED_SYMBOLS):
        bits |= REGEX_WORD
    if category[0] in 'LN' or c == ord('_'):
        bits |= RE_WORD
    if category == 'Nd':
        bits |= DIGIT
    if category in ('Mn', 'Me', 'Cf', 'Lm', 'Sk') or c in MID_WORD:
        bits |= CASE_IGNORABLE
    elif category in ('Lu', 'Ll', 'Lt') or within(c, OTHER_CASED):
        bits |= CASED
    return bits


def runs_of(classes):
    """[[first, length, class], ...] over all code points"""
    runs = []
    for c, bits in enumerate(classes):
        if runs and runs[-1][2] == bits:
            runs[-1][1] += 1
        else:
            runs.append([c, 1, bits])
    return runs


def varint(n):
    """7 bits a byte, low ones first, 0x80 on all bytes but the last"""
    out = []
    while n >= 0x80:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    return [*out, n]


RUNS_PER_MARK = 16


def encode_classes(classes):
    """The runs as bytes (kind in the low 4 bits, length - 1 in the high 4, 15 of which means a varint follows), what
    the kinds are, and for each 16th run its first code point and where it is."""
    runs = runs_of(classes)
    kinds = sorted(set(classes), key=lambda bits: -sum(run[2] == bits for run in runs))
    stream, marks = [], []
    for i, (first, length, bits) in enumerate(runs):
        if i % RUNS_PER_MARK == 0:
            marks.append((first, len(stream)))
        stream.append(min(length - 1, 15) << 4 | kinds.index(bits))
        if length - 1 >= 15:
            stream += varint(length - 1 - 15)
    return stream, kinds, marks


# --------------------------------------------------------------------------------------------------- lower --

def lower_ranges(lower):
    """[[first, count, step, delta], ...]: first, first + step, ... each become themselves plus delta"""
    ranges = []
    for c in sorted(lower):
        delta = lower[c] - c
        if ranges:
            first, count, step, last_delta = ranges[-1]
            gap = c - (first + (count - 1) * step)
            if delta == last_delta and (gap == step or count == 1 and gap == 2):
                ranges[-1] = [first, count + 1, gap, delta]
                continue
        ranges.append([c, 1, 1, delta])
    return ranges


def encode_lower(ranges):
    """Each range as three varints: distance from the end of the range before * 2 + (step - 1), count - 1, and the
    delta in zigzag."""
    stream, end = [], 0
    for first, count, step, delta in ranges:
        stream += varint((first - end) * 2 + step - 1) + varint(count - 1)
        stream += varint(delta * 2 if delta >= 0 else -delta * 2 - 1)
        end = first + (count - 1) * step
    return stream


# --------------------------------------------------------------------------------------------------- emoji --

VS16 = 0xFE0F
TONES = {0x1F3FB: 'light_skin_tone', 0x1F3FC: 'medium-light_skin_tone', 0x1F3FD: 'medium_skin_tone',
         0x1F3FE: 'medium-dark_skin_tone', 0x1F3FF: 'dark_skin_tone'}
COMPONENT = 1

# The bytes of a record; emoji.c has the same names.
GAP, TEXT_STYLE, TONED_ALONE, COMPONENT_ALONE, NOT_ALONE, OLD_NAME, NO_OLD_NAME = range(1, 8)
ROW, ROW_TONED, ROW_PAIR, ROW_MIXED = range(14, 18)
NAME, END, TONE_PLACE = ord('\t'), ord('\n'), ord(' ')
FIRST_CODE, REGIONAL_A, TAG_BASE = 0x80, 0x1F1E6, 0xE0000
BYTES_PER_MARK = 256


def read_archives(folder):
    """({code points: (name, is component)} of emoji 2.14.1, {code point: name} of emoji 0.6.0)"""
    data = {name: (folder / name).read_bytes() for name in ARCHIVES}
    for name, digest in ARCHIVES.items():
        if hashlib.sha256(data[name]).hexdigest() != digest:
            sys.exit(f'{name}: SHA-256 differs from the pinned {digest}')
    new_archive, old_archive = data.values()
    with zipfile.ZipFile(io.BytesIO(new_archive)) as wheel:
        entries = json.loads(wheel.read('emoji/unicode_codes/emoji.json'))
    with tarfile.open(fileobj=io.BytesIO(old_archive)) as sdist:
        module = {}
        exec(sdist.extractfile('emoji-0.6.0/emoji/unicode_codes.py').read(), module)
    new = {tuple(map(ord, text)): (entry['en'][1:-1], entry['status'] == COMPONENT) for text, entry in entries.items()}
    old = {ord(text): name[1:-1] for text, name in module['UNICODE_EMOJI'].items() if len(text) == 1}
    return new, old


def tone_suffix(tones):
    return '_'.join(TONES[tone] for tone in dict.fromkeys(tones))


def name_with_place(name, tones):
    """The name with a space for the tones it contains, none where they are its end."""
    place = '_' + tone_suffix(tones)
    head, found, tail = name.partition(place)
    assert found and (not tail or tail[0] == '_'), name
    return head + (' ' + tail[1:] if tail else '')


class Families:
    """The emoji of 2.14.1, those that differ only in tones and variation selectors taken together. After construction
    it is certain that the rules of emoji.c make exactly the emoji that went in (expand)."""

    def __init__(self, emoji):
        self.emoji = emoji
        self.text_style = {key[i] for key in emoji for i in range(len(key) - 1) if key[i + 1] == VS16}
        self.names = {}    # bare sequence without tones -> name, with its place for tones
        self.kinds = {}    # bare sequence without tones -> set of tone patterns
        self.components = {key[0] for key, (_, component) in emoji.items() if component}
        for key, (name, _) in emoji.items():
            self.add(tuple(c for c in key if c != VS16), name)
        assert self.expand() == {key: name for key, (name, _) in emoji.items()}

    def add(self, bare, name):
        # A tone stands after the first code point and, in pairs, at the end.
        tones = tuple(c for c in bare[1:] if c in TONES)
        family = bare[:1] + tuple(c for c in bare[1:] if c not in TONES)
        named = name_with_place(name, tones) if tones else name
        if tones or family not in self.names:
            self.names[family] = named
        pattern = '' if not tones else 'T' if len(tones) == 1 else 'same' if tones[0] == tones[1] else 'mixed'
        self.kinds.setdefault(family, set()).add(pattern)

    def row_kind(self, family):
        kinds = {frozenset(['']): ROW, frozenset(['', 'T']): ROW_TONED, frozenset(['', 'same', 'mixed']): ROW_PAIR,
                 frozenset(['mixed']): ROW_MIXED}
        return kinds[frozenset(self.kinds[family])]

    def spellings(self, family, tones):
        """All keys of a family with these tones: a variation selector may stand after each text style code point, but
        not before a tone."""
        keys = [()]
        last = len(family) - 1
        for i, c in enumerate(family):
            tone = tones[:1] if i == 0 else tones[1:] if i == last else ()
            follow = [tone] if tone or c not in self.text_style else [(), (VS16,)]
            keys = [key + (c,) + f for key in keys for f in follow]
        return keys

    def expand(self):
        all_tones = {ROW: [()], ROW_TONED: [(), *((t,) for t in TONES)],
                     ROW_PAIR: [(), *((t, u) for t in TONES for u in TONES)],
                     ROW_MIXED: [(t, u) for t in TONES for u in TONES if t != u]}
        out = {}
        for family, name in self.names.items():
            for tones in all_tones[self.row_kind(family)]:
                out.update(dict.fromkeys(self.spellings(family, tones), expand_name(name, tones)))
        return out


def expand_name(name, tones):
    if not tones:
        return name.replace(' ', '_')
    head, place, tail = name.partition(' ')
    return f'{head}_{tone_suffix(tones)}' + (f'_{tail}' if place else '')


class EmojiEncoder:
    def __init__(self, families, old):
        self.families = families
        self.old = old
        self.firsts = sorted({family[0] for family in families.names} | set(old))
        assert NO_OLD_NAME < NAME < END < ROW and all(c >= REGIONAL_A + 26 or c < REGIONAL_A or c in old
                                                      for c in self.firsts)
        followers = {c for family in families.names for c in family[1:]}
        self.codes = sorted(c for c in followers if c < TAG_BASE and not REGIONAL_A <= c < REGIONAL_A + 26)
        assert len(self.codes) <= 0x100 - FIRST_CODE

    def symbol(self, c):
        """One byte for a code point that is not the first: tags as themselves, flags' letters as capitals."""
        if c >= TAG_BASE:
            return c - TAG_BASE
        if REGIONAL_A <= c < REGIONAL_A + 26:
            return c - REGIONAL_A + ord('A')
        return FIRST_CODE + self.codes.index(c)

    def gap(self, distance):
        if distance == 1:
            return []
        return [GAP, *(0x40 | distance >> shift & 0x3F for shift in (12, 6, 0))]

    def attributes(self, c):
        families = self.families
        if c in families.text_style:
            yield TEXT_STYLE
        if (c,) not in families.names:
            yield NOT_ALONE
        elif families.row_kind((c,)) == ROW_TONED:
            yield TONED_ALONE
        if c in families.components:
            yield COMPONENT_ALONE
        if c not in self.old:
            yield NO_OLD_NAME
        elif self.old[c] != families.names.get((c,), '').replace(' ', '_'):
            yield OLD_NAME

    def record(self, c, distance):
        names = self.families.names
        attributes = list(self.attributes(c))
        rows = sorted(family for family in names if family[0] == c and len(family) > 1)
        out = self.gap(distance) + attributes
        for family in rows:
            out += [self.families.row_kind(family), *map(self.symbol, family[1:])]
        listed = [self.old[c]] if OLD_NAME in attributes else []
        listed += [names.get((c,), '')] + [names[family] for family in rows]
        for name in listed:
            out += [NAME, *name.encode()]
        return out + [END]

    def encode(self):
        """The records, one a line of the header, and for about each 256 bytes of them where one begins, with the code
        point before its own."""
        records, marks, offset, previous = [], [], 0, 0
        for c in self.firsts:
            if not marks or offset - marks[-1][1] >= BYTES_PER_MARK:
                marks.append((previous, offset))
            record = self.record(c, c - previous)
            records.append((c, record))
            offset += len(record)
            previous = c
        assert offset < 0x10000
        return records, marks


# -------------------------------------------------------------------------------------------------- output --

HEAD = '/* Generated by src/tables/generate.py from {sources}; src/tables/check.sh compares. */\n'


def array(kind, name, values):
    lines = ['    ' + ', '.join(map(str, values[i:i + 24])) + ',' for i in range(0, len(values), 24)]
    return f'static const {kind} {name}[{len(values)}] = {{\n' + '\n'.join(lines) + '\n};\n'


def unicode_header():
    utf8proc = load_utf8proc()
    categories = [utf8proc.utf8proc_category_string(c).decode() for c in range(CODE_POINTS)]
    classes = [class_of(c, category) for c, category in enumerate(categories)]
    stream, kinds, marks = encode_classes(classes)
    # U+0130 becomes two code points in Python and is left to the caller.
    lower = {c: utf8proc.utf8proc_tolower(c) for c in range(CODE_POINTS) if c != 0x130}
    ranges = lower_ranges({c: low for c, low in lower.items() if low != c})
    return '\n'.join([
        HEAD.format(sources='utf8proc 2.8.0, Unicode 15.0'),
        array('uint8_t', 'ascii_classes', classes[:0x80]),
        array('uint8_t', 'class_kinds', kinds),
        array('uint8_t', 'class_runs', stream),
        array('uint32_t', 'class_mark_firsts', [first for first, _ in marks]),
        array('uint16_t', 'class_mark_offsets', [offset for _, offset in marks]),
        array('uint8_t', 'lower_ranges', encode_lower(ranges)),
    ])


def printable(record):
    names = bytes(record).decode('utf-8', 'replace').rstrip('\n').split('\t')[1:]
    text = ' '.join(name.replace(' ', '*') or '-' for name in names)
    return text if len(text) <= 80 else text[:77] + '...'


def emoji_header(sources):
    new, old = read_archives(sources)
    encoder = EmojiEncoder(Families(new), old)
    records, marks = encoder.encode()
    nbytes = sum(len(record) for _, record in records)
    lines = [f'    /* U+{c:04X} {printable(record)} */\n    ' + ','.join(map(str, record)) + ','
             for c, record in records]
    return '\n'.join([
        HEAD.format(sources='emoji 2.14.1 and emoji 0.6.0 of PyPI'),
        array('uint32_t', 'emoji_codes', encoder.codes),
        array('uint8_t', 'emoji_code_styles', [int(c in encoder.families.text_style) for c in encoder.codes]),
        array('uint32_t', 'emoji_mark_previous', [previous for previous, _ in marks]),
        array('uint16_t', 'emoji_mark_offsets', [offset for _, offset in marks]),
        f'static const uint8_t emoji_records[{nbytes}] = {{\n' + '\n'.join(lines) + '\n};\n',
    ])


def main():
    sources, out = map(Path, sys.argv[1:])
    for name, text in (('unicode_data.h', unicode_header()), ('emoji_data.h', emoji_header(sources))):
        (out / name).write_text(text, encoding='utf-8', newline='\n')


if __name__ == '__main__':
    main()
