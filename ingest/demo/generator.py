"""The demo world as a pure function: the same seed and minute give the same mentions."""

from collections.abc import Iterator
from functools import lru_cache

from app.domain.mention import Deletion, Mention, SourceEvent
from app.domain.tally import MinuteTally
from ingest.demo.count import count
from ingest.demo.plan import Plan, Planner
from ingest.demo.storm import Storm
from ingest.demo.write import Writer

EDITED, DELETED = 0.012, 0.02
"""Posts below the first mark of fate are edited, those below the second deleted."""
EDIT_AFTER, DELETE_AFTER = (40.0, 420.0), (120.0, 780.0)
"""Seconds until then: at least, and the range on top."""
LOOK_BACK = 16
"""Minutes after which nothing happens to a post any more."""


class Generator:
    """Mentions and tallies of the fictional Nordlicht Strom, at `rate` mentions in an average minute.

    `speed` lets life run faster: that many times the talk, and storms that many times shorter; time stamps stay true.
    """

    def __init__(self, seed: int = 7, rate: float = 40.0, speed: float = 1.0) -> None:
        self._planner = Planner(seed, rate, speed)
        self._writer = Writer(self._planner)
        self._minute = lru_cache(maxsize=8)(self._written)

    def minute(self, start: int, storm: Storm | None = None) -> list[Mention]:
        """Return what is published in the minute that starts at `start` (UTC seconds), in order of time."""
        return list(self._minute(start // 60, storm))

    def tally(self, start: int, storm: Storm | None = None) -> MinuteTally:
        """Return the tally of the same mentions, about as the analyzers would label them."""
        minute = start // 60
        return count(minute * 60, self._plans(minute, storm))

    def events(self, after: float, until: float, storm: Storm | None = None, since: float = 0.0) -> list[SourceEvent]:
        """Return what happens after `after` up to `until`, in order of time: mentions, edits and deletions.

        What was published before `since` is neither edited nor deleted, because nobody has heard of it.
        """
        found: list[tuple[float, SourceEvent]] = []
        for minute in range(int(after // 60), int(until // 60) + 1):
            found += [(mention.published_at, mention) for mention in self._minute(minute, storm)]
        for minute in range(int(after // 60) - LOOK_BACK, int(until // 60) + 1):
            found += self._fates(minute, since)
        return [event for at, event in sorted(found, key=lambda pair: pair[0]) if after < at <= until]

    def _plans(self, minute: int, storm: Storm | None) -> tuple[Plan, ...]:
        plans = self._planner.plans(minute)
        return plans if storm is None else plans + self._planner.storm_plans(minute, storm)

    def _written(self, minute: int, storm: Storm | None) -> tuple[Mention, ...]:
        plans = sorted(self._plans(minute, storm), key=lambda plan: plan.at)
        return tuple(self._writer.write(plan, storm) for plan in plans)

    def _fates(self, minute: int, since: float) -> Iterator[tuple[float, SourceEvent]]:
        for plan in self._planner.plans(minute):
            if plan.at < since or plan.fate >= DELETED or plan.line.kind != "post" or plan.line.template is None:
                continue
            mention = self._writer.write(plan, None)
            if plan.fate < EDITED:
                at = round(plan.at + EDIT_AFTER[0] + EDIT_AFTER[1] * plan.fate / EDITED, 3)
                yield at, self._writer.edit(mention, plan.line.language, at)
            else:
                part = (plan.fate - EDITED) / (DELETED - EDITED)
                at = round(plan.at + DELETE_AFTER[0] + DELETE_AFTER[1] * part, 3)
                yield at, Deletion(mention.channel, mention.id, at)
