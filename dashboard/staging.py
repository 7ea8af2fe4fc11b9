"""How much of a wall an incident takes: a frame, a third, all of it; and when it gives the room its picture back."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from app.domain.incident import SEVERITIES, Incident

Stage = Literal["tile", "banner", "third", "full"]
"""A framed tile and a line; the red banner; the right third of every screen; all of the lead screen."""

RANK: tuple[Stage, ...] = ("tile", "banner", "third", "full")
SEEN = ("acknowledged", "owned")
THIRD, FULL = 3, 4
"""Levels from which on it takes a third, and the lead screen."""

HELD = 60.0
"""Seconds a takeover stays at least when nobody has acknowledged it: nothing on a wall comes and goes in a blink."""

TWICE = 2.0
"""How many times the mentions per minute it takes to be worse at the same level."""


ITSELF = "alerts"
"""Who resolves an incident that calmed down by itself."""

Said = tuple[float | None, str | None, str | None, str | None]
"""When it was acknowledged, who owns it, what it was, who ended it: when this changes, somebody has done something."""


class _Past(NamedTuple):
    """What was true when somebody last said "I have seen it"."""

    said: Said
    level: int
    severity: int
    peak: float


def wanted(incident: Incident) -> Stage:
    """Return what the level asks for by itself; without a level there is a banner, as of any incident."""
    if incident.level is None:
        return "banner"
    if incident.level.value >= FULL:
        return "full"
    return "third" if incident.level.value >= THIRD else "tile"


class Staging:
    """Remembers what walls show of incidents, so that an acknowledgement ends a takeover and worse brings it back.

    What was acknowledged before this process started counts as it stands then.
    """

    def __init__(self) -> None:
        self._seen: dict[str, _Past] = {}
        self._began: dict[str, tuple[Stage, float, Said]] = {}
        """Incident → the takeover it has, since when, and what people had said by then."""

    def step(self, incidents: Iterable[Incident], now: float) -> dict[str, Stage]:
        """Return the stage of every incident that has one at `now`; one under a silence gets no more than a tile."""
        found = {one.id: self._stage(one, now) for one in incidents}
        self._seen = {name: past for name, past in self._seen.items() if name in found}
        self._began = {name: began for name, began in self._began.items() if found.get(name) in ("third", "full")}
        return {name: stage for name, stage in found.items() if stage is not None}

    def _stage(self, one: Incident, now: float) -> Stage | None:
        stage = self._due(one, now)
        before = self._began.get(one.id)
        fallen = before is not None and not one.quiet(now) and _rank(stage) < _rank(before[0])
        if before and fallen and _said(one) == before[2] and now - before[1] < HELD:
            return before[0]
        if stage in ("third", "full") and (before is None or before[0] != stage):
            self._began[one.id] = stage, now, _said(one)
        return stage

    def _due(self, one: Incident, now: float) -> Stage | None:
        if one.state == "resolved":
            return None
        stage = wanted(one)
        if one.quiet(now):
            return "tile"
        if one.state not in SEEN:
            self._seen.pop(one.id, None)
            return stage
        return stage if self._worse(one) else min(stage, "banner", key=RANK.index)

    def _worse(self, one: Incident) -> bool:
        """Tell whether it has got worse since somebody last took note of it."""
        now = _past(one)
        before = self._seen.get(one.id)
        if before is None or before.said != now.said:
            self._seen[one.id] = now
            return False
        return now.level > before.level or now.severity > before.severity or now.peak >= TWICE * max(before.peak, 1.0)


def _said(one: Incident) -> Said:
    ended = None if one.resolved_by == ITSELF else one.resolved_by
    return one.acknowledged_at, one.owner, one.verdict, ended


def _past(one: Incident) -> _Past:
    return _Past(_said(one), one.level.value if one.level else 0, SEVERITIES.index(one.severity), one.peak)


def _rank(stage: Stage | None) -> int:
    return -1 if stage is None else RANK.index(stage)
