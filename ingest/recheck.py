"""Asking after stored mentions of channels that do not announce deletions: what is gone there goes here."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, runtime_checkable

import structlog

from app.domain.mention import Deletion, SourceEvent
from app.errors import LeaseLost, SourceUnavailable, Unavailable
from app.service import Context
from app.store.rechecks import Due, Place
from ingest.cancellation import heed_cancellation
from ingest.connector import Fates
from ingest.health import Health

HOUR, DAY = 3600, 86_400
AGES = (HOUR, 6 * HOUR, DAY, 7 * DAY, 30 * DAY)
"""Seconds after publication at which a mention is asked after."""

MOST = 100
"""Mentions asked after at once."""

RESERVE = 0.25
"""Share of the channel's quota that is left to listening."""

PACE = 2.0
REST = 60.0
"""Seconds between two questions, and while there is nothing to ask."""

LONG_REST = 600.0
"""Seconds of rest after a question that failed in a way nobody foresaw."""

log = structlog.get_logger("ingest")


@runtime_checkable
class Telling(Protocol):
    """A connector that knows what became of mentions."""

    async def fates(self, ids: Sequence[str]) -> Fates:
        """Return which are gone and which are there, of at most 100."""


class Recheck:
    """Asks after the mentions of one source at each age once, the youngest age first; goes on where it was.

    Only while the source is live and has quota to spare. What could not be told is asked again at the next age.
    """

    def __init__(
        self,
        context: Context,
        health: Health,
        connector: Telling,
        take: Callable[[list[SourceEvent]], Awaitable[None]],
    ) -> None:
        self._store, self._clock, self._source = context.store, context.clock, health.state.id
        self._health, self._connector, self._take = health, connector, take

    async def run(self) -> None:
        """Ask until cancelled; whatever fails is tried again later and never stops the listening."""
        while True:
            pause = REST
            try:
                if self.allowed() and await self.step():
                    pause = PACE
            except SourceUnavailable as away:
                heed_cancellation()
                pause = max(REST, away.retry_after or 0.0)
                log.debug("source.recheck", source=self._source, reason=str(away))
            except Unavailable as away:
                heed_cancellation()
                log.debug("source.recheck", source=self._source, reason=str(away))
            except LeaseLost:
                raise
            except Exception as error:  # noqa: BLE001 - a broken recheck must not stop the listening
                heed_cancellation()
                pause = LONG_REST
                log.warning("source.recheck_failed", source=self._source, error=type(error).__name__)
            await self._clock.sleep(pause)

    def allowed(self) -> bool:
        """Tell whether the channel can be asked without taking anything from listening."""
        state = self._health.state
        spare = state.quota is None or state.quota.left > RESERVE * state.quota.limit
        return state.status in {"live", "idle"} and spare

    async def step(self) -> bool:
        """Ask after the next mentions that are due; False if there are none."""
        now = self._clock.now()
        for number, age in enumerate(AGES):
            due = await asyncio.to_thread(self._due, number, now)
            if not due:
                continue
            fates = await self._connector.fates(tuple(one.id for one in due))
            gone = [Deletion(one.channel, one.id, now) for one in due if one.id in fates.gone]
            if gone:
                await self._take(list(gone))
                log.info("source.recheck", source=self._source, asked=len(due), gone=len(gone), age=age)
            await asyncio.to_thread(self._move, age, due[-1].place)
            return True
        return False

    def _due(self, number: int, now: float) -> list[Due]:
        """Return what is due at an age; what was older when asking began is left to the ages to come."""
        age = AGES[number]
        with self._store.reading() as tx:
            place = tx.rechecks.place(self._source, age)
        if place is None:
            older = AGES[number + 1] if number + 1 < len(AGES) else age + DAY
            place = Place(now - older)
            self._move(age, place)
        with self._store.reading() as tx:
            return tx.rechecks.due(self._source, place, now - age, MOST)

    def _move(self, age: int, place: Place) -> None:
        with self._store.transaction() as tx:
            tx.rechecks.move(self._source, age, place)
