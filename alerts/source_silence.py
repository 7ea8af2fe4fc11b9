"""The silence of a source: when it becomes an alarm of its own class, and when that is over. Pure."""

from typing import NamedTuple

import msgspec

from app.domain.alarm import Alarm, AlarmKind
from app.domain.source import LISTENING, Cause, SourceState, hushed_since

THRESHOLDS: dict[Cause, float] = {
    "credential": 60.0,
    "setting": 60.0,
    "network": 120.0,
    "bus": 120.0,
    "": 120.0,
    "server": 300.0,
    "quota": 900.0,
}
"""Cause → seconds of not listening after which it is an alarm: at once what needs a person, later what heals itself."""

STEADY = 60.0
"""Seconds a source has to listen again for its silence to be over: a line that comes and goes is one silence."""

LOST = 20.0
"""Seconds without any report after which nobody listens to a source."""

STARTING = 60.0
"""Seconds a source has to get going."""


class Trouble(NamedTuple):
    """Why a source is not heard, and since when."""

    kind: AlarmKind
    cause: Cause
    since: float


def trouble(one: SourceState, at: float) -> Trouble | None:
    """Return what is wrong with a source at `at`; None where it listens, has ended, or a person paused it."""
    if one.status in {"held", "stopped"}:
        return None
    if at - one.reported_at > LOST:
        return Trouble("deaf", "", one.reported_at)
    if one.status in LISTENING:
        since = hushed_since(one, at)
        return None if since is None else Trouble("quiet", "quiet", since)
    if one.status == "starting" and at - one.since <= STARTING:
        return None
    return Trouble("deaf", one.cause, one.since)


class SourceSilence:
    """Follows one source from alarm to alarm."""

    def __init__(self, alarm: Alarm | None = None) -> None:
        self.alarm = alarm
        """The one that is open."""
        self._since: float | None = None
        self._well: float | None = None

    def step(self, one: SourceState, at: float) -> Trouble | None:
        """Judge the instant `at`; return the trouble that is worth an alarm, None if there is none (any more)."""
        found = trouble(one, at)
        if found is None:
            return self._heal(one, at)
        self._well = None
        since = found.since if self._since is None else min(self._since, found.since)
        self._since = self.alarm.since if self.alarm else since
        told = found._replace(since=self._since)
        late = found.kind == "quiet" or at - told.since >= THRESHOLDS.get(found.cause, THRESHOLDS[""])
        return told if late or self.alarm else None

    def _heal(self, one: SourceState, at: float) -> Trouble | None:
        """Go on until it has been well for a while; a person who pauses it ends it at once."""
        self._well = at if self._well is None else self._well
        if one.status in {"held", "stopped"} or at - self._well >= STEADY:
            self._since = None
            return None
        return Trouble(self.alarm.kind, self.alarm.cause, self.alarm.since) if self.alarm else None


def changed(alarm: Alarm, found: Trouble) -> bool:
    """Tell whether an open alarm has to be told anew."""
    return (alarm.kind, alarm.cause) != (found.kind, found.cause)


def ended(alarm: Alarm, at: float) -> Alarm:
    """Return an alarm that is over."""
    return msgspec.structs.replace(alarm, resolved_at=at, updated_at=at)
