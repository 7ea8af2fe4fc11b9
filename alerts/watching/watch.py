"""One scope under watch: its detectors, and when an incident opens, changes and ends."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import msgspec

from alerts.calibration.record import Record, first_bars
from alerts.calibration.rehearsal import rehearse
from alerts.detection.beginning import RISK, Flood, flood, flooded
from alerts.detection.surge import Surge
from alerts.detector import Detector, Hearing
from alerts.explanation import onset
from alerts.explanation.sentences import words_of
from alerts.explanation.wording import Figures
from alerts.rules.watch import RuleSet, heavier
from alerts.watching.combining import Bars, combined, raising, severity
from alerts.watching.decision import Decision
from alerts.watching.hearing import stretches
from alerts.watching.memory import HOUR, KEPT, LATE, STEP, Memory, shared
from app.domain.incident import Incident, Severity, Signal
from app.domain.post import Post
from app.domain.tally import MinuteTally, TallyDelta
from app.domain.threshold import SEVERITIES
from app.domain.usual import Usual

__all__ = ["KEPT", "LATE", "STEP", "Decision", "Watch"]

CALM = 1800.0
"""Seconds without alarm, while the sources listen, after which an incident is resolved."""
LASTS, LATELY, STILL = 0.75, 900, 1.5
"""An incident lasts while the risk is this share of what raises, and so many seconds bring so many times the usual."""
REST = 12 * 3600.0
"""Seconds after a resolve in which only twice its peak, or a heavier severity, opens another."""
AHEAD = 15
YOUNG = 600.0
"""Seconds in which a new incident is told anew every minute, because what drives it is only just showing …"""
OFTEN, SELDOM = 60.0, 300.0
"""… and seconds between two tellings then, and later while it lasts."""
GROWTH = 1.1
"""Factor by which the pace must grow before an incident is told anew out of turn."""
CRISIS_RATIO, CRISIS_SHARE = 4.0, 0.4
"""A crisis is a strong surge in which a large part is negative."""
KNOWN = 86_400.0
"""Seconds of history below which nothing is worth a note: everything is new then."""
STORMY = 6 * 3600.0
"""Seconds of an incident that teach nothing as long as nothing else is known."""
SHIFTING = frozenset({"sentiment", "campaign"})
"""Detectors that compare shares: a source that is missing shifts them, and that is no change of mind."""


class Watch:
    """Judges one scope by its minutes and posts; pure: time, deltas and posts come in, decisions go out.

    A scope is a brand as a whole (`brand`) or one of its topics and campaigns (`brand/topic`).
    """

    def __init__(self, scope: str, detectors: Callable[[], Sequence[Detector]], zone: str) -> None:
        self.scope = scope
        self.brand, _, part = scope.partition("/")
        self.topic = part or None
        self._make = detectors
        self._zone = zone
        self.memory = Memory(scope)
        self.bars: Bars = first_bars({"note": 30.0, "warning": 4.0, "crisis": 1.0})
        """The risk each severity takes; whoever knows the budget sets them."""
        self.record = Record()
        self.rules = RuleSet((), scope, zone)
        """What its people said is an alarm, beside what detectors say."""
        self._last, self._calm = 0.0, 0.0
        self._first, self._joined = float("inf"), float("-inf")
        self._deaf_at = float("-inf")
        self._ended: Incident | None = None
        self.oldest = float("inf")
        """Start of the oldest minute learned."""
        self.incident: Incident | None = None
        self.learn(())

    @property
    def tally(self) -> TallyDelta:
        """Return the minutes of the last hours, as the bus keeps them."""
        return self.memory.tally

    def learn(self, history: Iterable[MinuteTally], until: float = 0.0) -> None:
        """Begin anew from past minutes, oldest first; what lies after `until` is learned as time goes on."""
        self.detectors = tuple(self._make())
        surges = [one for one in self.detectors if isinstance(one, Surge)]
        self.volume = next((one for one in surges if one.name == "volume"), None) or Surge(self.brand, self._zone)
        self._pupils = tuple({id(one): one for one in (*self.detectors, self.volume)}.values())
        past = [shared(minute) for minute in history if minute.start < until - LATE]
        self.oldest = self.memory.recall(past, until)
        before, self.record = self.record, Record()
        self.rules = RuleSet(self.rules.stated, self.scope, self._zone)
        for stretch in stretches(past):
            self.rules.learn(stretch)
            rehearse(self._pupils, self._rehearsed, stretch, self.record, past[0].start)
        if before.judged:
            self.record.adopt(before)
        self.memory.learned = max(past[-1].start + 60 if past else 0, int(until - LATE) // 60 * 60)

    @property
    def basis(self) -> float:
        """Return the seconds of history learned."""
        return self.volume.baseline.basis

    def resume(self, incident: Incident | None, ended: Incident | None = None) -> None:
        """Go on with an incident that was not over, and remember the one that ended last."""
        known = self.incident is not None and incident is not None and self.incident.id == incident.id
        self._calm = self._calm if known else 0.0
        self.incident, self._ended = incident, ended

    def take(self, tally: TallyDelta) -> None:
        """Take over this scope's buckets as they stand on the bus, instead of what was known of them."""
        self.memory.take(tally)

    def add(self, delta: TallyDelta) -> None:
        """Add a delta; what does not concern this scope's minutes is left out."""
        self.memory.add(delta)

    def hear(self, posts: Sequence[Post]) -> None:
        """Take in single posts of this scope as they stand now."""
        for detector in self.detectors:
            if isinstance(detector, Hearing):
                detector.hear(posts)

    def demo(self) -> bool:
        """Tell whether what was said of late comes from a demo source."""
        return any(
            number and field.endswith(":d") for fields in self.tally.values() for field, number in fields.items()
        )

    def usual(self, at: float) -> Usual:
        """Return the band of the last hour and the next minutes."""
        first = int(at) // 60 * 60 - HOUR
        band = self.volume.usual(first, 60 + AHEAD)
        return Usual(self.scope, at, tuple(band), self.volume.baseline.basis)

    def risk(self, signals: Sequence[Signal]) -> float:
        """Return the risk of what its detectors say together; those of rules do not count."""
        named = {one.name: one for one in self.detectors}
        return combined((named[signal.detector], signal) for signal in signals if signal.detector in named)

    def raises(self, signals: Sequence[Signal]) -> bool:
        """Tell whether what its detectors say together is worth an incident."""
        return severity(self.risk(signals), self.bars) is not None

    def step(self, at: float, *, heard: bool, calm: bool = True) -> Decision:
        """Judge the instant `at`; `heard` says whether the brand's sources listen, else silence means nothing.

        Of a topic or campaign `calm` says whether the brand as a whole is: only then it is an incident of its own, else
        it opens to join that of the brand.
        """
        memory = self.memory
        memory.forget(at)
        memory.listen(at, self._last, heard=heard)
        self._deaf_at = self._deaf_at if heard else at
        self._first = min(self._first, at) if heard else self._first
        decision = self._decide(at, self._judged(at, memory.recent(at)), heard=heard, calm=calm)
        decision = self._reviewed(at, decision, calm=calm)
        self._catch_up(at)
        self._last = at
        return decision

    def again(self, at: float, *, heard: bool) -> Decision:
        """Judge once more after labels changed, and have an open incident told anew even if nothing is raised now."""
        decision = self.step(at, heard=heard)
        if self.incident is None or decision.action is not None:
            return msgspec.structs.replace(decision, again=True)
        made = decision if decision.figures else self._described(at, decision, "note")
        return msgspec.structs.replace(made, action="update", again=True)

    def _judged(self, at: float, recent: Sequence[MinuteTally]) -> tuple[Signal, ...]:
        """Return what each detector says; where nobody spoke for an hour, only those of single posts are asked."""
        spoken = self.incident is not None or any(minute.count for minute in recent)
        shifted = at - self._deaf_at < HOUR
        asked = (one for one in self.detectors if spoken or isinstance(one, Hearing))
        return tuple(one.step(at, recent) for one in asked if not (shifted and one.name in SHIFTING))

    def _rehearsed(self, at: float, recent: Sequence[MinuteTally]) -> float:
        return self.risk([one.step(at, recent) for one in self.detectors if not isinstance(one, Hearing)])

    def _decide(self, at: float, signals: tuple[Signal, ...], *, heard: bool, calm: bool) -> Decision:
        listening = heard and not self.memory.mute(at)
        risk = self.risk(signals)
        if self.basis < KNOWN and (flood := self._flood(at)):
            signals, risk = flooded(signals, flood), max(risk, RISK)
        if listening:
            self.record.note(at, risk)
        found = severity(risk, self.bars)
        if found == "note" and self.basis < KNOWN:
            found = None
        ruled = tuple(one for one in self.rules.step(at, self.memory.recent(at)) if one.alarm)
        alarm = any(signal.alarm for signal in (*signals, *ruled)) or self._lasts(at, risk)
        if found is not None and (alarm or self.incident is None):
            named = {one.name: one for one in self.detectors}
            signals = raising([(named[signal.detector], signal) for signal in signals], self.bars[found])
        found = heavier(found, self.rules.severity(ruled))
        said = Decision((*signals, *ruled), risk=risk, topic=self.topic)
        if self.incident is None:
            return self._opened(at, said, found) if found is not None and (calm or ruled or self._joins(at)) else said
        self._calm = 0.0 if alarm else self._calm + self._passed(at, listening=listening)
        if self._calm >= CALM:
            return msgspec.structs.replace(said, action="resolve")
        return self._told(at, said, found or "note")

    def _joins(self, at: float) -> bool:
        """Tell whether what raises on a topic is to join the incident of its brand now: not at every step."""
        before, self._joined = self._joined, at if at - self._joined >= SELDOM else self._joined
        return before != self._joined

    def _flood(self, at: float) -> Flood | None:
        begun = self.incident.since if self.incident else None
        return flood(at, self.memory.known(), min(self.oldest, self._first), begun)

    def _lasts(self, at: float, risk: float) -> bool:
        """Tell whether an incident goes on, whatever single detectors say: long windows alone keep none up."""
        heavy = self.incident is not None and self.incident.severity != "note"
        if risk < LASTS * self.bars["warning" if heavy else "note"]:
            return False
        surges = (one for one in self.detectors if isinstance(one, Surge))
        return any(onset.ratio(at, LATELY, self.memory.said, one) >= STILL for one in surges)

    def _passed(self, at: float, *, listening: bool) -> float:
        return min(max(at - self._last, 0.0), 60.0) if listening and self._last else 0.0

    def _opened(self, at: float, said: Decision, found: Severity) -> Decision:
        made = self._described(at, said, found)
        self._calm = 0.0
        ended = self._ended
        if ended is not None and ended.resolved_at is not None and at - ended.resolved_at < REST:
            worse = SEVERITIES.index(made.severity) > SEVERITIES.index(ended.severity)
            again = self.rules.begun(said.signals, ended.resolved_at)
            if not worse and not again and made.peak < 2 * ended.peak:
                return made
        return msgspec.structs.replace(made, action="open")

    def _told(self, at: float, said: Decision, found: Severity) -> Decision:
        """Have it told anew at once if it grows, else every minute at first, every five later, whatever persons do."""
        incident = self.incident
        if incident is None or at - incident.updated_at < STEP:
            return said
        raised = {signal.detector for signal in said.signals if signal.alarm}
        made = self._described(at, said, found) if raised else None
        passed = at - (incident.explanation.at if incident.explanation else incident.updated_at)
        due = passed >= (OFTEN if at - incident.opened_at <= YOUNG else SELDOM)
        if made is not None and not due:
            joined = raised - {signal.detector for signal in incident.signals}
            worse = SEVERITIES.index(made.severity) > SEVERITIES.index(incident.severity)
            due = bool(joined) or worse or (passed >= OFTEN and made.peak >= GROWTH * incident.peak)
        if not due:
            return made or said
        return msgspec.structs.replace(made or self._described(at, said, "note"), action="update")

    def _described(self, at: float, said: Decision, found: Severity) -> Decision:
        figures = self._figures(at, said.signals)
        raised = {signal.detector for signal in said.signals if signal.alarm}
        before = heavier(self.rules.severity(said.signals), self.incident.severity if self.incident else SEVERITIES[0])
        strong = figures.ratio >= CRISIS_RATIO and figures.share >= CRISIS_SHARE and len(raised) > 1
        return msgspec.structs.replace(
            said,
            figures=figures,
            severity=max(
                "warning" if found == "crisis" and not strong else found, before or found, key=SEVERITIES.index
            ),
            peak=onset.peak(at, figures.since, self.memory.said),
            words=words_of((*self.detectors, *self.rules.watches), said.signals, self.incident, self._zone, at),
        )

    def _figures(self, at: float, signals: Sequence[Signal]) -> Figures:
        teller = onset.teller_of(self.detectors, self.volume, signals)
        begun = onset.begun(self.incident, signals, self.detectors, partial(onset.onset, at, self.memory.said, teller))
        return onset.figures(at, begun, self.memory.said, teller)

    def _reviewed(self, at: float, decision: Decision, *, calm: bool) -> Decision:
        """Judge what came of a time in which nobody listened: a storm in it is told, though it may be over."""
        back = self.memory.back(at, self.volume.baseline.rate)
        if self.incident is not None or decision.action is not None or not calm:
            return decision
        for start in back:
            then = start + 59.0
            signals = self._judged(then, self.memory.recent(then))
            found = severity(self.risk(signals), self.bars)
            if found is not None and found != "note":
                said = Decision(signals, risk=self.risk(signals), topic=self.topic)
                return self._opened(then, said, found)
        return decision

    def _catch_up(self, at: float) -> None:
        """Learn the minutes that no longer change; a minute in which nobody listened or judged teaches nothing."""
        memory = self.memory
        for minute in memory.due(at):
            if minute is None:
                continue
            memory.quiet(minute, self.volume.baseline.rate(minute.start))
            stormy = self.incident is not None and self.basis < KNOWN and at - self.incident.opened_at < STORMY
            if not memory.mute(minute.start) and not stormy:
                for pupil in self._pupils:
                    pupil.learn([minute])
                self.rules.learn([minute])
                self.oldest = min(self.oldest, minute.start)
