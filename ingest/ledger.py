"""The ledger of a source: what it brings by the hour goes into the archive, what is usual comes out of it."""

import asyncio

import structlog

from app.domain.habit import HOUR, WEEK, WEEKS, Habit, Hour
from app.errors import Unavailable
from app.service import Context
from ingest.cancellation import heed_cancellation
from ingest.health import LISTENING, Health

EVERY = 60.0
"""Seconds between two entries."""

log = structlog.get_logger("ingest")


class Ledger:
    """Writes down items and the seconds in which the source listened; a crash costs the last minute of both."""

    def __init__(self, context: Context, health: Health) -> None:
        self._store, self._clock, self._health = context.store, context.clock, health
        self._source = health.state.id
        self._zone = context.config.site.zone
        self._hours: dict[int, tuple[int, float]] = {}
        self._read: int | None = None
        self._items, self._at, self._listening = health.state.received, context.clock.now(), False

    async def run(self) -> None:
        """Make an entry a minute until cancelled; without the archive they wait."""
        while True:
            self.note()
            try:
                await asyncio.to_thread(self.enter)
            except Unavailable as away:
                heed_cancellation()
                log.debug("source.ledger", source=self._source, reason=str(away))
            except Exception as error:  # noqa: BLE001 - a figure that is not kept must not stop the listening
                heed_cancellation()
                log.warning("source.ledger_failed", source=self._source, error=type(error).__name__)
            await self._clock.sleep(EVERY)

    def note(self) -> None:
        """Add what came since the last time to the hour in which it came."""
        now, state = self._clock.now(), self._health.state
        hour = int(self._at // HOUR) * HOUR
        items, heard = self._hours.get(hour, (0, 0.0))
        listened = now - self._at if self._listening and 0 <= now - self._at <= 2 * EVERY else 0.0
        self._hours[hour] = (items + state.received - self._items, heard + listened)
        self._items, self._at, self._listening = state.received, now, state.status in LISTENING

    def enter(self) -> None:
        """Write what was noted into the archive; once an hour read anew what is usual, and forget what is too old."""
        now = self._clock.now()
        noted = {start: found for start, found in self._hours.items() if any(found)}
        hour = int(now // HOUR)
        if not noted and hour == self._read:
            return
        with self._store.transaction() as tx:
            tx.hours.add(self._source, [Hour(start, items, round(heard)) for start, (items, heard) in noted.items()])
            if hour != self._read:
                tx.hours.forget(self._source, now - (WEEKS + 1) * WEEK)
                past = tx.hours.read(self._source, now - WEEKS * WEEK)
                self._health.habit = Habit(past, self._zone, now)
        self._read = hour
        self._hours.clear()
