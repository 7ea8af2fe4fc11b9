"""Our detectors swept over a year of minutes: what a watch stepped at the end of each would open."""

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from alerts.backtest.progress import Watch
from alerts.detection.beginning import RISK, flood
from alerts.detection.hourly import Past
from alerts.detection.surge import Surge
from alerts.detection.sweep import Sweep
from alerts.detector import Detector, alone
from alerts.rules.columns import Levels, summed
from alerts.watching.combining import all_combined, all_daily, looked
from alerts.watching.memory import HOUR, KEPT, Memory
from alerts.watching.watch import KNOWN
from alerts.watching.watch import Watch as Brand
from app.domain.tally import MinuteTally

MINUTE = 60
LAG = 4
"""Minutes after which one that a watch steps at the end of is learned: two of being late, and the one it steps in."""
SPOKEN = 61
"""Minutes in which nobody spoke until no detector of counts is asked."""


def sweeping(kind: type[Detector]) -> type[Detector]:
    """Return a kind of detector that can be swept over a past, if it is a surge like any other; else the same."""
    if not issubclass(kind, Surge) or kind.step is not Surge.step:
        return kind
    made: type[Detector] = type(kind.__name__, (Sweep, kind), {})
    return made


def sweeps(brand: Brand) -> bool:
    """Tell whether all detectors of a watch can be swept, and count in the way that is swept."""
    known = (isinstance(one, Sweep | LookingBack) and not alone(one) for one in brand.detectors)
    return isinstance(brand.volume, Sweep) and all(known)


def opening(brand: Brand, said: Sequence[MinuteTally], start: int, end: int, watch: Watch) -> list[int]:
    """Return the minutes at whose end a watch that has learned its past would open an incident, had none been open.

    `said` are the minutes of the time in which something was said, as they would be heard.
    """
    starts = np.arange(start, end, MINUTE)
    places = (np.array([one.start for one in said], np.int64) - start) // MINUTE
    basis, since = brand.basis, min(brand.oldest, start)
    before = brand.memory.known()

    def column(measure: Callable[[MinuteTally], float]) -> Levels:
        found = np.zeros(len(starts))
        found[places] = np.fromiter(map(measure, said), np.float64, len(said))
        return found

    counts = column(Surge.measure)
    asked = summed(counts.astype(np.int64), SPOKEN) > 0
    taught = np.ones(len(starts), np.bool_)
    surges = [one for one in brand.detectors if isinstance(one, Sweep)]
    risks = []
    for number, one in enumerate(sorted(surges, key=lambda one: one is not brand.volume)):
        past = Past(start, column(one.measure), taught, asked, LAG, whole=False)
        hush = Silence(brand.memory, start, counts) if one is brand.volume else None
        found = one.sweep(past, _part(watch, number, len(surges)), hush)
        risks.append(all_daily(one.limits, found))
    past = Past(start, counts, taught, asked, LAG)
    negative, positive = column(attrgetter("negative")), column(attrgetter("positive"))
    risks += [
        looked(one.name, np.where(asked, one.look_back(past, negative, positive), 0.0))
        for one in brand.detectors
        if isinstance(one, LookingBack)
    ]
    risk = all_combined(risks)
    learned = np.concatenate([np.zeros(LAG), np.cumsum(taught)[: len(starts) - LAG]]) * MINUTE + basis
    young = np.flatnonzero(learned < KNOWN)
    known = dict(before) | {one.start: one for one in said}
    for place in young.tolist():
        at = float(starts[place]) + 59.0
        if flood(at, _kept(known, before, at), since, None):
            risk[place] = max(risk[place], RISK)
    bar = np.full(len(starts), min(brand.bars.values()))
    bar[young] = min(brand.bars["warning"], brand.bars["crisis"])
    watch(1.0)
    found_at: list[int] = starts[risk >= bar].tolist()
    return found_at


def _kept(known: Mapping[int, MinuteTally], before: Mapping[int, MinuteTally], at: float) -> dict[int, MinuteTally]:
    """Return the minutes that a memory knows at an instant: of what it heard it forgets whole hours."""
    first = -int(-(at - KEPT - HOUR) // HOUR) * HOUR
    return {
        start: known[start]
        for start in range(int(at - KEPT - HOUR) // MINUTE * MINUTE, int(at), MINUTE)
        if start in known and (start >= first or start in before)
    }


def _part(watch: Watch, done: int, parts: int) -> Watch:
    return lambda share: watch((done + share) / parts)


@runtime_checkable
class LookingBack(Protocol):
    """A detector beside the surges that judges a long past at once."""

    name: str

    def look_back(self, past: Past, negative: Levels, positive: Levels) -> Levels:
        """Return the risk that `step` tells of at the end of each bin, 0 where it has too little to go by."""


class Silence:
    """Tells of minutes, in order, whether anybody can have been listening, as a memory tells it live."""

    def __init__(self, memory: Memory, first: int, counts: NDArray[np.float64]) -> None:
        self._memory, self._first, self._counts = memory, first, counts
        self._noted = 0
        self._learns = True

    def __call__(self, rate: Callable[[float], float], place: int, room: int) -> tuple[int, bool]:
        """Return of how many minutes from a place on, `room` at most, all or none are learned, and which."""
        if place >= self._noted and self._counts[place : place + room].all():
            self._noted = place + room - 1
            return room, self._learned(rate, self._noted)
        first, size = self._learned(rate, place), 1
        while size < room and self._learned(rate, place + size) == first:
            size += 1
        return size, first

    def _learned(self, rate: Callable[[float], float], place: int) -> bool:
        """Tell whether a minute is learned; the one noted last may be asked for again."""
        if place >= self._noted:
            start = self._first + MINUTE * place
            self._memory.quiet(MinuteTally(start, int(self._counts[place])), rate(start))
            self._noted, self._learns = place + 1, not self._memory.mute(start)
        return self._learns
