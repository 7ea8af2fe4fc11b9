"""Rehearsal: what the detectors would have said of the past they learn from, for a budget to go by."""

from collections.abc import Callable, Iterator, Sequence

from alerts.calibration.record import Record
from alerts.detector import Detector
from app.domain.tally import MinuteTally

HOUR = 3600
BLOCK = 3 * HOUR
"""Seconds of which the most unusual minutes are judged: a past is not judged every ten seconds."""
WINDOW = 5
"""Minutes by which the most unusual ones are found."""
BEHIND = 2
"""Minutes learning is behind what is judged, as it is live."""
FIRST = 2 * 86_400
"""Seconds that have to be learned before what is said of the next is worth a record."""
Judge = Callable[[float, Sequence[MinuteTally]], float]
"""Returns the risk of an instant by the minutes of its last hour."""


def rehearse(pupils: Sequence[Detector], judge: Judge, past: Sequence[MinuteTally], record: Record, begun: int) -> None:
    """Teach a stretch of past minutes, oldest first, and keep the risk of its most unusual ones.

    `begun` is the start of the oldest minute of all that is learned.
    """
    taught = 0
    for place in _notable(past):
        upto = max(place - BEHIND, taught)
        teach(pupils, past, taught, upto)
        taught = upto
        minute = past[place]
        if minute.start - begun >= FIRST:
            record.put(minute.start + 59.0, judge(minute.start + 59.0, _hour(past, place)))
    teach(pupils, past, taught, len(past))
    for hour in range(max(past[0].start, begun + FIRST), past[-1].start, HOUR) if past else ():
        record.pass_by(hour)


def teach(pupils: Sequence[Detector], past: Sequence[MinuteTally], begin: int, end: int) -> None:
    """Teach a part of a stretch; the silence before it is part of the past, too."""
    if begin >= end:
        return
    part = list(past[begin:end])
    if begin and past[begin].start > past[begin - 1].start + 60:
        part.insert(0, MinuteTally(past[begin - 1].start + 60))
    for pupil in pupils:
        pupil.learn(part)


def _hour(past: Sequence[MinuteTally], place: int) -> list[MinuteTally]:
    start = past[place].start - HOUR
    return [minute for minute in past[max(place - 60, 0) : place + 1] if minute.start >= start]


def _notable(past: Sequence[MinuteTally]) -> Iterator[int]:
    """Yield the places of the minutes at the end of the fullest five of each block, by all and by negative mentions."""
    block, best = -1, [(0, 0), (0, 0)]
    for place, minute in enumerate(past):
        if minute.start // BLOCK != block:
            yield from sorted({found for most, found in best if most})
            block, best = minute.start // BLOCK, [(0, 0), (0, 0)]
        lately = [one for one in past[max(place - WINDOW + 1, 0) : place + 1] if one.start > minute.start - 60 * WINDOW]
        sums = sum(one.count for one in lately), sum(one.negative for one in lately)
        best = [max(one, (most, place), key=lambda pair: pair[0]) for one, most in zip(best, sums, strict=True)]
    yield from sorted({found for most, found in best if most})
