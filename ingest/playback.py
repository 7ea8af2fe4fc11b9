"""Playback: a recording goes through the intake, and what became of its lines is counted."""

from collections.abc import Callable, Iterable

import msgspec

from app.bus.port import Accepted
from app.clock import Clock
from app.domain.actor import LOOPBACK
from app.domain.audit import AuditEntry
from app.domain.mention import SourceEvent
from app.errors import Backpressure, BusUnavailable
from app.service import Context
from ingest.publish import Intake
from ingest.recording import Line, Pace, instant, shifted

BATCH = 500
COUNTS = ("accepted", "duplicates", "edited", "deleted", "unmatched")
"""What can become of an event that is taken in."""

LISTED = 1_000
"""Rejected lines that are listed; all are counted."""

PATIENCE = 30.0
"""Seconds the bus may be away before playback gives up."""


class Outcome(msgspec.Struct):
    """What became of a recording; the counts and `rejected_total` sum to its lines."""

    accepted: int = 0
    duplicates: int = 0
    edited: int = 0
    deleted: int = 0
    unmatched: int = 0
    rejected: list[dict[str, int | str]] = []
    rejected_total: int = 0

    def add(self, accepted: Accepted) -> None:
        """Count an accepted batch."""
        for count in COUNTS:
            setattr(self, count, getattr(self, count) + getattr(accepted, count))

    @property
    def counts(self) -> dict[str, int]:
        """Return what became of the lines that were taken in."""
        return {count: getattr(self, count) for count in COUNTS}

    def reject(self, line: Line) -> None:
        """Count a line that could not be used."""
        self.rejected_total += 1
        if len(self.rejected) < LISTED:
            self.rejected.append({"line": line.number, "field": line.field, "error": line.error})


def audited(context: Context, source: str, outcome: Outcome) -> None:
    """Note that somebody at this machine's command line brought in a recording."""
    entry = AuditEntry(
        at=context.clock.now(),
        actor_kind=LOOPBACK.kind,
        actor=LOOPBACK.id,
        verb="mention.push",
        subject=source,
        detail={**outcome.counts, "rejected": outcome.rejected_total},
    )
    with context.store.transaction() as tx:
        tx.audit.append(entry)


class Playback:
    """Plays a recording into a running system; `None` as speed means as fast as it takes them."""

    def __init__(self, intake: Intake, clock: Clock, source: str, speed: float | None) -> None:
        self._intake, self._clock, self._source, self._speed = intake, clock, source, speed
        self.outcome = Outcome()

    async def play(
        self, recording: Iterable[Line], *, to: float | None = None, progress: Callable[[int], None] = lambda _: None
    ) -> Outcome:
        """Publish every line when it is due; with `to` its first event happens at that instant.

        Played faster, shifted events lie as much closer together. `progress` is told the number of the last line.
        """
        pace = Pace(self._speed, self._clock)
        batch: list[SourceEvent] = []
        first: float | None = None
        for line in recording:
            if line.event is None:
                self.outcome.reject(line)
                continue
            at = instant(line.event)
            first = at if first is None else first
            if batch and (len(batch) >= BATCH or pace.wait(at)):
                await self._publish(batch)
                batch = []
                progress(line.number)
            if wait := pace.wait(at):
                await self._clock.sleep(wait)
            batch.append(line.event if to is None else shifted(line.event, self._moved(at, first, to)))
        if batch:
            await self._publish(batch)
        return self.outcome

    def _moved(self, at: float, first: float, to: float) -> float:
        """Return by how many seconds an event of `at` is moved."""
        return to - first - (at - first) * (1 - 1 / self._speed if self._speed else 0)

    async def _publish(self, batch: list[SourceEvent]) -> None:
        until = self._clock.monotonic() + PATIENCE
        while True:
            try:
                self.outcome.add(await self._intake.take(batch, self._source))
            except Backpressure as behind:
                await self._clock.sleep(behind.retry_after)
            except BusUnavailable:
                if self._clock.monotonic() >= until:
                    raise
                await self._clock.sleep(0.5)
            else:
                return
