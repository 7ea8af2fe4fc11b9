"""What a backtest found: the alarms of a rule on the past, beside the crises that are known of that time."""

from typing import Literal

import msgspec

from app.domain.incident import Severity
from app.domain.rule import Rule

LONGEST = 400 * 86_400
"""Seconds a backtest may cover."""
Meaning = Literal["real", "noise", "unjudged", "none"]
"""What an alarm met: an incident that was real, one that was noise, one nobody judged, or none at all."""
Way = Literal["sums", "log"]
"""From the archive's sums, or from its log of counts by the time they arrived."""


class Job(msgspec.Struct, frozen=True):
    """One backtest as it is asked for; instants are whole minutes in seconds, `end` the first after it."""

    scope: str
    """A brand, or `brand/topic`."""
    start: int
    end: int
    zone: str
    budget: dict[Severity, float]
    """False alarms in thirty days, by severity."""
    rules: tuple[Rule, ...] = ()
    exact: bool | None = None
    """Whether to replay the log; None: up to three days of it."""
    detectors: bool = False
    """Judge our own detectors, too."""


class Raised(msgspec.Struct, frozen=True):
    """One alarm; instants in seconds."""

    start: int
    end: int
    meaning: Meaning
    incident: str | None = None
    quiet: bool = False
    """It fell wholly into the quiet hours of the rule: nobody would have been told."""


class Crisis(msgspec.Struct, frozen=True):
    """A known crisis: an incident that people said was real; `alarm` is None if it was missed."""

    incident: str
    since: float
    until: float
    alarm: int | None = None

    @property
    def delay(self) -> float | None:
        """Return the seconds from its onset to the alarm; less than 0 if the alarm came first."""
        return None if self.alarm is None else self.alarm - self.since


class Bin(msgspec.Struct, frozen=True, array_like=True):
    """One step of the chart: mentions, and between which numbers they are in eight of ten such hours of the week."""

    start: int
    count: int
    low: float | None = None
    high: float | None = None


class Trial(msgspec.Struct, frozen=True):
    """One rule, or our detectors, on one time of one brand."""

    name: str
    when: str
    """The condition; empty: our detectors."""
    scope: str
    severity: Severity
    start: float
    end: float
    way: Way
    alarms: tuple[Raised, ...]
    crises: tuple[Crisis, ...]
    budget: float
    """False alarms in thirty days that the brand's budget allows at this severity."""
    seconds: float = 0.0
    """How long it took."""

    @property
    def told(self) -> tuple[Raised, ...]:
        """Return the alarms that were not wholly in quiet hours."""
        return tuple(one for one in self.alarms if not one.quiet)

    @property
    def false(self) -> int:
        """Return how many alarms met noise, or nothing."""
        return sum(one.meaning in {"noise", "none"} for one in self.told)

    @property
    def unjudged(self) -> int:
        """Return how many alarms met an incident nobody has judged."""
        return sum(one.meaning == "unjudged" for one in self.told)

    @property
    def monthly(self) -> float:
        """Return the false alarms in thirty days."""
        return self.false * 30 * 86_400 / max(self.end - self.start, 1.0)

    @property
    def found(self) -> int:
        """Return how many known crises had an alarm."""
        return sum(one.alarm is not None for one in self.crises)

    @property
    def delay(self) -> float | None:
        """Return the median seconds from onset to alarm among the crises found; None if there is none."""
        delays = sorted(one.delay for one in self.crises if one.delay is not None)
        if not delays:
            return None
        middle = len(delays) // 2
        return delays[middle] if len(delays) % 2 else (delays[middle - 1] + delays[middle]) / 2


class Backtest(msgspec.Struct, frozen=True):
    """The trials of one time side by side, and what happened then."""

    brand: str
    topic: str | None
    start: float
    end: float
    trials: tuple[Trial, ...]
    chart: tuple[Bin, ...]
    step: int
    """Seconds a bin of the chart covers."""
