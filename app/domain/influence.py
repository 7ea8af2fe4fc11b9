"""Influence on a topic: how much of a conversation follows an author, as a score that is never without its parts.

Followers alone tell little of it: Cha, Haddadi, Benevenuto and Gummadi, "Measuring User Influence in Twitter: The
Million Follower Fallacy" (ICWSM 2010), found that who has many followers is not who is repeated and talked to. So what
others do decides, and reach adds a tenth at most:

    followed  f = (turns that follow + ADOPTED * adoption) / (turns of others + PRIOR)
    score       = ACTIVE * f * (1 + HALF) / (f + HALF)  +  REACHED * min(1, log10(1 + reach) / DECADES)

A turn is an hour in which an author speaks. The saturation (Michaelis and Menten, 1913) gives half the points to who is
followed by about a tenth of a conversation; the prior keeps one answer to one post from looking like all of it.
"""

import math
from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec
import numpy as np

from app.domain.adoption import adoption
from app.domain.conversation import Told, hashed
from app.domain.following import Following, Window, following, window
from app.domain.numbers import among

PRIOR = 20.0
"""Turns of others, following nobody, that every conversation begins with."""
HALF = 0.1
ACTIVE, REACHED = 90.0, 10.0
DECADES = 7.0
"""Powers of ten of reach that give all its points."""
ADOPTED = 0.5
"""Weight of somebody who took up a term beside one who answers: they may not know from whom they have it."""

Name = Literal["reach", "replies", "reposts", "quotes", "mentions", "adoption"]
FOLLOWED: tuple[Name, ...] = ("replies", "reposts", "quotes", "mentions")
"""In the order of `app.domain.following`'s kinds."""


class Part(msgspec.Struct, frozen=True):
    """One part of a score: its figure, what share of the conversation that is (0 to 1), and its points."""

    name: Name
    figure: float
    share: float
    points: float


class Score(msgspec.Struct, frozen=True):
    """Points from 0 to 100 with what they come from; `following` of `turns` by others follow."""

    total: float
    parts: tuple[Part, ...]
    following: int
    turns: int
    term: str = ""
    """The term that others took up."""

    @property
    def share(self) -> float:
        """Return what share of the conversation follows, 0 to 1."""
        return self.following / self.turns if self.turns else 0.0

    @property
    def main(self) -> Part:
        """Return the part that counts most: reach only if nobody follows."""
        return max(self.parts, key=lambda part: (part.name != "reach" and part.figure > 0, part.points))

    def part(self, name: Name) -> Part:
        """Return a part by its name."""
        return next(part for part in self.parts if part.name == name)


class Figures(NamedTuple):
    """What is counted of one author; `reach` is followers or views, whichever is more."""

    reach: int = 0
    following: int = 0
    turns: int = 0
    replies: int = 0
    reposts: int = 0
    quotes: int = 0
    mentions: int = 0
    adoption: float = 0.0
    term: str = ""
    audience: int = 0
    """The reach of everybody in the conversation together."""


class Leader(NamedTuple):
    """An author in a conversation: what is counted of them, and where they began."""

    author: str
    score: Score
    remarks: int
    """How often they spoke in the window."""
    first_at: float | None
    """When first in the window; None who only stands above it."""
    example: str
    """Key of the remark that is followed most, else their first."""


def score(found: Figures) -> Score:
    """Return the score of one author, by the formula above."""
    weight = {name: float(getattr(found, name)) for name in FOLLOWED} | {"adoption": ADOPTED * found.adoption}
    followed = min(1.0, (found.following + weight["adoption"]) / (found.turns + PRIOR))
    active = ACTIVE * followed * (1 + HALF) / (followed + HALF)
    reached = REACHED * min(1.0, math.log10(1 + max(found.reach, 0)) / DECADES)
    whole = sum(weight.values())
    turns = max(found.turns, 1)
    parts = [Part("reach", found.reach, found.reach / found.audience if found.audience else 0.0, round(reached, 2))]
    for name in (*FOLLOWED, "adoption"):
        figure = round(float(getattr(found, name)), 1)
        parts.append(Part(name, figure, min(1.0, figure / turns), _points(active, weight[name], whole)))
    return Score(round(min(100.0, active + reached), 2), tuple(parts), found.following, found.turns, found.term)


def _points(active: float, weight: float, whole: float) -> float:
    return round(active * weight / whole, 2) if whole else 0.0


def leaders(told: Told, start: float, end: float, part: str | None = None, limit: int = 20) -> list[Leader]:
    """Return who moves the conversation from one instant to another, the highest score first.

    With `part` only what was said on that topic or campaign of the brand. On a tie who reaches more people comes first.
    """
    seen = window(told, start, end, part)
    found = following(told, seen.counted)
    alike = None
    if part is not None:
        alike = np.zeros(len(told.columns.key), bool)
        alike[told.columns.part_row[told.columns.part == hashed(part)]] = True
    taken = adoption(told, seen.counted, start, found.pairs, alike)
    many = len(told.authors)
    remarks = np.bincount(told.columns.author[seen.rows], minlength=many)
    reach = _reach(told, many)
    # the score grows with it, and with reach
    strength = np.minimum(1.0, (found.total + ADOPTED * taken.beyond) / (found.turns - found.own + PRIOR))
    rank = np.flatnonzero((strength > 0) | (remarks > 0))
    points = ACTIVE * strength * (1 + HALF) / (strength + HALF) + REACHED * np.minimum(1, np.log10(1 + reach) / DECADES)
    best = sorted(rank[np.argsort(-points[rank], kind="stable")][: 2 * limit].tolist(), key=lambda one: -points[one])
    audience = int(reach[remarks > 0].sum())
    rows = _rows(told, seen, found, best)
    made = []
    for one in best:
        figures = Figures(
            reach=int(reach[one]),
            following=int(found.total[one]),
            turns=int(found.turns - found.own[one]),
            **{name: int(found.kinds[kind][one]) for kind, name in enumerate(FOLLOWED)},
            adoption=float(taken.beyond[one]),
            term=told.terms[taken.term[one]] if taken.term[one] >= 0 else "",
            audience=max(audience, int(reach[one])),
        )
        made.append(Leader(told.authors[one], score(figures), int(remarks[one]), *rows[one]))
    made.sort(key=lambda leader: (-leader.score.total, -leader.score.parts[0].figure, -leader.remarks, leader.author))
    return made[:limit]


def _reach(told: Told, many: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    found = np.zeros(many)
    for place, author in enumerate(told.authors):
        person = told.people.get(author)
        if person is not None:
            found[place] = max(person.profile.followers, person.views)
    return found


def _rows(told: Told, seen: Window, found: Following, authors: Sequence[int]) -> dict[int, tuple[float | None, str]]:
    """Return by author when they first spoke in the window, and the key of an example."""
    said, rows = told.columns, {}
    own = np.flatnonzero(among(said.author, np.sort(np.array(authors, np.int64))))
    inside = np.zeros(len(said.key), bool)
    inside[seen.rows] = True
    for author in authors:
        mine = own[said.author[own] == author]
        here = mine[inside[mine]]
        best = mine[np.argmax(found.followed[mine])] if len(mine) and found.followed[mine].any() else -1
        best = best if best >= 0 else here[0] if len(here) else mine[-1]
        rows[author] = (float(said.at[here[0]]) if len(here) else None, said.name[best].decode())
    return rows
