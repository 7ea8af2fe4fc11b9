"""Hour by hour: what a surge says of bins and learns from them in one go, as long as nothing it believes changes."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alerts.detection.deviation import Spread
from alerts.detection.lessons import Taught, all_risks, all_stabilised, all_usual_counts, followed, foreseen
from alerts.detection.surge import CALM_WINDOW, RARE, STORM, TOGETHER, Surge
from alerts.detection.totals import Totals

Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
HALF_HOUR = 1800


class Past(NamedTuple):
    """Bins one after the other: their counts, which are learned, at the end of which somebody asks."""

    first: int
    counts: Numbers
    taught: Flags
    asked: Flags
    lag: int
    """A bin is judged when the one so many bins before it has been learned."""
    whole: bool = True
    """Whether the risk is asked for of bins, too, in which nothing raises and not enough is said to speak of."""


class Said(NamedTuple):
    """What a surge said at the end of each bin: of its most unusual window, and of all; NaN where nobody asked."""

    risk: Numbers
    actual: Numbers
    expected: Numbers
    rare: Numbers
    alarm: Flags


class Judged(NamedTuple):
    """Windows at the end of bins, in rows by length, all and without their largest bin."""

    actual: Numbers
    expected: Numbers
    rest: Numbers
    normal: Numbers


class Hourly(Surge, ABC):
    """A surge that says what `learn` and `step` say bin by bin, of all bins of a lesson at once where it is plain."""

    _sweeping = False

    def _begin(self, past: Past) -> None:
        self._past = past
        self._longest = self._windows[-1]
        self._pad = self._longest - 1
        self._lengths = np.array(self._windows)[:, None]
        self._totals = Totals(np.concatenate([np.zeros(self._pad), past.counts]), self._windows)
        self._judged_upto, self._waiting = 0, len(self._unjudged)
        super()._judge_days()
        self._sweeping = True
        size = len(past.counts)
        self.said = _nothing(size)
        self._usual = np.full(self._pad + size, np.nan)
        before = range(past.first - self._span * self._pad, past.first, self._span)
        self._usual[: self._pad] = [self._bars.get(start, np.nan) for start in before]
        self._learned_upto = 0
        self._near = 0
        self._even = True

    def _start(self, place: int) -> int:
        return self._past.first + self._span * place

    def _starts(self, begin: int, end: int) -> NDArray[np.int64]:
        return self._past.first + self._span * np.arange(begin, end)

    def _judge_days(self) -> list[float]:
        if not self._sweeping:
            return super()._judge_days()
        places = np.flatnonzero(self._past.taught[self._judged_upto : self._learned_upto]) + self._judged_upto
        self._judged_upto = self._learned_upto
        judged = self._days.judge(self._past.first + self._span * places, self._past.counts[places])
        return [float(risk) for risk in judged.risk]

    @abstractmethod
    def _unusual_day(self, place: int) -> bool:
        """Tell whether a bin is part of a day so unusual that it is no lesson."""

    def _together(self, begin: int, end: int) -> bool:
        """Judge the bins a lag after these, each before one of these is learned; tell whether that could be done."""
        past, size, step = self._past, end - begin, begin + self._past.lag - 1
        judged = bool(past.asked[step])
        if begin < self._pad or self._start(begin) != self._next or len(self._counts) < self._pad or self._near > 0:
            return False
        if not all(self._tail[bins].follows(size) for bins in self._windows):
            return False
        rated = self.baseline.rates(self._middles(begin, step + size))
        rate, season = (one[:size] * (self._span / 60) for one in rated)
        if judged:
            ahead = self._usual[step + self._pad : step + self._pad + size]
            np.copyto(ahead, rated[0][step - begin :] * (self._span / 60), where=np.isnan(ahead))
        sums = self._sums(step, size) if judged else None
        rare = self._rarities(begin, step, sums) if sums else np.full(size, self.rare)
        if rare is None:
            return False
        doubts = self._all_doubts(begin, step + size)
        rates = np.concatenate([self._rates[-self._pad :], rate])
        counts = past.counts[begin:end]
        rest, normal = self._lessons(begin, rates)
        spreads = [self._spread[bins] for bins in (*self._windows, 1)]
        taught = foreseen(spreads, np.vstack([rest, counts]), np.vstack([normal, rate]))
        spread = taught.values[:-1, :-1]
        lessons = all_stabilised(rest, normal, spread + doubts[:size])
        if not judged and not all(
            self._tail[bins].follows(size, one) for bins, one in zip(self._windows, lessons, strict=True)
        ):
            return False
        calm = ~self._storms(begin, rare, judged=judged)
        tails = [self._tail[bins] for bins in self._windows]
        fits, highest = followed(tails, lessons, calm, self.limits.risk, judged=judged)
        if sums:
            self._tell(step, sums, spread + doubts[step - begin :], fits, highest, rare)
        _become(spreads[:-1], taught)
        self._teach_counts(begin, counts, rate, season, doubts[:size], taught)
        self._rates = rates[-self._pad :].tolist()
        self._counts = past.counts[end - self._pad : end].tolist()
        self._next = self._start(end)
        self._learned_upto = end
        return True

    def _middles(self, begin: int, end: int) -> Numbers:
        return self._starts(begin, end).astype(np.float64) + self._span / 2

    def _all_doubts(self, begin: int, end: int) -> Numbers:
        """Return the doubt of bins; no clock changes within half an hour."""
        halves = self._starts(begin, end) // HALF_HOUR
        first = int(halves[0])
        doubts = [self.baseline.doubt(half * HALF_HOUR) for half in range(first, int(halves[-1]) + 1)]
        found: Numbers = np.array(doubts)[halves - first]
        return found

    def _foresee(self, begin: int, end: int) -> None:
        """Note what is usual for bins that came up, as it is believed now; what was said first stays."""
        missing = np.flatnonzero(np.isnan(self._usual[begin:end])) + begin
        if len(missing):
            places = (missing - self._pad).astype(np.float64)
            middles = places * self._span + self._past.first + self._span / 2
            rates = self.baseline.rates(middles)[0] if self._even else np.array([*map(self.baseline.rate, middles)])
            self._usual[missing] = rates * (self._span / 60)

    def _sums(self, step: int, size: int) -> Judged:
        """Return the windows at the end of bins from a step on, of which a second is missing."""
        self._foresee(step, step + self._pad + size)
        usual = self._usual[step : step + self._pad + size]
        bins = np.arange(size) + self._pad
        now = usual[bins] / self._span
        upto = np.concatenate([[0.0], np.cumsum(usual)])
        expected = upto[bins + 1] - upto[bins + 1 - self._lengths] - now
        columns = slice(self._pad + step, self._pad + step + size)
        largest = self._totals.newest[:, columns] - step
        normal = expected - usual[largest] + np.where(largest == bins, now, 0.0)
        return Judged(self._totals.actual[:, columns], expected, self._totals.rest[:, columns], normal)

    def _lessons(self, begin: int, rates: Numbers) -> tuple[Numbers, Numbers]:
        """Return the windows that end with bins, without their largest: what was counted and what was usual."""
        bins = np.arange(self._pad, len(rates))
        upto = np.concatenate([[0.0], np.cumsum(rates)])
        columns = slice(begin + self._pad, begin + len(rates))
        normal = upto[bins + 1] - upto[bins + 1 - self._lengths] - rates[self._totals.oldest[:, columns] - begin]
        return self._totals.rest[:, columns], normal

    def _rarities(self, begin: int, step: int, sums: Judged) -> Numbers | None:
        """Return how rare a day is at the end of bins with enough to speak of; None if that is to be asked singly."""
        limits, size = self.limits, sums.actual.shape[1]
        enough = (sums.actual - sums.expected >= limits.least) & (sums.actual >= limits.ratio * sums.expected)
        plenty = enough.any(axis=0)
        self._plain: Flags = np.logical_not(plenty)
        if not plenty.any():
            return np.zeros(size)
        self._judge_days()
        end = step + size
        share = (self._span - 1.0) / self._span
        looks = self._days.looks(self._starts(begin, end), self._past.counts[begin:end], share)
        return None if looks is None else np.where(plenty, looks[step - begin :], 0.0)

    def _storms(self, begin: int, rare: Numbers, *, judged: bool) -> Flags:
        """Tell which bins are part of a storm, and count how many wait to be judged by the day."""
        found: Flags = np.asarray(rare >= RARE, np.bool_)
        places = range(len(rare))
        asked = np.flatnonzero(~self._plain).tolist() if judged else []
        for begun, end in pairwise([0, *asked, len(rare)]):
            if begun in asked:
                self._waiting = 0
            for place in places[begun:end][TOGETHER - 1 - self._waiting :: TOGETHER]:
                found[place] = self._unusual_day(begin + place)
            self._waiting = (self._waiting + end - begun) % TOGETHER
        return found

    def _tell(self, step: int, sums: Judged, spread: Numbers, fits: Numbers, highest: Numbers, rare: Numbers) -> None:
        """Keep what the windows say together at the end of bins."""
        limits, half, calm = self.limits, self.limits.risk / 2, CALM_WINDOW * 60 // self._span
        places = slice(step, step + len(rare))
        raising = (sums.rest - sums.normal >= limits.least) & (sums.rest >= limits.ratio * sums.normal)
        some = bool(raising.any())
        if not (self._past.whole or self.alarm or some) and self._plain.all():
            self.said.rare[places], self.rare = 0.0, 0.0
            return
        deviation = all_stabilised(sums.rest, sums.normal, spread)
        risk = all_risks(deviation, fits)
        if some:
            high = deviation >= np.maximum(limits.floor, highest + 0.5)
            raising &= (risk >= limits.risk) | (high & (sums.rest >= limits.floor_ratio * sums.normal))
        any_raises = np.logical_or.reduce(raising)
        size = len(rare)
        best = np.where(raising == any_raises, risk, -np.inf).argmax(axis=0), np.arange(size)
        alarm = np.zeros(size, np.bool_)
        begun = np.asarray(any_raises | (rare >= RARE), np.bool_)
        if self.alarm or begun.any():
            unusual = np.logical_or.reduce((raising | (risk >= half)) & (self._lengths <= calm))
            on = self.alarm
            for place in range(size):
                alarm[place] = on = bool(unusual[place] and (on or begun[place]))
        for column, found in zip(
            self.said, (risk[best], sums.actual[best], sums.expected[best], rare, alarm), strict=True
        ):
            column[places] = found
        self.alarm, self.rare = bool(alarm[-1]), float(rare[-1])

    def _teach_counts(
        self, begin: int, counts: Numbers, rate: Numbers, season: Numbers, doubts: Numbers, taught: Taught
    ) -> None:
        """Teach what is usual, of a storm no more than that; `taught` is the spread of the counts if there is none."""
        step, size, row = begin + self._past.lag - 1, len(counts), -1
        alarm = self.said.alarm[step : step + size] if self._past.asked[step] else np.full(size, self.alarm)
        free = np.ones(size, np.bool_)
        if self._stormy or alarm.any():
            for place, on in enumerate(alarm.tolist()):
                self._stormy = self._stormy + 1 if on else 0
                free[place] = not 0 < self._stormy <= STORM
            if free.any():
                taught, row = foreseen([self._spread[1]], counts[None, free], rate[None, free]), 0
        most = rate.copy()
        if free.any():
            spread = taught.values[row, :-1] + doubts[free]
            most[free] = np.where(counts[free] <= rate[free], counts[free], all_usual_counts(rate[free], spread, 3.0))
            self._spread[1].become(*(float(part[row]) for part in taught[1:]))
        minutes = size * self._span / 60
        self.baseline.take(self._start(begin), float(np.minimum(counts, most).sum()), minutes, float(season.sum()))


def _nothing(size: int) -> Said:
    risk, actual, expected, rare = (np.full(size, np.nan) for _ in range(4))
    return Said(risk, actual, expected, rare, np.zeros(size, np.bool_))


def _become(spreads: Sequence[Spread], taught: Taught) -> None:
    for place, one in enumerate(spreads):
        one.become(*(float(part[place]) for part in taught[1:]))
