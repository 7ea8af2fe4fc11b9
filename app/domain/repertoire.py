"""What is usually said of a brand: its repertoire, by the hour, in people and not in posts."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import NamedTuple

import msgspec

from app.domain.concept import CONCEPTS

HOUR = 3_600
DAY = 86_400
REACH = 7 * DAY
"""Seconds a repertoire looks back."""
HALF = 3.5 * DAY
"""Seconds after which an hour weighs half as much."""
MOST = 600
"""Concepts remembered of an hour: of one with more, those that the most people named."""
LOUD = 3.0
"""Times the median hour: an hour with more people counts as one with so many, so that no storm is the baseline."""
CALM = 20
"""People of an hour that are never too many."""
BURST, ALWAYS = 4.0, 4
"""A concept counts in an hour as `BURST` times its median and `ALWAYS` more at the most, or as on another day."""
SPREAD, MOST_SPREAD = 0.1, 1.5
"""Squared coefficient of variation of an hour's people by which talk scatters beyond chance: at least, and at most."""
BASIS, CROWD = 6.0, 200.0
"""Hours, or people, below which everything is new."""
FAITH = 5.0
"""Weight of `SPREAD` against what was seen, in squared people."""


class Said(msgspec.Struct, frozen=True, gc=False):
    """What topics need to know of a mention."""

    key: str
    at: float
    author: str
    terms: tuple[str, ...] = ()
    label: str = "neutral"
    voice: str = ""
    repost: bool = False
    reach: int = 0
    text: str = ""
    name: str = ""
    """How the author is shown."""
    handle: str = ""
    weight: float = 1.0
    """Mentions it stands for, where only a sample was read."""


class Talk(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How many people spoke in an hour, and how many of them named each concept."""

    start: int
    people: int
    concepts: dict[str, int] = {}


class Usage(NamedTuple):
    """How much people used a concept, and by how much that scatters."""

    people: float
    spread: float


class Repertoire(NamedTuple):
    """The sum of weighted hours; `hours` is their weight, silent ones included."""

    people: float = 0.0
    hours: float = 0.0
    concepts: Mapping[str, Usage] = {}

    @property
    def enough(self) -> bool:
        """Tell whether it rests on enough to say what is unusual: on hours, or on many people."""
        return self.hours >= BASIS or self.people >= CROWD

    def usage(self, concept: str) -> Usage:
        """Return how a concept is used; of an unknown one nothing is known but that talk scatters."""
        return self.concepts.get(concept, Usage(0.0, SPREAD))


def voices(said: Iterable[Said]) -> list[Said]:
    """Return the first of those who say the same, in order of time: reposts and copies are one voice."""
    found: dict[object, Said] = {}
    for one in sorted(said, key=lambda one: (one.repost, one.at, one.key)):
        found.setdefault(one.voice or (one.terms if one.repost else one.key), one)
    return sorted(found.values(), key=lambda one: (one.at, one.key))


def concepts_of(said: Said) -> set[str]:
    """Return the concepts of a mention."""
    return {CONCEPTS.of(term) for term in said.terms}


def talk(start: int, said: Iterable[Said]) -> Talk:
    """Return who said what in an hour: copies count once, and so does each author."""
    authors: set[str] = set()
    users: dict[str, set[str]] = {}
    for one in voices(said):
        authors.add(one.author)
        for concept in concepts_of(one):
            users.setdefault(concept, set()).add(one.author)
    counts = sorted(((len(who), concept) for concept, who in users.items()), key=lambda pair: (-pair[0], pair[1]))
    return Talk(start, len(authors), {concept: number for number, concept in counts[:MOST]})


def repertoire(hours: Sequence[Talk], at: float) -> Repertoire:
    """Return what is usually said, from the hours that ended before `at`; newer ones weigh more.

    Neither a loud hour nor a burst of one concept within 24 hours becomes the measure; what comes back on another day
    does. `spread` is the moment estimate of the over-dispersion of a negative binomial, held against `SPREAD`.
    """
    past = [one for one in hours if at - REACH <= one.start and one.start + HOUR <= at]
    if not past:
        return Repertoire()
    weights = {one.start: 0.5 ** ((at - one.start) / HALF) for one in past}
    oldest = min(weights)
    loud = max(LOUD * median(one.people for one in past), CALM)
    scales = {one.start: weights[one.start] * min(1.0, loud / max(one.people, 1)) for one in past}
    people = sum(scales[one.start] * one.people for one in past)
    squares = sum(scales[one.start] * one.people**2 for one in past)
    spans = max(round((at - oldest) / HOUR), len(past))
    seen: dict[str, list[tuple[Talk, int]]] = {}
    for one in past:
        for concept, number in one.concepts.items():
            seen.setdefault(concept, []).append((one, number))
    known = {}
    for concept, found in seen.items():
        clip = _clip(found, spans, at)
        used = sum(scales[one.start] * min(number, clip) for one, number in found)
        rate = used / people if people else 0.0
        excess = rate**2 * squares - rate * people
        for one, number in found:
            count, expected = min(number, clip), rate * one.people
            excess += scales[one.start] * ((count - expected) ** 2 - expected**2)
        spread = (excess + SPREAD * FAITH) / (rate**2 * squares + FAITH)
        known[concept] = Usage(used, min(max(spread, SPREAD), MOST_SPREAD))
    silent = sum(0.5 ** (hour * HOUR / HALF) for hour in range(1, spans + 1))
    return Repertoire(people, silent, known)


def _clip(found: Sequence[tuple[Talk, int]], spans: int, at: float) -> float:
    """Return how many people of an hour count for a concept at the most."""
    numbers = sorted((number for _, number in found), reverse=True)
    middle = numbers[spans // 2] if spans // 2 < len(numbers) else 0
    days: dict[int, int] = {}
    for one, number in found:
        day = int((at - one.start) // DAY)
        days[day] = max(days.get(day, 0), number)
    other = sorted(days.values(), reverse=True)[1] if len(days) > 1 else 0
    return max(BURST * middle + ALWAYS, other)


def joined(parts: Iterable[Repertoire]) -> Repertoire:
    """Return what is said of all brands together: the background of those of whom little is known."""
    people = hours = 0.0
    used: dict[str, float] = {}
    for one in parts:
        people, hours = people + one.people, hours + one.hours
        for concept, usage in one.concepts.items():
            used[concept] = used.get(concept, 0.0) + usage.people
    return Repertoire(people, hours, {concept: Usage(number, SPREAD) for concept, number in used.items()})
