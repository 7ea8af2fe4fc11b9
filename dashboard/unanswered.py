"""Who waits for an answer: the mentions of a brand that want one and have none, the most urgent first."""

from collections.abc import Iterable
from typing import NamedTuple

from app.domain.analysis import AnalysedMention
from app.domain.priority import priority
from app.service import Context
from dashboard.weighing import Weighed, Weighing

REACH = 72 * 3600.0
"""Seconds the list reaches back."""

SCAN = 5_000
"""Mentions that are looked at, the newest ones."""


class Waiting(NamedTuple):
    """The most urgent of those who wait since an instant; `complete` tells whether all since then were looked at."""

    since: float
    looked_at: int
    complete: bool
    items: list[Weighed]


def unanswered(context: Context, weighing: Weighing, brand: str, limit: int) -> Waiting:
    """Return who waits longest and loudest for an answer of a brand.

    One query reads the candidates; they are ranked as if nobody had answered any, and answers are looked up for the
    first of them only, until the list is full. Of a text that several post, all but the first count as copies.
    """
    now = context.clock.now()
    since = now - REACH
    with context.store.reading() as tx:
        found = list(tx.answers.awaited(brand, since, SCAN))
        copied = _copies(found)
        urgency = weighing.urgency(weighing.known(tx, found, copied, answers=False))
        ranked = [
            (-priority(around, urgency.rules).score, one.mention.published_at, one)
            for one in found
            if (around := urgency.around(one, now)).awaits
        ]
        ranked.sort(key=lambda rank: rank[:2])
        items: list[Weighed] = []
        for start in range(0, len(ranked), step := max(50, 2 * limit)):
            some = weighing.weigh(tx, [one for _, _, one in ranked[start : start + step]], now, copied)
            items += [one for one in some if one.known.answered_at is None]
            if len(items) >= limit:
                break
    return Waiting(since, len(found), len(found) < SCAN, items[:limit])


def _copies(found: Iterable[AnalysedMention]) -> set[str]:
    """Return the keys of those who say what an earlier one has said, by the fingerprint of its text."""
    said: set[str] = set()
    copies: set[str] = set()
    for one in sorted(found, key=lambda one: one.mention.published_at):
        if voice := one.analysis.voice:
            if voice in said:
                copies.add(one.mention.key)
            said.add(voice)
    return copies
