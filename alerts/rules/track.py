"""What is usual for one measure of one brand, minute by minute, as it was believed when the minute ended."""

from collections.abc import Iterable
from typing import Any

from alerts.rules.columns import MICRO, UNKNOWN, Measure, measure
from alerts.surge import Surge
from app.domain.figures import SERIES
from app.domain.tally import MinuteTally

MINUTE = 60


def surge(brand: str, zone: str, name: str, reading: Measure) -> Surge:
    """Return what learns one measure of a brand."""
    kind: Any = type("Learner", (Surge,), {"name": name, "measure": staticmethod(reading)})
    made: Surge = kind(brand, zone)
    return made


class Track:
    """Learns a measure, and notes what was usual for each minute before that minute taught anything."""

    def __init__(self, brand: str, zone: str, name: str) -> None:
        self._surge = surge(brand, zone, name, measure(name))
        self._noted: dict[int, int] = {}

    def learn(self, minutes: Iterable[MinuteTally]) -> None:
        """Take in minutes, oldest first and none left out; each is learned once the next but one has begun."""
        for minute in minutes:
            self.note(minute.start + MINUTE)
            self._surge.learn([minute])

    def note(self, start: int) -> int:
        """Return what is usual for a minute, in millionths; what was said first stays."""
        noted = self._noted.get(start)
        if noted is None:
            band = self._surge.usual(start, 1)
            noted = self._noted[start] = round(band[0].expected * MICRO) if band else UNKNOWN
        return noted

    def forget(self, until: int) -> None:
        """Keep nothing of minutes before `until`."""
        for start in [start for start in self._noted if start < until]:
            del self._noted[start]


class RiskTrack:
    """How unlikely a series was at the end of each minute."""

    def __init__(self, brand: str, zone: str, series: str) -> None:
        name = "count" if series == SERIES[0] else series
        self._surge = surge(brand, zone, series, measure(name))
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
