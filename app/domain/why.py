"""Why a text matches: the places in it, as it was written, at which the words of a query stand."""

from bisect import bisect_left

import msgspec

from app.domain.clause import And, Compound, Near, Node, Or, Term, apart, places
from app.domain.mention import Mention
from app.domain.query import Query
from app.domain.spelling import Place, Spelling
from app.domain.subject import Subject

LONGEST = 20_000
"""Characters of a text that are looked at."""


def why(query: Query, said: Mention) -> list[Place]:
    """Return the places of a text that speak for a query, in order, none in another; fields and NOT speak of no place.

    Of alternatives only those speak that hold, fields left aside; of NEAR only what stands near the other.
    """
    return _merged(_Reasons(said).of(query.root) or [])


class _Reasons:
    """One text, asked about the parts of a query."""

    def __init__(self, said: Mention) -> None:
        text = said.text[:LONGEST]
        self._subject = Subject.of(msgspec.structs.replace(said, text=text))
        spelling = Spelling(text)
        self._words, self._names = spelling.words(), list(spelling.names())

    def of(self, node: Node) -> list[Place] | None:
        """Return the places of what holds, None if it does not."""
        match node:
            case And():
                return self._all([self.of(part) for part in node.parts])
            case Or():
                return self._any([self.of(part) for part in node.parts])
            case Near():
                return [self._place(span) for span in self._near(node)] or None
            case Term() if node.written[0] in "#@":
                return [place for line, place in self._names if node.form in line] or None
            case Term() | Compound():
                return [self._place(span) for span in node.spans(self._subject)] or None
            case _:
                return []

    def _all(self, found: list[list[Place] | None]) -> list[Place] | None:
        return None if None in found else [place for places_ in found for place in places_ or ()]

    def _any(self, found: list[list[Place] | None]) -> list[Place] | None:
        return None if all(one is None for one in found) else [place for places_ in found for place in places_ or ()]

    def _near(self, node: Near) -> list[range]:
        """Return the spans of both sides that have one of the other side near."""
        left, right = (sorted(places(side, self._subject), key=_start) for side in (node.left, node.right))
        return [*_beside(left, right, node.distance), *_beside(right, left, node.distance)]

    def _place(self, span: range) -> Place:
        return Place(self._words[span.start].start, self._words[span.stop - 1].end)


def _start(span: range) -> int:
    return span.start


def _beside(ones: list[range], others: list[range], distance: int) -> list[range]:
    """Return those of `ones` that have one of `others` (both by start) within a distance."""
    reach = distance + max(map(len, others), default=0)
    found = []
    for one in ones:
        first = bisect_left(others, one.start - reach, key=_start)
        last = bisect_left(others, one.stop + distance, key=_start)
        if any(apart(one, other) <= distance for other in others[first:last]):
            found.append(one)
    return found


def _merged(places_: list[Place]) -> list[Place]:
    merged: list[Place] = []
    for place in sorted(places_):
        if merged and place.start < merged[-1].end:
            merged[-1] = Place(merged[-1].start, max(merged[-1].end, place.end))
        else:
            merged.append(place)
    return merged
