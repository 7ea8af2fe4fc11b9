"""One brand under watch: its minutes, its detectors, and when an incident opens, changes and ends."""

from collections.abc import Callable, Iterable, Sequence
from typing import Literal

import msgspec

from alerts.detector import Detector
from alerts.hearing import GONE, MISSED, stretches
from alerts.surge import Surge
from alerts.wording import THIN, Figures
from app.domain.incident import Incident, Severity, Signal
from app.domain.tally import MinuteTally, TallyDelta, merge, minutes, only, split
from app.domain.usual import Usual, UsualMinute

HOUR = 3600
LATE = 120
"""Seconds a minute may still change before it is learned."""
KEPT = 3 * HOUR
STEP = 10.0
"""Seconds of data time between two judgements."""
CALM = 1800.0
"""Seconds without alarm, while the sources listen, after which an incident is resolved."""
REST = 1800.0
"""Seconds after a resolve in which only twice its peak opens another."""
AHEAD = 15
LOOK = 300
"""Seconds the figures of the reason cover at most: what is now, not what was."""
YOUNG = 300.0
"""Seconds in which a new incident is told anew every minute, because its drivers are only just showing."""
GROWTH = 1.1
"""Factor by which the pace must grow before an incident is told anew."""
TOLD_RATIO = 2.0
"""Multiple of the usual from which the sentence speaks of all mentions, though only the negative ones raised."""
CRISIS_RATIO, CRISIS_SHARE = 4.0, 0.4

Action = Literal["open", "update", "resolve"]


class Decision(msgspec.Struct, frozen=True):
    """What one step says: every signal with its reason, and what is to be done about the incident."""

    signals: tuple[Signal, ...]
    action: Action | None = None
    figures: Figures | None = None
    severity: Severity = "warning"
    peak: float = 0.0
    again: bool = False
    """The same instant as before, because labels changed: signals that no longer raise are told, too."""


class Watch:
    """Keeps the minutes of one brand and judges them; pure: time and deltas come in, decisions go out."""

    def __init__(self, brand: str, detectors: Callable[[], Sequence[Detector]], zone: str) -> None:
        self.brand = brand
        self._make = detectors
        self._zone = zone
        self.tally: TallyDelta = {}
        """The brand's minutes of the last hours, as the bus keeps them."""
        self._said: dict[int, MinuteTally] = {}
        self._learned = 0
        self._deaf: set[int] = set()
        self._missed = 0.0
        self._spoke = 0
        self._last = 0.0
        self._calm = 0.0
        self._ended: tuple[float, float] | None = None
        self.oldest = float("inf")
        """Start of the oldest minute learned."""
        self.incident: Incident | None = None
        self.learn(())

    def learn(self, history: Iterable[MinuteTally], until: float = 0.0) -> None:
        """Begin anew from past minutes, oldest first; what lies after `until` is learned as time goes on."""
        self.detectors = tuple(self._make())
        surges = [one for one in self.detectors if isinstance(one, Surge)]
        self._volume = next((one for one in surges if one.name == "volume"), None) or Surge(self.brand, self._zone)
        self._pupils = tuple({id(one): one for one in (*self.detectors, self._volume)}.values())
        past = [minute for minute in history if minute.start < until - LATE]
        for stretch in stretches(past):
            for pupil in self._pupils:
                pupil.learn(stretch)
        self.oldest = past[0].start if past else float("inf")
        self._learned = max(past[-1].start + 60 if past else 0, int(until - LATE) // 60 * 60)

    @property
    def basis(self) -> float:
        """Return the seconds of history learned."""
        return self._volume.baseline.basis

    def resume(self, incident: Incident | None, ended: Incident | None = None) -> None:
        """Go on with an incident that was open, and remember the one that ended last."""
        self.incident = incident
        self._calm = 0.0
        self._ended = (ended.resolved_at, ended.peak) if ended and ended.resolved_at else None

    def take(self, tally: TallyDelta) -> None:
        """Take over this brand's buckets as they stand on the bus, instead of what was known of them."""
        for name, fields in only(tally, "m").items():
            if split(name)[0] == self.brand:
                self._drop(name)
                if fields:
                    self.tally[name] = fields
                    self._said |= minutes({name: fields}, self.brand)

    def add(self, delta: TallyDelta) -> None:
        """Add a delta; what does not concern this brand's minutes is left out."""
        mine = {name: fields for name, fields in only(delta, "m").items() if split(name)[0] == self.brand}
        merge(self.tally, mine)
        for name in mine:
            self._said |= minutes({name: self.tally[name]}, self.brand)

    def demo(self) -> bool:
        """Tell whether what was said of late comes from a demo source."""
        return any(
            number and field.endswith(":d") for fields in self.tally.values() for field, number in fields.items()
        )

    def usual(self, at: float) -> Usual:
        """Return the band of the last hour and the next minutes."""
        first = int(at) // 60 * 60 - HOUR
        band = self._volume.usual(first, 60 + AHEAD)
        return Usual(self.brand, at, tuple(band), self._volume.baseline.basis)

    def step(self, at: float, *, heard: bool) -> Decision:
        """Judge the instant `at`; `heard` says whether the brand's sources listen, else silence means nothing."""
        self._forget(at)
        said = self._said
        current = int(at) // 60 * 60
        recent = [said[start] for start in range(current - HOUR, current + 1, 60) if start in said]
        signals = tuple(detector.step(at, recent) for detector in self.detectors)
        if not heard:
            self._deaf.update({int(at) // 60 * 60, int(at - STEP) // 60 * 60})
        decision = self._decide(at, signals, said, heard=heard)
        self._catch_up(at, said)
        self._last = at
        return decision

    def again(self, at: float, *, heard: bool) -> Decision:
        """Judge once more after labels changed, and have an open incident told anew even if nothing is raised now."""
        decision = self.step(at, heard=heard)
        if self.incident is None or decision.action is not None:
            return msgspec.structs.replace(decision, again=True)
        figures = decision.figures or self._figures(at, decision.signals, self._said)
        return msgspec.structs.replace(decision, action="update", figures=figures, again=True)

    def _decide(self, at: float, signals: tuple[Signal, ...], said: dict[int, MinuteTally], *, heard: bool) -> Decision:
        raised = tuple(signal for signal in signals if signal.alarm)
        if not raised:
            listening = heard and not self._mute(at)
            passed = min(max(at - self._last, 0.0), 60.0) if listening and self._last else 0.0
            self._calm += passed
            over = self.incident is not None and self._calm >= CALM
            return Decision(signals, "resolve" if over else None)
        self._calm = 0.0
        figures = self._figures(at, signals, said)
        peak = self._peak(at, figures.since, said)
        severity = _severity(raised, figures)
        if self.incident is None:
            resting = self._ended and at - self._ended[0] < REST and peak < 2 * self._ended[1]
            return Decision(signals, None if resting else "open", figures, severity, peak)
        grown = self._grown(at, raised, severity, peak)
        return Decision(signals, "update" if grown else None, figures, severity, peak)

    def _grown(self, at: float, raised: tuple[Signal, ...], severity: Severity, peak: float) -> bool:
        incident = self.incident
        if incident is None or at - incident.updated_at < 60.0:  # noqa: PLR2004 - a minute between two tellings
            return False
        joined = {signal.detector for signal in raised} - {signal.detector for signal in incident.signals}
        worse = severity == "crisis" and incident.severity != "crisis"
        young = at - incident.opened_at <= YOUNG
        return young or bool(joined) or worse or peak >= GROWTH * incident.peak

    def _figures(self, at: float, signals: tuple[Signal, ...], said: dict[int, MinuteTally]) -> Figures:
        """Count from the onset on, at most the last five minutes; mentions if they surge, too, else what raised."""
        teller = self._teller(signals)
        since = self.incident.since if self.incident else self._onset(at, said, teller)
        begin = max(int(since) // 60 * 60, int(at - LOOK) // 60 * 60)
        covered = max(at - begin, 60.0) / 60
        taken = [said[start] for start in range(begin, int(at) + 1, 60) if start in said]
        mentions = sum(minute.count for minute in taken)
        band = teller.usual(begin, int(at - begin) // 60 + 1)
        return Figures(
            since=since,
            actual=sum(teller.measure(minute) for minute in taken) / covered,
            expected=sum(minute.expected for minute in band) / max(len(band), 1),
            share=sum(minute.negative for minute in taken) / max(mentions, 1),
            negative=teller.name == "negative",
            basis=min(teller.baseline.basis, THIN),
            at=at,
        )

    def _teller(self, signals: tuple[Signal, ...]) -> Surge:
        surging = {one.detector for one in signals if one.alarm or one.actual >= TOLD_RATIO * one.expected}
        raised = {one.detector for one in signals if one.alarm}
        if self._volume.name in surging:
            return self._volume
        found = (one for one in self.detectors if isinstance(one, Surge) and one.name in raised)
        return next(found, self._volume)

    def _onset(self, at: float, said: dict[int, MinuteTally], teller: Surge) -> float:
        """Return the start of the first minute beyond the band, one ordinary minute in between allowed."""
        current = int(at) // 60 * 60
        band: list[UsualMinute] = teller.usual(current - HOUR, 61)
        onset, missed = current, 0
        for minute in reversed(band):
            there = said.get(minute.start)
            if there is not None and teller.measure(there) > minute.high:
                onset, missed = minute.start, 0
            elif minute.start < current:
                missed += 1
            if missed > 1:
                break
        return float(onset)

    @staticmethod
    def _peak(at: float, since: float, said: dict[int, MinuteTally]) -> float:
        return float(max((minute.count for start, minute in said.items() if since <= start <= at), default=0))

    def _catch_up(self, at: float, said: dict[int, MinuteTally]) -> None:
        """Learn the minutes that no longer change; a minute in which nobody listened or judged teaches nothing."""
        if at - self._last > 60.0 + STEP:
            self._learned = max(self._learned, int(at) // 60 * 60)
        until = int(at - LATE) // 60 * 60
        for start in range(self._learned, until, 60):
            minute = said.get(start) or MinuteTally(start)
            self._listen(minute)
            if start not in self._deaf and not self._mute(start):
                for pupil in self._pupils:
                    pupil.learn([minute])
                self.oldest = min(self.oldest, start)
        self._learned = max(until, self._learned)
        self._deaf = {start for start in self._deaf if start >= until}

    def _listen(self, minute: MinuteTally) -> None:
        if minute.count:
            self._missed, self._spoke = 0.0, minute.start
        else:
            self._missed += self._volume.baseline.rate(minute.start)

    def _mute(self, at: float) -> bool:
        """Tell whether nobody can be listening, whatever the sources say: too much is missing for a lull.

        After a day the silence is believed.
        """
        return self._missed >= MISSED and at - self._spoke < GONE

    def _forget(self, at: float) -> None:
        for name in [name for name in self.tally if split(name)[2] < at - KEPT - HOUR]:
            self._drop(name)

    def _drop(self, name: str) -> None:
        self.tally.pop(name, None)
        first = split(name)[2]
        for start in range(first, first + HOUR, 60):
            self._said.pop(start, None)


def _severity(raised: tuple[Signal, ...], figures: Figures) -> Severity:
    """Return how bad it is: a crisis is a strong surge in which a large part is negative."""
    both = len({signal.detector for signal in raised}) > 1
    return "crisis" if both and figures.ratio >= CRISIS_RATIO and figures.share >= CRISIS_SHARE else "warning"
