#!/usr/bin/env python3
"""Prints fingerprints.h: what the reference itself says about every code point and every emoji, as hashes.

    python3.12 tests/c/fingerprints.py build/tables | cmp - tests/c/fingerprints.h

Needs Python 3.12 (Unicode 15.0) with regex 2023.8.8, and the archives of emoji 2.14.1 and 0.6.0 in the folder given
(src/tables/check.sh fetches them). Nothing of src/tables/generate.py but its reader of those archives takes part.
"""
import re
import sys
import unicodedata
from pathlib import Path

import regex

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / 'src/tables'))
sys.dont_write_bytecode = True
from generate import read_archives  # noqa: E402

assert unicodedata.unidata_version == '15.0.0' and regex.__version__ == '2.5.132', 'see above'

ALL = [chr(c) for c in range(sys.maxunicode + 1)]
MASK = (1 << 64) - 1


def fnv(data):
    """FNV-1a, 64 bits"""
    h = 0xCBF29CE484222325
    for byte in data:
        h = (h ^ byte) * 0x100000001B3 & MASK
    return h


def utf32(text):
    return text.encode('utf-32-le', 'surrogatepass')


def of_class(contains):
    """One byte, 0 or 1, for each code point"""
    return fnv(bytes(bool(contains(c)) for c in ALL))


def is_cased(c):
    return (c + 'Σ').lower().endswith('ς')


def is_case_ignorable(c):
    return ('A' + c + 'Σ').lower().endswith('ς') and not is_cased(c)


def of_emoji(new):
    """Nodes of the trie of all sequences, and the sums of the hashes of all of its paths, and of all paths to emoji
    with their names."""
    paths = {key[:n] for key in new for n in range(1, len(key) + 1)}
    text = {path: ''.join(map(chr, path)) for path in paths}
    named = [text[key] + name + ('!' if component else '') for key, (name, component) in new.items()]
    return len(paths), sum(fnv(utf32(t)) for t in text.values()) & MASK, sum(fnv(utf32(t)) for t in named) & MASK


def main():
    new, old = read_archives(Path(sys.argv[1]))
    nodes, trie, names = of_emoji(new)
    prints = {
        'SPACE': of_class(str.isspace),
        'REGEX_SPACE': of_class(regex.compile(r'\s').match),
        'RE_WORD': of_class(re.compile(r'\w').match),
        'REGEX_WORD': of_class(regex.compile(r'\w').match),
        'DIGIT': of_class(re.compile(r'\d').match),
        'REGEX_DIGIT': of_class(regex.compile(r'\d').match),
        'DIGIT_VALUE': fnv(bytes(unicodedata.decimal(c, 255) for c in ALL)),
        'CASED': of_class(is_cased),
        'CASE_IGNORABLE': of_class(is_case_ignorable),
        'LOWER': fnv(utf32(''.join(c if c == 'İ' else c.lower() for c in ALL))),
        'EMOJI_TRIE': trie,
        'EMOJI_NAMES': names,
        'EMOJI_060': fnv(utf32(''.join(f'{chr(c)}:{old[c]}:' for c in sorted(old)))),
    }
    print('/* Printed by tests/c/fingerprints.py, which says of what. */')
    for name, value in prints.items():
        print(f'#define {name}_PRINT 0x{value:016X}u')
    print(f'#define EMOJI_NODES {nodes}')
    print(f'#define EMOJI_COUNT {len(new)}')


if __name__ == '__main__':
    main()
