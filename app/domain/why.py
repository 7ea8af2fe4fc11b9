"""Why a text matches: the places in it, as it was written, at which the words of a query stand."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from app.domain.clause import And, Near, Node, Not, Or
from app.domain.folding import fold, tokens
from app.domain.mention import Mention
from app.domain.query import Query
from app.domain.subject import Subject

MOST = 2_000
"""Words of a text that are looked at."""

_INVISIBLE = "\u00ad\u0300-\u036f\u200b-\u200f\u2060\ufeff"
_WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_INVISIBLE}])*")
_NAME = re.compile(r"(?<![\w&/#])#\w+|(?<![\w@/.])@\w[\w.-]*(?:@\w[\w.-]*)?")


class Place(NamedTuple):
    """A part of a text, by characters: `text[start:end]`."""

    start: int
    end: int


def why(query: Query, said: Mention) -> list[Place]:
    """Return the places of a text that speak for a query, in order, none in another; fields speak of no place.

    Each word, phrase, tag or handle of the query (not those under NOT) is asked about every part of the text that has
    as many words as itself: what it says of the part alone is what it would say of the text.
    """
    leaves = list(dict.fromkeys(_leaves(query.root)))
    nothing = Subject.of(msgspec.structs.replace(said, text=""))
    leaves = [leaf for leaf in leaves if not leaf.holds(nothing)]
    found: set[Place] = set()
    names = [Place(*match.span()) for match in _NAME.finditer(said.text)]
    words = [Place(*match.span()) for match in _WORD.finditer(said.text)][:MOST]
    for size in {_size(leaf) for leaf in leaves}:
        asked = [leaf for leaf in leaves if _size(leaf) == size]
        windows = [Place(words[i].start, words[i + size - 1].end) for i in range(len(words) - size + 1)]
        for place in (*names, *windows):
            subject = Subject.of(msgspec.structs.replace(said, text=said.text[place.start : place.end]))
            if any(leaf.holds(subject) for leaf in asked):
                found.add(place)
    return _merged(found)


def _leaves(node: Node) -> Iterator[Node]:
    match node:
        case Not():
            return
        case And() | Or():
            for part in node.parts:
                yield from _leaves(part)
        case Near():
            yield from _leaves(node.left)
            yield from _leaves(node.right)
        case _:
            yield node


def _size(leaf: Node) -> int:
    """Return of how many words a leaf speaks."""
    return max(1, len(tokens(fold(str(leaf)))))


def _merged(places: set[Place]) -> list[Place]:
    merged: list[Place] = []
    for place in sorted(places):
        if merged and place.start < merged[-1].end:
            merged[-1] = Place(merged[-1].start, max(merged[-1].end, place.end))
        else:
            merged.append(place)
    return merged
