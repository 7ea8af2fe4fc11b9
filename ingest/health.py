"""The health of one source, kept by its listener: what was heard, what could not be read, what proves that it lives."""

from collections import deque

import msgspec
import structlog

from app.clock import Clock
from app.config import Source
from app.domain.habit import Habit
from app.domain.mention import Mention
from app.domain.source import Cause, Gap, SourceState, SourceStatus
from ingest.connector import Batch, rewinds

LISTENING = frozenset({"live", "idle"})
BROKEN = frozenset({"unreachable", "failed"})
GAPS = 5
SHORT = 1.0
"""Seconds nobody listened that are not worth telling."""

FAULTS = 200
"""Kinds of unreadable events that are told apart for the log; what comes after is only counted."""

QUIET = 600.0
"""Seconds without an item after which a source that is proved alive counts as really quiet."""

HOUR, MINUTE = 3600.0, 60.0
YOUNG = 300.0
"""Seconds of listening below which a rate would be a guess."""

PROOFS = 20
LEAST_PROOFS = 5
STALLED = 900.0
"""Seconds at least without any answer of the channel after which its being live is not believed any more …"""
STRETCH = 3.0
"""… nor before so many times its longest pause of late."""

log = structlog.get_logger("ingest")


class Health:
    """Takes in what a connector says and delivers; gives out the state to report."""

    def __init__(self, source: Source, clock: Clock) -> None:
        self._clock = clock
        self._demo = source.connector == "demo"
        now = clock.now()
        self.state = SourceState(source.id, source.connector, "starting", now, now, demo=self._demo)
        self._began = clock.monotonic()
        self._broken = False
        self._faults: set[str] = set()
        self._minutes: dict[int, int] = {}
        self._proofs: deque[float] = deque(maxlen=PROOFS)
        self._proved = 0.0
        self._local = False
        self._rewinds = True
        self._deaf_since, self._deaf_reason = 0.0, ""
        self._earlier: SourceState | None = None
        self.remembers_nothing = True
        self.habit: Habit | None = None
        """What is usual for it, as far as the ledger knows."""

    def describe(self, connector: object) -> None:
        """Learn what kind of connector it is."""
        self._local = getattr(connector, "local", False) is True or self._demo
        self._rewinds = rewinds(connector)
        passive = getattr(connector, "passive", False) is True  # a class may only know it once it is made
        self._replace(passive=passive, testable=hasattr(connector, "probe"))

    def remember(self, earlier: SourceState | None) -> None:
        """Go on from what an earlier process reported: its gaps, and when it last heard something."""
        self.remembers_nothing = False
        if earlier is None:
            return
        self._replace(
            gaps=earlier.gaps,
            last_item_at=earlier.last_item_at,
            heard_at=earlier.heard_at,
            proved_at=earlier.proved_at,
        )
        self._earlier = earlier
        if earlier.status in LISTENING:
            self.skip(earlier.reported_at, "Nobody was listening: Emberwatch did not run.")

    def skip(self, since: float, reason: str) -> None:
        """Note that nobody listened from an instant until now, if that is lost for good here."""
        now = self._clock.now()
        if not self._rewinds and not self._local and now - since > SHORT:
            self.miss(Gap(since, now, reason))

    def say(self, status: SourceStatus, reason: str, cause: Cause = "") -> bool:
        """Take in what is said of the source; tell whether that is news."""
        before = self.state
        if status in LISTENING and before.status != "paused":  # after a pause of our own it proves nothing
            self._prove()
        if (status, reason, cause) == (before.status, before.reason, before.cause):
            return False
        back = status in LISTENING and self._broken
        if back:
            self._broken = False
            self.skip(self._deaf_since, self._deaf_reason)
        elif status in BROKEN:
            if not self._broken:
                self._deaf_since, self._deaf_reason = self._clock.now(), reason
            self._broken = True
        if status not in LISTENING:
            self._proved = 0.0  # the time until it is back is no pause of the channel
        self._replace(
            status=status,
            reason=reason,
            cause=cause,
            since=before.since if status == before.status else self._since(status),
            reconnects=before.reconnects + back,
        )
        return True

    def _since(self, status: SourceStatus) -> float:
        """Return since when a new status holds: what was so before a restart and still is has been so all along."""
        earlier, self._earlier = self._earlier, None
        same = earlier is not None and (status == earlier.status == "held" or {status, earlier.status} <= BROKEN)
        return earlier.since if earlier is not None and same else self._clock.now()

    def hear(self, batch: Batch) -> None:
        """Count a batch whose events are accepted; an unreadable event is logged once for each way of being so."""
        now, before = self._clock.now(), self.state
        items = batch.received or len(batch.events)
        newest = batch.last_item_at
        if newest is None:
            newest = max((event.published_at for event in batch.events if isinstance(event, Mention)), default=None)
        self._prove()
        self._count(items, now)
        self._replace(
            received=before.received + items,
            matched=before.matched + batch.matched,
            unreadable=before.unreadable + batch.unreadable,
            last_item_at=newest if newest is not None else before.last_item_at,
            heard_at=now if items else before.heard_at,
            lag=max(0.0, now - newest) if newest is not None else before.lag,
            quota=batch.quota or before.quota,
        )
        if batch.gap is not None:
            self.miss(batch.gap)
        if batch.unreadable:
            self._tell(batch)

    def miss(self, gap: Gap) -> None:
        """Keep a gap, the newest first; it swallows those it overlaps with, which tell of the same silence."""
        same = [one for one in self.state.gaps if one.since <= gap.until and gap.since <= one.until]
        since, until = min(one.since for one in (gap, *same)), max(one.until for one in (gap, *same))
        kept = [one for one in self.state.gaps if one not in same]
        self._replace(gaps=(Gap(since, until, gap.reason), *kept)[:GAPS])
        log.warning("source.gap", source=self.state.id, seconds=round(gap.until - gap.since), reason=gap.reason)

    def publish(self, mentions: int) -> None:
        """Count what mattered to a brand."""
        self._replace(matched=self.state.matched + mentions)

    def report(self) -> SourceState:
        """Return the state as it is to be reported now."""
        now, state = self._clock.now(), self.state
        state = msgspec.structs.replace(state, reported_at=now, rate=self._rate(now), **self._usual(now))
        if state.status not in LISTENING or state.cause:
            return state
        if (silent := self._stalled()) is not None:
            reason = f"It has not answered for {silent / MINUTE:.0f} min although the connection seems to stand."
            return msgspec.structs.replace(
                state, status="unreachable", reason=reason, cause="network", since=now - silent
            )
        quiet = now - (state.heard_at or 0.0) > QUIET
        return msgspec.structs.replace(state, cause="quiet") if quiet else state

    def _usual(self, now: float) -> dict[str, float | None]:
        if self.habit is None:
            return {}
        patience = self.habit.patience(now)
        return {"usual": self.habit.usual(now), "patience": None if patience is None else patience + self.pause}

    def _tell(self, batch: Batch) -> None:
        fault = batch.fault or "unreadable"
        if fault not in self._faults and len(self._faults) < FAULTS:
            self._faults.add(fault)
            log.warning("source.unreadable", source=self.state.id, fault=fault, events=batch.unreadable)

    def _prove(self) -> None:
        moment = self._clock.monotonic()
        if self._proved:
            self._proofs.append(moment - self._proved)
        self._proved = moment
        self._replace(proved_at=self._clock.now())

    def _stalled(self) -> float | None:
        """Return for how long nothing answered, if that is longer than this channel ever takes."""
        if self._local or self.state.passive or not self._proved or len(self._proofs) < LEAST_PROOFS:
            return None
        silent = self._clock.monotonic() - self._proved
        return silent if silent > max(STALLED, STRETCH * self.pause) else None

    @property
    def pause(self) -> float:
        """Return the longest time of late between two answers of the channel, in seconds."""
        return max(self._proofs, default=0.0)

    def _count(self, items: int, now: float) -> None:
        minute = int(now // MINUTE)
        self._minutes[minute] = self._minutes.get(minute, 0) + items
        for old in [one for one in self._minutes if one <= minute - HOUR / MINUTE]:
            del self._minutes[old]

    def _rate(self, now: float) -> float | None:
        covered = min(HOUR, self._clock.monotonic() - self._began)
        if covered < YOUNG:
            return None
        first = (now - HOUR) / MINUTE
        return sum(count for minute, count in self._minutes.items() if minute > first) * HOUR / covered

    def _replace(self, **more: object) -> None:
        self.state = msgspec.structs.replace(self.state, **more)
