"""A preview: what a query would find among what was said, before it is in force, beside what is found now."""

import heapq
from collections import Counter
from collections.abc import Callable
from functools import reduce
from itertools import count

import msgspec

from app.domain.analysis import Analysis
from app.domain.clause import Node, Or
from app.domain.mention import Mention
from app.domain.query import Query
from app.domain.subject import Subject

HOUR = 3600


class Wish(msgspec.Struct, frozen=True):
    """A query with its exclusions: what somebody wants to hear."""

    query: Query
    exclude: tuple[Query, ...] = ()
    start: float = float("-inf")
    end: float = float("inf")
    """What was published outside [start, end) is not wanted: campaigns."""

    def wants(self, subject: Subject, at: float) -> bool:
        """Tell whether something is wanted that was published at an instant."""
        if not (self.start <= at < self.end and self.query.matches(subject)):
            return False
        return not any(other.matches(subject) for other in self.exclude)


def either(one: Query, other: Query | None) -> Query:
    """Return a query for what one of two wants."""
    if other is None or other == one:
        return one
    roots: list[Node] = []
    for root in (one.root, other.root):
        roots += root.parts if isinstance(root, Or) else (root,)
    return Query(Or(tuple(roots)))


def any_of(queries: tuple[Query, ...]) -> Query | None:
    """Return a query for what one of several wants; None of none."""
    return reduce(either, queries) if queries else None


class Example(msgspec.Struct, frozen=True):
    """Something said; `analysis` is None where it was a mention of nobody so far."""

    mention: Mention
    analysis: Analysis | None = None


class Finds(msgspec.Struct, frozen=True):
    """How many, and the newest of them."""

    count: int = 0
    examples: tuple[Example, ...] = ()


class Preview(msgspec.Struct, frozen=True):
    """What a query finds from `until` back to `since` (None: to the beginning); `added` and `lost` against another."""

    matched: Finds
    volume: tuple[tuple[int, int], ...]
    """Hours that have any, oldest first: start in seconds since the epoch, and how many."""
    added: Finds | None
    lost: Finds | None
    looked_at: int
    since: float | None
    until: float
    complete: bool


class Newest:
    """Counts what it is given, and keeps the newest."""

    def __init__(self, limit: int) -> None:
        self._limit, self._number = limit, 0
        self._kept: list[tuple[float, int, Example]] = []
        self._tie = count()

    def add(self, example: Example) -> None:
        """Take one more."""
        self._number += 1
        item = (example.mention.published_at, -next(self._tie), example)
        if len(self._kept) < self._limit:
            heapq.heappush(self._kept, item)
        elif self._limit:
            heapq.heappushpop(self._kept, item)

    def finds(self) -> Finds:
        """Return the number and the newest, in that order."""
        return Finds(self._number, tuple(example for _, _, example in sorted(self._kept, reverse=True)))


class Looking:
    """Judges one post after the other by a wish, by the one in force, and by what counts as spam.

    `language` names the language of a text that was not analysed and whose source does not state one.
    """

    def __init__(
        self,
        wish: Wish,
        force: Wish | None,
        limit: int,
        spam: tuple[Query, ...] = (),
        language: Callable[[str], str] | None = None,
    ) -> None:
        self._wish, self._force, self._spam, self._language = wish, force, spam, language
        self._matched, self._added, self._lost = Newest(limit), Newest(limit), Newest(limit)
        self._hours: Counter[int] = Counter()

    def see(self, example: Example) -> None:
        """Take one post into account."""
        said = example.mention
        known = example.analysis
        subject = Subject.of(said, self._language if known is None else lambda _: known.language)
        new = self._wish.wants(subject, said.published_at)
        old = self._force is not None and self._force.wants(subject, said.published_at)
        if not (new or old) or any(query.matches(subject) for query in self._spam):
            return
        if new:
            self._matched.add(example)
            self._hours[int(said.published_at // HOUR) * HOUR] += 1
        if new != old and self._force is not None:
            (self._added if new else self._lost).add(example)

    def preview(self, *, looked_at: int, since: float | None, until: float) -> Preview:
        """Return what was found; `since` of None means that everything was looked at."""
        return Preview(
            matched=self._matched.finds(),
            volume=tuple(sorted(self._hours.items())),
            added=self._added.finds() if self._force else None,
            lost=self._lost.finds() if self._force else None,
            looked_at=looked_at,
            since=since,
            until=until,
            complete=since is None,
        )
