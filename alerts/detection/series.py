"""One series of counts judged bin by bin: what was expected of each, and how rare a day as unusual as this is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from alerts.detection.baseline import Baseline
from alerts.detection.floods import Floods
from alerts.detection.tail import LEAST, Tail, risks
from alerts.detection.windows import deviations, latest, lengths

Numbers = NDArray[np.float64]
DAY, HOUR, HALF_HOUR = 86_400, 3600, 1800
CLIP = 2.0
"""Times the expected that a bin teaches at most, so that a storm does not become usual …"""
CLIP_DOUBT = 10.0
"""… and as much more as the expected is in doubt, so that the first hours are learned at all …"""
CLIP_MORE = 0.2
"""… and this many mentions per minute on top, for the quietest."""
MORNING = 9.0
"""Relative variance of an hour of the day never seen before: brands wake up tenfold, also on their first morning."""
CHUNK = 300
"""Seconds that are clipped as one where bins are shorter."""
DAY_SEEN = 0.5
"""Share of a day that must have been seen to count as one."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Verdicts on a stretch of bins, each drawn from that bin and those before it."""

    expected: Numbers
    """Mentions to be expected in the bin."""
    deviation: Numbers
    """How many fluctuations the most unusual window exceeds what is usual by."""
    risk: Numbers
    """-log10 of the share of days that reach this deviation."""
    often: Numbers
    """How often, against what the risk says, days of this series have been unusual so far; 1 where nothing is known."""


@dataclass(slots=True)
class _Past:
    """The last bins, for the windows that begin before a stretch."""

    counts: Numbers
    expected: Numbers
    mean: Numbers


@dataclass(slots=True)
class _Heap:
    """Bins shorter than a chunk, until the chunk is full."""

    start: int = 0
    end: int = 0
    doubt: float = 0.0
    sums: Numbers = field(default_factory=lambda: np.zeros(4))
    """Mentions, minutes, what the season and what the season and the level expected."""


class Series:
    """Judges one series of counts in bins of `span` seconds; pure and causal, any number of bins at a time.

    The verdicts on a bin are the same whether bins come one by one or all at once. Bins nobody saw count as usual in
    the windows and teach nothing.
    """

    def __init__(self, span: int, zone: str = "UTC") -> None:
        self.span = span
        self.baseline = Baseline(zone)
        self.tail = Tail()
        self._longest = lengths(span)[-1]
        self._past = _Past(np.empty(0), np.empty(0), np.empty(0))
        self._next: int | None = None
        self._day_end = 0
        self._highest = 0.0
        self._seen = 0
        self._heap = _Heap()
        self._floods = Floods(span)
        self._chunk = max(CHUNK // span, 1)

    def judge(self, starts: NDArray[np.int64], counts: Numbers) -> Judged:
        """Judge bins, oldest first and later than all judged before; `starts` in epoch seconds, whole spans apart."""
        parts = [self._stretch(starts[begin:end], counts[begin:end]) for begin, end in _stretches(starts, self.span)]
        if not parts:
            return Judged(*(np.empty(0) for _ in range(4)))
        return Judged(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def look(self, starts: Sequence[int], counts: Sequence[float], share: float = 1.0) -> float:
        """Return the risk of the last of bins that are not judged yet, of which it is `share` over; teaches nothing.

        Oldest first, without a gap behind what was judged.
        """
        if self._next is None or not starts:
            return 0.0
        past, minutes = self._past, self.span / 60
        expected = np.array([self.baseline.rate(start + self.span / 2) * minutes for start in starts])
        expected[-1] *= share
        usual = np.concatenate([past.expected, expected])[-self._longest :]
        taken = np.concatenate([past.counts, np.array(counts, float)])[-self._longest :]
        if not any(taken[-bins:].sum() > usual[-bins:].sum() for bins in lengths(self.span)):
            return 0.0
        found = latest(taken, usual, self.baseline.mean() * minutes, self._doubt(starts[-1]), self.span)
        return float(risks(np.array([found]) / self.tail.scale)[0])

    def looks(self, starts: NDArray[np.int64], counts: Numbers, share: float) -> Numbers | None:
        """Return what `look` says at the end of each of bins if those before were judged; None if that may differ.

        It does not where all but the latest are of one hour, which is one lesson, and of one day.
        """
        held, last = self._past, int(starts[-1])
        whole = self.baseline.grown() and len(held.counts) == self._longest and self.baseline.even(last)
        if not whole or self._next != starts[0] or starts[0] // HOUR * HOUR + HOUR > self._day_end:
            return None
        rates, _ = self.baseline.rates(starts.astype(np.float64) + self.span / 2)
        halves = starts // HALF_HOUR
        first = int(halves[0])
        unsure = [self._doubt(half * HALF_HOUR) for half in range(first, int(halves[-1]) + 1)]
        doubt = np.array(unsure)[halves - first]
        expected = np.concatenate([held.expected, rates * (self.span / 60)])
        mean = np.full(len(expected), self.baseline.mean() * self.span / 60)
        doubts = np.concatenate([np.zeros(len(held.counts)), doubt])
        found = deviations(np.concatenate([held.counts, counts]), expected, mean, doubts, self.span, share)
        return risks(found[-len(starts) :] / self.tail.scale)

    @property
    def ahead(self) -> int | None:
        """Return the start of the first bin not judged yet; None before any was."""
        return self._next

    def _doubt(self, start: int) -> float:
        return self.baseline.doubt(start) + MORNING * self.baseline.unseen(start) ** 2

    def _stretch(self, starts: NDArray[np.int64], counts: Numbers) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        self._bridge(int(starts[0]))
        taught, least = self._floods.follow(starts, counts)
        expected, mean, doubt = self._learn(starts, taught)
        past = self._past
        held = len(past.counts)
        counts = np.concatenate([past.counts, counts])
        usual = np.concatenate([past.expected, expected])
        means = np.concatenate([past.mean, mean])
        doubts = np.concatenate([np.zeros(held), doubt])
        if len(expected) == 1:
            found = np.array([latest(counts, usual, mean[0], doubt[0], self.span)])
        else:
            found = deviations(counts, usual, means, doubts, self.span)[held:]
        keep = slice(max(len(counts) - self._longest, 0), None)
        self._past = _Past(*(one[keep].copy() for one in (counts, usual, means)))
        self._next = int(starts[-1]) + self.span
        risk, often = self._risks(starts, found)
        return expected, found, np.maximum(risk, least), often

    def _bridge(self, start: int) -> None:
        """Fill the bins nobody saw between the last one and `start` with what was usual then."""
        if self._next is None:
            self._day_end = start + DAY
        elif start > self._next:
            missed = min((start - self._next) // self.span, self._longest)
            rates = [self.baseline.rate(start - number * self.span) for number in range(missed, 0, -1)]
            usual = np.array(rates) * self.span / 60
            mean = np.full(missed, self.baseline.mean() * self.span / 60)
            past = self._past
            self._past = _Past(
                np.concatenate([past.counts, usual])[-self._longest :],
                np.concatenate([past.expected, usual])[-self._longest :],
                np.concatenate([past.mean, mean])[-self._longest :],
            )

    def _learn(self, starts: NDArray[np.int64], counts: Numbers) -> tuple[Numbers, Numbers, Numbers]:
        """Return what was expected of bins, the mean then and the doubt then, learning lesson by lesson."""
        baseline, minutes, size = self.baseline, self.span / 60, len(starts)
        expected, mean, doubt = np.empty(size), np.empty(size), np.empty(size)
        place = 0
        while place < size:
            start = int(starts[place])
            end = min(place + self._room(start, size - place), size)
            seasonal = baseline.seasons(starts[place:end].astype(float) + self.span / 2) * minutes
            usual = seasonal * baseline.level(start)
            unsure = self._doubt(start)
            expected[place:end], mean[place:end], doubt[place:end] = usual, baseline.mean() * minutes, unsure
            self._teach(start, counts[place:end], seasonal, usual, unsure)
            place = end
        return expected, mean, doubt

    def _room(self, start: int, left: int) -> int:
        """Return how many bins from `start` on are expected and taught alike, of those that are left."""
        if self.span >= CHUNK:
            return self.baseline.room(start, self.span)
        if self._heap.end <= start:
            self._empty()
            room = self.baseline.room(start, self.span)
            if not (start % CHUNK or CHUNK % self.span) and (whole := min(room, left) // self._chunk):
                self._heap = _Heap(start, start)
                return whole * self._chunk
            bins = min(-(-(CHUNK - start % CHUNK) // self.span), room)
            self._heap = _Heap(start, start + bins * self.span)
        return (self._heap.end - start) // self.span

    def _teach(self, start: int, counts: Numbers, seasonal: Numbers, usual: Numbers, doubt: float) -> None:
        minutes = self.span / 60
        heap = self._heap
        if heap.end <= start:
            lesson, expected, size = counts, usual, minutes
            if self._chunk > 1:
                lesson, expected = (one.reshape(-1, self._chunk).sum(1) for one in (counts, usual))
                size *= self._chunk
            if self.baseline.basis:
                lesson = np.minimum(lesson, most(expected, doubt, size))
            self.baseline.take(start, float(lesson.sum()), len(counts) * minutes, float(seasonal.sum()))
            return
        heap.doubt = doubt
        heap.sums += np.array([counts.sum(), len(counts) * minutes, seasonal.sum(), usual.sum()])
        if start + len(counts) * self.span >= heap.end:
            self._empty()

    def _empty(self) -> None:
        """Teach what short bins have heaped up: a single mention in a second is no storm, nor to be clipped as one."""
        heap = self._heap
        count, minutes, seasonal, _ = heap.sums.tolist()
        if minutes:
            limit = most(heap.sums[3:], heap.doubt, minutes)[0] if self.baseline.basis else count
            self.baseline.take(heap.start, min(count, float(limit)), minutes, seasonal)
        self._heap = _Heap(heap.start, heap.end)

    def _risks(self, starts: NDArray[np.int64], found: Numbers) -> tuple[Numbers, Numbers]:
        """Return risks day by day and how often they came; a day that is over changes both for those after it."""
        risk, often = np.empty(len(found)), np.empty(len(found))
        place = 0
        while place < len(found):
            if starts[place] >= self._day_end:
                self._close_day(int(starts[place]))
            end = int(np.searchsorted(starts, self._day_end))
            today = found[place:end]
            risk[place:end] = risks(today / self.tail.scale)
            often[place:end] = self.tail.often
            self._highest = max(self._highest, float(today.max()))
            self._seen += end - place
            place = end
        return risk, often

    def _close_day(self, start: int) -> None:
        if self._seen * self.span >= DAY_SEEN * DAY:
            self.tail.learn(self._highest)
        self._highest, self._seen = LEAST, 0
        self._day_end += ((start - self._day_end) // DAY + 1) * DAY


def most(expected: Numbers, doubt: float, minutes: float) -> Numbers:
    """Return the most that bins of so many minutes may teach."""
    found: Numbers = CLIP * (1.0 + CLIP_DOUBT * doubt) * expected + CLIP_MORE * minutes
    return found


def _stretches(starts: NDArray[np.int64], span: int) -> list[tuple[int, int]]:
    """Return the places where stretches without a gap begin and end."""
    if not len(starts):
        return []
    cuts = [0, *(np.flatnonzero(np.diff(starts) != span) + 1).tolist(), len(starts)]
    return list(pairwise(cuts))
