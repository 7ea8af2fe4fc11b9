"""What is usual for one measure of one brand, minute by minute, as it was believed when the minute ended."""

from collections.abc import Iterable
from typing import Any

from alerts.detection.baseline import Baseline
from alerts.detection.deviation import Spread, usual_count
from alerts.detection.surge import Surge
from alerts.rules.columns import MICRO, UNKNOWN, measure
from app.domain.figures import SERIES
from app.domain.tally import MinuteTally

MINUTE = 60


FORGET = 21 * 1440
"""Minutes after which what was learned of the spread counts 1/e."""


class Track:
    """Learns a measure, and notes what was usual for each minute before that minute taught anything."""

    def __init__(self, zone: str, name: str) -> None:
        self._read = measure(name)
        self._baseline, self._spread = Baseline(zone), Spread(FORGET)
        self._noted: dict[int, int] = {}

    def learn(self, minutes: Iterable[MinuteTally]) -> None:
        """Take in minutes, oldest first and none left out; each is learned once the next but one has begun.

        As a surge learns: clipped at three standard deviations, so that a storm does not become usual.
        """
        for minute in minutes:
            start = minute.start
            self.note(start + MINUTE)
            count, rate = float(self._read(minute)), self._baseline.rate(start + MINUTE / 2)
            most = usual_count(rate, self._spread.value() + self._baseline.doubt(start), 3.0)
            self._spread.teach(count, rate)
            self._baseline.teach(start, min(count, most), 1.0)

    def note(self, start: int) -> int:
        """Return what is usual for a minute, in millionths; what was said first stays."""
        noted = self._noted.get(start)
        if noted is None:
            rate = self._baseline.rate(start + MINUTE / 2) if self._baseline.basis else None
            noted = self._noted[start] = UNKNOWN if rate is None else round(rate * MICRO)
        return noted

    def forget(self, until: int) -> None:
        """Keep nothing of minutes before `until`."""
        for start in [start for start in self._noted if start < until]:
            del self._noted[start]


class RiskTrack:
    """How unlikely a series was at the end of each minute."""

    def __init__(self, brand: str, zone: str, series: str) -> None:
        name = "count" if series == SERIES[0] else series
        kind: Any = type("Series", (Surge,), {"name": series, "measure": staticmethod(measure(name))})
        self._surge: Surge = kind(brand, zone)
        self._noted: dict[int, float] = {}

    def learn(self, minutes: Iterable[MinuteTally]) -> None:
        """Take in minutes, oldest first and none left out."""
        for minute in minutes:
            self._surge.learn([minute])

    def note(self, start: int, recent: list[MinuteTally]) -> float:
        """Return the risk at the end of a minute, judged from the minutes of the hour up to it; said once."""
        noted = self._noted.get(start)
        if noted is None:
            noted = self._noted[start] = self._surge.step(start + MINUTE - 1.0, recent).risk
        return noted

    def forget(self, until: int) -> None:
        """Keep nothing of minutes before `until`."""
        for start in [start for start in self._noted if start < until]:
            del self._noted[start]
