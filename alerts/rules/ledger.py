"""The ledger of a brand: the minutes its rules need, as far back as the farthest of them looks."""

from collections.abc import Iterable, Sequence

import numpy as np

from alerts.rules.columns import Columns, column, names
from alerts.rules.track import RiskTrack, Track
from app.domain.condition import Condition
from app.domain.tally import MinuteTally

MINUTE, HOUR = 60, 3600
EDITED = HOUR
"""Seconds in which a minute may still change; after that it stays as it was when it left the hour."""


class Ledger:
    """Shared by all rules of one brand, so that its minutes are kept and learned once."""

    def __init__(self, brand: str, zone: str, conditions: Sequence[Condition]) -> None:
        figures = {figure for one in conditions for figure in one.figures()}
        self._measures = sorted({name for figure in figures for name in names(figure)})
        usual = {names(figure)[0] for one in conditions for figure in one.usual()}
        self._tracks = {name: Track(zone, name) for name in sorted(usual)}
        self._risks = {one.series: RiskTrack(brand, zone, one.series) for one in figures if one.series}
        self._reach = max((one.reach for one in conditions), default=HOUR)
        self._kept = self._reach + HOUR
        self._made: tuple[int, Columns] | None = None
        self._said: dict[int, MinuteTally] = {}
        self._heard = 0.0
        self._taught = 0
        self._learned: dict[int, MinuteTally] | None = None
        """The minutes of the first hour as they were learned: the archive may know more of them than the bus."""

    def learn(self, history: Iterable[MinuteTally]) -> None:
        """Take in past minutes, oldest first, gaps meaning zero; what was taken in already is skipped."""
        minutes = [minute for minute in history if minute.start >= self._taught]
        if not minutes:
            return
        self._taught = minutes[-1].start + MINUTE
        said = {minute.start: minute for minute in minutes}
        for start in said.keys() - self._said.keys():
            self._said[start] = said[start]
        whole = [said.get(start) or MinuteTally(start) for start in range(minutes[0].start, self._taught, MINUTE)]
        for track in self._tracks.values():
            track.learn(whole)
        self._learn_risks(whole)
        self._forget(self._taught)

    def hear(self, at: float, recent: Sequence[MinuteTally]) -> None:
        """Take over the minutes of the last hour as they stand at an instant; once for all rules that step on it."""
        if at == self._heard:
            return
        self._heard = at
        current = int(at) // MINUTE * MINUTE
        known = {start: self._said.pop(start, None) for start in range(current - EDITED, current + MINUTE, MINUTE)}
        if self._learned is None:
            self._learned = {start: minute for start, minute in known.items() if minute is not None}
        self._said |= {minute.start: minute for minute in recent}
        for start, minute in self._learned.items():
            if start in known and minute.count > self._count(start):
                self._said[start] = minute
        if self._learned and max(self._learned) < current - EDITED:
            self._learned = {}
        self._forget(current)

    def columns(self, end: int) -> Columns:
        """Return the full minutes before `end`, the newest last: as many as every rule needs to judge the last hour."""
        if self._made is None or self._made[0] != end:
            self._made = end, self._columns(end)
        return self._made[1]

    def _columns(self, end: int) -> Columns:
        starts = range(end - self._kept, end, MINUTE)
        return Columns(
            len(starts),
            {name: column(name, self._said, starts) for name in self._measures},
            {name: np.fromiter(map(track.note, starts), np.int64, len(starts)) for name, track in self._tracks.items()},
            {
                series: np.fromiter((track.note(start, self._hour(start)) for start in starts), np.float64, len(starts))
                for series, track in self._risks.items()
            },
        )

    def _learn_risks(self, whole: Sequence[MinuteTally]) -> None:
        """Teach, and judge on the way the minutes that a rule may still ask for."""
        needed = whole[-1].start - self._kept
        for track in self._risks.values():
            for minute in whole:
                if minute.start >= needed:
                    track.note(minute.start + MINUTE, self._hour(minute.start + MINUTE))
                track.learn([minute])

    def _count(self, start: int) -> int:
        return self._said[start].count if start in self._said else 0

    def _hour(self, start: int) -> list[MinuteTally]:
        starts = range(start - HOUR, start + MINUTE, MINUTE)
        return [self._said[one] for one in starts if one in self._said]

    def _forget(self, now: int) -> None:
        until = now - self._kept - HOUR
        for start in [start for start in self._said if start < until]:
            del self._said[start]
        tracks: list[Track | RiskTrack] = [*self._tracks.values(), *self._risks.values()]
        for track in tracks:
            track.forget(until)
