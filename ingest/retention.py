"""Retention: once in a while everything that was kept long enough goes, step by step, and one audit row says so."""

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from app.clock import Clock
from app.config.model import RetentionSection
from app.domain.actor import authorise, system
from app.domain.audit import AuditEntry
from app.store.engine import Store
from app.store.page import Position
from app.store.retention import CHUNK, FIRST
from app.store.rollups import HOUR
from ingest.pace import Pace

EVERY = 3_600.0
"""Seconds between the beginnings of two runs."""

SETTLING = 60.0
"""Seconds after the start until the first run: others come first."""

ACTOR = system("archive")


class Sweeper:
    """Runs by itself whenever it is time; each step is one transaction of some 10 ms."""

    def __init__(self, store: Store, keep: RetentionSection, clock: Clock) -> None:
        self._store, self._keep, self._clock = store, keep, clock
        self._due = clock.monotonic() + SETTLING
        self._steps: Iterator[None] | None = None
        self._gone: Counter[str] = Counter()
        self._pace = Pace(CHUNK)

    def step(self) -> bool:
        """Do one step of a run; False if there is nothing to do now. A run that fails begins anew a minute later."""
        if self._steps is None:
            if self._clock.monotonic() < self._due:
                return False
            self._due = self._clock.monotonic() + EVERY
            self._steps = self.sweep(self._clock.now())
        try:
            for _ in self._steps:
                return True
        except BaseException:
            self._steps, self._due = None, self._clock.monotonic() + SETTLING
            raise
        self._steps = None
        return False

    def sweep(self, now: float) -> Iterator[None]:
        """Let go of everything that is too old at `now`, one transaction a step; the last one writes the audit row."""
        authorise(ACTOR, "retention.run")
        gone = self._gone
        yield from self._mentions(now, gone)
        yield from self._tallies(now, gone)
        yield from self._logs(now, gone)
        with self._store.transaction() as tx:
            tx.index.prune()
            if +gone:
                tx.audit.append(AuditEntry(now, ACTOR.kind, ACTOR.id, "retention.run", detail=dict(+gone)))
        gone.clear()
        yield

    def _mentions(self, now: float, gone: Counter[str]) -> Iterator[None]:
        after: Position | None = FIRST
        while after is not None:
            with self._store.reading() as tx:
                expired, after = tx.retention.expired(self._keep, now, after)
            yield
            remaining = iter(expired)
            while some := list(islice(remaining, self._pace.size)):
                with self._store.transaction() as tx:
                    began = self._clock.monotonic()
                    tx.retention.forget(some, self._keep, now)
                self._pace.learn(len(some), self._clock.monotonic() - began)
                gone["mentions"] += len(some)
                yield

        longest = max(self._keep.mentions, *self._keep.channels.values(), 0)
        with self._store.reading() as tx:
            empty = min(now - longest, tx.retention.oldest())
        self._store.drop_days("mention", empty)
        yield

    def _tallies(self, now: float, gone: Counter[str]) -> Iterator[None]:
        """Whole hours of minutes go, after it was said that from now on hours speak for them."""
        minutes, hours = ((now - kept) // HOUR * HOUR for kept in (self._keep.minutes, self._keep.hours))
        with self._store.transaction() as tx:
            tx.expiry.move("minutes", minutes)
        yield
        for kind, until in (("minutes", minutes), ("hours", hours)):
            trimmed = 1
            while trimmed:
                with self._store.transaction() as tx:
                    trimmed = tx.retention.trim(kind, until)
                gone[kind] += trimmed
                yield

    def _logs(self, now: float, gone: Counter[str]) -> Iterator[None]:
        gone["days of deltas"] += self._store.drop_days("tally_delta", now - self._keep.deltas)
        trimmed = 1
        while trimmed:
            with self._store.transaction() as tx:
                deltas = tx.retention.trim_log(now - self._keep.deltas)
                audit = tx.retention.trim_audit(now - self._keep.audit)
                deliveries = tx.retention.trim_deliveries(now - self._keep.audit)
            gone.update({"deltas": deltas, "audit": audit, "deliveries": deliveries})
            trimmed = deltas + audit + deliveries
            yield
