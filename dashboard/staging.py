"""How much of a wall an incident takes: a frame, a third, all of it; and when it gives the room its picture back."""

from collections.abc import Iterable
from typing import Literal

from app.domain.incident import Incident

Stage = Literal["tile", "banner", "third", "full"]
"""A framed tile and a line; the red banner; the right third of every screen; all of the lead screen."""

RANK: tuple[Stage, ...] = ("tile", "banner", "third", "full")
SEEN = ("acknowledged", "owned")
THIRD, FULL = 3, 4
"""Levels from which on it takes a third, and the lead screen."""

HELD = 60.0
"""Seconds a takeover stays at least when nobody has acknowledged it: nothing on a wall comes and goes in a blink."""


ITSELF = "alerts"
"""Who resolves an incident that calmed down by itself."""

Said = tuple[float | None, str | None, str | None, str | None]
"""When it was seen, who owns it, what it was, who ended it: when this changes, somebody has done something."""


def wanted(incident: Incident) -> Stage:
    """Return what the level asks for by itself; without a level there is a banner, as of any incident."""
    if incident.level is None:
        return "banner"
    if incident.level.value >= FULL:
        return "full"
    return "third" if incident.level.value >= THIRD else "tile"


def due(incident: Incident, now: float) -> Stage | None:
    """Return what it has of a wall by itself: once it was seen a banner at most, until it gets worse."""
    if not incident.alive:
        return None
    stage = wanted(incident)
    if incident.quiet(now):
        return "tile"
    if incident.state in SEEN and not incident.worse:
        return min(stage, "banner", key=RANK.index)
    return stage


class Staging:
    """Remembers since when incidents have what they have of a wall: a takeover stays a minute if nobody acts."""

    def __init__(self) -> None:
        self._began: dict[str, tuple[Stage, float, Said]] = {}
        """Incident → the takeover it has, since when, and what people had said by then."""

    def step(self, incidents: Iterable[Incident], now: float) -> dict[str, Stage]:
        """Return the stage of every incident that has one at `now`; one under a silence gets no more than a tile."""
        found = {one.id: self._stage(one, now) for one in incidents}
        self._began = {name: began for name, began in self._began.items() if found.get(name) in ("third", "full")}
        return {name: stage for name, stage in found.items() if stage is not None}

    def _stage(self, one: Incident, now: float) -> Stage | None:
        stage = due(one, now)
        before = self._began.get(one.id)
        fallen = before is not None and not one.quiet(now) and _rank(stage) < _rank(before[0])
        if before and fallen and _said(one) == before[2] and now - before[1] < HELD:
            return before[0]
        if stage in ("third", "full") and (before is None or before[0] != stage):
            self._began[one.id] = stage, now, _said(one)
        return stage


def _said(one: Incident) -> Said:
    ended = None if one.resolved_by == ITSELF else one.resolved_by
    return one.seen_at or one.acknowledged_at, one.owner, one.verdict, ended


def _rank(stage: Stage | None) -> int:
    return -1 if stage is None else RANK.index(stage)
