"""The first day of a scope: nothing is known of its week yet, and a flood is a flood all the same. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from app.domain.incident import Signal
from app.domain.tally import MinuteTally

WINDOW = 600
"""Seconds in which a flood shows."""
BEFORE = 3 * 3600
"""Seconds before it that it is compared with at most …"""
ENOUGH = 600
"""… and at least: before that nobody knows whether this is how the brand is spoken of."""
LEAST = 40.0
"""Mentions, and a quarter as many authors, below which nothing is a flood."""
TIMES = 8.0
"""Multiple of the pace before from which it is one."""
RISK = 3.0
"""What it counts for: as much as once in 1,000 days."""
SPOKEN = 8
"""Mentions in the middle of the windows in which anything is said from which an empty one tells of nobody listening."""


class Flood(NamedTuple):
    """So many mentions in the window instead of so many."""

    actual: float
    expected: float


def flood(at: float, said: Mapping[int, MinuteTally], since: float, onset: float | None) -> Flood | None:
    """Return the flood of an instant, by the pace since somebody listened and before it began; None if there is none.

    That pace is the lower quartile of windows: a storm that has been growing for an hour is no part of what is usual.
    The fullest minute of the window does not count: a burst of one minute is none.
    """
    if since > at:
        return None
    end = int(at - WINDOW) // 60 * 60 if onset is None else int(onset) // 60 * 60
    begin = max(int(since) // 60 * 60, end - BEFORE)
    if end - begin < ENOUGH:
        return None
    expected = _usual(
        sum(said[minute].count for minute in range(start, start + WINDOW, 60) if minute in said)
        for start in range(end - WINDOW, begin - 1, -WINDOW)
    )
    lately = [said[start] for start in range(int(at - WINDOW) // 60 * 60 + 60, int(at) + 1, 60) if start in said]
    if not lately:
        return None
    lately.remove(max(lately, key=lambda minute: minute.count))
    actual = float(sum(minute.count for minute in lately))
    many = sum(minute.authors or minute.count for minute in lately) >= LEAST / 4
    return Flood(actual, expected) if many and actual >= max(LEAST, TIMES * expected) else None


def _usual(windows: Iterable[int]) -> float:
    """Return what is usual in a window: the lower quartile, one more; a machine that stood still said nothing."""
    before = sorted(windows)
    spoken = [count for count in before if count]
    if spoken and spoken[len(spoken) // 2] >= SPOKEN:
        before = spoken
    return before[len(before) // 4] + 1.0


def flooded(signals: Sequence[Signal], found: Flood) -> tuple[Signal, ...]:
    """Return signals of which that of the volume tells of a flood."""
    return tuple(
        replace(
            signal,
            alarm=True,
            actual=found.actual,
            expected=found.expected,
            low=0.0,
            high=2 * found.expected + 4,
            risk=max(signal.risk, RISK),
            window=WINDOW,
        )
        if signal.detector == "volume"
        else signal
        for signal in signals
    )
