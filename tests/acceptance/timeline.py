"""A time line for one brand: minutes of the demo world (or of a script) fed to a `Watch` on our own clock."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from math import exp

import msgspec

from alerts.detector import Detector
from alerts.detectors.authors import AuthorsDetector
from alerts.detectors.negative import NegativeDetector
from alerts.detectors.reach import ReachDetector
from alerts.detectors.sentiment import SentimentDetector
from alerts.detectors.volume import VolumeDetector
from alerts.watching.memory import shared
from alerts.watching.watch import STEP, Decision, Watch
from app.domain.incident import Incident, Signal
from app.domain.tally import BOXES, MinuteTally, TallyDelta, bucket, merge
from ingest.demo.generator import Generator
from ingest.demo.storm import Storm

ZONE = "Europe/Berlin"
DAY = 86_400
START = 1_795_010_400
"""A Wednesday in November 2026, 15:00 in Berlin; what lies before is history."""
WHOLE = 14
"""Days of history at most; it is counted once per process."""
KINDS = (VolumeDetector, NegativeDetector, AuthorsDetector, ReachDetector, SentimentDetector)
"""Those that judge minutes of a brand."""
Minutes = Callable[[int], MinuteTally]


@cache
def demo_history(days: int = WHOLE, seed: int = 7) -> tuple[MinuteTally, ...]:
    if days < WHOLE:
        return demo_history(WHOLE, seed)[-days * 1440 :]
    world = Generator(seed)
    return tuple(world.tally(start) for start in range(START - days * DAY, START, 60))


def demo_minutes(storm: Storm | None = None, seed: int = 7) -> Minutes:
    world = Generator(seed)
    return cache(lambda start: world.tally(start, storm))


@cache
def _learned(seed: int) -> Watch:
    line = Line(demo_minutes(seed=seed))
    line.watch.learn(demo_history(seed=seed), until=START)
    return line.watch


def demo_line(storm: Storm | None = None, seed: int = 7) -> "Line":
    """Return a demo life that has learned a fortnight up to START; the learning is done once per process."""
    line = Line(demo_minutes(storm, seed))
    line.watch = deepcopy(_learned(seed))
    return line


def as_delta(brand: str, minute: MinuteTally, share: float = 1.0) -> TallyDelta:
    """Return what a minute adds to the tallies once `share` of it has passed."""
    place = minute.start % 3600 // 60
    labels = {"-": minute.negative, "+": minute.positive, "?": minute.uncertain, "r": minute.reach}
    fields = {mark: int(number * share) for mark, number in labels.items()}
    fields["n"] = count = int(minute.count * share)
    fields["0"] = count - fields["-"] - fields["+"] - fields["?"]
    fields["-r"] = int(shared(minute).negative_reach * share)
    boxes = round(BOXES * (1 - exp(-minute.authors * share / BOXES)))
    fields |= {f"u.{box:x}": count // boxes + (box < count % boxes) for box in range(boxes)}
    return {bucket(brand, "m", minute.start): {f"{place}:{mark}": number for mark, number in fields.items() if number}}


class Line:
    """Steps a watch every ten seconds with the partial minute, acting on decisions as the service does."""

    def __init__(self, minutes: Minutes, *, kinds: tuple[type, ...] = KINDS) -> None:
        self.minutes = minutes
        self._kinds = kinds
        self.watch = self.fresh()
        self._told: tuple[int, float] | None = None
        self.opened: list[tuple[float, Decision]] = []
        self.resolved: list[float] = []
        self.updates = 0
        self.signals: list[Signal] = []

    def fresh(self) -> Watch:
        def detectors() -> list[Detector]:
            return [kind("demo", ZONE) for kind in self._kinds]

        return Watch("demo", detectors, ZONE)

    def run(self, start: int, end: int, step: float = STEP, *, heard: bool = True) -> "Line":
        at = float(start)
        while at < end:
            at += step
            self.watch.add(self._delta(at))
            self._act(at, self.watch.step(at, heard=heard))
        return self

    def skip(self, end: int) -> "Line":
        """Learn the minutes up to `end` without judging them."""
        first = int(self.watch.oldest + self.watch.basis)
        for pupil in self.watch._pupils:
            pupil.learn([self.minutes(start) for start in range(first, end, 60)])
        self.watch.memory.learned = end
        return self

    def restart(self, history: Iterator[MinuteTally] | tuple[MinuteTally, ...], at: float) -> None:
        """Forget everything but what the store holds: the past and the open incident."""
        incident, self.watch, self._told = self.watch.incident, self.fresh(), None
        self.watch.learn(history, until=at)
        self.watch.resume(incident)

    def _delta(self, at: float) -> TallyDelta:
        """Return what came in since the last step: the hour before the first one, then minute by minute."""
        current = int(at) // 60 * 60
        begin = current - 3600 if self._told is None else self._told[0]
        delta: TallyDelta = {}
        for start in range(begin, current + 1, 60):
            share = (at - current) / 60 if start == current else 1.0
            merge(delta, as_delta("demo", self.minutes(start), share))
        if self._told is not None:
            start, share = self._told
            for name, fields in as_delta("demo", self.minutes(start), share).items():
                merge(delta, {name: {field: -number for field, number in fields.items()}})
        self._told = (current, (at - current) / 60)
        return delta

    def _act(self, at: float, decision: Decision) -> None:
        self.signals += decision.signals
        incident = self.watch.incident
        if decision.action == "resolve" and incident is not None:
            self.resolved.append(at)
            self.watch.resume(None, msgspec.structs.replace(incident, state="resolved", resolved_at=at))
        elif decision.action is not None and decision.figures is not None:
            if incident is None:
                self.opened.append((at, decision))
            self.updates += incident is not None
            self.watch.resume(
                Incident(
                    f"i{len(self.opened)}",
                    "demo",
                    incident.opened_at if incident else at,
                    "firing",
                    decision.severity,
                    decision.signals,
                    updated_at=at,
                    peak=decision.peak,
                    since=decision.figures.since,
                )
            )
