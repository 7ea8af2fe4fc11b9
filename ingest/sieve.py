"""The sieve: says of most texts within a microsecond that they hold none of the words looked for, before any folding.

It looks at the bytes of a text as it was written, lower-cased where they are ASCII, and lets a text through if it holds

- a spelling of a word: every ae, oe, ue, ss may have been written ä, ö, ü, ß;
- a suspect: a character of which folding makes a letter of a word (é, ﬁ, ½), or which folding drops, so that what
  stands around it moves together (a combining mark, a zero-width space). Those two that emoji bring along everywhere
  count only where a letter follows.

Texts whose suspects are all Latin-1 (French, Spanish) get a second look, in Latin-1 without accents. So whatever is
held back folds to a text without the words; what is let through has to be looked at properly.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import cast
from unicodedata import category

import ahocorasick_rs

from app.domain.folding import fold

Hits = list[tuple[int, int, int]]
"""Pattern, start, end."""

_SPELT = {"ae": ("ä", "Ä"), "oe": ("ö", "Ö"), "ue": ("ü", "Ü"), "ss": ("ß",)}
"""Two folded letters → how else they may have been written; ẞ is a suspect."""
_UMLAUTS = frozenset("äöüÄÖÜß")
_OF_EMOJI = ("\ufe0f", "\u200d")
_WATCHED = {char.encode()[:-1] for char in (*_UMLAUTS, *_OF_EMOJI)}
"""Blocks of 64 characters that hold some of those above, so that they are never taken whole."""
_LATIN = (b"\xc2", b"\xc3")
_LETTERS = (*(bytes([byte]) for byte in b"abcdefghijklmnopqrstuvwxyz0123456789"), *_LATIN)
"""With what a letter may begin that is no suspect, or one that gets a second look."""
_MOST_SPELLINGS = 64
_ASSIGNED = (range(0x80, 0xD800), range(0xE000, 0x32400), range(0xE0000, 0xE0200))
"""Code points that are characters, but for ASCII; what lies beyond is no letter and folds to itself."""


def sieve(words: Iterable[str]) -> Callable[[str], bool]:
    """Return what tells of a text whether its folded form may hold one of the words: never False if it does."""
    words = list(words)
    alphabet = frozenset("".join(words))
    written = {spelling for word in words for spelling in spellings(word)}
    suspects = set(_suspects(alphabet))
    latin = {suspect for suspect in suspects if suspect.startswith(_LATIN)}
    others = {spelling.encode().lower() for spelling in written} | (suspects - latin)
    find, certain = _finder([*others, *latin]), len(others)
    plain = _plain()
    in_latin = {spelling.encode("latin-1") for spelling in written if max(spelling) <= "\xff"}
    find_plain = _finder([*{word.translate(plain) for word in in_latin}, *_unplain(alphabet)])

    def may_hold(text: str) -> bool:
        hits = find(text.encode("utf-8", "surrogatepass").lower())
        if not hits:
            return False
        return min(hits)[0] < certain or bool(find_plain(text.encode("latin-1", "replace").translate(plain)))

    return may_hold


def _finder(patterns: list[bytes]) -> Callable[[bytes], Hits]:
    fastest = ahocorasick_rs.Implementation.DFA
    automaton = ahocorasick_rs.BytesAhoCorasick(patterns, implementation=fastest)
    return cast("Callable[[bytes], Hits]", automaton.find_matches_as_indexes)


def spellings(word: str) -> set[str]:
    """Return how a folded word may have been written, but for case; of a word with very many only their beginnings."""
    done: set[str] = set()
    reached: dict[int, set[str]] = {0: {""}}
    for place in range(len(word)):
        here = reached.pop(place, set())
        one = {written + word[place] for written in here}
        two = {written + umlaut for written in here for umlaut in _SPELT.get(word[place : place + 2], ())}
        reached.setdefault(place + 1, set()).update(one)
        reached.setdefault(place + 2, set()).update(two)
        beginnings = set().union(*reached.values())
        if len(beginnings) > _MOST_SPELLINGS:
            break
        done = beginnings
    return done


def _suspects(alphabet: frozenset[str]) -> Iterator[bytes]:
    """Yield the beginnings, in UTF-8, of what folding turns into a letter of the alphabet, or into nothing."""
    sizes, changed, others = _folded()
    looked_at = changed if all(map(str.isascii, alphabet)) else changed + others
    blocks: dict[bytes, list[bytes]] = {}
    for written, folded in looked_at:
        if not folded or not alphabet.isdisjoint(folded):
            blocks.setdefault(written[:-1], []).append(written)
    for block, found in blocks.items():
        if len(found) * 2 > sizes[block] and block not in _WATCHED:
            yield block
        else:
            yield from found
    yield from (char.encode() + letter for char in _OF_EMOJI for letter in _LETTERS)


def _unplain(alphabet: frozenset[str]) -> Iterator[bytes]:
    """Yield the bytes of Latin-1 that may hold a letter of the alphabet without being it in `_plain`."""
    for code in range(0x80, 0x100):
        folded = fold(chr(code))
        known = chr(code) in _UMLAUTS or (len(folded) == 1 and folded.isascii())
        if not known and (not folded or not alphabet.isdisjoint(folded)):
            yield bytes([code])


@cache
def _plain() -> bytes:
    """Return the table that folds Latin-1 byte by byte: without case and accents; ä, ö, ü and ß stay."""
    small = {umlaut: umlaut.lower() for umlaut in _UMLAUTS}
    chars = [small.get(char, fold(char)) for char in map(chr, range(0x100))]
    fits = [len(char) == 1 and char <= "\xff" for char in chars]
    return bytes(ord(char) if fit else code for code, (char, fit) in enumerate(zip(chars, fits, strict=True)))


@cache
def _folded() -> tuple[Counter[bytes], list[tuple[bytes, str]], list[tuple[bytes, str]]]:
    """Return every character with what folding makes of it (0.3 s, once per process).

    First the number of characters by block of 64, then what becomes nothing or ASCII, then what does not.
    """
    chars = [char for codes in _ASSIGNED for char in map(chr, codes) if category(char) != "Cn"]
    folded = zip(chars, fold("\n".join(chars)).split("\n"), strict=True)
    pairs = [(char.encode(), made) for char, made in folded if char not in _UMLAUTS and char not in _OF_EMOJI]
    changed = [(written, made) for written, made in pairs if not made or any(map(str.isascii, made))]
    others = [(written, made) for written, made in pairs if made and not any(map(str.isascii, made))]
    return Counter(written[:-1] for written, _ in pairs), changed, others
