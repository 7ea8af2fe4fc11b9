"""Sentiment falls: a larger share of what is said is negative than usual, with enough said to tell."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from operator import attrgetter

import numpy as np
from msgspec.structs import replace

from alerts.detection.deviation import normal_risk
from alerts.detection.hourly import Past
from alerts.detection.lessons import all_normal_risks
from alerts.detection.tone import Numbers, Tone
from alerts.detection.totals import windows
from alerts.detector import Scope
from app.domain.incident import Signal
from app.domain.tally import MinuteTally

WINDOWS = (15, 60)
"""Minutes a window covers; the one with the most negative mentions is left out, so that a burst of a minute is none."""
NEGATIVE = attrgetter("negative")
HOUR = 3600


class SentimentDetector:
    """Raises when net sentiment is far worse than usual, whatever the volume."""

    name = "sentiment"
    scopes: tuple[Scope, ...] = ("brand", "topic")
    fewest = 20
    """Mentions in a window below which nothing is said of it."""
    least = 8.0
    """Negative mentions beyond the usual below which nothing is said."""
    share = 0.0
    """Share of negative mentions below which nothing is said."""
    raises = 6.0

    def __init__(self, brand: str, zone: str) -> None:
        self._brand, self._zone = brand, zone
        self._tone = Tone()
        self._next = 0
        self._alarm = False

    def learn(self, history: Iterable[MinuteTally]) -> None:
        """Take in past minutes, oldest first; those in which nothing is said tell nothing of the tone."""
        for minute in history:
            if minute.start >= self._next:
                self._tone.teach(minute.start, minute.count, minute.negative, minute.positive)
                self._next = minute.start + 60

    def step(self, at: float, recent: Sequence[MinuteTally]) -> Signal:
        """Judge the instant `at`; its figures are negative mentions."""
        best = max((self._judge(at, recent, window) for window in WINDOWS), key=lambda one: one.risk)
        self._alarm = best.risk >= (self.raises / 2 if self._alarm else self.raises)
        return replace(best, alarm=self._alarm)

    def look_back(self, past: Past, negative: Numbers, positive: Numbers) -> Numbers:
        """Return the risk that `step` tells of at the end of each bin of a long past."""
        sums = [_without_largest(past.counts, negative, positive, window) for window in WINDOWS]
        found = np.zeros(len(past.counts))
        taught = np.flatnonzero(past.taught)
        hours = (past.first + 60 * taught) // HOUR
        cuts = [0, *(np.flatnonzero(np.diff(hours)) + 1).tolist(), len(taught)] if len(taught) else [0]
        begin = 0
        for cut, upto in pairwise(cuts):
            end = int(taught[cut]) + past.lag
            self._look(found, sums, slice(begin, end))
            lesson = taught[cut:upto]
            told = (int(column[lesson].sum()) for column in (past.counts, negative, positive))
            self._tone.teach(past.first + 60 * int(taught[cut]), *told)
            begin = end
        self._look(found, sums, slice(begin, len(found)))
        return found

    def _look(self, found: Numbers, sums: Sequence[tuple[Numbers, ...]], bins: slice) -> None:
        """Judge bins between which the tone does not change."""
        for window in sums:
            count, negative, positive = (column[bins] for column in window)
            beyond = negative - count * self._tone.negative
            enough = (count >= self.fewest) & (beyond >= self.least) & (negative >= self.share * count)
            places = np.flatnonzero(enough)
            if len(places):
                drops = self._tone.drops(count[places], negative[places], positive[places])
                risk = np.where(drops > 0, all_normal_risks(drops), 0.0)
                found[places + bins.start] = np.maximum(found[places + bins.start], risk)

    def told(self, signal: Signal, language: str) -> str:
        """Return what it saw as a sentence."""
        hours = "Stunde" if language == "de" else "hour"
        span = f"{signal.window // 60} min" if signal.window < 3600 else hours  # noqa: PLR2004 - an hour
        if language == "de":
            return (
                f"Die Stimmung ist gefallen: {signal.actual:.0f} negative Erwähnungen in der letzten {span} "
                f"statt {signal.expected:.0f}, bei gleich vielen Erwähnungen."
            ).replace("der letzten 15 min", "den letzten 15 min")
        return (
            f"Sentiment has fallen: {signal.actual:.0f} negative mentions in the last {span} "
            f"instead of {signal.expected:.0f} among as many mentions."
        )

    def _judge(self, at: float, recent: Sequence[MinuteTally], window: int) -> Signal:
        taken = [minute for minute in recent if minute.start > at - 60 * window]
        if taken:
            taken.remove(max(taken, key=NEGATIVE))
        count = sum(minute.count for minute in taken)
        negative = sum(minute.negative for minute in taken)
        tone = self._tone
        expected = count * tone.negative
        spread = 1.96 * tone.spread(count) if count else 0.0
        enough = count >= self.fewest and negative - expected >= self.least and negative >= self.share * count
        drop = tone.drop(count, negative, sum(minute.positive for minute in taken)) if enough else 0.0
        low, high = max(expected - spread, 0.0), min(expected + spread, float(count))
        risk = normal_risk(drop) if drop > 0 else 0.0
        alarm = risk >= self.raises
        return Signal(
            self.name, self._brand, at, alarm, float(negative), expected, low, high, risk, 60 * window, tone.basis
        )


def _without_largest(count: Numbers, negative: Numbers, positive: Numbers, bins: int) -> tuple[Numbers, ...]:
    """Return the sums of windows without the minute of the most negative mentions, the oldest of several."""
    largest = windows(negative, bins).oldest
    return tuple(windows(column, bins).total - column[largest] for column in (count, negative, positive))
